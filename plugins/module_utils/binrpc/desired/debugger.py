# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Log levels: of the whole server, and of single modules by the module debugger."""

from __future__ import annotations

from ..faults import MethodNotFound
from .drive import Ask
from .kind import Kind
from .leaf import Leaves
from .options import Option, Options
from .resource import Resource
from .step import PREPARE, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, List, Mapping, Sequence

    from ..faults import Fault
    from .leaf import Address
    from .resource import Answers
    from .step import Change

PERSISTED_BY = "the configuration file says the same"


class CoreLogLevel(Resource):
    """The log level of the whole server: an int."""

    persisted_by = PERSISTED_BY
    address: Address = ("cfg", "core", "debug")

    def __init__(self, level: int) -> None:
        self.level = level

    def questions(self, answers: Answers) -> Iterable[Ask]:
        yield Ask("cfg.get", ("core", "debug"))
        if self._by_corex(answers):
            yield Ask("corex.debug")

    @staticmethod
    def _by_corex(answers: Answers) -> bool:
        return isinstance(answers.fault("cfg.get", "core", "debug"), MethodNotFound)

    def observe(self, answers: Answers) -> Leaves:
        if self._by_corex(answers):
            level = answers.values("corex.debug")[0]["debug"]
            return Leaves({self.address: level}, by_corex=True)
        return Leaves({self.address: answers.values("cfg.get", "core", "debug")[0]})

    def resolve(self, seen: Leaves) -> Dict[Address, Any]:
        return {self.address: self.level}

    def steps(self, changes: Sequence[Change], seen: Leaves) -> List[Step]:
        call = ["corex.debug"] if seen.facts.get("by_corex") else ["cfg.seti", "core", "debug"]
        return [
            Step(*call, change.after, phase=PREPARE, leaves={change.address: change.after})
            for change in changes
        ]

    def show(self, leaves: Mapping[Address, Any]) -> Any:
        return {"level": leaves[self.address]}


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
        self.address: Address = ("debugger", module)

    def questions(self, answers: Answers) -> Iterable[Ask]:
        return [Ask("dbg.get_mod_level", (self.module,))]

    def observe(self, answers: Answers) -> Leaves:
        return Leaves({self.address: answers.values("dbg.get_mod_level", self.module)[0]})

    def resolve(self, seen: Leaves) -> Dict[Address, Any]:
        return {self.address: self.level}

    def steps(self, changes: Sequence[Change], seen: Leaves) -> List[Step]:
        steps = []
        for change in changes:
            leaves = {change.address: change.after}
            step = Step(
                "dbg.set_mod_level", self.module, change.after, phase=PREPARE, leaves=leaves
            )
            steps.append(step)
            if self.activate and change.after == self.level:
                # Whether it was on cannot be read.
                mode: Address = ("cfg", "dbg", "mod_level_mode")
                steps.append(
                    Step("cfg.seti", "dbg", "mod_level_mode", 1, phase=PREPARE, leaves={mode: 1})
                )
        return steps

    def show(self, leaves: Mapping[Address, Any]) -> Any:
        return {self.module: leaves[self.address]}

    def approximate(self, address: Address, old: Any) -> str:
        if address == self.address:
            return "a level that was not set cannot be unset: the module keeps what it had then"
        return ""

    def unmet(self, changes: Sequence[Change]) -> str:
        if self.activate:
            return ""
        return (
            "the level was stored, but it does not count, since dbg.mod_level_mode is 0. Set "
            "it to 1, or say activate: true"
        )

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
            # From L_ALERT to L_DBG; the server would take any number.
            "level": Option("int", required=True, low=-5, high=3),
            "module": Option(),
            "activate": Option("bool", default=False),
        },
        required_by={"activate": ["module"]},
    ),
    _level,
)
