# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``system.*``: what methods there are (docs/protocol.md#system-methods)."""

from __future__ import annotations

from ...faults import Fault
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List


class System(Module):
    """Kamailio's own list of methods.

    :ivar registry: what it lists.
    """

    name = "system"
    survives = ("registry",)
    registry: Any = None

    @method("system.listMethods", "", help="Lists all RPC methods supported by the server.")
    def list_methods(self) -> List[str]:
        names: List[str] = self.registry.names()
        return names

    @method(
        "system.methodHelp",
        "s",
        help="Print the help string for given method.",
        missing=(400, "Method Name Expected"),
    )
    def method_help(self, name: str) -> str:
        found = self.registry.get(name)
        if found is None:
            raise Fault(400, "command not found")
        return str(found.help)

    @method("system.methodSignature", "", help="Returns signature of given method.")
    def method_signature(self) -> None:
        raise Fault(500, "Not Implemented Yet")
