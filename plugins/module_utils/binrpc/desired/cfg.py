# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Variables of the configuration framework."""

from __future__ import annotations

from ..faults import Fault, ReplyTooLarge
from ..values import NULL_TEXT, Struct, set_text
from .drive import Ask, ask
from .expect import parameter
from .kind import Kind
from .leaf import ABSENT, TOO_LARGE, UNKNOWN, Leaves
from .options import Option, Options
from .resource import Resource, StateError
from .step import PREPARE, REMOVE, Step, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, List, Mapping, Sequence, Tuple

    from .drive import Talk
    from .leaf import Address
    from .resource import Answers
    from .step import Change


NOT_READABLE = 400
"""The code of a fault about a variable that does not exist, or that only the server may read."""


class CfgVariables(Resource):
    """Variables by group and name: int or str, and the instances of groups that they need.

    :param groups: group, or group and instance as in ``limits[1]``, to names to values. For a
        text that is not set, the value is ``<null string>``, which the server shows.
    :param inherit: pairs of an instance and a name that have to have the value of the group itself.
        An instance that has the same value of its own is not told apart from one that inherits.
    :raises StateError: a variable cannot hold its value.
    """

    persisted_by = "the configuration file says the same"

    def __init__(
        self,
        groups: Mapping[str, Mapping[str, Any]],
        inherit: Iterable[Sequence[str]] = (),
    ) -> None:
        self.inherit = {(str(group), str(name)) for group, name in inherit}
        for group, name in sorted(self.inherit):
            if not _instance(group):
                raise StateError(
                    "%s.%s inherits from nothing: %s is not an instance" % (group, name, group)
                )
        self.wanted: Dict[Tuple[str, str], Any] = {}
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
        if not self.wanted and not self.inherit:
            raise StateError("there is no variable in variables")

    # --- reading

    def questions(self, answers: Answers) -> Iterable[Ask]:
        differs = False
        for (group, name), value in self.wanted.items():
            yield Ask("cfg.get", (group, name))
            fault = answers.fault("cfg.get", group, name)
            if fault is None:
                if answers.has("cfg.get", group, name):
                    found = answers.values("cfg.get", group, name)[0]
                    differs = differs or str(found) != str(value)
            elif WRITE_ONLY in fault.text:
                differs = True
                yield Ask("cfg.help", (group, name))
            elif _instance(group) and fault.code == NOT_READABLE:
                # Either the group has no such instance, or no such variable.
                differs = True
                yield Ask("cfg.get", (_instance(group), name))
        for group, name in sorted(self.inherit):
            yield Ask("cfg.get", (group, name))
            yield Ask("cfg.get", (_instance(group), name))
        if differs:
            yield Ask("cfg.diff")

    def observe(self, answers: Answers) -> Leaves:
        seen = Leaves(types={}, inherited={})
        for group, name in self.wanted:
            address = address_of(group, name)
            fault = answers.fault("cfg.get", group, name)
            base = _instance(group)
            if isinstance(fault, ReplyTooLarge):
                seen[address] = TOO_LARGE
            elif fault is not None and WRITE_ONLY in fault.text:
                seen[address] = _written(answers, address)
                seen.facts["types"][address] = self._type(answers, group, name)
            elif fault is not None and base and answers.has("cfg.get", base, name):
                self._readable(answers, base, name)
                seen.facts["types"][address] = type(answers.values("cfg.get", base, name)[0])
            else:
                seen[address] = self._readable(answers, group, name)
                seen.facts["types"][address] = type(seen[address])
                if base:
                    seen[instance_of(group)] = True
        for group, name in self.inherit:
            address = address_of(group, name)
            fault = answers.fault("cfg.get", group, name)
            if fault is not None and WRITE_ONLY in fault.text:
                raise StateError("whether %s.%s inherits cannot be read" % (group, name))
            seen.facts["inherited"][address] = self._readable(answers, _instance(group), name)
            # Without such an instance there is nothing of its own.
            if fault is None or fault.code != NOT_READABLE:
                seen[address] = self._readable(answers, group, name)
        seen.facts["pending"] = _pending(answers)
        return seen

    @staticmethod
    def _readable(answers: Answers, group: str, name: str) -> Any:
        try:
            return answers.values("cfg.get", group, name)[0]
        except Fault as fault:
            if fault.code != NOT_READABLE:
                raise
            raise StateError(
                "%s.%s cannot be read: %s. See cfg.list for what there is"
                % (group, name, fault.text.strip())
            ) from fault

    @staticmethod
    def _type(answers: Answers, group: str, name: str) -> Any:
        """Return the type that cfg.help states: in its second text, from 6.1.1 on in a member."""
        if answers.fault("cfg.help", group, name) is not None:
            return None
        described = answers.values("cfg.help", group, name)
        last = described[-1]
        stated = last.get("type") if isinstance(last, Struct) else last
        return int if "integer" in str(stated) else None

    def same(self, address: Address, one: Any, other: Any) -> bool:
        return bool(_text(one) == _text(other) and type(one) is type(other))

    # --- writing

    def resolve(self, seen: Leaves) -> Dict[Address, Any]:
        wanted: Dict[Address, Any] = {}
        for (group, name), value in self.wanted.items():
            address = address_of(group, name)
            if _instance(group) and address not in seen:
                wanted[instance_of(group)] = True
            wanted[address] = _of_type(seen.facts["types"].get(address), value, (group, name))
        inherited = self._inherited(seen)
        wanted.update((each, inherited[each]) for each in inherited if each in seen)
        return wanted

    def _inherited(self, seen: Leaves) -> Dict[Address, Any]:
        """Return what instances inherit: of their groups as they are, or as they are wanted."""
        found = dict(seen.facts["inherited"])
        for address in found:
            key = _instance(str(address[1])), str(address[2])
            if key in self.wanted:
                kind = seen.facts["types"].get(address_of(*key))
                found[address] = _of_type(kind, self.wanted[key], key)
        return found

    def steps(self, changes: Sequence[Change], seen: Leaves) -> List[Step]:
        steps: List[Step] = []
        inherited = self._inherited(seen)
        for change in changes:
            leaves = {change.address: change.after}
            group = str(change.address[1])
            if len(change.address) == len(instance_of("")):
                if change.after is ABSENT:
                    step = Step("cfg.del_group_inst", group, phase=REMOVE, leaves=leaves)
                else:
                    step = Step("cfg.add_group_inst", group, phase=PREPARE, leaves=leaves)
                steps.insert(0, step)
            elif change.address in inherited and self.same(
                change.address, change.after, inherited[change.address]
            ):
                name = str(change.address[2])
                steps.append(Step("cfg.del", group, name, phase=PREPARE, leaves=leaves))
            elif change.after is not ABSENT:  # otherwise it goes with its instance
                method = "cfg.seti" if isinstance(change.after, int) else "cfg.sets"
                name = str(change.address[2])
                steps.append(Step(method, group, name, change.after, phase=PREPARE, leaves=leaves))
        return steps

    def approximate(self, address: Address, old: Any) -> str:
        if _instance(str(address[1])) and old is not ABSENT and len(address) > 2:
            return "whether the instance had this value of its own cannot be read"
        return ""

    # --- results

    def show(self, leaves: Mapping[Address, Any]) -> Any:
        found: Dict[str, Any] = {}
        for address, value in leaves.items():
            if len(address) > len(instance_of("")) and value is not ABSENT:
                found.setdefault(str(address[1]), {})[str(address[2])] = shown(_text(value))
        return found

    def warnings(self, seen: Leaves) -> List[str]:
        pending = seen.facts["pending"]
        if not pending:
            return []
        return ["Changes by another client wait for cfg.commit: %s" % pending]

    def hint(self, fault: Fault) -> str:
        if fault.method.startswith("cfg.") and "Failed to set" in fault.text:
            return "The variable may be read-only, or the value out of its range: see cfg.help"
        return ""


WRITE_ONLY = "not readable via RPC"


def address_of(group: str, name: str) -> Address:
    return "cfg", group, name


def instance_of(group: str) -> Address:
    return "cfg", group


def _instance(group: str) -> str:
    """Return the name of the group itself, if it is an instance such as ``limits[1]``."""
    return group.partition("[")[0] if group.endswith("]") else ""


def _text(value: Any) -> Any:
    return set_text(value) if value == NULL_TEXT else value


def _written(answers: Answers, address: Address) -> Any:
    """Return the value that this run has set last, which is all that there is to know."""
    for step, _values in reversed(answers.written):
        if address in step.leaves:
            return step.leaves[address]
    return UNKNOWN


def _pending(answers: Answers) -> str:
    if not answers.has("cfg.diff") or answers.fault("cfg.diff"):
        return ""
    return ", ".join(
        "%s.%s = %r" % (each.get("group name"), each.get("variable name"), each["new value"])
        for each in answers.values("cfg.diff")
    )


def _of_type(kind: Any, value: Any, key: Tuple[str, str]) -> Any:
    """Return the value in the type of its variable: a template may have made text of a number."""
    if kind is int and isinstance(value, str):
        try:
            return int(value.strip(), 10)
        except ValueError:
            raise StateError("%s.%s is a number, and %r is none" % (*key, value)) from None
    if kind is str and isinstance(value, int):
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
            "value": Option("raw", empty="the empty text", named_by="name"),
            "variables": Option("dict", named_by="keys"),
        },
        required_one_of=[("group", "variables")],
        required_together=[("group", "name", "value")],
        mutually_exclusive=[("variables", name) for name in ("group", "name", "value")],
    ),
    _variables,
    subject="name",
)


INFO = Options({"group": Option()})


def describe(params: Mapping[str, Any]) -> Talk[Dict[str, Any]]:
    """Return all variables that can be read, in the words of the options of VARIABLES.

    :param params: options of INFO.
    """
    wanted = params["group"]
    found: Dict[str, Dict[str, Any]] = {}
    for line in (yield from ask("cfg.list")):
        group, _colon, name = line.partition(": ")
        if wanted not in (None, group):
            continue
        try:
            value = (yield from ask("cfg.get", group, name))[0]
        except Fault as fault:
            if fault.code != NOT_READABLE:
                raise
            continue
        found.setdefault(group, {})[name] = set_text(value) if value == NULL_TEXT else value
    return {"variables": found}
