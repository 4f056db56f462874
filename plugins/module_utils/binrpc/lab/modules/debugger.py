# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``dbg.*``: log level and facility per module (upstream ``debugger/debugger_api.c``)."""

from __future__ import annotations

from ...faults import Fault
from ...values import Struct
from ..registry import Module, method
from .cfg_rpc import FACILITIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, List, Mapping, Optional

TRACE_ON, BREAKPOINT_ON = 1, 2


class Debugger(Module):
    """The module debugger. What is stored counts only while the cfg variables
    ``dbg mod_level_mode`` and ``mod_facility_mode`` are on.

    :param levels: log level by module.
    :param facilities: name of the facility, such as LOG_LOCAL0, by module.
    :param reset_msgid: the modparam.
    """

    name = "debugger"
    loads = ("debugger",)

    def __init__(
        self,
        levels: Optional[Mapping[str, int]] = None,
        facilities: Optional[Mapping[str, str]] = None,
        reset_msgid: bool = False,
    ) -> None:
        self.levels: Dict[str, int] = dict(levels or {})
        self.facilities: Dict[str, str] = dict(facilities or {})
        self.reset_msgid = reset_msgid
        self.flags: Dict[int, int] = {}

    def _cfg(self, group: str, name: str) -> int:
        value: int = self.state.modules["cfg_rpc"].groups[group][name].value
        return value

    @method(
        "dbg.get_mod_level",
        "S",
        help="Get module log level",
        missing=(500, "invalid parameters"),
    )
    def get_level(self, name: str) -> int:
        if name and name in self.levels and self._cfg("dbg", "mod_level_mode"):
            return self.levels[name]
        return self._cfg("core", "debug")

    @method(
        "dbg.set_mod_level",
        "Sd",
        help="Set module log level",
        missing=(500, "invalid parameters"),
    )
    def set_level(self, name: str, level: int) -> str:
        self.levels[name] = level
        return "200 ok"

    @method(
        "dbg.get_mod_facility",
        "S",
        help="Get module log facility",
        missing=(500, "invalid parameters"),
    )
    def get_facility(self, name: str) -> str:
        if name and name in self.facilities and self._cfg("dbg", "mod_facility_mode"):
            return self.facilities[name]
        return FACILITIES[self._cfg("core", "log_facility") >> 3]

    @method(
        "dbg.set_mod_facility",
        "Ss",
        help="Set module log facility",
        missing=(500, "invalid parameters"),
    )
    def set_facility(self, name: str, facility: str) -> str:
        if facility not in FACILITIES or facility == "-":
            raise Fault(500, "facility not found")
        self.facilities[name] = facility
        return "200 ok"

    @method("dbg.reset_msgid", "", help="Reset msgid on all process")
    def reset_ids(self) -> str:
        if not self.reset_msgid:
            raise Fault(500, "reset_msgid is 0. Set it to 1 to enable.")
        return "200 ok"

    # --- the debugger of routing scripts; there is no script

    @method("dbg.ls", help="List debugging process array")
    def processes(self, ctx: Any) -> Iterator[Struct]:
        for index in self._indexes(ctx):
            yield Struct(
                {
                    "entry": index,
                    "pid": self.state.processes[index].pid,
                    "set": self.flags.get(index, 0),
                    "state": 0,
                    "in.pid": 0,
                    "in.cmd": 0,
                }
            )

    def _indexes(self, ctx: Any) -> List[int]:
        params = ctx.scan("*d")
        pids = [process.pid for process in self.state.processes]
        if params.count != 1:
            return list(range(len(pids)))
        if params[0] not in pids:
            raise Fault(500, "No such pid")
        return [pids.index(params[0])]

    @method("dbg.trace", help="Config trace command")
    def trace(self, ctx: Any) -> str:
        params = ctx.scan("S")
        if params.count < 1:
            raise Fault(500, "Config trace command missing")
        indexes = self._indexes(ctx)
        if params[0] not in ("on", "off"):
            raise Fault(500, "Unknown trace command")
        self._switch(indexes, TRACE_ON, params[0] == "on")
        return "200 ok"

    @method("dbg.bp", help="Breakpoint command")
    def breakpoint(self, ctx: Any) -> str:
        params = ctx.scan("S")
        if params.count < 1:
            raise Fault(500, "Config breakpoint command missing")
        command = params[0]
        indexes = self._indexes(ctx)
        everywhere = len(indexes) != 1
        if command in ("on", "off", "release"):
            self._switch(indexes, BREAKPOINT_ON, command == "on")
        elif command in ("keep", "move", "next", "show", "eval", "log"):
            if everywhere:
                raise Fault(500, "Missing pid parameter")
            if command in ("eval", "log"):
                value = ctx.scan("S")
                if value.count < 1:
                    raise Fault(500, "pv param missing")
                if len(value[0]) < 2:
                    raise Fault(500, "invalid pv param")
            if command == "keep":
                others = set(range(len(self.state.processes))) - set(indexes)
                self._switch(sorted(others), BREAKPOINT_ON, False)
        else:
            raise Fault(500, "Unknown inner command")
        return "200 ok"

    def _switch(self, indexes: List[int], flag: int, on: bool) -> None:
        for index in indexes:
            old = self.flags.get(index, 0)
            self.flags[index] = old | flag if on else old & ~flag
