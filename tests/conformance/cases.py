# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The requests that both servers are sent. Every case is safe for every release.

See docs/protocol.md#dangerous-inputs.

Left out besides what :func:`tests.sdk.lab.duel.is_safe` refuses, because a 5.6.3 does not
survive it: ``keepalive.*`` (never returns), ``auth_xkeys_.set``, ``cfg.reset`` of a group of the
configuration file, arrays over the text protocol (undefined behaviour), a second dump of shared
variables after one that was too large, ``rl.push_load`` of a NaN (never returns), ``corex.debug``
over the text protocol (sets the log level to a number that no one sent).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from kamailio_binrpc.core.fifo import build_request, parse_request
from tests.conformance.twins import REPLY_NAME
from tests.sdk.lab import duel
from tests.sdk.lab.duel import body_request, call, integer, string

Params = tuple[Any, ...]


@dataclass(frozen=True)
class Case:
    """Bytes to send.

    group   what it is about, for the report
    may     names of the documented differences that may show
    """

    group: str
    data: bytes
    may: tuple[str, ...] = ()


def record(value: Any) -> bytes:
    """Encode a plain parameter; bytes are records already."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, int):
        return integer(value)
    if isinstance(value, float):
        pattern = int(value * 1000) & 0xFFFFFFFFFFFFFFFF
        size = (pattern.bit_length() + 7) // 8
        return bytes((size << 4 | 2,)) + pattern.to_bytes(size, "big")
    return string(value)


def request(method: str, *params: Any) -> bytes:
    return call(method, *(record(value) for value in params))


# --- scanning: each record at each place of methods that between them have the formats s, S, d,
# f, u, with and without "." and "*"; under autoconversion all of them convert

FORMATS: dict[str, Params] = {
    "core.echo": ("a", "b"),
    "core.prints": ("a", "b"),
    "core.printi": (1, 2),
    "system.methodHelp": ("core.version",),
    "pv.shvSet": ("big", "str", "x"),
    "htable.sets": ("a", "k", "v"),
    "htable.seti": ("a", "k", 7),
    "htable.get": ("a", "k"),
    "htable.delete": ("a", "k"),
    "pl.set_pid": (1.0, 2.0, 3.5),
    "rl.set_pid": (1.0, 2.0, 3.5),
    "rl.set_queue": (1, "BYE", 1),
    "dispatcher.hash": (8, "abc", "def"),
    "mtree.match": ("pstn", "4420", 0),
    "cfg.get": ("lab", "label"),
    "cfg.set_now_int": ("lab", "max_calls", 5),
    "cfg.set_now_string": ("lab", "label", "x"),
    "cfg.set": ("lab", "label", "x"),
    "cfgutils.set_gflag": (8,),
    "dialplan.translate": (1, "100"),
    "mqueue.get_size": ("events",),
    "permissions.testUri": ("a", "b", "c"),
    "pdb.timeout": (70,),
    "xhttp_prom.counter_inc": ("lab_counter", 1, "INVITE"),
    "xhttp_prom.gauge_set": ("lab_gauge", 1.5),
    "xhttp_prom.histogram_observe": ("lab_time", 0.5, "INVITE", "200"),
    "peerstate.list": ("INUSE",),
    "ul.add": ("location", "bob", "sip:a@c", 0, 1.0, ".", 1, 2, 7, "sip:r", "0"),
}


def scanning() -> Iterator[Case]:
    records = duel.records()
    for method, params in FORMATS.items():
        yield Case("scan", call(method))
        for count in range(1, len(params) + 1):
            yield Case("scan", request(method, *params[:count]))
        yield Case("scan", request(method, *params, "more", 1, 2.0))
        for at in range(len(params)):
            for odd in records:
                yield Case("scan", request(method, *params[:at], odd, *params[at + 1 :]))
    yield from (Case("scan", data) for data in duel.requests())


def malformed() -> Iterator[Case]:
    yield from (Case("malformed", data) for data in duel.malformed())


def mutated(rng: random.Random) -> Iterator[Case]:
    """Random changes of good requests, without end."""
    while True:
        yield from (Case("mutated", data) for data in duel.mutated(rng.getrandbits(32), 50))


def limits(rng: random.Random) -> Iterator[Case]:
    """Around each size that something stops fitting."""
    for size in (*range(32761, 32769), 40000, 65000):
        yield Case("limits", call("core.prints", string("x" * size)))
    for size in range(12757, 12764):
        yield Case("limits", call("core.prints", string("y" * 20000), string("x" * size)))
    for size in (0, 1, 5, 6, 7, *range(229, 240), 253, 254, 255, 256, 500):
        yield Case("limits", call("z" * size))
        yield Case("limits", call("system.methodHelp", string("z" * size)))
    for size in (8000, *range(8155, 8175), 8192, rng.randint(8200, 20000)):
        yield Case("limits", request("pv.shvSet", "big", "str", "b" * size))
        yield Case("limits", request("pv.shvGet", "big"))
    yield Case("limits", request("pv.shvSet", "big", "str", "x"))
    yield Case("limits", request("pv.shvGet"))  # 124 structs: three datagrams
    head = string("system.methodSignature")
    for total in (65533, 65534, 65535):
        yield Case("limits", body_request(head + b"\0" * (total - 5 - len(head)), cookie=1))


def overruns() -> Iterator[Case]:
    """Requests that a stream's buffer cannot hold."""
    head = string("system.methodSignature")
    for total in (65536, 65600, 200000):
        overhead = 5 if total < 65541 else 6
        yield Case("limits", body_request(head + b"\0" * (total - overhead - len(head)), cookie=1))


# --- state: the same changes to the same data


def choose(rng: random.Random, *pools: list[Any]) -> list[Any]:
    """Choose a parameter from each; some are missing, some odd."""
    params = [rng.choice(pool) for pool in pools]
    if rng.random() < 0.1:
        params = params[: rng.randrange(len(params) + 1)]
    if params and rng.random() < 0.05:
        params[rng.randrange(len(params))] = rng.choice([0, -1, "", "x", 1.5])
    return params


TEXTS: list[Any] = ["", "a", "some text", "12", "-3", "\xfcml\xe4ut", "x" * 300]
NUMBERS: list[Any] = [0, 1, -1, 7, 100, 2147483647, -2147483648]
KEYS: list[Any] = [f"k{number}" for number in range(12)] + ["a:b", "list[0]", ""]
TABLES: list[Any] = ["t", "a", "big", "t", "a", "nope"]
LAB: list[Any] = ["label", "blank", "max_calls", "feature_on", "nope"]
GROUPS: list[Any] = ["lab", "lab", "lab", "lab[1]", "drain", "nope"]
STATES: list[Any] = ["a", "i", "d", "t", "ap", "ip", "dp", "x", 0, 1]
URIS: list[Any] = [f"sip:127.0.0.{a}:508{b}" for a in (1, 2, 9) for b in (1, 2)] + ["all", "sip:no"]
SETS: list[Any] = [1, 2, 30, 7]
FILTERS: list[Any] = ["l_uuid", "l_uuid", "l_username", "auth_username", "nope"]
RECORDS: list[Any] = ["trunk-1", "trunk-2", "alice", "1002", "nope"]
METRICS: list[Any] = ["lab_counter", "lab_gauge", "lab_time", "lab_size", "nope", ""]
WAYS: list[Any] = ["INVITE", "BYE", ""]
COUNTED: list[Any] = ["uac", "lab", "sl", "registrar", "nope"]

STATEFUL: list[tuple[str, list[list[Any]]]] = [
    ("pv.shvSet", [["maintenance", "banner", "nobody"], ["str", "STR"], TEXTS]),
    ("pv.shvSet", [["maintenance", "banner", "nobody"], ["int", "Int", "foo"], NUMBERS]),
    ("pv.shvGet", [["maintenance", "banner", "nobody", "v7"]]),
    ("htable.sets", [TABLES, KEYS, TEXTS + NUMBERS]),
    ("htable.seti", [TABLES, KEYS, NUMBERS]),
    ("htable.get", [TABLES, KEYS]),
    ("htable.delete", [TABLES, KEYS]),
    ("htable.dump", [TABLES]),
    ("htable.flush", [TABLES]),
    ("htable.stats", []),
    ("htable.listTables", []),
    ("cfg.set", [GROUPS, LAB, TEXTS + NUMBERS]),
    ("cfg.set_now_int", [GROUPS, LAB, NUMBERS]),
    ("cfg.set_now_string", [GROUPS, LAB, TEXTS]),
    ("cfg.set_delayed_int", [GROUPS, LAB, NUMBERS]),
    ("cfg.set_delayed_string", [GROUPS, LAB, TEXTS]),
    ("cfg.del_delayed", [GROUPS, LAB]),
    ("cfg.diff", []),
    ("cfg.commit", []),
    ("cfg.rollback", []),
    ("cfg.get", [GROUPS, LAB]),
    ("cfg.help", [GROUPS, LAB]),
    ("cfg.list", [["lab", "drain", "nope"]]),
    ("cfg.add_group_inst", [["lab[1]"]]),
    ("cfg.del_group_inst", [["lab[1]"]]),
    ("dispatcher.set_state", [STATES, SETS, URIS]),
    ("dispatcher.set_duid_state", [STATES, SETS, ["gw1", "gw2", "all", "nope"]]),
    ("dispatcher.list", []),
    ("dispatcher.list", [["full", "short", "x"]]),
    ("dispatcher.add", [SETS, URIS[:6], [0, 1, 8], [0, 3]]),
    ("dispatcher.remove", [SETS, URIS[:6]]),
    ("dispatcher.hash", [NUMBERS, TEXTS, TEXTS]),
    ("dispatcher.reload", []),
    ("permissions.addressDump", []),
    ("permissions.subnetDump", []),
    ("permissions.trustedDump", []),
    ("permissions.domainDump", []),
    ("permissions.addressReload", []),
    ("pl.set_pipe", [["p1", "p2", "no"], ["RED", "TAILDROP", "NOP", "red"], [1, 50, 100]]),
    ("pl.list", []),
    ("pl.set_pid", [[1.0, -2.5], [0.5], [3.25, 1]]),
    ("pl.get_pid", []),
    ("pl.get_pipes", []),
    ("rl.set_pipe", [[0, 1, 5, 32], ["RED", "TAILDROP", "NOP", "x"], [1, 50]]),
    ("rl.get_pipes", []),
    ("rl.set_queue", [[0, 1], ["INVITE", "BYE"], [0, 1, 32]]),
    ("rl.get_queues", []),
    ("mtree.match", [["pstn", "nope"], ["4420", "442099", "9", ""], [0, 2]]),
    ("dialplan.translate", [[1, 2], ["0049123", "100", "x"]]),
    ("dialplan.dump", [[1, 2]]),
    ("userblocklist.check_blocklist", [["666", "6661", "777", "x"]]),
    ("mqueue.get_size", [["events", "other", "nope"]]),
    ("mqueue.get_sizes", []),
    ("cfgutils.set_gflag", [[1, 2, 8, -1]]),
    ("cfgutils.reset_gflag", [[1, 2, 8]]),
    ("cfgutils.is_gflag", [[1, 2, 8]]),
    ("cfgutils.get_gflags", []),
    ("ul.add", [["location"], ["bob", "al"], ["sip:a@b", "sip:c@d"], *[[0], [-1.0, 0.5], ["."]],
                *[[1], [2], [3]]]),
    ("ul.rm", [["location", "nope"], ["bob", "al", "x"]]),
    ("ul.rm_contact", [["location"], ["bob", "al"], ["sip:a@b", "sip:c@d"]]),
    ("core.psx", []),
    ("core.ps", []),
    ("core.psa", []),
    ("core.arg", []),
    ("core.pwd", []),
    ("core.info", []),
    ("core.sockets_list", []),
    ("core.aliases_list", []),
    ("core.tcp_options", []),
    ("corex.list_sockets", []),
    ("corex.list_aliases", []),
    ("corex.debug", [[1, 2, 3]]),
    ("dbg.set_mod_level", [["core", "tm", "nope"], NUMBERS]),
    ("dbg.get_mod_level", [["core", "tm", "nope", ""]]),
    ("dbg.set_mod_facility", [["core", "tm"], ["LOG_LOCAL3", "LOG_X", ""]]),
    ("dbg.get_mod_facility", [["core", "tm", "nope"]]),
    ("uac.reg_enable", [FILTERS, RECORDS]),
    ("uac.reg_disable", [FILTERS, RECORDS]),
    ("uac.reg_remove", [["trunk-7", "nope"]]),
    ("uac.reg_active", [[0, 0, "x"]]),
    ("cnt.get", [COUNTED, ["regtotal", "regdisabled", "hits", "404_replies", "nope"]]),
    ("cnt.grp_get_all", [COUNTED]),
    ("cnt.var_list", [COUNTED]),
    ("cnt.help", [COUNTED, ["regtotal", "hits", "404_replies", "nope"]]),
    ("cnt.reset", [["uac", "nope"], ["regtotal", "regdisabled", "nope"]]),
    ("cnt.grps_list", []),
    ("stats.fetch", [["uac:", "sl:", "lab.hits", "regdisabled", "nope"]]),
    ("stats.fetchn", [["uac:", "sl:", "lab.hits", "regdisabled", "nope"]]),
    ("stats.get_statistics", [["uac:", "sl:", "hits", "regdisabled", "nope"]]),
    ("stats.clear_statistics", [["uac:", "sl:", "hits", "nope"]]),
    ("secfilter.add_bl", [["ua", "user", "nope"], TEXTS[1:3]]),
    ("secfilter.add_wl", [["ua", "user", "nope"], TEXTS[1:3]]),
    ("secfilter.print", [["ua", "user", "dst", "nope"]]),
    ("secfilter.stats", []),
    ("lcr.dump_rules", [[1, 2], ["49", "48"]]),
    ("domain.dump", []),
    ("pdt.list", [["example.com", ".", "*"], ["12", "."]]),
    ("rtpengine.get_hash_total", []),
    ("rtpproxy.enable", [["nope", ""], [0, 1]]),
    ("dmq.list_nodes", []),
    ("keepalive.list", []),
    ("sl.stats", []),
    ("pike.list", [["ALL", "HOT", "x"]]),
    ("siptrace.status", [["on", "off", "check", "bad"]]),
    ("nathelper.enable_ping", [[0, 1]]),
    ("cfgutils.rand_set_prob", [[0, 50, 101]]),
    ("cfgutils.rand_get_prob", []),
    ("dlg.list", []),
    ("dlg.stats_active", []),
    ("dlg.profile_get_size", [["caller", "inbound", "nope"]]),
    ("dlg.is_alive", [TEXTS[:3], TEXTS[:3], TEXTS[:3]]),
    ("tm.cancel", [TEXTS[1:3], TEXTS[1:3]]),
    ("regex.reload", []),
    ("pdb.status", []),
    ("pdb.activate", []),
    ("pdb.deactivate", []),
    ("pdb.timeout", [[0, 70, -1]]),
    ("xhttp_prom.counter_inc", [METRICS, NUMBERS, WAYS]),
    ("xhttp_prom.counter_reset", [METRICS, WAYS]),
    ("xhttp_prom.gauge_set", [METRICS, [0.5, -2.25, 7]]),
    ("xhttp_prom.gauge_inc", [METRICS, [0.5, -2.25, 7]]),
    ("xhttp_prom.gauge_reset", [METRICS]),
    ("xhttp_prom.histogram_observe", [METRICS, [0.5, 2.5, 9], WAYS, ["200", ""]]),
    ("peerstate.get_peer", [["bob", "al", "x", ""]]),
    ("peerstate.list", [["INUSE", "not_inuse", "UNAVAILABLES", "x", ""]]),
    ("peerstate.stats", []),
    ("peerstate.dump", []),
]  # fmt: skip


def stateful(rng: random.Random) -> Iterator[Case]:
    """Calls that read and change what both have, without end."""
    while True:
        method, pools = rng.choice(STATEFUL)
        yield Case("state", request(method, *choose(rng, *pools)))


def clocks() -> Iterator[Case]:
    for method in ("core.uptime", "core.runinfo"):
        yield Case("clock", call(method), ("clock",))


def own_facts() -> Iterator[Case]:
    """Requests about each server's own values: every documented difference is looked for here."""
    for method in ("core.shmmem", "shm.info", "core.tcp_info"):
        yield Case("own", call(method), ("memory",) if "shm" in method else ())
    yield Case("own", request("core.shmmem", "k"), ("memory",))
    for method in ("core.modules", "core.ppdefines", "core.ppdefines_full"):
        yield Case("own", call(method))
    yield Case("own", call("system.listMethods"), ("methods",))
    yield Case("own", call("ctl.listen"), ("addresses",))
    yield Case("own", call("ctl.who"), ("addresses",))
    yield Case("own", call("ctl.connections"))


# --- streams


def pipelines(rng: random.Random, safe: list[bytes]) -> Iterator[Case]:
    """Many requests at once, some of them the end of the connection."""
    label = "".join(rng.choices("abcdefghij", k=12))
    both = request("cfg.set_now_string", "lab", "label", label) + request("cfg.get", "lab")
    yield Case("pipeline", both, ("cfg-snapshot",))
    chosen = [data for data in safe if b"cfg.set" not in data]
    while True:
        yield Case("pipeline", b"".join(rng.sample(chosen, rng.randint(2, 60))))


# --- the text protocol

TEXT_METHODS: dict[str, list[list[Any]]] = {
    "core.version": [],
    "core.flags": [],
    "core.info": [],
    "core.prints": [TEXTS[1:3]],
    "core.printi": [["1", "0x10"], ["5", "-5", "010", "junk"]],
    "core.pwd": [],
    "core.arg": [],
    "core.ps": [],
    "core.psx": [],
    "core.tcp_options": [],
    "core.tcp_info": [],
    "core.udp4_raw_info": [],
    "core.echo": [["a"]],
    "core.modules_": [],
    "core.nothing": [],
    "system.methodHelp": [["core.version", " core.version", "core.vers\\ion", "nope", "a\\\\b"]],
    "system.methodSignature": [],
    "ctl.connections": [],
    "pv.shvGet": [["banner", "maintenance", "nobody"]],
    "pv.shvSet": [["banner", "maintenance", "nobody"], ["str", "int", "x"], ["7", "0x1f", "t,x:y"]],
    "htable.get": [["t", "nope"], ["k1", "k2"]],
    "htable.delete": [["t", "nope"], ["k1", "k2"]],
    "htable.seti": [["t", "a"], ["k1", "k2"], ["5", "0x10", "x"]],
    "htable.sets": [["t"], ["k1"], ["v"]],
    "htable.flush": [["t", "nope"]],
    "mqueue.get_size": [["events", "nope"]],
    "cfgutils.get_gflags": [],
    "cfgutils.set_gflag": [["1", "0x2", "-1"]],
    "cfgutils.is_gflag": [["1", "2"]],
    "pl.get_pid": [],
    "pl.set_pid": [["1.5", "-2"], ["0.25"], ["3e1", "x"]],
    "cfg.set_now_int": [["lab", "nope"], ["max_calls"], ["5", "7"]],
    "cfg.set_now_string": [["lab"], ["label"], ["box", "colon: comma, end"]],
    "cfg.diff": [],
    "rl.get_pid": [],
    "permissions.addressReload": [],
    "dispatcher.reload": [],
    "dialplan.reload": [],
    "cfgutils.rand_get_prob": [],
    "cfgutils.check_config_hash": [],
    "cfgutils.get_config_hash": [],
    "pl.get_pipes": [],
    "pl.stats": [],
    "rl.stats": [],
    "rl.get_pipes": [],
    "rl.get_queues": [],
    "cnt.get": [["lab"], ["hits"]],
    "siptrace.status": [["check"]],
    "nathelper.enable_ping": [["1"]],
    "userblocklist.check_blocklist": [["666", "12"]],
    "mtree.match": [["pstn"], ["4420", "9"], ["0"]],
}

ODD_LINES = [b"", b"\\", b"a\\qb", b"\\n\\t\\c\\o", b"trailing ", b"x" * 3000, b"\xff\xfe", b"\r"]

TEXT_MALFORMED = [
    b":core.version :\n\n",
    b":core.version: x\n\n",
    b":core.version:x.y\n\n",
    b":core.version:x/y\n\n",
    b":core.version:x\\y\n\n",
    b":core.version\n\n",
    b"core.version:\n\n",
    b":core.version:\r\n",
    b"::core.version:\n\n",
    b"::::::\n\n",
    b"\n\n\n\n\n\n",
    b"x\n\n\n\n\n",
    b":ab\n\n\n\n",
    b":core.version:\nincomplete",
    b":core.version:",
    b":a:\n\n",
    b"",
    b"\0\0\0\0\0\0\n\n",
    b":core.version\0:\n\n",
    b":" + b"m" * 5000 + b":\n\n",
]


def text_request(method: str, lines: list[bytes]) -> bytes:
    return b":%b:%b\n%b\n" % (method.encode(), REPLY_NAME, b"".join(each + b"\n" for each in lines))


def text_calls(rng: random.Random) -> Iterator[Case]:
    """Calls with right, wrong and missing parameters, without end."""
    names = sorted(TEXT_METHODS)
    while True:
        method = rng.choice(names)
        params = [str(each).encode("utf-8") for each in choose(rng, *TEXT_METHODS[method])]
        if rng.random() < 0.15 and params:
            params[rng.randrange(len(params))] = rng.choice(ODD_LINES)
        if b"" in params[:-1]:
            params = params[: params.index(b"")]  # an empty line ends the request
        data = text_request(method, params)
        # What D3 makes of a request must not change anything.
        if is_one_request(data) or method.startswith(("core.", "system.")):
            yield _text_case("text", data)


def _text_case(group: str, data: bytes) -> Case:
    """Data behind the request's end may be read as a parameter."""
    return Case(group, data, ("D1", "D2") if is_one_request(data) else ("D1", "D2", "D3"))


def text_mutated(rng: random.Random) -> Iterator[Case]:
    """Random changes of requests that have no more than a line to read."""
    good = [b":core.version:\n\n", b":system.methodHelp:\ncore.version\n\n", b":core.flags:x\n\n"]
    while True:
        data = bytearray(rng.choice(good))
        for _other in range(rng.randint(1, 3)):
            data[rng.randrange(len(data))] = rng.choice(b":\n\r\\/. abc\0\xff")
        yield _text_case("text mutated", bytes(data))


def text_malformed() -> Iterator[Case]:
    yield from (Case("text malformed", data, ("D1",)) for data in TEXT_MALFORMED)


def text_streams(rng: random.Random) -> Iterator[Case]:
    """Several requests on one stream, none short of a parameter."""
    complete = [
        build_request("core.version"),
        build_request("core.flags"),
        build_request("core.nothing"),
        build_request("system.methodSignature"),
        build_request("ctl.connections"),
        build_request("system.methodHelp", ["core.version"]),
    ]
    while True:
        chosen = rng.choices(complete, k=rng.randint(2, 12))
        yield Case("text pipeline", b"".join(chosen), ("D1",))


def text_witnesses() -> Iterator[Case]:
    """One request for each documented defect of the text protocol, where it shows."""
    missing = b":system.methodHelp:\n\n"
    yield Case("text witness", missing + b":core.flags:\n\n", ("D3",))
    yield Case("text witness", b":core.flags:\n\n", ("D1",))
    yield Case("text witness", b":core.printi:\n1\n5\n\n", ("D2",))
    for size in (65536, 100000):
        yield Case("text limits", b":core.version:\n" + b"x" * size)


def without_reply_name(cases: Iterator[Case]) -> Iterator[Case]:
    for case in cases:
        yield Case(case.group, case.data.replace(REPLY_NAME, b""), case.may)


def is_one_request(data: bytes) -> bool:
    request = parse_request(data)
    return request is not None and request.size == len(data)


def is_safe_binrpc(data: bytes) -> bool:
    return duel.is_safe(data) and not duel.reads_unchecked(data)


def take(cases: Iterator[Case], count: int, allowed: Callable[[bytes], bool]) -> list[Case]:
    """The next ``count`` that may be sent."""
    taken = []
    for case in cases:
        if len(taken) == count:
            break
        if allowed(case.data):
            taken.append(case)
    return taken
