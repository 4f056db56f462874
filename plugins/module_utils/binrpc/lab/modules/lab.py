# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``lab.*``: the lab server's own namespace, which no Kamailio has."""

from __future__ import annotations

from ...faults import Fault
from ...values import Struct
from ..failures import KINDS, OPTIONS, parse_failure
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List


class Lab(Module):
    """Failures on demand at run time: see :mod:`..failures`."""

    name = "lab"

    @method("lab.failures", "", help="Lists what is set to go wrong.")
    def failures(self) -> List[Struct]:
        return [Struct(rule.describe()) for rule in self.state.failures.rules]

    @method(
        "lab.set_failure",
        help="Makes something go wrong. Parameters: its kind (%s), then name=value with the "
        "names %s." % (", ".join(KINDS), ", ".join(OPTIONS)),
    )
    def set_failure(self, ctx: Any) -> Struct:
        words = []
        while True:
            value = ctx.scan("*.s")
            if value.count <= 0:
                break
            words.append(value[0])
        try:
            rule = parse_failure(words)
        except ValueError as error:
            raise Fault(400, str(error)[:250]) from None
        return Struct(self.state.failures.add(rule).describe())

    @method(
        "lab.set_address",
        "s*s",
        missing=(400, "Parameters: a host name, and its IP address (none: it does not resolve)"),
        help="Says what a host name resolves to. Parameters: the name, and its IP address; without "
        "one the name does not resolve.",
    )
    def set_address(self, name: str, address: str = "") -> None:
        import ipaddress

        try:
            self.state.modules["dns"].addresses[name] = str(
                ipaddress.ip_address(address) if address else ""
            )
        except ValueError as error:
            raise Fault(400, str(error)[:250]) from None

    @method(
        "lab.clear_failures",
        help="Removes what was set to go wrong: all of it, or one kind or number.",
    )
    def clear_failures(self, ctx: Any) -> int:
        which = ctx.scan("*.s")
        return int(self.state.failures.clear(which[0] if which else None))

    @method(
        "lab.seed_failures",
        help="Begins a sequence of chances that can be repeated. Parameter: a number or text.",
    )
    def seed(self, ctx: Any) -> None:
        value = ctx.scan(".s")
        if value.count < 1:
            raise Fault(400, "a seed is missing")
        self.state.failures.seed(value[0])
