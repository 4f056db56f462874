# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``lcr.*``: least cost routing (upstream ``lcr/lcr_mod.c``)."""

from __future__ import annotations

from ...faults import Fault
from ...values import Struct
from ..hashing import core_hash
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, Iterator, Mapping, Optional, Tuple

    Row = Mapping[str, Any]

SAMPLE_GATEWAYS = [
    {"gw_name": "gw-a", "ip_addr": "192.0.2.81", "port": 5060},
    {"gw_name": "gw-b", "ip_addr": "192.0.2.82", "port": 5060},
]
SAMPLE_LCR_RULES = [{"prefix": "49", "targets": [{"gw_id": 1}, {"gw_id": 2, "priority": 2}]}]


class LeastCost(Module):
    """The module lcr, with one instance.

    :param gateways: rows ``gw_name``, ``ip_addr``, ``port``, ``transport`` (1 udp, 2 tcp), ...
    :param rules: rows ``prefix``, ``from_uri``, ``stopper`` and ``targets``: rows ``gw_id``,
        ``priority``, ``weight``. Numbers of gateways and rules start with 1.
    """

    name = "lcr"
    loads = ("lcr",)

    def __init__(
        self, gateways: Optional[Iterable[Row]] = None, rules: Optional[Iterable[Row]] = None
    ) -> None:
        samples = gateways is None and rules is None
        self.gateways = list(gateways or (SAMPLE_GATEWAYS if samples else ()))
        self.rules = list(rules or (SAMPLE_LCR_RULES if samples else ()))
        self.defunct: Dict[int, int] = {}

    @method("lcr.reload", "", help="Reload lcr tables from database.")
    def reload(self) -> None:
        self.defunct = {}

    @method("lcr.dump_gws", "", help="Dump the contents of lcr_gws table.")
    def dump_gateways(self) -> Any:
        if not self.gateways:
            return None
        return Struct(gw=[self._gateway(index) for index in range(1, len(self.gateways) + 1)])

    def _gateway(self, number: int) -> Struct:
        row = self.gateways[number - 1]
        transport = ("", ";transport=udp", ";transport=tcp", ";transport=tls", ";transport=sctp")
        return Struct(
            lcr_id=1,
            gw_index=number,
            gw_id=number,
            gw_name=row.get("gw_name", ""),
            scheme="sip:",
            ip_addr=row.get("ip_addr") or "0.0.0.0",  # noqa: S104 - as there
            hostname=row.get("hostname", ""),
            port=row.get("port", 0),
            params=row.get("params", ""),
            transport=transport[row.get("transport", 1)],
            strip=row.get("strip", 0),
            prefix=row.get("prefix", ""),
            tag=row.get("tag", ""),
            flags=row.get("flags", 0),
            state=0,
            defunct_until=str(self.defunct.get(number, 0)),
        )

    @method("lcr.dump_rules", help="Dump the contents of the lcr_rules table.")
    def dump_rules(self, ctx: Any) -> Struct:
        number = ctx.scan("d")
        wanted = ctx.scan(".S") if number.count > 0 else None
        filtered = wanted is not None and wanted.count > 0
        rules = []
        for index, row in self._rules_in_order():
            prefix = row.get("prefix", "")
            if filtered and wanted[0] and not wanted[0].startswith(prefix):  # type: ignore[index]
                continue
            rules.append(self._rule(index, row))
        if not rules or (number.count > 0 and number[0] not in (0, 1)):
            raise Fault(404, "Empty reply")
        reply = Struct(rule=rules)
        if not filtered:
            lengths = {len(row.get("prefix", "")) for row in self.rules}
            reply.add("prefix_len", sorted(lengths, reverse=True))
        return reply

    def _rules_in_order(self) -> Iterator[Tuple[int, Row]]:
        numbered = list(enumerate(self.rules, 1))
        numbered.reverse()
        yield from sorted(numbered, key=lambda pair: core_hash(pair[1].get("prefix", "")) % 128)

    @staticmethod
    def _rule(number: int, row: Row) -> Struct:
        targets = [
            Struct(
                gw_index=each["gw_id"],
                priority=each.get("priority", 1),
                weight=each.get("weight", 1),
            )
            for each in reversed(list(row.get("targets", ())))
        ]
        reply = Struct(
            lcr_id=1,
            rule_id=number,
            prefix=row.get("prefix", ""),
            from_uri=row.get("from_uri", ""),
            request_uri=row.get("request_uri", ""),
            stopper=row.get("stopper", 0),
        )
        if targets:
            reply.add("gw", targets)
        return reply

    @method(
        "lcr.defunct_gw",
        "ddd",
        help="Defunct gateway until specified time (Unix timestamp).",
        missing=(400, "lcr_id, gw_id, and timestamp parameters required"),
    )
    def set_defunct(self, lcr: int, gateway: int, seconds: int) -> None:
        if lcr != 1 or not 1 <= gateway <= len(self.gateways):
            raise Fault(400, "parameter value error (see syslog)")
        self.defunct[gateway] = (int(self.state.clock()) + seconds) & 0xFFFFFFFF

    @method(
        "lcr.load_gws",
        help="Load matching gateways and prints their info in priority order.  Mandatory "
        "parameters are lcr_id and uri_user followed by optional parameters caller_uri and "
        "request_uri.  Error is reported if an lcr_rule with matching prefix and from_uri has "
        "non-null request_uri and request_uri parameter has not been given.",
    )
    def load_gateways(self, ctx: Any) -> Any:
        params = ctx.scan("dS*SS")
        if params.count == -1:
            raise Fault(
                400,
                "parameter error; if using cli, remember to prefix numeric uri_user param "
                "value with 's:'",
            )
        # An optional one of a wrong type is ignored.
        if len(params) < 2 or params[0] != 1:
            raise Fault(400, "load_gws excution error (see syslog)")
        now = int(self.state.clock())
        found = []
        for row in sorted(self.rules, key=lambda row: -len(row.get("prefix", ""))):
            if params[1].startswith(row.get("prefix", "")):
                targets = sorted(row.get("targets", ()), key=lambda each: each.get("priority", 1))
                found += [each["gw_id"] for each in targets]
        found = [each for each in found if self.defunct.get(each, 0) <= now]
        return Struct.of(*map(self._gateway, found)) if found else None
