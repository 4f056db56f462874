# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Pipes of the module pipelimit. Private to this collection.

from __future__ import annotations

from ._state import Area, StateError, Step
from .binrpc.faults import MethodNotFound, NotFound


class Pipe(Area):
    """One pipe: ``{}``, or ``{"algorithm": ..., "limit": ...}``.

    :param algorithm: None to leave it; so is ``limit``.
    """

    lost = "the database or the configuration says the same"

    def __init__(self, name, algorithm=None, limit=None, present=True):
        self.name = name
        self.algorithm = algorithm
        self.limit = limit
        self.present = present

    def read(self, server):
        values = server.ask_or(None, "Unknown pipe", "pl.list", self.name)
        if values is None:
            return {}
        if not values:
            # One that lets everything through is there, but not listed.
            return {"algorithm": "NOP", "limit": self.limit if self.limit is not None else 0}
        return {name: values[0][name] for name in ("algorithm", "limit")}

    def want(self, have):
        if not self.present:
            return {}
        if not have:
            raise StateError(
                "there is no pipe %s, and an RPC cannot create one. Pipes come from the database "
                "and the configuration" % self.name
            )
        want = dict(have)
        if self.algorithm is not None:
            want["algorithm"] = self.algorithm.upper()
        if self.limit is not None:
            want["limit"] = self.limit
        return want

    def steps(self, have, want):
        if not want:
            return [Step("pl.rm_pipe", self.name, tolerate=[NotFound])]
        return [Step("pl.set_pipe", self.name, want["algorithm"], want["limit"])]

    def hint(self, fault):
        if fault.method == "pl.rm_pipe" and isinstance(fault, MethodNotFound):
            return "Pipes can be removed since Kamailio 5.7"
        return ""
