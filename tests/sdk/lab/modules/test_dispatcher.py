# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from kamailio_binrpc import Client, Fault
from kamailio_binrpc.core.lab.modules.dispatcher import NO_DNS, NO_PING
from kamailio_binrpc.core.values import Struct
from kamailio_binrpc.lab import Dispatcher, DnsCache, LabState
from tests.conformance.differences import IUID
from tests.conformance.furniture import dispatcher as dispatcher_of
from tests.sdk.lab.modules.support import Pair, fault, lab
from tests.support.kamailio import Kamailio


def test_a_refused_call_of_the_dispatcher_starts_no_new_wait_but_a_wrong_one_does():
    engine, clock = lab()
    assert fault(engine, "dispatcher.add") == (500, "Invalid Parameters")
    clock.now += 4
    assert fault(engine, "dispatcher.add", 1, "sip:192.0.2.9") == (500, "Ongoing reload")
    clock.now += 1
    engine.call("dispatcher.add", 1, "sip:192.0.2.9")


def test_dispatcher_lists_differ():
    sets = {1: [{"uri": "sip:192.0.2.1", "flags": NO_PING}]}
    full = {}
    for version in ("5.8", "6.0"):
        engine, _clock = lab(Dispatcher(sets), version=version)
        reply = engine.call("dispatcher.list", "full")[0]
        full[version] = reply["RECORDS"]["SET"]["TARGETS"]["DEST"]
        assert "ATTRS" not in engine.call("dispatcher.list")[0]["RECORDS"]["SET"]["TARGETS"]["DEST"]
    assert "ATTRS" not in full["5.8"]
    assert full["5.8"]["FLAGS"] == "AX"
    assert full["6.0"]["ATTRS"]["BODY"] == "<null string>"
    assert full["6.0"]["FLAGS"] == "AN"


def members(struct):
    """Names in their order; of a struct within, they stand in brackets."""
    found = []
    for name, value in struct.items():
        found.append(name + (f"({members(value)})" if isinstance(value, Struct) else ""))
    return " ".join(found)


ATTRS = {
    "5.8": "BODY DUID MAXLOAD WEIGHT RWEIGHT SOCKET SOCKNAME OBPROXY",
    "6.0": "BODY DUID MAXLOAD WEIGHT RWEIGHT SOCKET SOCKNAME OBPROXY OCMIN OCMAX",
    "6.1": "BODY DUID PROBING_COUNT MAXLOAD WEIGHT RWEIGHT SOCKET SOCKNAME PING_SOCKET OBPROXY "
    "OCMIN OCMAX",
}
HEAD = {
    "5.8": "URI FLAGS PRIORITY",
    "6.0": "URI FLAGS PRIORITY",
    "6.1": "IDX URI FLAGS PRIORITY IUID",
}
ADDRESS = "HOST IPADDR PORT PROTOID DNSTIME_SEC DNSTIME_USEC"
CONTROL = "OCRATE OCIDX OCSEQ OCTIME_SEC OCTIME_USEC"


@pytest.mark.parametrize("version", ["5.8", "6.0", "6.1"])
def test_members_of_a_list_as_each_release_has_them(version):
    """As 6.0.1 and 6.1.5 were seen to answer."""
    sets = {1: [{"uri": "sip:127.0.0.1:5081", "attrs": "duid=a;weight=50"}, "sip:127.0.0.1:5082"]}
    module = Dispatcher(sets, latency_stats=True, hash_size=4)
    engine, _clock = lab(module, version=version)
    end = "LATENCY(AVG STD EST MAX TIMEOUT) RUNTIME(DLGLOAD)"
    head, attrs = HEAD[version], f"ATTRS({ATTRS[version]})"
    full = f"{head} {ADDRESS} {attrs} {end}"
    if version != "5.8":
        full = f"{head} {ADDRESS} {CONTROL} {attrs} {end}"
    without = full.replace(attrs + " ", "") if version == "5.8" else full
    found = {}
    for mode in ((), ("short",), ("full",)):
        targets = engine.call("dispatcher.list", *mode)[0]["RECORDS"]["SET"]["TARGETS"]
        found[mode] = targets.get_all("DEST")
    assert [members(each) for each in found[()]] == [f"{head} {end}", f"{head} {attrs} {end}"]
    assert [members(each) for each in found["short",]] == [f"{head} {end}"] * 2
    assert [members(each) for each in found["full",]] == [without, full]
    first = found["full",][0]
    assert first["PROTOID"] == (1 if version == "6.1" else 0)
    if version == "6.1":
        assert [each["IDX"] for each in found[()]] == [0, 1]
        names = [each["IUID"] for each in found[()]]
        assert [name.split("-")[3:] for name in names] == [["2", "1"], ["1", "1"]]
        engine.call("dispatcher.remove", 99, "sip:127.0.0.1")
        again = engine.call("dispatcher.list")[0]["RECORDS"]["SET"]["TARGETS"].get_all("DEST")
        assert not {each["IUID"] for each in again} & set(names)


@pytest.mark.parametrize(
    "uri, protocol",
    [
        *[("sip:192.0.2.1", 1), ("sip:gw.example", 0), ("sip:gw.example:5060", 1)],
        *[("sips:gw.example:5061", 2), ("sips:192.0.2.1", 1), ("sip:gw.example;transport=tls", 3)],
    ],
)
@pytest.mark.parametrize("flags", [0, NO_DNS])
def test_the_protocol_of_a_destination_from_6_1_on(uri, protocol, flags):
    """As RFC 3263 has it, whether or not the name is resolved."""
    for version, expected in (("6.0", 3 if protocol == 3 else 0), ("6.1", protocol)):
        engine, _clock = lab(Dispatcher({1: [{"uri": uri, "flags": flags}]}), version=version)
        dest = engine.call("dispatcher.list", "full")[0]["RECORDS"]["SET"]["TARGETS"]["DEST"]
        assert dest["PROTOID"] == expected


def test_the_dispatcher_of_master_reloads_at_any_time():
    engine, _clock = lab(version="master")
    for _other in range(3):
        assert engine.call("dispatcher.reload") == ["Ok. Dispatcher successfully reloaded."]


def test_names_resolve_as_told():
    hosts = {"gw.example.com": "198.51.100.7", "gone.example.com": ""}
    engine, clock = lab(Dispatcher({}), DnsCache(addresses=hosts))
    for number, host in enumerate(("gw.example.com", "gone.example.com", "new.example.com")):
        engine.call("dispatcher.add", number, "sip:" + host)
        clock.now += 5
    engine.call("dispatcher.add", 1, "sip:gone.example.com", NO_DNS)
    sets = engine.call("dispatcher.list", "full")[0]["RECORDS"].get_all("SET")
    addresses = {each["ID"]: each["TARGETS"]["DEST"]["IPADDR"] for each in sets}
    assert addresses == {0: "198.51.100.7", 1: "", 2: "192.0.2.1"}


def uris(engine, number):
    destinations = engine.state.modules["dispatcher"].sets.get(number, [])
    return [f"{each.uri} {each.state} {each.address}" for each in destinations]


@pytest.mark.parametrize("switch", ["python", "wire"])
def test_a_rebuild_drops_what_no_longer_resolves(switch):
    sets = {7: ["sip:gw1.example", {"uri": "sip:gw2.example", "flags": 4}]}
    engine, _clock = lab(Dispatcher(sets, reload_delta=0), DnsCache(addresses={"gw1.example": ""}))
    assert uris(engine, 7) == ["sip:gw2.example DX 192.0.2.1"]
    dns = engine.state.modules["dns"]

    def tell(name, address):
        if switch == "wire":
            engine.call("lab.set_address", name, address)
        else:
            dns.addresses[name] = address

    tell("gw1.example", "198.51.100.1")
    engine.call("dispatcher.reload")
    assert uris(engine, 7) == ["sip:gw2.example DX 192.0.2.1", "sip:gw1.example AX 198.51.100.1"]
    tell("gw2.example", "")
    with pytest.raises(Fault, match="Not found"):
        engine.call("dns.lookup", "A", "gw2.example")
    assert len(uris(engine, 7)) == 2  # nothing has happened to it yet
    assert engine.call("dispatcher.add", 9, "sip:192.0.2.9")
    assert uris(engine, 7) == ["sip:gw1.example AX 198.51.100.1"]
    assert fault(engine, "dispatcher.remove", 7, "sip:gw2.example")[0] == 500
    tell("gw1.example", "")
    assert engine.call("dispatcher.remove", 99, "sip:192.0.2.1")
    assert 7 not in engine.state.modules["dispatcher"].sets


@pytest.mark.parametrize(
    "version, interval, state", [("6.0", 0, "AP"), ("6.1", 0, "AX"), ("6.1", 30, "AP")]
)
def test_probing_from_6_1_on(version, interval, state):
    sets = {1: [{"uri": "sip:192.0.2.1", "flags": 8}]}
    module = Dispatcher(sets, reload_delta=0, ping_interval=interval)
    engine, _clock = lab(module, version=version)
    assert module.sets[1][0].state == state
    for change in (("add", 2, "sip:192.0.2.2", 8), ("remove", 99, "sip:192.0.2.2"), ("reload",)):
        engine.call("dispatcher.set_state", "ap", 1, "all")
        assert module.sets[1][0].state == "AP"
        engine.call("dispatcher." + change[0], *change[1:])
        assert {each.state for _number, each in module._rows()} == {state}


def test_reload_forgets_states_and_what_was_added():
    engine, clock = lab()
    before = engine.call("dispatcher.list", "full")
    engine.call("dispatcher.set_state", "dx", 1, "all")
    engine.call("dispatcher.add", 9, "sip:192.0.2.9")
    assert engine.call("dispatcher.list", "full") != before
    clock.now += 5
    engine.call("dispatcher.reload")
    assert engine.call("dispatcher.list", "full") == before


LISTS: tuple[tuple[Any, ...], ...] = ((), ("full",), ("short",), ("FULL",), ("x",), (1,))


def without_names(reply: Any) -> str:
    """The outcome as text, without the names that 6.1 makes for destinations."""
    return IUID.sub("#", repr(reply))


class DispatcherPair(Pair):
    def same(self, method: str, *params: Any, normalise: Any = without_names) -> None:
        super().same(method, *params, normalise=normalise)


@pytest.fixture
def dispatcher(server: Kamailio, real: Client, sockets: LabState) -> Iterator[Pair]:
    module = dispatcher_of(server)
    real.call("dispatcher.reload")
    yield DispatcherPair(real, module, DnsCache(others=""), state=sockets)
    real.call("dispatcher.reload")
    real.call("dispatcher.ping_active", 1)


@pytest.mark.real
def test_dispatcher_states(dispatcher: Pair) -> None:
    dispatcher.same_methods("dispatcher.")
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
    if "dispatcher.oclist" in dispatcher.engine.registry.names():
        for few in ((), (1,), (99,), ("1",), (1, 2), (30,)):
            dispatcher.same("dispatcher.oclist", *few)
    for few in ((), ("a",), ("a", 1), ("a", "x", "y"), ("a", 1, 1)):
        dispatcher.same("dispatcher.set_state", *few)
        dispatcher.same("dispatcher.set_duid_state", *few)
    for mode in LISTS:
        dispatcher.same("dispatcher.list", *mode)


@pytest.mark.real
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
    for _other in range(200):
        text = f"u{chance.randrange(10**6)}@h"
        dispatcher.same("dispatcher.hash", chance.randint(1, 1000), text, "x" * chance.randrange(9))


@pytest.mark.real
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
    for _other in range(60):
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


@pytest.mark.real
def test_what_a_rebuild_does_to_others(dispatcher: Pair) -> None:
    """Names that stop resolving, the order of equal priorities, twins, states."""
    for number, host in enumerate(("gw1.example", "gw2.example", "gw3.example"), 1):
        dispatcher.same("dns.add_a", host, 3600, f"127.0.0.{number}", 0)
        dispatcher.same("dispatcher.add", 70, "sip:" + host, 8)
    for number in range(4):
        dispatcher.same("dispatcher.add", 71, f"sip:127.0.0.{number + 1}", 0, 0, f"duid=n{number}")
        dispatcher.same("dispatcher.add", 72, "sip:127.0.0.1", 0, number // 2, f"duid=n{number}")
    dispatcher.same("dispatcher.set_state", "dx", 70, "sip:gw1.example")
    changes: list[tuple[Any, ...]] = [
        *[("dispatcher.add", 73, "sip:127.0.0.1"), ("dispatcher.remove", 99, "sip:127.0.0.1:1")],
        *[("dns.delete_a", "gw2.example"), ("dispatcher.remove", 70, "sip:gw2.example")],
        *[
            ("dispatcher.set_state", "dx", 70, "sip:gw2.example"),
            ("dns.lookup", "A", "gw2.example"),
        ],
        *[("dns.delete_a", "gw3.example"), ("dns.add_a", "gw3.example", 3600, "127.0.0.33", 0)],
        *[("dispatcher.add", 73, "sip:127.0.0.2"), ("dispatcher.remove", 72, "sip:127.0.0.1")],
        *[("dispatcher.set_state", "ax", 70, "sip:gw1.example"), ("dns.delete_a", "gw1.example")],
        *[("dispatcher.set_state", "dx", 70, "all"), ("dispatcher.remove", 73, "sip:127.0.0.2")],
        ("dispatcher.set_state", "ap", 70, "all"),
    ]
    for change in changes:
        dispatcher.steadily(*change)
        for mode in LISTS:
            dispatcher.same("dispatcher.list", *mode)
