# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Log levels: of the whole server, and of single modules by the module debugger."""

from __future__ import annotations

from ..faults import MethodNotFound
from .drive import ask
from .engine import Resource, StateError, Step
from .kind import Kind
from .options import Option, Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict

    from ..faults import Fault
    from .drive import Talk
    from .engine import Plan

PERSISTED_BY = "the configuration file says the same"


class CoreLogLevel(Resource):
    """The log level of the whole server: an int."""

    persisted_by = PERSISTED_BY

    def __init__(self, level: int) -> None:
        self.level = level
        self.by_corex = False

    def read(self) -> Talk[Any]:
        try:
            return (yield from ask("cfg.get", "core", "debug"))[0]
        except MethodNotFound:
            self.by_corex = True
            return (yield from ask("corex.debug"))[0]["debug"]

    def want(self, have: Any) -> Any:
        return self.level

    def steps(self, have: Any, want: Any) -> Plan:
        if self.by_corex:
            return [Step("corex.debug", want)]
        return [Step("cfg.seti", "core", "debug", want)]

    def show(self, state: Any) -> Any:
        return {"level": state}


class ModuleLogLevel(Resource):
    """The log level of one module: an int.

    The server does not tell whether levels of modules count (``mod_level_mode``): while they do
    not, it shows the level of the whole server for each.

    :param activate: set ``mod_level_mode`` as well.
    """

    persisted_by = PERSISTED_BY

    def __init__(self, module: str, level: int, activate: bool = False) -> None:
        self.module = module
        self.level = level
        self.activate = activate
        self.tried = False

    def read(self) -> Talk[Any]:
        have = (yield from ask("dbg.get_mod_level", self.module))[0]
        if self.tried and have != self.level and not self.activate:
            raise StateError(
                "the level was stored, but it does not count, since dbg.mod_level_mode is 0. Set "
                "it to 1, or say activate: true"
            )
        return have

    def want(self, have: Any) -> Any:
        return self.level

    def steps(self, have: Any, want: Any) -> Plan:
        self.tried = True
        steps = [Step("dbg.set_mod_level", self.module, want)]
        if self.activate:
            steps.append(Step("cfg.seti", "dbg", "mod_level_mode", 1))
        return steps

    def show(self, state: Any) -> Any:
        return {self.module: state}

    def hint(self, fault: Fault) -> str:
        if fault.method == "dbg.set_mod_level" and "store" in fault.text:
            return 'It needs modparam("debugger", "mod_hash_size", ...) in the configuration'
        return ""


def _level(params: Dict[str, Any]) -> Resource:
    if params["module"] is None:
        return CoreLogLevel(params["level"])
    return ModuleLogLevel(params["module"], params["level"], params["activate"])


LEVEL = Kind(
    "debug_level",
    Options(
        {
            "level": Option("int", required=True),
            "module": Option(),
            "activate": Option("bool", default=False),
        }
    ),
    _level,
)
