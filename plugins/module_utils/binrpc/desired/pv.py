# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Shared variables of the module pv: ``$shv(name)``."""

from __future__ import annotations

from ..faults import NotFound
from .drive import Ask
from .expect import parameter
from .kind import Kind
from .leaf import TOO_LARGE, Leaves
from .options import Option, Options
from .resource import Resource, StateError
from .step import Step, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, List, Mapping, Sequence

    from .leaf import Address
    from .resource import Answers
    from .step import Change


class SharedVariable(Resource):
    """The value of a shared variable: int or str.

    :param value: int, str, or a mapping with ``type`` and ``value``, which forces a type.
    :raises StateError: a shared variable cannot hold it.
    """

    persisted_by = "the configuration file says the same"

    def __init__(self, name: str, value: Any) -> None:
        value = parameter(value)
        if isinstance(value, bool):
            value = int(value)
        if not isinstance(value, (int, str)):
            raise StateError("value is an integer or a text, not %r" % (value,))
        if isinstance(value, int) and not -(2**31) <= value < 2**31:
            raise StateError("%d needs more than 32 bits" % value)
        self.name = name
        self.value = value
        self.address: Address = ("pv", "shv", name)

    def questions(self, answers: Answers) -> Iterable[Ask]:
        return [Ask("pv.shvGet", (self.name,))]

    def observe(self, answers: Answers) -> Leaves:
        if answers.too_large("pv.shvGet", self.name):
            return Leaves({self.address: TOO_LARGE})
        try:
            return Leaves({self.address: answers.values("pv.shvGet", self.name)[0]["value"]})
        except NotFound as fault:
            raise StateError(
                "there is no $shv(%s). The configuration has to use or declare it, since an RPC "
                "cannot create one" % self.name
            ) from fault

    def resolve(self, seen: Leaves) -> Dict[Address, Any]:
        return {self.address: self.value}

    def steps(self, changes: Sequence[Change], seen: Leaves) -> List[Step]:
        return [
            Step(
                "pv.shvSet",
                self.name,
                "int" if isinstance(change.after, int) else "str",
                change.after,
                leaves={change.address: change.after},
            )
            for change in changes
        ]

    def show(self, leaves: Mapping[Address, Any]) -> Any:
        return {self.name: shown(leaves[self.address])}


def _variable(params: Dict[str, Any]) -> Resource:
    return SharedVariable(params["name"], params["value"])


VARIABLE = Kind(
    "shv",
    Options(
        {
            "name": Option(required=True),
            "value": Option("raw", required=True, empty="the empty text", named_by="name"),
        }
    ),
    _variable,
    subject="name",
)
