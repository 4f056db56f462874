# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Clients and fleets that space calls which rebuild what SIP workers read."""

from __future__ import annotations

import asyncio
from typing import ClassVar

import pytest

from kamailio_binrpc.core import pacing
from kamailio_binrpc.core.async_fifo_client import AsyncFifoClient
from kamailio_binrpc.core.async_fleet import AsyncFleet
from kamailio_binrpc.core.errors import CallTimeout, ConnectError
from kamailio_binrpc.core.faults import Busy
from kamailio_binrpc.core.fifo_client import FifoClient
from kamailio_binrpc.core.fleet import Fleet
from kamailio_binrpc.core.pacing import SPACING
from kamailio_binrpc.core.reply import Reply
from kamailio_binrpc.core.spacing import in_turn_async

from .clients import Blocking, Time
from .support import PATIENCE, fault_to, reply_to

SERVER = "unixs:/run/kamailio/kamailio_ctl"


def test_in_turn_async(tmp_path, monkeypatch):
    monkeypatch.setattr(pacing, "folder_of_user", lambda: str(tmp_path / "folder"))
    pauses = []

    async def pause(seconds):
        pauses.append(seconds)

    async def done():
        return "done"

    async def inner():
        return await in_turn_async(SERVER, done, pause)

    async def both():
        first = await in_turn_async(SERVER, inner, pause)
        return first, await in_turn_async(SERVER, done, pause)

    assert asyncio.run(both()) == ("done", "done")
    assert [0 < pause <= SPACING for pause in pauses] == [True]


class Recorded:
    """A turn that comes after a while.

    :ivar seconds: how long each waits.
    :ivar ends: server and ``rebuilt`` of each.
    :ivar waited: how many have waited to the end.
    """

    seconds = 0.0
    ends: ClassVar = []
    waited = 0

    def __init__(self, address):
        self._address = str(address)

    def waits(self):
        yield self.seconds
        Recorded.waited += 1

    def end(self, rebuilt):
        self.ends.append((self._address, rebuilt))


@pytest.fixture
def ends(monkeypatch):
    monkeypatch.setattr(pacing, "Turn", Recorded)
    monkeypatch.setattr(Recorded, "ends", [])
    monkeypatch.setattr(Recorded, "waited", 0)
    return Recorded.ends


def answer(peer):
    while True:
        request = peer.request()
        if request.values[:2] == ["dispatcher.reload", "busy"]:
            peer.send(fault_to(request, 500, "Ongoing reload"))
        else:
            peer.send(reply_to(request, *request.values))


def test_clients_space_rebuilds_if_they_are_asked_to(serve, transport, make_client, ends):
    server = serve(transport, answer)
    with make_client(server.address, PATIENCE, paced=True) as client:
        assert client.call("core.echo", 1) == ["core.echo", 1]
        assert (ends, Recorded.waited) == ([], 0)
        assert client.call("dispatcher.reload") == ["dispatcher.reload"]
        assert Recorded.waited == 1
        with pytest.raises(Busy):
            client.call("dispatcher.reload", "busy")
    assert ends == [(str(server.address), True), (str(server.address), False)]


def test_clients_do_not_space_by_themselves(serve, transport, make_client, ends):
    with make_client(serve(transport, answer).address) as client:
        client.call("dispatcher.reload")
        client.call_many([("dispatcher.reload",)] * 2)
    assert ends == []


def test_a_batch_keeps_its_order(serve, transport, make_client, ends):
    server = serve(transport, answer)
    calls = [("a",), ("b",), ("dispatcher.add", 1), ("dispatcher.reload", "busy"), ("c",)]
    with make_client(server.address, PATIENCE, paced=True) as client:
        outcomes = client.call_many(calls)
        assert client.call_many([]) == []
    assert [type(each) for each in outcomes] == [Reply, Reply, Reply, Busy, Reply]
    assert [outcomes[number] for number in (0, 1, 2, 4)] == [
        ["a"],
        ["b"],
        ["dispatcher.add", 1],
        ["c"],
    ]
    found = [tuple(request.values) for request in server.requests]
    assert (sorted(found[:2]), found[2:]) == (calls[:2], calls[2:])
    assert [rebuilt for _server, rebuilt in ends] == [True, False]


def test_the_wait_for_a_turn_has_the_total_timeout(
    serve, transport, make_client, ends, monkeypatch
):
    server = serve(transport, answer)
    with make_client(server.address, PATIENCE, paced=True) as client:
        monkeypatch.setattr(Recorded, "seconds", 7.0)
        with pytest.raises(CallTimeout, match="before its turn came; it has not run") as caught:
            client.call("dispatcher.reload", total_timeout=6)
        outcomes = client.call_many([("dispatcher.add", 1), ("a",)], total_timeout=6)
        monkeypatch.setattr(Recorded, "seconds", 0.0)
        assert client.call("dispatcher.reload", total_timeout=60) == ["dispatcher.reload"]
    assert caught.value.executed is outcomes[0].executed is False
    assert [rebuilt for _server, rebuilt in ends] == [False, False, True]
    assert ["dispatcher.add", 1] not in [request.values for request in server.requests]


def test_a_server_that_is_gone_ends_a_batch(tmp_path, make_client, ends):
    calls = [("a",), ("dispatcher.reload",), ("dispatcher.reload",)]
    with make_client("unix:%s/none" % tmp_path, paced=True) as client:
        outcomes = client.call_many(calls)
    assert [type(each) for each in outcomes] == [ConnectError] * 3
    assert not any(rebuilt for _server, rebuilt in ends)


def test_the_wait_for_a_turn_is_no_part_of_the_timeout(serve, ends, monkeypatch):
    monkeypatch.setattr(Recorded, "seconds", 7.0)
    clock = Time()
    with Blocking(serve("tcp", answer).address, 5, time=clock, paced=True) as client:
        assert client.call("dispatcher.reload") == ["dispatcher.reload"]
    assert clock.naps == [7.0]


@pytest.mark.parametrize("kind", [FifoClient, AsyncFifoClient])
def test_text_clients(kind, ends, monkeypatch):
    """Without a server: the turn is waited for before the connection."""

    async def sleep(seconds):
        pauses.append(seconds)

    pauses = []
    monkeypatch.setattr(asyncio, "sleep", sleep)
    client = kind("tcp:127.0.0.1:1", paced=True)
    client._sleep = pauses.append
    for method, wanted in (("core.version", 0), ("dispatcher.reload", 1)):
        with pytest.raises(ConnectError):
            asyncio.run(client.call(method)) if kind is AsyncFifoClient else client.call(method)
        assert (len(ends), len(pauses)) == (wanted, wanted)
    assert ends == [("tcp:127.0.0.1:1", False)]


@pytest.mark.parametrize("paced", [True, False])
@pytest.mark.parametrize("kind", [Fleet, AsyncFleet])
def test_fleets(kind, paced, serve, ends, monkeypatch):
    monkeypatch.setattr(Recorded, "waits", lambda turn: ())
    servers = [serve("tcp", answer) for _server in range(3)]
    fleet = kind([server.address for server in servers], paced=paced)
    for method in ("core.version", "dispatcher.reload"):
        report = fleet.call(method)
        if kind is AsyncFleet:
            report = asyncio.run(report)
        assert list(report.replies.values()) == [[method]] * 3
    wanted = sorted(str(server.address) for server in servers) if paced else []
    assert sorted(server for server, _rebuilt in ends) == wanted
