# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The same calls to a real Kamailio and to the lab server: values, their types and order, faults.

Each test starts both with the same data and changes both in the same way.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.faults import Fault
from kamailio_binrpc.core.lab.engine import build
from kamailio_binrpc.core.lab.methods.cfg import Configuration
from kamailio_binrpc.core.lab.methods.dispatcher import Dispatcher
from kamailio_binrpc.core.lab.methods.htable import HashTables
from kamailio_binrpc.core.lab.state import LabState
from tests.support.kamailio import Kamailio

pytestmark = pytest.mark.real

# Reloads one after the other, which the defaults refuse.
CONFIG = """
modparam("dispatcher", "reload_delta", 0)
modparam("dispatcher", "ds_hash_size", 4)
modparam("permissions", "reload_delta", 0)
modparam("dialplan", "reload_delta", 0)
"""
Normalise = Callable[[Any], Any]


class Pair:
    """A real server and the lab's engine; :meth:`same` calls both."""

    def __init__(self, real: Client, *modules: Any, state: LabState | None = None) -> None:
        self.real = real
        self.engine = build(modules=modules, state=state)
        self.calls = 0

    def same(self, method: str, *params: Any, normalise: Normalise = repr) -> None:
        self.calls += 1
        real = _outcome(self.real.call, method, *params)
        lab = _outcome(self.engine.call, method, *params)
        assert normalise(lab) == normalise(real), f"{method}{params!r}"

    def help(self, prefix: str, names: str) -> None:
        for name in names.split():
            self.same("system.methodHelp", prefix + name)


def _outcome(call: Callable[..., Any], *args: Any) -> Any:
    try:
        return list(call(*args))
    except Fault as fault:
        return fault.code, fault.text


@pytest.fixture(scope="module")
def server(kamailio: Kamailio) -> Iterator[Kamailio]:
    """A server of this file's own: its calls would disturb others at the shared one."""
    with Kamailio(extra_config=CONFIG) as own:
        yield own


@pytest.fixture
def real(server: Kamailio) -> Iterator[Client]:
    with Client(server.endpoints["unix"]) as client:
        yield client


@pytest.fixture
def sockets(server: Kamailio) -> LabState:
    state = LabState()
    port = str(server.sip_port)
    state.sockets = [("udp", "127.0.0.1", port), ("tcp", "127.0.0.1", port)]
    return state


# --- htable


@pytest.fixture
def htable(real: Client) -> Iterator[Pair]:
    options = {
        "t": {},
        "a": {},
        "big": {"size": 10},
        "exp": {"autoexpire": 3600},
        "upd": {"autoexpire": 3600, "updateexpire": 0},
        "stored": {"dbtable": "htable"},
    }
    rows = {"htable": {"text": "abc", "number": 42}}
    yield Pair(real, HashTables({}, options, rows))
    for table in options:
        real.call("htable.flush", table)
    real.call("htable.sets", "stored", "text", "abc")
    real.call("htable.seti", "stored", "number", 42)
    real.call("htable.store", "stored")


def test_htable_items_and_parameters(htable: Pair) -> None:
    names = "get sets seti setex setxs setxi delete dump listTables stats flush reload store"
    htable.help("htable.", names)
    params: list[tuple[Any, ...]] = [
        *[(), ("t",), ("t", "k"), ("t", "k", "v"), ("t", "k", 5), ("t", "k", 1.5)],
        *[("t", "k", "v", 5), ("t", "k", 5, 5), ("nope",), ("nope", "k"), ("nope", "k", "v")],
        *[("nope", "k", 5), ("nope", "k", "7"), ("nope", "k", "v", 5), ("nope", "k", 5, 5)],
        *[(1,), ("t", 1), ("t", "", ""), ("t", "k", "-3"), ("t", "k", "12abc"), ("stored",)],
        *[("t", "k", "x", "y"), ("exp", "e", "v"), ("upd", "u", "v")],
    ]
    for name in names.split():
        for each in params:
            htable.same("htable." + name, *each)
        htable.same("htable.dump", "t")
        htable.same("htable.get", "t", "k")
        htable.same("htable.stats")


def test_htable_slots_and_limits(htable: Pair) -> None:
    for i in range(120):
        htable.same("htable.sets", "t", f"key{i}", "v" * i)
        htable.same("htable.seti", "big", f"Ké{i}", i * 7 - 3)
    for table in ("t", "big", "stored"):
        htable.same("htable.dump", table)
    htable.same("htable.flush", "t")
    for i in range(400):
        htable.same("htable.sets", "t", f"k{i}", "v" * 60)
    htable.same("htable.dump", "t")
    htable.same("htable.stats")


def test_htable_expiry(htable: Pair) -> None:
    for table in ("t", "exp", "upd"):
        for value in ("aa", "aaaa", "a"):
            for call in (
                *[("setxs", value, 50), ("sets", value), ("setxi", 5, 60), ("setex", 0)],
                *[("setex", 99), ("setxi", 5, 0), ("setex", -1)],
            ):
                htable.same("htable." + call[0], table, "k", *call[1:])
                htable.same("htable.get", table, "k", normalise=_without_seconds)


def _without_seconds(outcome: Any) -> str:
    # The two may be asked on either side of a second.
    text = repr(outcome)
    return text if "NEVER" in text or "1970-" in text else text.partition("'expire', '2")[0]


def test_htable_database(htable: Pair) -> None:
    for call in (*["dump", "flush", "dump", "reload", "dump", "flush", "store", "reload", "dump"],):
        htable.same("htable." + call, "stored")
    for key, value in (("zz", "1"), ("list[0]", "x"), ("list::size", "1")):
        htable.same("htable.sets", "stored", key, value)
    for call in ("store", "flush", "reload", "dump"):
        htable.same("htable." + call, "stored")


# --- cfg


@pytest.fixture
def cfg(real: Client) -> Iterator[Pair]:
    groups: dict[str, dict[str, Any]] = {}
    for line in real.call("cfg.list"):
        group, _, name = line.partition(": ")
        try:
            value = real.call("cfg.get", group, name).value
        except Fault:
            continue
        text = real.call("cfg.help", group, name)[0]
        groups.setdefault(group, {})[name] = [None if value == "<null string>" else value, text]
    # The first to be declared is the last in the list.
    own = {name: groups.pop(name) for name in ("lab", "drain")}
    yield Pair(real, Configuration({**groups, **own}))
    for group, values in {**groups, **own}.items():
        for name, (value, _text) in values.items():
            if value is not None:
                _outcome(real.call, "cfg.set", group, name, value)
    real.call("cfg.rollback")


def test_cfg_reading(cfg: Pair) -> None:
    cfg.help("cfg.", "set set_now_int seti set_now_string sets del set_delayed set_delayed_int")
    cfg.help("cfg.", "set_delayed_string del_delayed commit rollback get reset help list diff")
    cfg.help("cfg.", "add_group_inst del_group_inst")
    cfg.same("cfg.list")
    groups = {line.partition(":")[0] for line in cfg.real.call("cfg.list")}
    odd = ["nope", "core[1]", "core[", "[1]", "core[]", "core[x]", "", "]", "a]"]
    for group in [*sorted(groups), *odd]:
        for name in ("list", "get", "help", "add_group_inst", "del_group_inst", "del_group_inst"):
            cfg.same("cfg." + name, group)
    for line in cfg.real.call("cfg.list"):
        group, _, name = line.partition(": ")
        cfg.same("cfg.get", group, name)
        cfg.same("cfg.help", group, name)
        cfg.same("cfg.get", group + "[3]", name)


@pytest.mark.parametrize(
    "group, name",
    [
        *[("core", "debug"), ("core", "udp_mtu"), ("lab", "label"), ("lab", "max_calls")],
        *[("tcp", "async"), ("tm", "default_code"), ("tm", "default_reason")],
        *[("registrar", "max_expires"), ("dispatcher", "ping_reply_codes"), ("lab", "nope")],
        *[("siputils", "ring_timeout"), ("nope", "x"), ("lab[1]", "label"), ("core[", "x")],
        *[("lab[1]", "max_calls"), ("registrar[1]", "max_expires"), ("lab[2]", "label")],
    ],
)
def test_cfg_writing(cfg: Pair, group: str, name: str) -> None:
    for instance in ("lab[1]", "registrar[1]"):
        cfg.same("cfg.add_group_inst", instance)
    values = [0, 1, -1, 5, 100, 70000, "", "x", "12", " 12", "+3", "1x", "2147483648", "-5", 1.5]
    values.append("99999999999999999999")
    for method in ("set", "set_now_int", "seti", "set_now_string", "sets"):
        for value in values:
            cfg.same("cfg." + method, group, name, value)
        for params in ((), (group,), (group, name), (1, 2, 3)):
            cfg.same("cfg." + method, *params)
        cfg.same("cfg.get", group, name)
    for method in ("set_delayed", "set_delayed_int", "set_delayed_string", "del_delayed"):
        for value in values:
            cfg.same("cfg." + method, group, name, value)
        cfg.same("cfg.diff")
    for method in ("commit", "diff", "rollback", "diff"):
        cfg.same("cfg." + method)
    cfg.same("cfg.del", group, name)
    cfg.same("cfg.get", group, name)
    for instance in ("lab[1]", "registrar[1]"):
        cfg.same("cfg.del_group_inst", instance)


def test_cfg_transactions_and_instances(cfg: Pair) -> None:
    for call in (
        ("add_group_inst", "lab[1]"),
        ("set", "lab[1]", "label", "one"),
        ("set", "lab", "label", "all"),
        ("set_delayed", "lab[1]", "label", "d1"),
        ("set_delayed", "core", "debug", 3),
        ("set_delayed", "lab", "label", "d0"),
        ("set_delayed", "lab", "max_calls", 77),
        ("del_delayed", "lab[1]", "label"),
        ("del_delayed", "lab[1]", "max_calls"),
        ("commit",),
        ("set_delayed", "lab[1]", "label", "d1"),
        ("rollback",),
        ("set_delayed", "lab[7]", "label", "d1"),
        ("commit",),
        ("rollback",),
        ("del", "lab[1]", "label"),
        ("del", "lab[9]", "label"),
        ("del", "lab", "label"),
        ("set", "core", "debug", 2),
        ("del_group_inst", "lab[1]"),
        ("del_group_inst", "lab[1]"),
        # Never a group of the configuration file's own: that kills a 5.6.3.
        *[("reset", group) for group in ("core", "tm", "tcp", "registrar", "nope", "core[3]")],
    ):
        cfg.same("cfg." + call[0], *call[1:])
        cfg.same("cfg.diff")
        for group in ("lab", "lab[1]", "core", "tm", "registrar"):
            cfg.same("cfg.get", group)
        cfg.same("cfg.get", "lab[1]", "label")


# --- dispatcher

LISTS: tuple[tuple[Any, ...], ...] = ((), ("full",), ("short",), ("FULL",), ("x",), (1,))


@pytest.fixture
def dispatcher(server: Kamailio, real: Client, sockets: LabState) -> Iterator[Pair]:
    sets: dict[str, list[dict[str, Any]]] = {}
    for line in (server.directory / "dispatcher.list").read_text().splitlines():
        number, uri, *rest = line.split()
        row = {"uri": uri, **dict(zip(("flags", "priority"), map(int, rest[:2]), strict=False))}
        sets.setdefault(number, []).append({**row, **({"attrs": rest[2]} if rest[2:] else {})})
    # Names that no resolver knows.
    unknown = dict.fromkeys(("nohost.invalid", "x.invalid", "nope"), "")
    module = Dispatcher(sets, latency_stats=True, hash_size=16, reload_delta=0, addresses=unknown)
    real.call("dispatcher.reload")
    yield Pair(real, module, state=sockets)
    real.call("dispatcher.reload")
    real.call("dispatcher.ping_active", 1)


def test_dispatcher_states(dispatcher: Pair) -> None:
    dispatcher.help(
        "dispatcher.", "list set_state set_duid_state add remove reload ping_active hash"
    )
    for mode in LISTS:
        dispatcher.same("dispatcher.list", *mode)
    states = ["a", "A", "ap", "i", "iP", "d", "dp", "t", "tp", "0", "1", "2", "3", "0p", "x", "all"]
    by_uri = ["sip:127.0.0.1:5081", "SIP:127.0.0.1:5081", "all", "sip:nope", ""]
    by_duid = ["gw1", "GW2", "all", "", "sip:nope"]
    for state in [*states, "", 1, 0, 2, 3, 4, 10, 1.5, -1]:
        for method, targets in (("set_state", by_uri), ("set_duid_state", by_duid)):
            for target in targets:
                for number in (1, 2, 7, "1"):
                    dispatcher.same("dispatcher." + method, state, number, target)
                dispatcher.same("dispatcher.list", "short")
    few: tuple[Any, ...]
    for few in ((), ("a",), ("a", 1), ("a", "x", "y"), ("a", 1, 1)):
        dispatcher.same("dispatcher.set_state", *few)
        dispatcher.same("dispatcher.set_duid_state", *few)
    for mode in LISTS:
        dispatcher.same("dispatcher.list", *mode)


def test_dispatcher_pinging_and_hashes(dispatcher: Pair) -> None:
    params: tuple[Any, ...]
    for params in ((), (1,), (0,), (-1,), (5,), ("1",), (1.5,), (1,)):
        dispatcher.same("dispatcher.ping_active", *params)
    for params in (
        *[(), (1,), (8, "a"), (8, "abc", "def"), (8, "abcdefgh"), (0, "x"), (-4, "x"), (16, "")],
        *[(16, "", ""), ("8", "a"), (7, "añb€" * 5), (8, "a", 1)],
    ):
        dispatcher.same("dispatcher.hash", *params)
    chance = random.Random(7)
    for _ in range(200):
        text = f"u{chance.randrange(10**6)}@h"
        dispatcher.same("dispatcher.hash", chance.randint(1, 1000), text, "x" * chance.randrange(9))


def test_dispatcher_destinations(dispatcher: Pair, sockets: LabState) -> None:
    here = "socket=udp:127.0.0.1:" + sockets.sockets[0][2]
    rows: list[tuple[Any, ...]] = [
        *[(1, "sip:127.0.0.1:5090"), (1, "sip:127.0.0.1:5090"), (5, "127.0.0.9")],
        *[(6, "127.0.0.9:5070", 0, 3), (8, "sips:127.0.0.9", 16), (3, "sip:nohost.invalid")],
        (7, "sip:127.0.0.9;transport=TLS", 2, 3, "duid=x;weight=101;rweight=5;latency=30"),
        *[(3, ""), (4, "sip:127.0.0.4", 8, "x"), (4, "sip:127.0.0.4", 8, 9, 10), (4,), (4, 1)],
        *[("4", "x"), (-3, "sip:u@127.0.0.8:1?x=y"), (4, "sip:u:p@127.0.0.8:70000")],
        (9, "sip:127.0.0.8:5060;lr;transport=ws", 1, 0, "socket=udp:192.0.2.1:5060"),
        *[(9, "tel:123"), (9, "sip:127.0.0.1:5081", 0, 0, here + ";"), (11, "x")],
        *[(9, "sip:127.0.0.1:5081", 0, 0, "sockname=foo"), (10, "sip:127.0.0.1", 99)],
        *[(12, "sip:127.0.0.1:abc"), (13, "sip:[::1]:5060"), (14, "sip:x.invalid", 16)],
        (15, "127.0.0.1", 0, 0, "a;b=c; duid = z "),
    ]
    for row in rows:
        dispatcher.same("dispatcher.add", *row)
        dispatcher.same("dispatcher.list")
        dispatcher.same("dispatcher.list", "full")
    chance = random.Random(5)
    for _ in range(60):
        uri = f"sip:127.0.0.{chance.randint(1, 9)}:{chance.choice([5060, 5061])}"
        flags, priority = chance.choice([0, 1, 8]), chance.randint(0, 3)
        dispatcher.same("dispatcher.add", chance.randint(1, 40), uri, flags, priority)
    dispatcher.same("dispatcher.list", "short")
    for row in [*rows, (1, "SIP:127.0.0.1:5081"), (1, "sip:127.0.0.1:5081"), (99, "sip:1.1.1.1")]:
        dispatcher.same("dispatcher.remove", *row[:2])
        dispatcher.same("dispatcher.list", "short")
    dispatcher.same("dispatcher.reload")
    for mode in LISTS:
        dispatcher.same("dispatcher.list", *mode)
    sets = dispatcher.engine.state.modules["dispatcher"].sets
    for number, destinations in sets.items():
        for each in destinations:
            dispatcher.same("dispatcher.remove", number, each.uri)
            dispatcher.same("dispatcher.list", "short")
            dispatcher.same("dispatcher.set_state", "a", number, each.uri)
