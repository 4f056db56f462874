# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Routing data that is loaded from tables: mtree, domain, dialplan, lcr, userblocklist, pdt,
drouting (upstream ``mtree/mtree_mod.c``, ``domain/domain_mod.c``, ...).

Each takes the rows of its tables; change them and call the reload method.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from ...faults import Fault
from ...values import Struct
from ..registry import Module, method
from .hashing import core_case_hash, core_hash
from .reloads import ReloadGuard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Tuple, Union

    Row = Mapping[str, Any]

SAMPLE_TREES = {"pstn": {"1": "north", "44": "islands", "4420": "city"}}
SAMPLE_DOMAINS = [
    {"domain": "example.com", "did": "main"},
    {"domain": "example.org", "did": "other"},
]
SAMPLE_RULES: List[Dict[str, Any]] = [
    {
        "dpid": 1,
        "pr": 1,
        "match_op": 1,
        "match_exp": "^00([0-9]+)$",
        "subst_exp": "^00([0-9]+)$",
        "repl_exp": "+\\1",
        "attrs": "intl",
    },
    {"dpid": 1, "pr": 2, "match_op": 0, "match_exp": "100", "repl_exp": "200", "attrs": "x"},
]
SAMPLE_GATEWAYS = [
    {"gw_name": "gw-a", "ip_addr": "192.0.2.81", "port": 5060},
    {"gw_name": "gw-b", "ip_addr": "192.0.2.82", "port": 5060},
]
SAMPLE_LCR_RULES = [{"prefix": "49", "targets": [{"gw_id": 1}, {"gw_id": 2, "priority": 2}]}]
SAMPLE_BLOCKLIST = {"666": 0, "777": 1}
SAMPLE_PDT = [{"sdomain": "*", "prefix": "12", "domain": "one.example.com"}]
NULL = "<null string>"
NODE_SIZE = 240  # bytes of ten children


class Trees(Module):
    """The module mtree.

    :param trees: name to prefixes and their text or number.
    """

    name = "mtree"
    loads = ("mtree",)

    def __init__(self, trees: Optional[Mapping[str, Mapping[str, Union[str, int]]]] = None) -> None:
        self.rows: Dict[str, Dict[str, Any]] = {
            name: dict(rows) for name, rows in (SAMPLE_TREES if trees is None else trees).items()
        }

    def added(self) -> None:
        self._live: Dict[str, Dict[str, Any]] = {}
        self._loads: Dict[str, List[int]] = {}
        for name in self.rows:
            self._load(name)

    def _load(self, name: str) -> None:
        self._live[name] = dict(self.rows[name])
        loads = self._loads.setdefault(name, [0, 0])
        loads[0] += 1
        loads[1] = int(self.state.clock())

    def _named(self, prefix: Optional[str]) -> Iterator[Any]:
        # The last to be configured comes first.
        for name in reversed(list(self._live)):
            if prefix is None or name.startswith(prefix):
                yield name, self._live[name]

    @method("mtree.summary", help="Print summary of loaded mtree tables")
    def summary(self, ctx: Any) -> Iterator[Struct]:
        if not self._live:
            raise Fault(500, "Empty tree list")
        params = ctx.scan("*S")
        found = False
        for name, tree in self._named(params[0] if params.count > 0 else None):
            found = True
            inner = {prefix[:end] for prefix in tree for end in range(1, len(prefix))}
            numeric = any(isinstance(value, int) for value in tree.values())
            texts = [] if numeric else [len(_bytes(value)) + 1 for value in tree.values()]
            count, when = self._loads[name]
            number = float if self.state.release >= (5, 7) else int
            item = Struct(
                ttype=2 if numeric else 0,
                memsize=(len(inner) + bool(tree)) * NODE_SIZE + sum(texts),
                nrnodes=len(inner) + bool(tree),
                nritems=len(texts),
                reload_count=number(count),
                reload_time=number(when),
            )
            yield Struct(table=name, item=item)
        if not found:
            raise Fault(404, "Tree not found")

    @method("mtree.list", help="List the content of one or all trees")
    def list(self, ctx: Any) -> Iterator[Struct]:
        if not self._live:
            raise Fault(500, "Empty tree list.")
        params = ctx.scan("*.S")
        for name, tree in self._named(params[0] if params.count == 1 else None):
            for prefix in sorted(tree):
                yield Struct(tname=name, tprefix=prefix, tvalue=[tree[prefix]])

    @method("mtree.match", help="Match prefix value against mtree")
    def match(self, ctx: Any) -> Any:
        if not self._live:
            raise Fault(500, "Empty tree list.")
        params = ctx.scan(".SSd")
        if params.count < 3:
            raise Fault(500, "Invalid Parameters")
        name, number, mode = params
        if mode not in (0, 2):
            raise Fault(500, "Invalid parameter 'mode'")
        if name not in self._live:
            raise Fault(404, "Tree not found")
        tree = self._live[name]
        found = []
        for end, char in enumerate(number, 1):
            if not any(key.startswith(number[: end - 1]) and len(key) >= end for key in tree):
                break  # no node is below: what follows is not looked at
            if char not in "0123456789":
                raise Fault(404, "Prefix not found")
            if number[:end] in tree:
                found.append(number[:end])
        if not found:
            raise Fault(404, "Prefix not found")
        return [
            name,
            *(Struct(PREFIX=each, TVALUE=tree[each]) for each in (found if mode else found[-1:])),
        ]

    @method("mtree.reload", help="Reload mtrees from database to memory")
    def reload(self, ctx: Any) -> str:
        if not self.rows:
            raise Fault(500, "No Mtrees defined.")
        params = ctx.scan("S")
        prefix = params[0] if params.count == 1 and params[0][:1] != "." else None
        names = [name for name in self.rows if prefix is None or name.startswith(prefix)]
        if not names:
            raise Fault(500, "Can not find specified Mtree")
        for name in names:
            self._load(name)
        return "Ok. Mtree reloaded."


def _bytes(text: Any) -> bytes:
    return str(text).encode("utf-8", "surrogateescape")


class Domains(Module):
    """The module domain.

    :param domains: rows ``domain`` and ``did``.
    :param attributes: rows ``did`` and ``name``.
    """

    name = "domain"
    loads = ("domain",)

    def __init__(
        self,
        domains: Optional[Iterable[Row]] = None,
        attributes: Iterable[Row] = (),
    ) -> None:
        self.domains = list(SAMPLE_DOMAINS if domains is None else domains)
        self.attributes = list(attributes)

    def added(self) -> None:
        self.reload()

    @method("domain.reload", "", help="Reload domain tables from database")
    def reload(self) -> None:
        rows = reversed(self.domains)
        self._domains = sorted(rows, key=lambda row: core_case_hash(row["domain"]) % 128)
        names: Dict[str, List[str]] = {}
        for row in self.attributes:
            names.setdefault(row["did"], []).insert(0, row["name"])
        self._attributes = list(reversed(list(names.items())))

    @method(
        "domain.dump",
        "",
        help="Return the contents of domain and domain_attrs tables",
    )
    def dump(self) -> Struct:
        return Struct(
            domains=[Struct(domain=row["domain"], did=row["did"]) for row in self._domains],
            attributes=[Struct(did=did, attrs=names) for did, names in self._attributes],
        )


class DialPlan(Module):
    """The module dialplan.

    :param rules: rows ``dpid``, ``pr``, ``match_op`` (0 equal, 1 regular expression, 2 shell
        pattern), ``match_exp``, ``match_len``, ``subst_exp``, ``repl_exp``, ``attrs``.
    :param reload_delta: seconds.
    """

    name = "dialplan"
    loads = ("dialplan",)

    def __init__(self, rules: Optional[Iterable[Row]] = None, reload_delta: int = 5) -> None:
        self.rules = list(SAMPLE_RULES if rules is None else rules)
        self.reload_delta = reload_delta

    def added(self) -> None:
        self.guard = ReloadGuard(self.state, self.reload_delta, "ongoing reload")
        self._load()

    def _load(self) -> None:
        self._plans: Dict[int, List[Row]] = {}
        for row in sorted(self.rules, key=lambda row: (row.get("match_len", 0), row["pr"])):
            self._plans.setdefault(row["dpid"], []).append(row)

    @method("dialplan.reload", "", help="Reload dialplan table from database")
    def reload(self) -> None:
        self.guard.enter()
        self._load()

    @method(
        "dialplan.dump",
        "d",
        help="Dump dialplan content",
        missing=(500, "Missing parameter"),
    )
    def dump(self, number: int) -> Struct:
        entries = Struct()
        for row in self._plan(number):
            entries.add(
                "ENTRY",
                Struct(
                    PRIO=row["pr"],
                    MATCHOP=row.get("match_op", 0),
                    MATCHEXP=row.get("match_exp") or NULL,
                    MATCHLEN=row.get("match_len", 0),
                    SUBSTEXP=row.get("subst_exp") or NULL,
                    REPLEXP=row.get("repl_exp") or NULL,
                    ATTRS=row.get("attrs") or NULL,
                ),
            )
        return Struct(DPID=number, ENTRIES=entries)

    def _plan(self, number: int) -> List[Row]:
        if number not in self._plans:
            raise Fault(500, "Dialplan ID not matched")
        return self._plans[number]

    @method(
        "dialplan.translate",
        "dS",
        help="Perform dialplan translation",
        missing=(500, "Invalid parameters"),
    )
    def translate(self, number: int, text: str) -> Struct:
        plan = self._plan(number)
        if not text:
            raise Fault(500, "Empty input parameter")
        # Rules for just this length come first.
        for row in sorted(plan, key=lambda row: not row.get("match_len")):
            if row.get("match_len", 0) in (0, len(text)) and _rule_fits(row, text):
                attributes = row.get("attrs") or NULL
                return Struct(Output=_replaced(row, text), Attributes=attributes)
        raise Fault(500, "No translation")


def _rule_fits(row: Row, text: str) -> bool:
    operator, pattern = row.get("match_op", 0), row["match_exp"]
    if operator == 1:
        return re.search(pattern, text) is not None
    return fnmatchcase(text, pattern) if operator == 2 else bool(text == pattern)


def _replaced(row: Row, text: str) -> str:
    replacement: str = row.get("repl_exp") or ""
    if not replacement:
        return text
    match = re.search(row["subst_exp"], text) if row.get("subst_exp") else None
    if match is None:
        return replacement
    return re.sub(r"\\([0-9])", lambda each: match.group(int(each.group(1))) or "", replacement)


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


class UserBlockList(Module):
    """The module userblocklist.

    :param prefixes: the global list: prefix to 0 (blocked) or 1 (allowed).
    :param users: user to such a list of the user's own.
    """

    name = "userblocklist"
    loads = ("userblocklist",)

    def __init__(
        self,
        prefixes: Optional[Mapping[str, int]] = None,
        users: Optional[Mapping[str, Mapping[str, int]]] = None,
    ) -> None:
        self.prefixes = dict(SAMPLE_BLOCKLIST if prefixes is None else prefixes)
        self.users = dict(users or {})

    def added(self) -> None:
        self.reload()

    @method("userblocklist.reload_blocklist", "", help="Reload user blocklist records.")
    def reload(self) -> str:
        self._live = dict(self.prefixes)
        return "200 ok"

    @method("userblocklist.dump_blocklist", "", help="Dump user blocklist records.")
    def dump(self) -> List[Struct]:
        return [
            Struct(prefix=prefix, allowlist=str(self._live[prefix]))
            for prefix in sorted(self._live)
        ]

    @method("userblocklist.check_blocklist", help="Check blocklist records.")
    def check_blocked(self, ctx: Any) -> Struct:
        return self._check(ctx, "blocklisted", 0)

    @method("userblocklist.check_allowlist", help="Check allowlist records.")
    def check_allowed(self, ctx: Any) -> Struct:
        return self._check(ctx, "allowlisted", 1)

    def _check(self, ctx: Any, name: str, wanted: int) -> Struct:
        params = ctx.scan(".S")
        if params.count < 1 or not params[0]:
            raise Fault(500, 'Check failed: 1 argument needed ("prefix")')
        verdict = _longest(self._live, params[0]) == wanted
        return Struct({"prefix": params[0], name: "true" if verdict else "false"})

    @method("userblocklist.check_userblocklist", help="Check user blocklist records.")
    def check_user_blocked(self, ctx: Any) -> Struct:
        return self._check_user(ctx, "blocklisted", 0)

    @method("userblocklist.check_userallowlist", help="Check user allowlist records.")
    def check_user_allowed(self, ctx: Any) -> Struct:
        return self._check_user(ctx, "allowlisted", 1)

    def _check_user(self, ctx: Any, name: str, wanted: int) -> Struct:
        params = ctx.scan(".S.S")
        domain = ctx.scan(".S") if params.count == 2 else ()
        if params.count < 2 or not all(params):
            raise Fault(
                500,
                'Check failed: 2 or 3 arguments needed ("prefix" "user" "domain"(optional))',
            )
        prefix, user = params
        verdict = _longest(self.users.get(user, {}), prefix) == wanted
        members = Struct(prefix=prefix, user=user, domain=domain[0] if domain else "")
        members.add(name, "true" if verdict else "false")
        return members


def _longest(prefixes: Mapping[str, int], number: str) -> Optional[int]:
    number = re.sub("^[^0-9]+", "", number)
    for end in range(len(number), 0, -1):
        if number[:end] in prefixes:
            return prefixes[number[:end]]
    return None


class PrefixDomains(Module):
    """The module pdt.

    :param rows: ``sdomain``, ``prefix``, ``domain``.
    """

    name = "pdt"
    loads = ("pdt",)

    def __init__(self, rows: Optional[Iterable[Row]] = None) -> None:
        self.rows = list(SAMPLE_PDT if rows is None else rows)

    def added(self) -> None:
        self.reload()

    @method("pdt.reload", "", help="Reload PDT database records")
    def reload(self) -> None:
        self._live: Dict[str, Dict[str, str]] = {}
        for row in self.rows:
            self._live.setdefault(row["sdomain"], {})[row["prefix"]] = row["domain"]

    @method("pdt.list", help="List PDT memory records")
    def list(self, ctx: Any) -> Struct:
        if not self._live:
            raise Fault(404, "No records")
        params = ctx.scan("*S.SS")
        if params.count < 0:
            raise Fault(500, "Error Reading Parameters")
        source, prefix, target = ["" if each == "." else each for each in [*params, "", "", ""]][:3]
        if not re.fullmatch("[0-9]*", prefix):
            raise Fault(400, "Bad Prefix")
        reply = Struct()
        for name in sorted(self._live):
            if not name.startswith(source):
                continue
            records = Struct()
            for each in sorted(self._live[name]):
                domain = self._live[name][each]
                if each.startswith(prefix) and (
                    not target or _same_domain(domain, target, bool(prefix))
                ):
                    records.add("ENTRY", Struct(DOMAIN=domain, PREFIX=each))
            reply.add("SDOMAIN", name)
            reply.add("RECORDS", records)
        return reply


def _same_domain(domain: str, wanted: str, beginning: bool) -> bool:
    domain, wanted = domain.lower(), wanted.lower()
    return domain.startswith(wanted) if beginning else domain == wanted


class DynamicRouting(Module):
    """The module drouting.

    :ivar failure: what ``drouting.reload`` answers instead of its "reload ok", such as "failed
        to load routing data": a normal reply, too.
    """

    name = "drouting"
    loads = ("drouting",)
    failure = ""

    @method("drouting.reload", "", help="Write back to disk modified tables")
    def reload(self) -> str:
        return self.failure or "reload ok"
