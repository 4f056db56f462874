# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Conditions that a reply or a fault fulfils."""

from __future__ import annotations

from ..catalogue.reading import is_read_only
from ..encoder import Encoder
from ..errors import EncodeError
from ..faults import Fault, MethodNotFound
from .drive import ask
from .escapes import raw
from .expect import MISSING, accepts, at_path, check_fault_pattern, difference, parameter, steps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping, Tuple

    from .drive import Talk


class Condition:
    """A call, and an expectation on its result.

    :ivar differs: in words, how the last result differs from the expectation.
    :raises EncodeError: the description cannot be carried out.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.method = options["method"]
        self.params = [parameter(item) for item in options["params"] or []]
        Encoder().add_all(self.params)
        self.path = raw(options["path"] or "")
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

    def check(self) -> Talk[Tuple[bool, Any]]:
        """Call; return whether the condition holds, and the value or fault found."""
        try:
            values = yield from ask(self.method, *self.params)
        except Fault as fault:
            if isinstance(fault, MethodNotFound) and self.fault is None:
                raise
            shown = {"fault": "%d %s" % (fault.code, fault.text.strip())}
            self.differs = "got %s" % fault
            return self.fault is not None and accepts([self.fault], fault), shown
        value: Any = values[0] if len(values) == 1 else values
        if self.path:
            value = at_path(value, self.path)
        self.differs = self._difference(value)
        return not self.differs, None if value is MISSING else value

    def _difference(self, value: Any) -> str:
        if self.fault is not None:
            return "expected the fault %s, got none" % self.fault
        if self.expect is not None:
            return difference(self.expect, value, self.path)
        if value is MISSING:
            return "%s is not in the reply" % self.path
        if self.low is None and self.high is None:
            return ""
        try:
            number = float(value)
        except (TypeError, ValueError):
            return "%r is not a number" % (value,)
        if self.low is not None and number < self.low:
            return "%g is less than %g" % (number, self.low)
        if self.high is not None and number > self.high:
            return "%g is greater than %g" % (number, self.high)
        return ""
