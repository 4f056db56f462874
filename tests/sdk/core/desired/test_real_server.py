# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Behaviour that the lab server only imitates, at a real Kamailio."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.desired.calls import Calls
from kamailio_binrpc.core.desired.cfg import CfgVariables
from kamailio_binrpc.core.desired.dispatcher import DispatcherDestinations, DispatcherState
from kamailio_binrpc.core.desired.drive import drive
from kamailio_binrpc.core.desired.engine import apply
from kamailio_binrpc.core.desired.htable import HashTable, HashTableItem
from kamailio_binrpc.core.desired.reload import Reloading, run
from kamailio_binrpc.core.dispatcher import sets
from kamailio_binrpc.core.faults import TooFast
from kamailio_binrpc.core.views import reply_to_json
from tests.support.releases import holds

pytestmark = [pytest.mark.real, pytest.mark.slow]


@pytest.fixture
def server(make_kamailio):
    with Client(make_kamailio().endpoints["unix"]) as client:
        yield client


@pytest.fixture
def ensure(server):
    def ensure(resource, failed=False, check=False):
        result = apply(resource, Calls(server), check)
        assert result["failed"] is failed, result.get("msg")
        return result

    return ensure


def members(server):
    values = reply_to_json(server.call("dispatcher.list"), "dispatcher.list")
    return {
        number: sorted(
            (each["uri"], each["priority"], each["attrs"], each["state"]) for each in found
        )
        for number, found in sets(values).items()
    }


def test_a_destination_that_the_server_swallows_costs_none(server, ensure):
    lone = "sip:127.0.8.1:5060"
    ensure(DispatcherDestinations(55, [{"uri": lone, "priority": 3, "attrs": "duid=gw1"}]))
    before = members(server)
    for resource in (
        DispatcherDestinations(55, [{"uri": lone, "attrs": "duid=gw 1"}]),
        DispatcherDestinations(55, [{"uri": lone, "attrs": "weight=5;x y"}], exact=True),
        DispatcherDestinations(55, [{"uri": "sip:127.0.8.2:5060", "attrs": "a b"}], exact=True),
        DispatcherDestinations(55, [{"uri": "sip:nosuch.example"}], exact=True),
    ):
        assert ensure(resource, failed=True)["changed"] is False
        assert members(server) == before
    # It is changed with another that stands in.
    result = ensure(DispatcherDestinations(55, [{"uri": lone, "priority": 9}]))
    assert len(result["rpc_calls"]) == 4
    after = members(server)
    assert after.pop(55) == [(lone, 9, "duid=gw1", "active")]
    del before[55]
    assert after == before
    ensure(DispatcherState(55, "disabled", lone), failed=True)
    ensure(DispatcherDestinations(55, absent=[lone], least=0))
    assert 55 not in members(server)


@pytest.mark.parametrize("interval", [0, 3600])
def test_a_change_of_a_set_leaves_probing_as_it_is(make_kamailio, interval):
    """Releases from 6.1 on end it everywhere without a ds_ping_interval."""
    config = 'modparam("dispatcher", "ds_ping_interval", %d)\n' % interval
    kamailio = make_kamailio(extra_config=config + 'modparam("dispatcher", "reload_delta", 0)\n')
    with Client(kamailio.endpoints["unix"]) as server:

        def flags():
            found = server.call("dispatcher.list").value["RECORDS"].get_all("SET")
            return {
                (group["ID"], each["URI"]): each["FLAGS"]
                for group in found
                for each in group["TARGETS"].get_all("DEST")
            }

        def ensure(resource, check=False):
            result = apply(resource, Calls(server), check)
            assert result["failed"] is False, result.get("msg")
            return result

        new = "sip:127.0.0.1:5999"
        others = {address: "AP" for address in flags() if address[0] in (1, 2)}
        for number, uri in others:
            ensure(DispatcherState(number, "active", uri, probing=True))
        rest = {address: found for address, found in flags().items() if address[0] not in (1, 2)}
        assert flags() == {**others, **rest}
        wish = DispatcherDestinations(7, [{"uri": new, "flags": 8, "priority": 1}])
        planned = ensure(wish, check=True)
        assert planned["changed"] and flags() == {**others, **rest}
        assert ensure(wish)["changed"] is True
        assert flags() == {**others, **rest, (7, new): "AP"}
        assert ensure(wish)["changed"] is False
        # Drift, of an attribute and of probing alone.
        server.call("dispatcher.set_state", "AX", 7, new)
        assert ensure(DispatcherState(7, "active", new, probing=True))["changed"] is True
        assert ensure(DispatcherState(7, "active", new, probing=True))["changed"] is False
        drifted = DispatcherDestinations(7, [{"uri": new, "flags": 8, "priority": 2}])
        assert ensure(drifted)["changed"] is True
        assert flags() == {**others, **rest, (7, new): "AP"}
        assert ensure(DispatcherDestinations(7, absent=[new], least=0))["changed"] is True
        assert flags() == {**others, **rest}


@pytest.mark.parametrize("interval", [0, 3600])
def test_probing_that_a_change_ends_for_good(make_kamailio, interval):
    """The server finds only the first of two destinations that differ in nothing it looks up."""
    config = 'modparam("dispatcher", "ds_ping_interval", %d)\n' % interval
    kamailio = make_kamailio(extra_config=config + 'modparam("dispatcher", "reload_delta", 0)\n')
    with Client(kamailio.endpoints["unix"]) as server:

        def flags():
            found = server.call("dispatcher.list").value["RECORDS"].get_all("SET")
            return sorted(
                (group["ID"], each["URI"], each["PRIORITY"], each["FLAGS"])
                for group in found
                for each in group["TARGETS"].get_all("DEST")
            )

        twin, other = "sip:127.0.0.1:5990", "sip:127.0.0.1:5991"
        for uri, priority in ((twin, 1), (twin, 2), (other, 0)):
            server.call("dispatcher.add", 7, uri, 0, priority)
        for number in (1, 2, 7):
            server.call("dispatcher.set_state", "AP", number, "all")
        server.call("dispatcher.set_state", "AX", 7, other)  # or "all" would do for the set
        before = flags()
        assert [each[3] for each in before if each[0] == 7] == ["AP", "AP", "AX"]
        wish = DispatcherDestinations(9, [{"uri": "sip:127.0.0.1:5999"}])
        result = apply(wish, Calls(server), False)
        if not interval and holds("probing ends"):
            assert result["failed"], result
            assert "modparam ds_ping_interval of dispatcher is above 0: set it" in result["msg"]
            # Everything else is as it was, the twins but for their probing.
            assert flags() == [each if each[1] != twin else (*each[:3], "AX") for each in before]
        else:
            assert not result["failed"], result.get("msg")
            assert flags() == sorted([*before, (9, "sip:127.0.0.1:5999", 0, "AX")])


def test_calls_that_the_core_limits(make_kamailio):
    """The second reload waits until rpc_exec_delta lets it through; a state module goes on."""
    kamailio = make_kamailio(
        extra_config='rpc_exec_delta=2\nmodparam("permissions", "reload_delta", 0)\n'
        if holds("reloads are limited")
        else 'modparam("permissions", "reload_delta", 0)\n'
    )
    with Client(kamailio.endpoints["unix"]) as server:
        for _again in range(2):
            result = drive(run(Reloading("permissions"), False, 30.0), Calls(server))
            assert result["failed"] is False, result.get("msg")
        if holds("reloads are limited"):
            with pytest.raises(TooFast):
                server.call("permissions.addressReload")
        for value in (5, 6):
            assert apply(HashTableItem("t", "k", value), Calls(server), False)["changed"] is True


def test_variables_that_cannot_be_read(ensure):
    result = ensure(CfgVariables({"tm": {"fr_timer": "25000"}}))
    assert (result["changed"], result["after"]) == (True, {"tm": {"fr_timer": 25000}})
    assert ensure(CfgVariables({"maxfwd[7]": {"max_limit": 5}}))["changed"] is True
    assert ensure(CfgVariables({"maxfwd[7]": {"max_limit": 5}}))["changed"] is False
    wish = {"core": {"debug": -1}, "tcp": {"fd_cache": 0}}
    assert ensure(CfgVariables(wish), failed=True)["changed"] is False


def test_a_value_that_is_too_large(server, ensure):
    tables = [each["name"] for each in reply_to_json(server.call("htable.listTables"), "")]
    table = tables[0]
    ensure(HashTableItem(table, "k", "short"))
    result = ensure(HashTableItem(table, "k", "x" * 9000), failed=True)
    assert (result["changed"], result["after"]) == (False, {"value": "short"})
    server.call("htable.sets", table, "k", "x" * 9000)
    assert ensure(HashTableItem(table, "k", "y"))["before"] == {"value": "too large"}
    server.call("htable.sets", table, "k", "x" * 9000)
    assert ensure(HashTable(table, {}, absent=["k"]))["changed"] is True
