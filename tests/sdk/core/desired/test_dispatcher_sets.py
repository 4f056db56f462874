# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Rebuilds of all sets: nothing is lost, whatever the server does."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.dispatcher import DispatcherDestinations, DispatcherState
from kamailio_binrpc.core.desired.dispatcher_sets import identity
from kamailio_binrpc.core.faults import Fault
from kamailio_binrpc.core.lab.modules.dispatcher import Destination

GATEWAY = "sip:192.0.2.11:5060"
OTHER = "sip:192.0.2.12:5060"
LONE = "sip:127.0.8.1:5060"


def calls_of(result):
    return [(call["method"], *call["params"]) for call in result["rpc_calls"]]


def rows(lab):
    return sorted(
        (number, each.uri, each.flags, each.priority, each.attrs)
        for number, found in lab.modules["dispatcher"].sets.items()
        for each in found
    )


@pytest.fixture
def load(lab):
    """Put destinations into the sets: ``load({7: [(uri, flags, priority, attrs)]})``."""

    def load(sets):
        dispatcher = lab.modules["dispatcher"]
        new = [(number, Destination(*each)) for number, found in sets.items() for each in found]
        dispatcher._load([*dispatcher._rows(), *new])

    return load


@pytest.fixture
def broken(lab):
    """Let ``dispatcher.add`` answer OK and add nothing, from its n-th call on."""

    def broken(first=1, wrong=lambda *params: True):
        real = lab.modules["dispatcher"].add
        count = [0]

        def add(ctx):
            params = list(ctx.scan("dS*ddS"))
            count[0] += 1
            if count[0] >= first and wrong(*params):
                lab.modules["dispatcher"].guard.enter()
                return "Ok. Dispatcher destination added."
            dispatcher = lab.modules["dispatcher"]
            dispatcher.guard.enter()
            new = Destination(*params[1:])
            dispatcher._load([*dispatcher._rows(), (params[0], new)])
            return "Ok. Dispatcher destination added."

        assert real
        lab.registry.method("dispatcher.add")(add)

    return broken


def spaced(*params):
    return len(params) > 4 and " " in params[4]


def test_identity():
    assert identity("weight=1;duid=A27;socket=udp:h:1") == "duid=a27"
    assert identity("socket=udp:h:1") == "socket=udp:h:1"
    assert identity("weight=5") == ""


# --- two entries are one only if all that distinguishes them is equal

TWINS = {7: [("sip:127.0.0.9:5060", 0, 21, "duid=a27"), ("sip:127.0.0.9:5060", 4, 20, "duid=b28")]}


def test_a_twin_with_another_duid_is_no_duplicate(ensure, lab, load):
    load(TWINS)
    assert ensure(DispatcherDestinations(7, [{"uri": "sip:127.0.0.9:5060"}]))["changed"] is False
    both = [{"uri": "sip:127.0.0.9:5060", "attrs": attrs} for attrs in ("duid=a27", "duid=b28")]
    assert ensure(DispatcherDestinations(7, both, exact=True))["changed"] is False


def test_a_twin_comes_back_with_its_state_when_the_other_changes(ensure, lab, load):
    """The server removes by URI, which takes both."""
    load(TWINS)
    wish = {"uri": "sip:127.0.0.9:5060", "attrs": "duid=a27", "priority": 9}
    assert ensure(DispatcherDestinations(7, [wish]))["changed"] is True
    assert [row[1:] for row in rows(lab) if row[0] == 7] == [
        ("sip:127.0.0.9:5060", 0, 9, "duid=a27"),
        ("sip:127.0.0.9:5060", 4, 20, "duid=b28"),
    ]


def test_a_new_twin_is_added(ensure, lab, load):
    load(TWINS)
    wish = {"uri": "sip:127.0.0.9:5060", "attrs": "duid=c29"}
    assert [call[0] for call in calls_of(ensure(DispatcherDestinations(7, [wish])))] == [
        "dispatcher.add"
    ]


def test_which_twin_is_meant_has_to_be_said(ensure, load):
    load(TWINS)
    result = ensure(DispatcherDestinations(7, [{"uri": "127.0.0.9:5060", "priority": 1}]), True)
    assert "say which one you mean by a duid or a socket" in result["msg"]


# --- nothing is lost when the server takes nothing


def test_a_set_of_one_whose_change_the_server_swallows(ensure, lab, load, broken):
    load({5: [(LONE, 8, 3, "duid=gw1")]})
    before = rows(lab)
    broken(wrong=spaced)
    result = ensure(DispatcherDestinations(5, [{"uri": LONE, "attrs": "duid=gw 1"}]), failed=True)
    assert "reading back shows no such change" in result["msg"]
    assert (result["changed"], rows(lab)) == (False, before)
    # Not even for a moment was it gone.
    assert [call[0] for call in calls_of(result)] == ["dispatcher.add"]
    assert not [each for each in result["warnings"] if "Something else" in each]


def test_one_of_a_set_whose_change_the_server_swallows(ensure, lab, load, broken):
    load({5: [(LONE, 8, 3, "duid=gw1"), ("sip:127.0.8.2:5060", 0, 4, "")]})
    before = rows(lab)
    broken(wrong=spaced)
    wish = {"uri": LONE, "attrs": "duid=gw1;x y=1"}
    result = ensure(DispatcherDestinations(5, [wish]), failed=True, busy_timeout=30)
    assert (result["changed"], rows(lab)) == (False, before)


@pytest.mark.parametrize("how", ["swallowed", "refused", "unresolved"])
def test_a_set_is_never_emptied_by_destinations_that_the_server_refuses(ensure, lab, broken, how):
    before = rows(lab)
    if how == "swallowed":
        broken()
    elif how == "refused":

        def refuse(ctx):
            raise Fault(500, "Adding dispatcher dst failed")

        lab.registry.method("dispatcher.add")(refuse)
    else:
        lab.modules["dns"].addresses["new.example"] = ""
    wanted = [{"uri": "sip:new.example"}, {"uri": "sip:192.0.2.99"}]
    result = ensure(DispatcherDestinations(1, wanted, exact=True), failed=True)
    assert (result["changed"], rows(lab)) == (False, before)


def test_a_connection_that_breaks_between_removing_and_adding(ensure, lab, load):
    load({5: [(LONE, 4, 3, "duid=gw1")]})
    before = rows(lab)
    lab.failures.add("close", method="dispatcher.remove", count=1)
    result = ensure(DispatcherDestinations(5, [{"uri": LONE, "priority": 9}]), failed=True)
    assert (result["changed"], rows(lab)) == (False, before)


def test_a_failed_write_without_effect_is_no_change(ensure, lab):
    def refuse(ctx):
        raise Fault(500, "Adding dispatcher dst failed")

    lab.registry.method("dispatcher.add")(refuse)
    result = ensure(DispatcherDestinations(1, [{"uri": "sip:192.0.2.99"}]), failed=True)
    assert (result["changed"], result["before"]) == (False, result["after"])


@pytest.mark.parametrize("details", [("", "weight=50"), ("weight=1", "weight=2"), ("", "")])
@pytest.mark.parametrize("changed", [3, 5])
def test_twins_of_others_are_known_again_when_a_rebuild_has_reversed_them(
    ensure, lab, load, details, changed
):
    twins = [("sip:127.0.8.4:5060", 0, 0, each) for each in details]
    load({5: [*twins, (LONE, 0, 0, "")], 3: [(LONE, 0, 0, "")]})
    before = sorted(row for row in rows(lab) if row[1] != LONE)
    result = ensure(DispatcherDestinations(changed, [{"uri": LONE, "attrs": "weight=7"}], least=0))
    assert result["changed"] is True
    assert not [call for call in calls_of(result) if twins[0][0] in call]
    assert sorted(row for row in rows(lab) if row[1] != LONE) == before


# --- never without a destination


def test_a_set_of_one_has_a_stand_in_while_it_changes(ensure, lab, load):
    load({5: [(LONE, 8, 3, "duid=gw1")]})
    left = []
    real = lab.modules["dispatcher"]._load

    def watch(each):
        real(each)
        left.append(len(lab.modules["dispatcher"].sets.get(5, ())))

    lab.modules["dispatcher"]._load = watch
    result = ensure(DispatcherDestinations(5, [{"uri": LONE, "priority": 9}]))
    assert result["after"] == {LONE: {"priority": 9, "attrs": "duid=gw1"}}
    assert [call[:3] for call in calls_of(result)] == [
        ("dispatcher.add", 5, LONE + ";bridge"),
        ("dispatcher.remove", 5, LONE),
        ("dispatcher.add", 5, LONE),
        ("dispatcher.remove", 5, LONE + ";bridge"),
    ]
    assert min(left) == 1
    assert [row for row in rows(lab) if row[0] == 5] == [(5, LONE, 8, 9, "duid=gw1")]


def test_the_last_destination_in_use_stays(ensure, lab, load):
    load({5: [(LONE, 0, 0, ""), ("sip:127.0.8.2:5060", 1, 0, "")]})
    for resource in (
        DispatcherState(5, "disabled", LONE),
        DispatcherState(5, "inactive", LONE),
        DispatcherDestinations(5, absent=[LONE]),
        DispatcherDestinations(5, [{"uri": "sip:127.0.8.2:5060"}], exact=True),
    ):
        for check in (True, False):
            result = ensure(resource, failed=True, check=check)
            assert "only 0 active destinations would be left" in result["msg"]
    assert ensure(DispatcherState(5, "disabled", LONE, least=0))["changed"] is True
    # There is none to keep.
    assert ensure(DispatcherDestinations(5, absent=[LONE]))["changed"] is True


# --- neighbours


def test_a_name_that_no_longer_resolves_is_seen_before_its_destination_is_lost(ensure, lab, load):
    load({7: [("sip:gw1.example", 4, 0, ""), ("sip:gw2.example", 0, 0, "")]})
    before = rows(lab)
    lab.modules["dns"].addresses["gw2.example"] = ""
    for check in (True, False):
        result = ensure(
            DispatcherDestinations(9, [{"uri": "sip:127.0.0.1:5072"}]), failed=True, check=check
        )
        assert "cannot resolve sip:gw2.example" in result["msg"]
    assert rows(lab) == before
    assert calls_of(result) == []


def test_a_neighbour_that_a_rebuild_dropped_is_named(ensure, lab, load):
    load({7: [("sip:gw1.example", 4, 0, ""), ("sip:gw2.example", 0, 0, "")]})
    lab.modules["dns"].addresses["gw2.example"] = ""
    wish = [{"uri": "sip:127.0.0.1:5072"}]
    result = ensure(DispatcherDestinations(9, wish, allow_unresolved=True), failed=True)
    assert 'could not be put back: dispatcher.7["sip:gw2.example:5060"]' in result["msg"]
    assert result["changed"] is True
    assert {each["address"] for each in result["not_undone"]} == {
        'dispatcher.7["sip:gw2.example:5060"]',
        'dispatcher.7["sip:gw2.example:5060"].state',
        'dispatcher.7["sip:gw2.example:5060"].probing',
    }


def test_a_destination_that_is_not_looked_up_needs_no_name(ensure, lab, load):
    load({7: [("sip:gw1.example", 16, 0, "")]})
    lab.modules["dns"].addresses["gw1.example"] = ""
    ensure(DispatcherDestinations(9, [{"uri": "sip:127.0.0.1:5072"}]))
    # It keeps that flag when it is changed. Only the removal looks it up.
    del lab.modules["dns"].addresses["gw1.example"]
    ensure(DispatcherDestinations(7, [{"uri": "sip:gw1.example", "priority": 5}]))
    assert [row[2] for row in rows(lab) if row[0] == 7] == [16]


@pytest.mark.parametrize("lab", ["6.1"], indirect=True)
def test_a_rebuild_that_ends_probing(ensure, lab, load):
    """As from 6.1 on, unless ds_ping_interval is set."""
    dispatcher = lab.modules["dispatcher"]
    load({7: [(LONE, 0, 1, "")]})
    dispatcher.find(7, LONE).flags = 8
    result = ensure(DispatcherDestinations(9, [{"uri": "sip:127.0.0.1:5072", "flags": 8}]))
    assert dispatcher.find(9, "sip:127.0.0.1:5072").state == "AP"
    assert dispatcher.find(7, LONE).state == "AP"
    assert any("was put back" in each for each in result["warnings"])


@pytest.mark.parametrize("lab", ["6.1"], indirect=True)
def test_probing_of_twins_that_a_rebuild_ends(ensure, lab, load):
    """The server finds only the first of them, so probing cannot come back to both."""
    dispatcher = lab.modules["dispatcher"]
    load({7: [(LONE, 0, 0, ""), (LONE, 0, 0, ""), (OTHER, 0, 0, "")], 8: [(GATEWAY, 0, 0, "")]})
    for each in (*dispatcher.sets[7], *dispatcher.sets[8]):
        each.flags = 0 if each.uri == OTHER else 8
    result = ensure(DispatcherDestinations(9, [{"uri": "sip:127.0.0.1:5072"}]), failed=True)
    assert "modparam ds_ping_interval of dispatcher is above 0: set it" in result["msg"]
    # All that can be undone is.
    assert 9 not in dispatcher.sets
    assert dispatcher.find(8, GATEWAY).state == "AP"
    left = {each["address"] for each in result["not_undone"]}
    assert left == {'dispatcher.7["%s"].probing' % name for name in (LONE, LONE + " (2)")}
    dispatcher.ping_interval = 30
    for each in dispatcher.sets[7]:
        each.flags = 0 if each.uri == OTHER else 8
    ensure(DispatcherDestinations(9, [{"uri": "sip:127.0.0.1:5072"}]))
    assert [each.state for each in dispatcher.sets[7] if each.uri == LONE] == ["AP", "AP"]


def test_the_effect_on_order_is_told(ensure, load):
    load({7: [("sip:127.0.0.1:1", 0, 0, ""), ("sip:127.0.0.1:2", 0, 0, "")]})
    result = ensure(DispatcherDestinations(9, [{"uri": "sip:127.0.0.1:5072"}]), check=True)
    (warning,) = [each for each in result["warnings"] if "reverses the order" in each]
    assert "(in set 2, 7)" in warning


# --- probing


def test_what_ends_probing_says_so(ensure, lab):
    lab.modules["dispatcher"].find(1, GATEWAY).flags = 8
    result = ensure(DispatcherState(1, "disabled", GATEWAY))
    assert "Disabling ends probing of " + GATEWAY in result["warnings"][0]
    lab.modules["dispatcher"].find(1, OTHER).flags = 8
    result = ensure(DispatcherState(1, "active", GATEWAY))
    assert "comes back without probing" in result["warnings"][0]
    assert ensure(DispatcherState(1, "active", GATEWAY, probing=True))["warnings"] == []


def test_probing_comes_back_when_a_drain_fails(ensure, lab, calls):
    lab.modules["dispatcher"].find(1, GATEWAY).flags = 8
    lab.failures.add("drop", method="dispatcher.set_state", count=1)
    calls.lost = "dispatcher.set_state"
    result = ensure(DispatcherState(1, "disabled", GATEWAY), failed=True)
    assert result["changed"] is False
    assert lab.modules["dispatcher"].find(1, GATEWAY).state == "AP"


@pytest.mark.parametrize("lab", ["master"], indirect=True)
@pytest.mark.parametrize("before", [False, True])
def test_what_another_writer_adds_at_the_same_time_is_there_once(
    ensure, lab, calls, monkeypatch, before
):
    real, added = calls.once, []

    def once(method, *params):
        twice = method == "dispatcher.add" and not added
        if twice:
            added.append(params)
        if twice and before:
            real(method, *params)
        reply = real(method, *params)
        if twice and not before:
            real(method, *params)
        return reply

    monkeypatch.setattr(calls, "once", once)
    wish = {"uri": LONE, "priority": None, "attrs": None, "flags": None}
    assert ensure(DispatcherDestinations(5, [wish]))["changed"] is True
    assert [row[:2] for row in rows(lab) if row[0] == 5] == [(5, LONE)]
    assert added


def test_twins_of_a_destination_that_is_not_named_stay(ensure, lab, load):
    load({7: [(GATEWAY, 0, 0, ""), (OTHER, 0, 0, ""), (OTHER, 0, 0, "")]})
    before = rows(lab)
    wish = {"uri": GATEWAY, "priority": 5, "attrs": None, "flags": None}
    assert ensure(DispatcherDestinations(7, [wish]))["changed"] is True
    assert ensure(DispatcherDestinations(7, [wish]))["changed"] is False
    changed = {(7, GATEWAY, 0, 0, ""): (7, GATEWAY, 0, 5, "")}
    assert rows(lab) == sorted(changed.get(row, row) for row in before)


@pytest.fixture
def alike(load, lab):
    """Two destinations that the lookups of the server cannot tell apart; return their states."""
    load({7: [(LONE, 8, 0, "duid=g"), (LONE, 4, 0, "duid=G;weight=10"), (OTHER, 0, 0, "")]})
    found = lab.modules["dispatcher"].sets[7]
    return lambda: [each.state for each in found if each.uri == LONE]


@pytest.mark.parametrize("check", [False, True])
def test_what_neither_uri_nor_duid_tells_apart_is_not_changed(ensure, lab, alike, check):
    before, (_first, second) = rows(lab), alike()
    # The second one has to change, and lookups find the first.
    wish = "active" if second == "DX" else "disabled"
    result = ensure(DispatcherState(7, wish, uri=LONE, least=0), failed=True, check=check)
    assert "cannot tell them apart" in result["msg"]
    assert (result["changed"], rows(lab), calls_of(result)) == (False, before, [])


def test_the_first_one_is_found_by_a_duid_that_two_have(ensure, alike):
    first, second = alike()
    wish = "active" if first == "DX" else "disabled"
    assert ensure(DispatcherState(7, wish, uri=LONE, least=0))["changed"] is True
    assert alike()[0][0] == alike()[1][0] == second[0]


def test_a_duid_that_two_have_is_not_used_where_the_uri_will_do(ensure, lab, load):
    load({7: [(LONE, 0, 0, "duid=g"), (OTHER, 0, 0, "duid=g"), (GATEWAY, 0, 0, "")]})
    assert ensure(DispatcherState(7, "disabled", duid="g", at_least=2))["changed"] is True
    found = {each.uri: each.state for each in lab.modules["dispatcher"].sets[7]}
    assert found == {LONE: "DX", OTHER: "DX", GATEWAY: "AX"}
