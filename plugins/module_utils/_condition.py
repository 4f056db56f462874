# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# What kamailio_wait_for waits for. Private to this collection.

from __future__ import annotations

from ._ctl import visible
from ._expect import MISSING, accepts, at_path, check_fault_pattern, difference, parameter, steps
from .binrpc.catalogue import is_read_only
from .binrpc.encoder import Encoder
from .binrpc.errors import EncodeError
from .binrpc.faults import Fault, MethodNotFound
from .binrpc.views import reply_to_json


class Condition:
    """A call, and what its result should be.

    :ivar differs: in words, how the last result was not what is waited for.
    :raises EncodeError: the description cannot be carried out.
    """

    def __init__(self, options):
        self.method = options["method"]
        self.params = [parameter(item) for item in options["params"] or []]
        Encoder().add_all(self.params)
        self.path = options["path"]
        self.expect = options["expect"]
        self.fault = options["fault"]
        self.low = options["min"]
        self.high = options["max"]
        self.differs = ""
        if self.path:
            steps(self.path)
        if self.fault is not None:
            check_fault_pattern(self.fault)
        if options["mutates"] == "auto" and not is_read_only(self.method, self.params):
            raise EncodeError(
                "%s is not known to change nothing, and would be called again and again; if it "
                "does change nothing, say mutates: never" % self.method
            )

    def look(self, endpoint):
        """Call, and return whether the condition holds, and what was seen."""
        try:
            values = reply_to_json(endpoint.call(self.method, *self.params), self.method)
        except Fault as fault:
            if isinstance(fault, MethodNotFound) and self.fault is None:
                raise
            shown = {"fault": "%d %s" % (fault.code, fault.text.strip())}
            self.differs = "got %s" % visible(str(fault))
            return self.fault is not None and accepts([self.fault], fault), shown
        value = values[0] if len(values) == 1 else values
        if self.path:
            value = at_path(value, self.path)
        self.differs = self._difference(value)
        return not self.differs, None if value is MISSING else value

    def _difference(self, value):
        if self.fault is not None:
            return "expected the fault %s, got none" % self.fault
        if self.expect is not None:
            return difference(self.expect, visible(value), self.path or "")
        if value is MISSING:
            return "%s is not in the reply" % self.path
        if self.low is None and self.high is None:
            return ""
        try:
            number = float(value)
        except (TypeError, ValueError):
            return "%r is no number" % (value,)
        if self.low is not None and number < self.low:
            return "%g is less than %g" % (number, self.low)
        if self.high is not None and number > self.high:
            return "%g is greater than %g" % (number, self.high)
        return ""
