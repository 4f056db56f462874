# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Shared variables of the module pv: ``$shv(name)``."""

from __future__ import annotations

from ..faults import NotFound
from .drive import ask
from .engine import Resource, StateError, Step
from .expect import parameter
from .kind import Kind
from .options import Option, Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict

    from .drive import Talk
    from .engine import Plan


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

    def read(self) -> Talk[Any]:
        try:
            return (yield from ask("pv.shvGet", self.name))[0]["value"]
        except NotFound as fault:
            raise StateError(
                "there is no $shv(%s). The configuration has to use or declare it, since an RPC "
                "cannot create one" % self.name
            ) from fault

    def want(self, have: Any) -> Any:
        return self.value

    def differs(self, have: Any, want: Any) -> bool:
        return type(have) is not type(want) or have != want

    def steps(self, have: Any, want: Any) -> Plan:
        kind = "int" if isinstance(want, int) else "str"
        return [Step("pv.shvSet", self.name, kind, want)]

    def show(self, state: Any) -> Any:
        return {self.name: state}


def _variable(params: Dict[str, Any]) -> Resource:
    return SharedVariable(params["name"], params["value"])


VARIABLE = Kind(
    "shv",
    Options({"name": Option(required=True), "value": Option("raw", required=True)}),
    _variable,
    subject="name",
)
