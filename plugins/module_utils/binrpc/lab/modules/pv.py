# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``pv.shvGet`` and ``pv.shvSet``: shared variables (upstream ``pv/pv_shv.c``)."""

from __future__ import annotations

from ...faults import Fault
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Mapping, Optional, Union

_NO_ROOM = "Internal error creating rpc data"
_USAGE = " (Parameters: varname type value)"


class SharedVariables(Module):
    """The module pv.

    :param variables: name to int or str, in the order in which the configuration declares
        them; an RPC cannot create one.
    """

    name = "pv"
    loads = ("pv",)

    def __init__(self, variables: Optional[Mapping[str, Union[int, str]]] = None) -> None:
        self.variables: Dict[str, Union[int, str]] = dict(variables or {})
        for name, value in self.variables.items():
            if isinstance(value, bool) or not isinstance(value, (int, str)):
                raise ValueError("variables: %s: a number or a text, not %r" % (name, value))

    @method("pv.shvGet", help="Get the value of a shared variable. If no argument, dumps all")
    def get(self, ctx: Any) -> None:
        names = ctx.scan("s")
        if names:
            if names[0] not in self.variables:
                raise Fault(404, "Variable not found")
            kind = "int" if isinstance(self.variables[names[0]], int) else "str"
            self._describe(ctx.add("{"), names[0], _NO_ROOM + " (%s)" % kind)
            return
        items = ctx.add("{").add("{", "items")
        # Kamailio puts a new variable in front of its list.
        for name in reversed(list(self.variables)):
            self._describe(items.add("{", "shv"), name, _NO_ROOM)

    def _describe(self, handle: Any, name: str, failure: str) -> None:
        value = self.variables[name]
        if isinstance(value, int):
            fits = handle and handle.add("ssd", "name", name, "type", "int", "value", value)
        else:
            fits = handle and handle.add("ssS", "name", name, "type", "string", "value", value)
        if not fits:
            raise Fault(500, failure)

    @method("pv.shvSet", help="Set a shared variable (args: name type value)")
    def set(self, ctx: Any) -> None:
        # The third parameter's type depends on the second: this method scans for itself.
        name, kind = self._one(ctx, "S", "varname"), self._one(ctx, "s", "type").lower()
        if kind == "int":
            value = self._one(ctx, "d", "value", "integer parameter")
        elif kind == "str":
            value = self._one(ctx, "S", "value")
        else:
            raise Fault(500, "Unknown parameter type (Types: int or str)")
        if name not in self.variables:
            raise Fault(404, "Variable not found")
        self.variables[name] = value
        ctx.printf("Ok. Variable set to new value.")

    @staticmethod
    def _one(ctx: Any, fmt: str, what: str, kind: str = "parameter") -> Any:
        values = ctx.scan(fmt)
        if values.count < 1:
            raise Fault(500, "Missing %s %s%s" % (kind, what, _USAGE))
        return values[0]
