# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""One call on many endpoints without tasks, in turns and in a loop.

What one call comes to is tried by test_client.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import threading
import time

import pytest

from kamailio_binrpc.core import conversation, fan_out, transport
from kamailio_binrpc.core.address import parse_address
from kamailio_binrpc.core.async_fleet import AsyncFleet
from kamailio_binrpc.core.call_record import Observer
from kamailio_binrpc.core.deadline import Deadline
from kamailio_binrpc.core.errors import (
    CallTimeout,
    ConnectError,
    EncodeError,
    TruncatedReply,
)
from kamailio_binrpc.core.fan_out import FanOut
from kamailio_binrpc.core.faults import NotFound
from kamailio_binrpc.core.fleet import Fleet
from kamailio_binrpc.core.values import Struct
from kamailio_binrpc.lab import LabServer

from .clients import Time
from .support import PATIENCE, fault_to, reply_to

pytestmark = pytest.mark.skipif(not fan_out.AVAILABLE, reason="NOT TESTED: no epoll")
SOON = 0.2


def in_turns(fan):
    return list(fan)


def in_a_loop(fan):
    async def collect():
        talks = [talk async for talk in fan.arrivals()]
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return talks

    return asyncio.run(collect())


opened = []


class Watched(transport.Transport):
    """Is remembered when it is opened."""

    def __init__(self, *arguments):
        opened.append(self)
        self.attempts = 0
        super().__init__(*arguments)

    def start_connect(self, target):
        self.attempts += 1
        return super().start_connect(target)


@pytest.fixture(autouse=True)
def watched(monkeypatch):
    """Insist that every socket has been closed in the end."""
    monkeypatch.setattr(conversation, "Transport", Watched)
    opened.clear()
    yield
    assert [each.fileno() for each in opened] == [-1] * len(opened)


@pytest.fixture(params=[in_turns, in_a_loop])
def way(request):
    """Run a fan-out that the test has made."""
    return request.param


@pytest.fixture(params=[in_turns, in_a_loop])
def run(request):
    """Run a fan-out in one of both ways."""

    def call(addresses, method="m.a", *params, timeout=PATIENCE, wait=0.0, limit=64, deadline=None):
        endpoints = [(text, parse_address(text)) for text in addresses]
        within = None if deadline is None else Deadline(deadline)
        fan = FanOut(endpoints, method, params, timeout, wait, limit, within)
        talks = request.param(fan)
        assert not fan.busy
        assert fan._poll.closed
        assert fan._lookups is None
        found = {talk.name: talk.error or talk.value for talk in talks}
        assert len(found) == len(talks) == len(endpoints)
        return found

    return call


def only(run, server, *arguments, **options):
    return run([server.address], *arguments, **options)[server.address]


def test_a_reply(run, serve, transport):
    server = serve(transport)
    reply = only(run, server, "core.echo", 1, "two", Struct(three=3.5))
    assert reply == [1, "two", Struct(three=3.5)]
    assert reply.method == "core.echo"


def test_a_fault(run, serve, transport):
    def script(peer):
        peer.send(fault_to(peer.request(), 500, "No such htable"))

    assert isinstance(only(run, serve(transport, script)), NotFound)


def test_a_bad_parameter(run, serve, transport):
    server = serve(transport)
    assert isinstance(only(run, server, "m.a", object()), EncodeError)
    assert server.requests == []


def test_a_large_request(run, serve, stream):
    assert only(run, serve(stream), "core.echo", "x" * 60_000) == ["x" * 60_000]


def test_each_attempt_has_the_whole_timeout(folder):
    """In time that passes only while there is nothing to do."""
    clock = Time()
    fan = FanOut([("a", parse_address(f"unix:{folder}/none"))], "m.a", (), 0.4, 3.0, 1)
    fan._clock = clock
    done, pauses = [], []
    while fan.busy:
        done += fan.turn(0.0)
        if fan.busy:
            pauses.append(fan.patience())
            clock.now += pauses[-1]
    fan.close()
    assert pauses == pytest.approx([0.05, 0.1, 0.2, 0.4, 0.5, 0.5, 0.5, 0.5])
    assert len(opened) == len(pauses) + 1
    assert isinstance(done[0].error, ConnectError)
    assert done[0].seconds == pytest.approx(2.75)


def test_a_flood_without_an_answer(serve, monkeypatch):
    """There is always something to read, but never a whole reply; each read takes a second."""
    clock = Time()
    real = transport.Transport.receive

    def receive(self):
        clock.now += 1
        self._read_size = 1000
        return real(self)

    monkeypatch.setattr(transport.Transport, "receive", receive)
    server = serve("unixs", lambda peer: peer.reply(peer.request(), "x" * 50_000))
    fan = FanOut([("a", parse_address(server.address))], "m.a", (), 10.0, 0.0, 1)
    fan._clock = clock
    (talk,) = fan
    assert isinstance(talk.error, TruncatedReply)
    assert talk.error.received == 10_000


def test_a_full_backlog(run, folder):
    """Where a listener accepts no one, connecting ends at the deadline."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/s")
        listener.listen(0)
        with socket.socket(socket.AF_UNIX) as other:
            other.connect(f"{folder}/s")
            (error,) = run([f"unix:{folder}/s"], timeout=SOON).values()
    assert isinstance(error, ConnectError)
    assert error.errno == errno.EAGAIN
    assert opened[0].attempts > 1


def test_the_deadline_of_all(run, serve, folder):
    def script(peer):
        peer.request()
        peer.request()  # until the client goes

    first, second = serve("unixs", script), serve("tcp", script)
    found = run([first.address, second.address], limit=1, deadline=SOON)
    assert isinstance(found[first.address], CallTimeout)
    assert "fleet's deadline of 0.2 s" in str(found[first.address])
    # The second one was never asked.
    assert [found[each.address].executed for each in (first, second)] == [None, False]
    assert second.connections == 0


def names(monkeypatch, look_up):
    """Let a look-up replace the name service; addresses of numbers still need none."""
    real = transport.look_up
    monkeypatch.setattr(
        transport,
        "look_up",
        lambda address, flags=0: real(address, flags) if flags else look_up(address),
    )


def test_host_names(run, serve, monkeypatch):
    def look_up(address):
        if address.name == "unknown.test":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if address.name == "broken.test":
            raise UnicodeError("label too long")
        return [(socket.AF_INET, ("127.0.0.1", address.port))]

    server = serve("tcp")
    names(monkeypatch, look_up)
    endpoints = [f"tcp:host{number}.test:{server.port}" for number in range(40)]
    bad = [f"tcp:{name}.test:1" for name in ("unknown", "broken")]
    found = run([*endpoints, *bad, server.address], "core.echo", 7)
    assert [found[name] for name in [*endpoints, server.address]] == [[7]] * 41
    assert "cannot resolve the host of tcp:unknown.test:1: Name or" in str(found[bad[0]])
    assert "label too long" in str(found[bad[1]])


def test_the_deadline_of_all_before_anything_was_sent(run, monkeypatch):
    answer = threading.Event()
    names(monkeypatch, lambda address: answer.wait(PATIENCE) and [])
    try:
        (error,) = run(["tcp:slow.test:1"], deadline=SOON).values()
    finally:
        answer.set()
    assert isinstance(error, CallTimeout)
    assert error.executed is False


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("fan"))
    server = LabServer([f"unix:{folder}/{number}" for number in range(60)])
    state = {"running": 0, "most": 0}

    @server.registry.method("test.slow")
    async def slow(ctx):
        state["running"] += 1
        state["most"] = max(state["most"], state["running"])
        try:
            await asyncio.sleep(0.01)
        finally:
            state["running"] -= 1
        return "slow"

    with server.running_in_thread() as running:
        running.seen = state
        yield running


@pytest.mark.parametrize("limit", [1, 7, 500])
def test_the_limit_holds(run, lab, limit):
    while lab.seen["running"]:  # calls that another test has left behind
        time.sleep(0.01)
    lab.seen["most"] = 0
    addresses = lab.addresses[: 5 if limit == 1 else 60]
    assert run(addresses, "test.slow", limit=limit) == {name: ["slow"] for name in addresses}
    assert 0 < lab.seen["most"] <= limit


def test_a_fleet_closes_what_its_caller_breaks_off(lab):
    def stop(result):
        raise KeyboardInterrupt

    fleet = Fleet(lab.addresses, limit=10)
    with pytest.raises(KeyboardInterrupt):
        fleet.call("test.slow", on_result=stop)
    assert not still_open()
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(AsyncFleet(lab.addresses, limit=10).call("test.slow", on_result=stop))
    assert not still_open()


def still_open():
    return [each for each in opened if each.fileno() >= 0]


def test_leaving_early_closes_everything(serve):
    silent, quick = serve("tcp", lambda peer: peer.request() and peer.request()), serve("unixs")
    endpoints = [(each.address, parse_address(each.address)) for each in (silent, quick)]
    turns = iter(FanOut(endpoints, "core.echo", (), 60.0, 0.0, 20))
    next(turns)
    assert still_open()
    turns.close()
    assert not still_open()

    async def leave():
        arrivals = FanOut(endpoints, "core.echo", (), 60.0, 0.0, 20).arrivals()
        async for _talk in arrivals:
            break
        assert still_open()
        await arrivals.aclose()

    asyncio.run(leave())


def test_cancelling_closes_everything(lab):
    endpoints = [(text, parse_address(text)) for text in lab.addresses]

    async def main():
        fan = FanOut(endpoints, "test.slow", (), 5.0, 0.0, 1)

        async def collect():
            return [talk async for talk in fan.arrivals()]

        task = asyncio.ensure_future(collect())
        while not still_open():
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert fan._poll.closed
        assert not still_open()

    asyncio.run(main())


def test_other_tasks_go_on_meanwhile(lab):
    endpoints = [(text, parse_address(text)) for text in lab.addresses]
    ticks = []

    async def tick():
        while True:
            ticks.append(1)
            await asyncio.sleep(0)

    async def main():
        ticker = asyncio.ensure_future(tick())
        async for _talk in FanOut(endpoints, "test.slow", (), 5.0, 0.0, 10).arrivals():
            pass
        ticker.cancel()

    asyncio.run(main())
    assert len(ticks) > 10


def test_a_read_that_fills_its_buffer_is_followed_by_larger_ones(serve, monkeypatch):
    server = serve("unixs", lambda peer: peer.reply(peer.request(), "x" * 1_000_000))
    sizes = []
    receive = transport.Transport.receive

    def watched(self):
        sizes.append(self._read_size)
        return receive(self)

    monkeypatch.setattr(transport.Transport, "receive", watched)
    (talk,) = FanOut([("a", parse_address(server.address))], "m.a", (), 5.0, 0.0, 1)
    assert talk.value == ["x" * 1_000_000]
    assert sizes[0] == 64 * 1024


# -- large replies -------------------------------------------------------------------------


def test_large_replies_are_decoded_when_nothing_else_comes(way, serve, monkeypatch):
    """While one is decoded, the others' servers would drop what is not read."""
    both = threading.Barrier(2)

    def script(peer):
        request = peer.request()
        both.wait(PATIENCE)
        peer.reply(request, "x" * 200_000)

    left = []

    def noted(request):
        left.append(sum(fan.busy and len(fan._active) for fan in fans))
        return real(request)

    fans = []
    real = fan_out.outcome_of
    monkeypatch.setattr(fan_out, "outcome_of", noted)
    monkeypatch.setattr(fan_out, "QUIET", PATIENCE)
    monkeypatch.setattr(fan_out, "_PATIENCE", PATIENCE)
    endpoints = [
        (protocol, parse_address(serve(protocol, script).address)) for protocol in ("unixs", "tcp")
    ]
    fan = FanOut(endpoints, "m.a", (), PATIENCE, 0, 10)
    fans.append(fan)
    talks = {talk.name: talk for talk in way(fan)}
    assert [talks[name].value for name in ("unixs", "tcp")] == [["x" * 200_000]] * 2
    assert left == [0, 0]


def cut_first(count):
    """Script: cut the first replies, and close."""
    seen = []

    def script(peer):
        while True:
            request = peer.request()
            seen.append(request)
            data = reply_to(request, "x" * 1000)
            if len(seen) <= count:
                peer.send(data[:500])
                return
            peer.send(data)

    return script, seen


@pytest.mark.parametrize(
    "method, cuts, calls, ok",
    [
        ("core.version", 1, 2, True),
        ("core.version", 4, 5, True),
        ("core.version", 5, 5, False),
        ("core.kill", 1, 1, False),  # it does not only read
    ],
)
def test_a_cut_reply_is_asked_for_again_alone(way, serve, method, cuts, calls, ok):
    script, seen = cut_first(cuts)
    others = [("n%d" % n, parse_address(serve("udp").address)) for n in range(3)]
    cut = ("cut", parse_address(serve("tcp", script).address))
    records = []
    observer = Observer(records.append)
    fan = FanOut([cut, *others], method, (), PATIENCE, 0, 10, None, observer)
    talks = list(way(fan))
    (talk,) = [each for each in talks if each.name == "cut"]
    assert len(talks) == 4
    assert talks[-1] is talk or not ok or calls == 1
    assert len(seen) == calls
    if ok:
        assert talk.value == ["x" * 1000]
    else:
        assert isinstance(talk.error, TruncatedReply)
    mine = [each.attempt for each in records if each.address == cut[1]]
    assert mine == list(range(1, calls + 1))
