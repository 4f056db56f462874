# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The stateful modules without a real server: seeding, time, and the Kamailio versions."""

from __future__ import annotations

import json

import pytest

from kamailio_binrpc.core.faults import Fault
from kamailio_binrpc.core.lab.engine import build
from kamailio_binrpc.core.lab.hashing import core_case_hash, core_hash
from kamailio_binrpc.core.lab.modules.dispatcher import NO_DNS, NO_PING
from kamailio_binrpc.core.lab.state import LabState
from kamailio_binrpc.core.values import Struct
from kamailio_binrpc.lab import (
    Configuration,
    Counters,
    DialPlan,
    Dispatcher,
    HashTables,
    Permissions,
    Registrations,
    RtpEngine,
    Tls,
    UserLocation,
)


class Clock:
    def __init__(self):
        self.now = 1_700_000_000.0

    def __call__(self):
        return self.now


def lab(*modules, version="5.6.3"):
    """An engine of that version and the clock that its methods read."""
    state = LabState(version)
    state.clock = clock = Clock()
    state.started = clock()
    return build(modules, state), clock


def fault(engine, method, *params):
    with pytest.raises(Fault) as caught:
        engine.call(method, *params)
    return caught.value.code, caught.value.text


# --- what a fresh server has

READERS = [
    *("cfg.get core", "cfg.list", "cnt.grps_list", "corex.debug", "dbg.get_mod_level tm"),
    *("dialplan.dump 1", "dispatcher.list", "dlg.list", "dmq.list_nodes", "domain.dump"),
    *("drouting.reload", "htable.dump t", "htable.listTables", "lcr.dump_gws", "lcr.dump_rules"),
    *("mqueue.get_sizes", "mtree.list", "mtree.summary", "pdt.list", "permissions.addressDump"),
    *("permissions.subnetDump", "permissions.domainDump", "permissions.trustedDump", "pike.top"),
    *("pkg.stats", "pl.list", "pv.shvGet", "rl.get_pipes", "rtpengine.show all", "rtpproxy.list"),
    *("secfilter.print", "shm.stats", "sipdump.enable", "siptrace.status check", "sl.stats"),
    *("stats.fetch all", "tls.info", "tls.reload", "tm.stats", "uac.reg_dump", "ul.dump"),
    *("userblocklist.dump_blocklist", "cfgutils.get_gflags", "nathelper.enable_ping 1"),
]


@pytest.mark.parametrize("call", READERS)
def test_a_fresh_server_answers_something_useful(call):
    engine, _clock = lab()
    method, *params = call.split()
    typed = [int(each) if each.isdigit() else each for each in params]
    reply = engine.call(method, *typed)
    if method != "nathelper.enable_ping":
        assert reply
        assert not all(isinstance(each, Struct) and not len(each) for each in reply)


def test_no_method_fails_on_any_kind_of_parameters():
    engine, _clock = lab()
    for name in engine.registry.names():
        for params in ((), (1,), ("x",), ("x", "y"), (1, "x", 2.5), ("x", "y", "z", 1)):
            try:
                engine.call(name, *params)
            except Fault as error:
                assert "Internal error" not in error.text, (name, params, error)


@pytest.mark.parametrize("version", ["5.6.3", "5.7", "5.8", "6.0", "6.1", "master"])
def test_every_version_starts(version):
    engine, _clock = lab(version=version)
    assert engine.call("dispatcher.list")
    assert engine.call("uac.reg_dump")
    assert engine.call("rtpengine.show", "all")


def test_state_can_be_given_as_plain_data():
    given = json.loads(
        """{"htable": {"tables": {"t": {"a": 1, "l": ["x", "y"]}, "e": {}},
                       "options": {"e": {"autoexpire": 60, "size": 5}}},
            "dispatcher": {"sets": {"7": ["sip:192.0.2.1",
                                          {"uri": "sip:192.0.2.2", "flags": 1}]}},
            "cfg_rpc": {"groups": {"core": {"debug": 3},
                               "own": {"text": "x", "number": [5, "five"]}}}}"""
    )
    engine, _clock = lab(
        HashTables(**given["htable"]),
        Dispatcher(**given["dispatcher"]),
        Configuration(**given["cfg_rpc"]),
    )
    assert engine.call("htable.get", "t", "l[1]")[0]["item"]["value"] == "y"
    assert engine.call("htable.get", "t", "l::size")[0]["item"]["value"] == 2
    assert [table["size"] for table in engine.call("htable.listTables")] == [32, 16]
    assert engine.call("dispatcher.list")[0]["RECORDS"]["SET"]["ID"] == 7
    assert engine.call("cfg.get", "core", "debug") == [3]
    assert engine.call("corex.debug")[0]["debug"] == 3
    assert engine.call("cfg.help", "own", "number") == ["five", "(parameter type is integer)"]


def test_python_and_rpc_see_the_same_state():
    engine, _clock = lab(HashTables({"t": {}}))
    modules = engine.state.modules
    modules["htable"].tables["t"]["k"] = 5
    assert engine.call("htable.get", "t", "k")[0]["item"]["value"] == 5
    engine.call("htable.sets", "t", "k", "v")
    assert dict(modules["htable"].tables["t"]) == {"k": "v"}
    engine.call("cfg.seti", "lab", "max_calls", 7)
    assert modules["cfg_rpc"]["lab"]["max_calls"] == 7
    engine.call("dispatcher.set_state", "ip", 1, "all")
    assert {each.state for each in modules["dispatcher"].sets[1]} == {"IP"}


# --- hashes, as the real server's slots show them


def test_hashes():
    assert core_hash("bob") == 7222211
    assert core_hash("alice") == 1834153949
    assert core_case_hash("ALICE") == core_case_hash("alice") == core_hash("alice")
    assert core_hash("ab", "c") != core_hash("abc")


# --- time


def test_items_expire():
    engine, clock = lab(HashTables({"e": {}}, {"e": {"autoexpire": 60}}))
    engine.call("htable.sets", "e", "k", "v")
    engine.call("htable.setxs", "e", "long", "v", 600)
    clock.now += 60
    assert engine.call("htable.get", "e", "k")[0]["item"]["expire"] != "NEVER"
    clock.now += 1
    assert fault(engine, "htable.get", "e", "k") == (500, "Key name doesn't exist in htable.")
    assert engine.call("htable.stats")[0]["all"] == 1
    engine.call("htable.setex", "e", "long", 0)
    clock.now += 10_000
    assert engine.call("htable.get", "e", "long")[0]["item"]["expire"] == "NEVER"


@pytest.mark.parametrize(
    "module, methods, seconds, text",
    [
        (
            Dispatcher(),
            ["dispatcher.reload", "dispatcher.add", "dispatcher.remove"],
            5,
            "Ongoing reload",
        ),
        (
            Permissions(),
            ["permissions.addressReload", "permissions.trustedReload"],
            5,
            "ongoing reload",
        ),
        (DialPlan(), ["dialplan.reload"], 5, "ongoing reload"),
        (RtpEngine(), ["rtpengine.reload"], 10, "Too short reload interval - try later"),
        (Registrations(), ["uac.reg_reload"], 150, "Failed to shift records - check log messages"),
    ],
)
def test_reloads_are_refused_for_some_seconds(module, methods, seconds, text):
    engine, clock = lab(module)
    clock.now += 1000
    engine.call(methods[0])
    for second in (0, seconds - 1):
        clock.now = 1_700_001_000 + second
        for method in methods:
            assert fault(engine, method) == (500, text)
    clock.now += 1
    engine.call(methods[0])


def test_a_refused_call_of_the_dispatcher_starts_no_new_wait_but_a_wrong_one_does():
    engine, clock = lab()
    assert fault(engine, "dispatcher.add") == (500, "Invalid Parameters")
    clock.now += 4
    assert fault(engine, "dispatcher.add", 1, "sip:192.0.2.9") == (500, "Ongoing reload")
    clock.now += 1
    engine.call("dispatcher.add", 1, "sip:192.0.2.9")


def test_rtpengine_refuses_a_reload_after_the_start():
    engine, clock = lab()
    assert fault(engine, "rtpengine.reload")[1] == "Too short reload interval - try later"
    clock.now += 10
    assert engine.call("rtpengine.reload") == ["Ok. Reload successful."]


def test_contacts_expire():
    engine, clock = lab(UserLocation({"location": {}}))
    engine.call("ul.add", "location", "a", "sip:a@x", 60, -1.0, ".", 0, 0, 0)
    clock.now += 61
    dump = engine.call("ul.dump")[0]["Domains"]["Domain"]["AoRs"]["Info"]["Contacts"]["Contact"]
    assert dump["Expires"] == "expired"
    assert fault(engine, "ul.lookup", "location", "a") == (500, "AOR has no contacts")
    clock.now += 60
    assert fault(engine, "ul.lookup", "location", "a") == (500, "AOR not found in location table")


# --- versions


def test_seti_takes_a_double_from_5_8():
    tables = {"t": {}}
    for version, wrong in (("5.6.3", ()), ("5.7.4", (5, "5")), ("5.8.0", (5, "5"))):
        engine, _clock = lab(HashTables(tables), version=version)
        for value in (5, "5", 5.0):
            if value in wrong and not isinstance(value, float):
                assert fault(engine, "htable.seti", "t", "k", value)[1].startswith("Not enough")
            else:
                assert engine.call("htable.seti", "t", "k", value) == ["Ok. Key set to new value."]
    engine, _clock = lab(HashTables(tables), version="6.1")
    assert engine.call("htable.seti", "t", "k", 5) == ["Ok. Key set to new value."]
    engine.call("htable.seti", "t", "k", 4294967297.0)
    assert engine.call("htable.get", "t", "k")[0]["item"]["value"] == 1


def test_cfg_help_is_a_struct_from_6_1():
    engine, _clock = lab(version="6.0")
    assert engine.call("cfg.help", "core", "debug")[1] == "(parameter type is integer)"
    engine, _clock = lab(version="6.1")
    assert engine.call("cfg.help", "core", "debug") == [Struct(desc="debug level", type="integer")]


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


def test_the_dispatcher_of_master_reloads_at_any_time():
    engine, _clock = lab(version="master")
    for _other in range(3):
        assert engine.call("dispatcher.reload") == ["Ok. Dispatcher successfully reloaded."]


@pytest.mark.parametrize(
    "method, first",
    [
        ("pl.rm_pipe", "5.7"),
        ("pl.reset_pipe", "5.7"),
        ("htable.dmqsync", "5.8"),
        ("htable.dmqresync", "5.8"),
        ("tls.kill", "5.8"),
        ("uac.reg_register", "6.0"),
        ("dmq.add", "master"),
        ("dmq.change_status", "master"),
    ],
)
def test_methods_come_with_a_version(method, first):
    versions = ["5.6.3", "5.7", "5.8", "6.0", "6.1", "master"]
    has = [method in lab(version=version)[0].registry for version in versions]
    assert has == [index >= versions.index(first) for index in range(len(versions))]


@pytest.mark.parametrize(
    "call, name, before, after, since",
    [
        ("sl.stats", "404", int, float, "5.7"),
        ("mtree.summary", "reload_count", int, float, "5.7"),
        ("core.shmmem", "total", int, float, "5.7"),
        ("uac.reg_dump", "expires", int, float, "6.0"),
    ],
)
def test_numbers_change_their_type(call, name, before, after, since):
    def kind(version):
        reply = lab(version=version)[0].call(call)[0]
        return type((reply.get("item") or reply)[name])

    assert kind("5.6.3") is before
    assert kind(since) is after


def test_corex_keys_are_lower_case_from_5_8():
    for version, key in (("5.7", "PROTO"), ("5.8", "proto")):
        assert lab(version=version)[0].call("corex.list_sockets")[0].keys()[0] == key


def test_rtpengine_shows_activity_later():
    nodes = [{"url": "udp:192.0.2.1:1", "disabled": True}]
    old = lab(RtpEngine(nodes))[0].call("rtpengine.show", "all")[0]
    new = lab(RtpEngine(nodes), version="6.1")[0].call("rtpengine.show", "all")[0]
    assert (old["disabled"], old["recheck_ticks"]) == ("1(permanent)", "N/A")
    assert (new["disabled"], new["active"], new["recheck_ticks"]) == (1, 0, -1)


# --- what the real server cannot be asked


def test_names_resolve_as_told():
    hosts = {"gw.example.com": "198.51.100.7", "gone.example.com": ""}
    engine, clock = lab(Dispatcher({}, addresses=hosts))
    for number, host in enumerate(("gw.example.com", "gone.example.com", "new.example.com")):
        engine.call("dispatcher.add", number, "sip:" + host)
        clock.now += 5
    engine.call("dispatcher.add", 1, "sip:gone.example.com", NO_DNS)
    sets = engine.call("dispatcher.list", "full")[0]["RECORDS"].get_all("SET")
    addresses = {each["ID"]: each["TARGETS"]["DEST"]["IPADDR"] for each in sets}
    assert addresses == {0: "198.51.100.7", 1: "", 2: "192.0.2.1"}


def test_reload_forgets_states_and_what_was_added():
    engine, clock = lab()
    before = engine.call("dispatcher.list", "full")
    engine.call("dispatcher.set_state", "dx", 1, "all")
    engine.call("dispatcher.add", 9, "sip:192.0.2.9")
    assert engine.call("dispatcher.list", "full") != before
    clock.now += 5
    engine.call("dispatcher.reload")
    assert engine.call("dispatcher.list", "full") == before


def test_a_node_that_answers_can_be_enabled():
    engine, clock = lab(RtpEngine([{"url": "a"}, {"url": "b", "reachable": False}], 60))
    assert engine.call("rtpengine.enable", "a", 0) == [Struct(url="a", status="disable")]
    assert engine.call("rtpengine.enable", "a", 1) == [Struct(url="a", status="enable")]
    assert engine.call("rtpengine.enable", "b", 1) == [Struct(url="b", status="fail")]
    clock.now += 20
    shown = engine.call("rtpengine.show", "all")
    assert [(node["disabled"], node["recheck_ticks"]) for node in shown] == [(0, 0), (1, 40)]


def test_counters_count_what_there_is():
    engine, _clock = lab(Counters())
    counters = engine.state.modules["counters"]
    users = engine.call("cnt.get", "usrloc", "registered_users")[0]
    engine.call("ul.add", "location", "new", "sip:a@x", 0, -1.0, ".", 0, 0, 0)
    assert engine.call("cnt.get", "usrloc", "registered_users") == [users + 1]
    assert engine.call("stats.get_statistics", "active_dialogs") == ["dialog:active_dialogs = 1"]
    dialog = engine.call("dlg.list_match", "callid", "eq", "lab-call-1")[0]
    engine.call("dlg.end_dlg", dialog["h_entry"], dialog["h_id"])
    assert engine.call("stats.fetch", "active_dialogs") == [Struct({"dialog.active_dialogs": "0"})]
    counters.increment("core", "rcv_requests", 3)
    counters["own", "hits"] = 2
    assert engine.call("stats.fetchn", "rcv_requests")[0].values() == [45.0]
    assert engine.call("stats.clear_statistics", "own:") == ["own:hits = 0 (2)"]


def test_cfg_reset_of_an_own_group_is_safe():
    # A 5.6.3 dies of it.
    engine, _clock = lab(Configuration({"own": {"number": 1}, "text": {"label": "x"}}))
    engine.call("cfg.seti", "own", "number", 5)
    engine.call("cfg.reset", "own")
    assert engine.call("cfg.get", "own", "number") == [1]
    assert fault(engine, "cfg.reset", "text") == (500, "Unsupported input type")


def test_tls_reload_can_fail():
    tls = Tls()
    engine, _clock = lab(tls)
    assert engine.call("tls.reload") == ["Ok. TLS configuration reloaded."]
    tls.failure = "Error while fixing TLS configuration"
    assert fault(engine, "tls.reload") == (500, "Error while fixing TLS configuration")
    assert tls.reloads == 1


def test_rules_of_allow_and_deny_files():
    rules = {"list": {"allow": [("^sip:a", "ALL")], "deny": [("ALL", "@bad")]}}
    engine, _clock = lab(Permissions(files=rules))
    for uri, contact, verdict in (
        ("sip:alice@x", "sip:y@bad", "Allowed"),
        ("sip:bob@x", "sip:y@bad", "Denied"),
        ("sip:bob@x", "sip:y@good", "Allowed"),
    ):
        assert engine.call("permissions.testUri", "list", uri, contact) == [verdict]


def test_keepalive_does_not_hang():
    engine, _clock = lab()
    assert engine.call("keepalive.add", "sip:a@x", "own") == ["Ok. Destination added."]
    assert engine.call("keepalive.get", "sip:a@x", "own") == [
        Struct(uri="sip:a@x", owner="own", state=0)
    ]
    assert engine.call("keepalive.del", "sip:a@x", "own") == ["Ok. Destination removed."]
    assert fault(engine, "keepalive.del", "sip:a@x", "own")[0] == 500
