# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The sections of a document: keys, types, limits, and the resources that they become.

The one table :data:`SECTIONS` checks documents, and the JSON Schema and the documentation are
made of it.
"""

from __future__ import annotations

from ..desired.cfg import CfgVariables
from ..desired.condition import OPTIONS as CONDITION
from ..desired.htable import HashTable
from ..desired.pv import SharedVariable
from .shapes import Anything, Flag, Items, Map, Number, Record, Scalar, Text, WishError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Mapping

    from ..desired.resource import Resource
    from .shapes import Path, Shape
    from .wish import Context

    Build = Callable[[Any, Context], List[Resource]]


class Section:
    """A section of a document.

    :ivar shape: what it may hold.
    :ivar build: makes resources of it, which is checked already.
    """

    def __init__(self, shape: Shape, build: Build) -> None:
        self.shape = shape
        self.build = build


def built(make: Callable[..., Resource], path: Path, *args: Any, **more: Any) -> Resource:
    """Return a resource.

    :raises WishError: it cannot be.
    """
    try:
        return make(*args, **more)
    except ValueError as error:
        raise WishError(path, str(error)) from error


EXACT = Flag("Whether what is not named here goes. Without it, that stays.")
ALLOW_EMPTY = Flag("Whether exact may remove all that there is.")
MAX_REMOVE = Number("How many exact may remove at most.", low=0)


def _htable(data: Mapping[str, Any], context: Context) -> List[Resource]:
    return [
        built(
            HashTable,
            ("htable", table),
            table,
            each.get("items", {}),
            each.get("absent", ()),
            each.get("exact", False),
        )
        for table, each in data.items()
    ]


HTABLE = Map(
    Record(
        {
            "items": Map(Scalar("The value."), "Keys to values.", key=Text(empty=True)),
            "absent": Items(Text(empty=True), "Keys that must not be there."),
            "exact": EXACT,
            "allow_empty": ALLOW_EMPTY,
            "max_remove": MAX_REMOVE,
        },
    ),
    "Hash tables of the module htable, by name.",
)


def _pv(data: Mapping[str, Any], context: Context) -> List[Resource]:
    return [
        built(SharedVariable, ("pv", "shv", name), name, value)
        for name, value in data.get("shv", {}).items()
    ]


PV = Record(
    {"shv": Map(Scalar(), "Shared variables, $shv(name): the configuration has to declare them.")},
    "Variables of the module pv.",
)


def _cfg(data: Mapping[str, Any], context: Context) -> List[Resource]:
    groups = {name: group for name, group in data.items() if group}
    return [built(CfgVariables, ("cfg",), groups)] if groups else []


CFG = Map(
    Map(Scalar()),
    "Variables of the configuration framework, by group, or by group and instance as in limits[1].",
)


SECTIONS: Dict[str, Section] = {
    "htable": Section(HTABLE, _htable),
    "pv": Section(PV, _pv),
    "cfg": Section(CFG, _cfg),
}
"""All sections by name, in the order in which they are listed."""


CHECK = Record(
    {
        "method": Text("A method that changes nothing."),
        "params": Items(Anything(), "Its parameters."),
        "path": Text("Where in the reply; without it, the whole value."),
        "expect": Anything("The value that has to be there."),
        "min": Number("The least number that may be there.", whole=False),
        "max": Number("The greatest number that may be there.", whole=False),
        "fault": Anything("The fault that has to come: its code, its kind, or a part of its text."),
        "within": Number(
            "Seconds in which it may become true after the change.", low=0, high=3600, whole=False
        ),
        "hold": Number(
            "Seconds for which it has to stay true after the change.",
            low=0,
            high=3600,
            whole=False,
        ),
    },
    "Something that has to hold.",
    required=["method"],
    exclusive=CONDITION.mutually_exclusive,
)
