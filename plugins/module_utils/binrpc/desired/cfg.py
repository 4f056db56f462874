# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Variables of the configuration framework."""

from __future__ import annotations

from ..faults import Fault
from ..values import NULL_TEXT, set_text
from .drive import ask
from .engine import Resource, StateError, Step, Wait
from .expect import parameter
from .kind import Kind
from .options import Option, Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Mapping, Sequence, Tuple

    from .drive import Talk
    from .engine import Plan


class CfgVariables(Resource):
    """A dict of ``(group, name)`` to int or str.

    :param groups: group to names to values.
    :raises StateError: a variable cannot hold its value.
    """

    persisted_by = "the configuration file says the same"

    def __init__(self, groups: Mapping[str, Mapping[str, Any]]) -> None:
        self.wanted: Dict[Tuple[str, str], Any] = {}
        self.pending: List[Any] = []
        for group, variables in groups.items():
            if not hasattr(variables, "items"):
                raise StateError("variables.%s has to be a mapping of names to values" % group)
            for name, given in variables.items():
                value = parameter(given)
                if isinstance(value, bool):
                    value = int(value)
                if not isinstance(value, (int, str)):
                    raise StateError("%s.%s is a number or a text" % (group, name))
                if isinstance(value, int) and not -(2**31) <= value < 2**31:
                    raise StateError("%s.%s: %d needs more than 32 bits" % (group, name, value))
                self.wanted[str(group), str(name)] = value
        if not self.wanted:
            raise StateError("there is no variable in variables")

    def read(self) -> Talk[Any]:
        have = {}
        for group, name in self.wanted:
            try:
                value = (yield from ask("cfg.get", group, name))[0]
            except Fault as fault:
                if fault.code != 400:
                    raise
                raise StateError(
                    "%s.%s cannot be read: %s. See cfg.list for what there is"
                    % (group, name, fault.text.strip())
                ) from fault
            have[group, name] = set_text(value) if value == NULL_TEXT else value
        if len(have) > 1:
            self.pending = yield from ask("cfg.diff")
        return have

    def want(self, have: Any) -> Any:
        return {key: _of_type(have[key], value, key) for key, value in self.wanted.items()}

    def steps(self, have: Any, want: Any) -> Plan:
        changed = [(key, value) for key, value in want.items() if have[key] != value]
        if len(changed) == 1:
            ((group, name), value) = changed[0]
            method = "cfg.seti" if isinstance(value, int) else "cfg.sets"
            return [Step(method, group, name, value)]
        if self.pending:
            return [Wait("changes by another client wait for cfg.commit: %s" % self._pending())]
        steps = []
        for (group, name), value in changed:
            method = "cfg.set_delayed_int" if isinstance(value, int) else "cfg.set_delayed_string"
            steps.append(Step(method, group, name, value))
        return [*steps, Step("cfg.commit")]

    def _pending(self) -> str:
        return ", ".join(
            "%s.%s = %r" % (each.get("group name"), each.get("variable name"), each["new value"])
            for each in self.pending
        )

    def undo(self, before: Any, have: Any) -> Sequence[Step]:
        if have == before:
            return [Step("cfg.rollback")] if self.pending else []
        return [
            Step("cfg.seti" if isinstance(value, int) else "cfg.sets", *key, value)
            for key, value in before.items()
            if have[key] != value
        ]

    def show(self, state: Any) -> Any:
        shown: Dict[str, Any] = {}
        for (group, name), value in state.items():
            shown.setdefault(group, {})[name] = value
        return shown

    def hint(self, fault: Fault) -> str:
        if fault.method.startswith("cfg.") and "Failed to set" in fault.text:
            return "The variable may be read-only, or the value out of its range: see cfg.help"
        return ""


def _of_type(have: Any, value: Any, key: Tuple[str, str]) -> Any:
    """Return the value in the type of its variable: a template may have made text of a number."""
    if isinstance(have, int) and isinstance(value, str):
        try:
            return int(value.strip(), 10)
        except ValueError:
            raise StateError("%s.%s is a number, and %r is none" % (*key, value)) from None
    if isinstance(have, str) and isinstance(value, int):
        return str(value)
    return value


def _variables(params: Dict[str, Any]) -> Resource:
    if params["variables"] is not None:
        return CfgVariables(params["variables"])
    return CfgVariables({params["group"]: {params["name"]: params["value"]}})


VARIABLES = Kind(
    "cfg",
    Options(
        {
            "group": Option(),
            "name": Option(),
            "value": Option("raw"),
            "variables": Option("dict"),
        },
        required_one_of=[("group", "variables")],
        required_together=[("group", "name", "value")],
        mutually_exclusive=[("variables", name) for name in ("group", "name", "value")],
    ),
    _variables,
    subject="name",
)
