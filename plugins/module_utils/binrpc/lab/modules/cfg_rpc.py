# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``cfg.*``: the configuration framework (upstream ``cfg_rpc/cfg_rpc.c``, ``core/cfg/``)."""

from __future__ import annotations

import re

from ...faults import Fault
from ...values import NULL_TEXT, Struct
from ..cfg_variables import VARIABLES
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple, Union

    Value = Union[int, str, None]

SAMPLE: Dict[str, Dict[str, Any]] = {
    "lab": {"label": "box", "max_calls": 10, "feature_on": 1},
    "drain": {"level": 0},
}

FACILITIES = [
    "LOG_KERN",
    "LOG_USER",
    "LOG_MAIL",
    "LOG_DAEMON",
    "LOG_AUTH",
    "LOG_SYSLOG",
    "LOG_LPR",
    "LOG_NEWS",
    "LOG_UUCP",
    "LOG_CRON",
    "LOG_AUTHPRIV",
    "LOG_FTP",
    "-",
    "-",
    "-",
    "-",
    "LOG_LOCAL0",
    "LOG_LOCAL1",
    "LOG_LOCAL2",
    "LOG_LOCAL3",
    "LOG_LOCAL4",
    "LOG_LOCAL5",
    "LOG_LOCAL6",
    "LOG_LOCAL7",
]
_GROUP = re.compile(r"(.+)\[([0-9]+)\]", re.DOTALL)
_LONG = re.compile(r"[ \t\n\v\f\r]*[+-]?[0-9]+")
_SYNTAX = 'Wrong group syntax. Use either "group", or "group[id]"'
_SYNTAX_ID = 'Wrong group syntax. Use "group[id]"'


class Variable:
    """One declared variable.

    :ivar kind: ``int``, ``str``, ``string`` (a C string) or ``facility``.
    :ivar value: in use when no group instance is asked for; None reads NULL_TEXT.
    :ivar initial: what ``cfg.reset`` goes back to.
    """

    __slots__ = ("flags", "group", "help", "high", "initial", "kind", "low", "name", "value")

    def __init__(
        self,
        group: str,
        name: str,
        value: Value,
        kind: str = "",
        low: int = 0,
        high: int = 0,
        flags: str = "",
        help: str = "",
    ) -> None:
        self.group = group
        self.name = name
        self.value = self.initial = value
        self.kind = kind or ("int" if isinstance(value, int) else "str")
        self.low = low
        self.high = high
        self.flags = flags
        self.help = help


class Change:
    """A pending change; ``value`` is None for a deletion."""

    __slots__ = ("group_id", "value", "variable")

    def __init__(self, variable: Variable, group_id: Optional[int], value: Value) -> None:
        self.variable = variable
        self.group_id = group_id
        self.value = value


def declared(release: Tuple[int, ...]) -> Dict[str, Dict[str, Variable]]:
    """Read the table of variables that a release has."""
    groups: Dict[str, Dict[str, Variable]] = {}
    group = ""
    for line in VARIABLES.replace("\n  ", " ").splitlines():
        if line.startswith("["):
            group = line.strip("[]")
            continue
        name, kind, text, low, high, flags, help = line.split(" ", 6)
        name, _mark, limit = name.partition("@")
        if limit and (release < _number(limit.lstrip("-"))) is not limit.startswith("-"):
            continue
        value: Value = None
        if text != "-":
            numeric = kind in ("int", "facility")
            value = int(text) if numeric else text.strip('"').replace("_", " ")
        help = help.replace("~", " ")
        groups.setdefault(group, {})[name] = Variable(
            group, name, value, kind, int(low), int(high), flags, help
        )
    return groups


def _number(release: str) -> Tuple[int, ...]:
    return tuple(int(part) for part in release.split("."))


class Configuration(Module):
    """The module cfg_rpc, and the variables of the configuration framework.

    :param groups: group to variables and their values; a variable that Kamailio does not
        have is declared, as ``group.name = value`` in the configuration does. A value
        ``[value, help]`` gives the text of cfg.help, too. None for a few samples.
    :ivar groups: group to name to :class:`Variable`.
    :ivar instances: ``(group, id)`` to the values set in that group instance.
    :ivar pending: uncommitted :class:`Change` objects.
    """

    name = "cfg_rpc"
    loads = ("cfg_rpc",)

    def __init__(self, groups: Optional[Mapping[str, Mapping[str, Any]]] = None) -> None:
        self._given = SAMPLE if groups is None else groups
        self.groups: Dict[str, Dict[str, Variable]] = {}
        self.instances: Dict[Tuple[str, int], Dict[str, Value]] = {}
        self.pending: List[Change] = []

    def added(self) -> None:
        self.groups = declared(self.state.release)
        # Kamailio puts new groups in front of its list.
        for group, values in reversed(list(self._given.items())):
            variables = self.groups.setdefault(group, {})
            for name, given in values.items():
                value, help = given if isinstance(given, (list, tuple)) else (given, "")
                if name in variables:
                    variables[name].value = variables[name].initial = value
                else:
                    variables[name] = Variable(group, name, value, help=help)

    def __getitem__(self, group: str) -> Dict[str, Value]:
        """Values of a group by name: ``lab.modules["cfg_rpc"]["core"]["debug"]``."""
        return {name: each.value for name, each in self.groups[group].items()}

    def put(self, group: str, name: str, value: Value) -> None:
        """Change a variable from Python."""
        self.groups[group][name].value = value

    # --- reading

    def _value(self, variable: Variable, group_id: Optional[int]) -> Value:
        if group_id is None:
            return variable.value
        return self.instances[variable.group, group_id].get(variable.name, variable.value)

    @method("cfg.get", help="Get the value of a configuration variable")
    def get(self, ctx: Any) -> Any:
        params = ctx.scan("S*S")
        if params.count < 1:
            raise Fault(500, "Failed to get the parameters")
        group, group_id = _group(params[0])
        name = params[1] if params.count > 1 else ""
        if name:
            variable = self.groups.get(group, {}).get(name)
            if variable is None:
                raise Fault(400, "Failed to get the variable")
            if "h" in variable.flags:
                raise Fault(400, "Variable exists, but it is not readable via RPC interface")
            return self._read(variable, group_id)
        return Struct(
            (variable.name, self._read(variable, group_id))
            for variable in self.groups.get(group, {}).values()
            if "h" not in variable.flags
        )

    def _read(self, variable: Variable, group_id: Optional[int]) -> Union[int, str]:
        if group_id is not None and (variable.group, group_id) not in self.instances:
            raise Fault(400, "Failed to get the variable")
        return _shown(self._value(variable, group_id))

    @method("cfg.list", "*S", help="List the configuration variables")
    def list(self, only: str = "") -> Iterator[str]:
        for group, variables in self.groups.items():
            if only in ("", group):
                for name in variables:
                    yield "%s: %s" % (group, name)

    @method("cfg.help", "SS", help="Print the description of a configuration variable")
    def describe(self, group: str, name: str) -> Any:
        variable = self.groups.get(group, {}).get(name)
        if variable is None:
            raise Fault(400, "Failed to get the variable description")
        kind = "integer" if variable.kind == "int" else "string"
        if self.state.release >= (6, 1, 1):
            return Struct(desc=variable.help, type=kind)
        return [variable.help, "(parameter type is %s)" % kind]

    # --- changing at once

    @method(
        "cfg.set",
        help="Set the value of a configuration variable and commit the change immediately",
    )
    def set(self, ctx: Any) -> None:
        self._scanned(ctx, self._set)

    @method(
        "cfg.seti",
        "SSd",
        help="Set the value of a configuration variable and commit the change immediately",
    )
    @method(
        "cfg.set_now_int",
        "SSd",
        help="Set the value of a configuration variable and commit the change immediately",
    )
    @method(
        "cfg.sets",
        "SSs",
        help="Set the value of a configuration variable and commit the change immediately",
    )
    @method(
        "cfg.set_now_string",
        "SSs",
        help="Set the value of a configuration variable and commit the change immediately",
    )
    def _set(self, group: str, name: str, value: Value) -> None:
        variable, group_id = self._writable(group, name)
        value = _checked(variable, value)
        if group_id is None:
            if value is not None:
                variable.value = value
            return
        if (variable.group, group_id) not in self.instances:
            raise Fault(400, "Failed to set the variable")
        self.instances[variable.group, group_id][variable.name] = value

    @method(
        "cfg.del",
        "SS",
        help="Delete the value of a configuration variable from a group instance "
        "and commit the change immediately",
    )
    def delete(self, group: str, name: str) -> None:
        variable, group_id = self._writable(group, name, deleting=True)
        values = self.instances.get((variable.group, group_id))  # type: ignore[arg-type]
        if values is None:
            raise Fault(400, "Failed to delete the value")
        values.pop(variable.name, None)

    @method(
        "cfg.reset",
        "S",
        help="Reset all the values of a configuration group and commit the change immediately",
    )
    def reset(self, group: str) -> None:
        name, _group_id = _group(group)
        for variable in self.groups.get(name, {}).values():
            if "h" in variable.flags or "r" in variable.flags:
                continue
            if variable.kind == "str":
                raise Fault(500, "Unsupported input type")
            try:
                self._set(group, variable.name, variable.initial)
            except Fault:
                raise Fault(500, "Reset failed") from None

    def _writable(
        self, group: str, name: str, deleting: bool = False
    ) -> Tuple[Variable, Optional[int]]:
        group, group_id = _group(group, needs_id=deleting)
        variable = self.groups.get(group, {}).get(name)
        if (
            variable is None
            or "r" in variable.flags
            or ("o" in variable.flags and group_id is not None)
        ):
            what = "delete the value" if deleting else "set the variable"
            raise Fault(400, "Failed to " + what)
        return variable, group_id

    @staticmethod
    def _scanned(ctx: Any, function: Any) -> None:
        params = ctx.scan("SS")
        if params.count < 2:
            return
        _group(params[0])
        value = ctx.scan("d")
        if value.count < 1:
            value = ctx.scan("s")
        if value.count == 1:
            function(*params, *value)

    # --- changing later

    @method(
        "cfg.set_delayed",
        help="Prepare the change of a configuration variable, but does not commit "
        "the new value yet",
    )
    def set_delayed(self, ctx: Any) -> None:
        self._scanned(ctx, self._set_delayed)

    @method(
        "cfg.set_delayed_int",
        "SSd",
        help="Prepare the change of a configuration variable, but does not commit "
        "the new value yet",
    )
    @method(
        "cfg.set_delayed_string",
        "SSs",
        help="Prepare the change of a configuration variable, but does not commit "
        "the new value yet",
    )
    def _set_delayed(self, group: str, name: str, value: Value) -> None:
        variable, group_id = self._writable(group, name)
        value = _checked(variable, value)
        # Only variables with a check of their own look whether the instance is there.
        checked = "h" in variable.flags and group_id is not None
        if checked and (variable.group, group_id) not in self.instances:
            raise Fault(400, "Failed to set the variable")
        self._postpone(Change(variable, group_id, value))

    @method(
        "cfg.del_delayed",
        "SS",
        help="Prepare the deletion of the value of a configuration variable from a "
        "group instance, but does not commit the change yet",
    )
    def delete_delayed(self, group: str, name: str) -> None:
        variable, group_id = self._writable(group, name, deleting=True)
        self._postpone(Change(variable, group_id, None))

    def _postpone(self, change: Change) -> None:
        """Add it behind the changes of its group, those without an instance first."""
        group = change.variable.group
        groups = [each.variable.group for each in self.pending]
        index = groups.index(group) if group in groups else len(groups)
        for each in self.pending[index:]:
            if each.variable.group != group or not _not_after(each.group_id, change.group_id):
                break
            index += 1
        self.pending.insert(index, change)

    @method("cfg.commit", "", help="Commit the previously prepared configuration changes")
    def commit(self) -> None:
        for change in self.pending:
            key = change.variable.group, change.group_id
            if change.group_id is not None and key not in self.instances:
                raise Fault(400, "Failed to commit the changes")
        for change in self.pending:
            if change.group_id is None:
                change.variable.value = change.value
                continue
            values = self.instances[change.variable.group, change.group_id]
            if change.value is None:
                values.pop(change.variable.name, None)
            else:
                values[change.variable.name] = change.value
        self.pending = []

    @method("cfg.rollback", "", help="Drop the prepared configuration changes")
    def rollback(self) -> None:
        self.pending = []

    @method(
        "cfg.diff",
        "",
        help="List the pending configuration changes that have not been committed yet",
    )
    def diff(self) -> Iterator[Struct]:
        for change in self.pending:
            variable, group_id = change.variable, change.group_id
            if group_id is not None and (variable.group, group_id) not in self.instances:
                raise Fault(400, "Failed to get the changes")
            row = Struct({"group name": variable.group})
            if group_id is not None:
                row.add("group id", group_id)
            row.add("variable name", variable.name)
            row.add("old value", _shown(self._value(variable, group_id)))
            row.add("new value", _shown(variable.value if change.value is None else change.value))
            yield row

    # --- group instances

    @method(
        "cfg.add_group_inst",
        "S",
        help="Add a new instance to an existing configuration group",
    )
    def add_instance(self, group: str) -> None:
        name, group_id = _group(group, needs_id=True)
        if name not in self.groups:
            raise Fault(400, "Failed to add the group instance")
        self.instances.setdefault((name, group_id), {})  # type: ignore[arg-type]

    @method("cfg.del_group_inst", "S", help="Delete an instance of a configuration group")
    def delete_instance(self, group: str) -> None:
        name, group_id = _group(group, needs_id=True)
        if self.instances.pop((name, group_id), None) is None:  # type: ignore[arg-type]
            raise Fault(400, "Failed to delete the group instance")


def _not_after(left: Optional[int], right: Optional[int]) -> bool:
    return left is None or (right is not None and left <= right)


def _group(text: str, needs_id: bool = False) -> Tuple[str, Optional[int]]:
    """Take ``group`` or ``group[id]`` apart.

    :raises Fault: it is neither, or an id is needed and not there.
    """
    if not text.endswith("]") and not needs_id:
        return text, None
    match = _GROUP.fullmatch(text)
    if match is None:
        raise Fault(400, _SYNTAX_ID if needs_id else _SYNTAX)
    return match.group(1), int(match.group(2)) & 0xFFFFFFFF


def _shown(value: Value) -> Union[int, str]:
    return NULL_TEXT if value is None else value


def _checked(variable: Variable, value: Value) -> Value:
    """Convert a value to the variable's type.

    :raises Fault: impossible, or out of range.
    """
    if variable.kind == "int":
        if isinstance(value, str):
            if not _LONG.fullmatch(value):
                raise Fault(400, "Failed to set the variable")
            number = min(max(int(value), -(2**63)), 2**63 - 1) & 0xFFFFFFFF
            value = number - 0x100000000 if number > 0x7FFFFFFF else number
        low, high = variable.low, variable.high
        if (low or high) and not low <= value <= high:  # type: ignore[operator]
            raise Fault(400, "Failed to set the variable")
        return _fixed(variable, value)  # type: ignore[arg-type]
    text = None if value is None else str(value)
    if variable.kind == "facility":
        if text not in FACILITIES or text == "-":
            raise Fault(400, "Failed to set the variable")
        return FACILITIES.index(text) << 3
    return text


def _fixed(variable: Variable, value: int) -> int:
    """Do as the variables' own checks, as far as they refuse values or change them."""
    name = variable.name
    refused = (
        (name == "ring_timeout" and value <= 0)
        or (name == "use_dst_blocklist" and value)
        or (name == "dns_try_ipv6" and value)
        or (name == "udp4_raw" and value > 0)
    )
    if refused:
        raise Fault(400, "Failed to set the variable")
    if name in ("dns_reinit", "mem_dump_shm"):
        return 0
    return value
