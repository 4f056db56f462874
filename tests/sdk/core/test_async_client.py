# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The asyncio client against the lab server and against scripted peers."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import socket
import threading
import time
import warnings

import pytest

from kamailio_binrpc.core import async_client
from kamailio_binrpc.core.async_client import AsyncClient
from kamailio_binrpc.core.conversation import LOOK_UP, PAUSE, WRITE
from kamailio_binrpc.core.errors import (
    CallTimeout,
    ConnectError,
    ConnectionLost,
    EncodeError,
    NotBinrpcError,
    TruncatedReply,
)
from kamailio_binrpc.core.faults import MethodNotFound
from kamailio_binrpc.core.packet import decode, encode
from kamailio_binrpc.core.retry import RetryPolicy
from kamailio_binrpc.lab import LabServer

from .clients import Time, TimedLoop
from .support import PATIENCE

ADDRESSES = ("unix:%s/s", "unixd:%s/d", "tcp:127.0.0.1:0", "udp:127.0.0.1:0")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("lab"))
    addresses = [text % folder if "%s" in text else text for text in ADDRESSES]
    with LabServer(addresses).running_in_thread() as server:
        yield server


@pytest.fixture(params=range(len(ADDRESSES)), ids=[text[:4] for text in ADDRESSES])
def address(lab, request):
    return lab.addresses[request.param]


def run(coroutine):
    """Run to the end, and insist that nothing is left behind: no task, no open socket."""

    async def watched():
        result = await coroutine
        await asyncio.sleep(0)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        assert not others
        return result

    before = len(os.listdir("/proc/self/fd"))
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        result = asyncio.run(watched())
        gc.collect()
    # The server, in a thread of its own, sees a little later that its end is closed.
    for _other in range(1200):
        if len(os.listdir("/proc/self/fd")) <= before:
            break
        time.sleep(0.05)
    assert len(os.listdir("/proc/self/fd")) <= before
    return result


def test_calls_and_faults(address):
    async def main():
        async with AsyncClient(address) as client:
            assert await client.call("core.echo", "a", 1) == ["a", "1"]
            with pytest.raises(MethodNotFound):
                await client.call("core.nosuch")
            with pytest.raises(EncodeError):
                await client.call("core.echo", None)
            return await client.call("core.echo", "again")

    assert run(main()) == ["again"]


def test_many_at_once_keep_their_answers(address):
    async def main():
        async with AsyncClient(address) as client:
            calls = [("core.echo", str(n)) for n in range(300)]
            replies = await client.call_many([*calls, ("core.nosuch",)])
            assert [reply[0] for reply in replies[:-1]] == [str(n) for n in range(300)]
            assert isinstance(replies[-1], MethodNotFound)
            return await asyncio.gather(*(client.call("core.echo", str(n)) for n in range(50)))

    assert [reply[0] for reply in run(main())] == [str(n) for n in range(50)]


def test_a_cancelled_call_leaves_the_next_one_right(address):
    async def main():
        async with AsyncClient(address) as client:
            for number in range(20):
                task = asyncio.ensure_future(client.call("core.echo", "lost"))
                await asyncio.sleep(0)
                if number % 2:
                    await asyncio.sleep(0)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                assert await client.call("core.echo", str(number)) == [str(number)]

    run(main())


@pytest.mark.parametrize("protocol", ["unixd", "udp"])
def test_after_a_cancelled_datagram_call_the_next_has_a_socket_of_its_own(serve, protocol):
    """Datagrams of one reply have no number: the rest of the old one could end the new one."""
    clients = []

    def script(peer):
        while True:
            request = peer.request()
            clients.append(peer._client)
            if request.values[0] == "m.lost":
                peer.send(reply(request, "x" * 100)[:50])
            else:
                peer.reply(request, "mine")

    server = serve(protocol, script)

    async def main():
        async with AsyncClient(server.address, timeout=PATIENCE) as client:
            lost = asyncio.ensure_future(client.call("m.lost"))
            while not clients:
                await asyncio.sleep(0.001)
            lost.cancel()
            with pytest.raises(asyncio.CancelledError):
                await lost
            return await client.call("m.next")

    assert run(main()) == ["mine"]
    assert len(clients) == len(set(clients)) == 2


def test_connect_errors_say_why(tmp_path):
    async def main():
        for text in ("unix:%s/none" % tmp_path, "tcp:127.0.0.1:1", "udp:127.0.0.1:1"):
            with pytest.raises(ConnectError) as caught:
                await AsyncClient(text).call("core.version")
            assert caught.value.executed is False
        results = await AsyncClient("tcp:127.0.0.1:1").call_many([("core.version",)] * 3)
        assert [type(result) for result in results] == [ConnectError] * 3

    run(main())


def test_connect_wait_outlasts_a_start(tmp_path):
    path = "unix:%s/late" % tmp_path

    async def main():
        client = AsyncClient(path, connect_wait=30)
        call = asyncio.ensure_future(client.call("core.echo", "x"))
        await asyncio.sleep(0.1)
        assert not call.done()
        async with LabServer(path):
            assert await call == ["x"]
            await client.close()

    run(main())


def test_a_restarted_server_is_found_again(tmp_path):
    path = "unix:%s/again" % tmp_path

    async def main():
        client = AsyncClient(path)
        for number in range(3):
            async with LabServer(path) as server:
                assert await client.call("core.echo", str(number)) == [str(number)]
                assert len(server.calls) == 1
        await client.close()

    run(main())


class Peer:
    """A stream server that answers with what a function of the request makes."""

    def __init__(self, answer):
        self.answer = answer
        self.requests = []
        self.conversations = []

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        port = self.server.sockets[0].getsockname()[1]
        self.address = "tcp:127.0.0.1:%d" % port
        return self

    async def __aexit__(self, *exc_info):
        self.server.close()
        await self.server.wait_closed()
        # Before 3.12 a server does not wait for its conversations.
        await asyncio.gather(*self.conversations)

    async def serve(self, reader, writer):
        self.conversations.append(asyncio.current_task())
        try:
            while True:
                data = await reader.read(65535)
                if not data:
                    break
                self.requests.append(data)
                answer = self.answer(decode(data))
                if answer is None:
                    break
                writer.write(answer)
        except ConnectionError:
            pass
        finally:
            writer.close()


def reply(request, *values):
    return encode(values, type=1, cookie=request.cookie)


@pytest.mark.parametrize(
    "answer, error, executed",
    [
        (lambda request: b"", CallTimeout, None),
        (lambda request: None, ConnectionLost, None),
        (lambda request: reply(request, "long enough")[:-3], TruncatedReply, True),
        (lambda request: b"HTTP/1.1 400 Bad Request\r\n\r\n", NotBinrpcError, None),
        (lambda request: encode(["x"], type=1, cookie=request.cookie ^ 1), CallTimeout, None),
    ],
    ids=["silent", "closed", "cut", "http", "wrong cookie"],
)
def test_a_bad_peer_ends_the_call(answer, error, executed):
    async def main():
        async with Peer(answer) as peer:
            limit = 1 if error in (CallTimeout, TruncatedReply) else 60
            async with AsyncClient(peer.address, timeout=limit) as client:
                with pytest.raises(error) as caught:
                    await client.call("core.version")
            assert caught.value.executed is executed
            assert len(peer.requests) == 1  # never sent twice

    run(main())


def test_a_timeout_of_one_call_spares_the_others():
    def answer(request):
        return b"" if request.values[1] == "silent" else reply(request, request.values[1])

    async def main():
        async with Peer(answer) as peer:
            async with AsyncClient(peer.address, timeout=30, window=1) as client:
                first = asyncio.ensure_future(client.call("m", "silent", timeout=0.2))
                second = asyncio.ensure_future(client.call("m", "fine"))
                with pytest.raises(CallTimeout):
                    await first
                assert await second == ["fine"]

    run(main())


def test_close_fails_what_is_under_way():
    async def main():
        async with Peer(lambda request: b"") as peer:
            client = AsyncClient(peer.address, timeout=30)
            call = asyncio.ensure_future(client.call("m"))
            while not peer.requests:
                await asyncio.sleep(0.01)
            await client.close()
            with pytest.raises(ConnectionLost) as caught:
                await call
            assert caught.value.executed is None

    run(main())


def test_a_host_name_is_resolved_and_a_bad_one_explained(lab):
    port = lab.addresses[2].rsplit(":", 1)[1]

    async def main():
        async with AsyncClient("tcp:localhost:" + port) as client:
            assert await client.call("core.echo", "x") == ["x"]
        with pytest.raises(ConnectError, match="cannot resolve"):
            await AsyncClient("tcp:no-such-host.invalid:1").call("core.version")

    asyncio.run(main())  # the resolver's idle thread keeps descriptors of its own


def test_values_out_of_range_are_refused_at_once():
    for options in ({"timeout": 0}, {"window": 0}, {"connect_wait": -1}):
        with pytest.raises(ValueError, match=next(iter(options))):
            AsyncClient(**options)


def test_calls_are_reported(address):
    records = []

    async def main():
        async with AsyncClient(address, on_call=records.append) as client:
            await client.call("core.echo", "abc")
            with pytest.raises(MethodNotFound):
                await client.call("core.nosuch")

    run(main())
    assert [(r.method, r.outcome) for r in records] == [
        ("core.echo", "ok"),
        ("core.nosuch", "MethodNotFound"),
    ]
    assert records[0].sent > 10 and records[0].received > 5 and records[0].seconds > 0


def test_unix_datagram_leaves_no_socket_file(lab, tmp_path):
    async def main():
        async with AsyncClient(lab.addresses[1], reply_socket=str(tmp_path)) as client:
            await client.call("core.version")
            assert len(os.listdir(str(tmp_path))) == 1
        assert os.listdir(str(tmp_path)) == []

    run(main())


@pytest.mark.parametrize("repeatable, outcome", [(None, CallTimeout), (True, list)])
def test_a_client_with_a_policy_retries_what_is_safe(repeatable, outcome):
    pytest.importorskip("tenacity")
    tries = []

    async def main():
        # Silent at first, then an answer; a write may not be sent a second time.
        async with Peer(
            lambda request: reply(request, "ok") if len(peer.requests) > 1 else b""
        ) as peer:
            policy = RetryPolicy(retries=2, wait=0.001)
            client = AsyncClient(
                peer.address, 0.3, retry=policy, on_retry=lambda error, count: tries.append(count)
            )
            async with client:
                try:
                    return type(await client.call("dispatcher.add", repeatable=repeatable)).__mro__
                except CallTimeout as error:
                    return type(error).__mro__
                finally:
                    assert len(peer.requests) == (2 if repeatable else 1)

    assert outcome in run(main())
    assert tries == ([1] if repeatable else [])


def test_a_connection_that_fails_when_all_have_gone_is_not_complained_of(monkeypatch):
    def connect(address, deadline, reply_at):
        yield PAUSE, None, deadline.clock() + 0.2
        raise ConnectError("late")

    monkeypatch.setattr(async_client, "connect", connect)
    complaints = []

    async def main():
        asyncio.get_running_loop().set_exception_handler(
            lambda loop, facts: complaints.append(facts)
        )
        async with AsyncClient("tcp:127.0.0.1:1") as client:
            with pytest.raises(ConnectError, match="no answer within"):
                await client.call("m.a", timeout=0.02)
            await asyncio.sleep(0.4)
            gc.collect()

    run(main())
    assert complaints == []


# -- the driver --------------------------------------------------------------------------


def in_time(coroutine):
    """Run in a loop whose time passes only while there is nothing to do; return the naps too.

    A wait without an end is an AssertionError.
    """
    clock = Time(skipping=True)
    clock.endless = False
    loop = TimedLoop(clock)
    try:
        return loop.run_until_complete(coroutine), clock.naps
    finally:
        loop.close()


def test_driving_a_conversation_that_pauses():
    def steps():
        yield PAUSE, None, 1000.5
        yield PAUSE, None, 900.0
        return "done"

    assert in_time(async_client.drive(steps())) == ("done", [0.5])


def test_driving_a_look_up_ends_in_time(monkeypatch):
    release = threading.Event()

    def steps():
        return [(yield LOOK_UP, None, 1005.0)]

    monkeypatch.setattr(async_client, "find", lambda address: release.wait(5))
    monkeypatch.setattr(Time, "on_nap", lambda self, count: release.set())
    try:
        # Released by the time limit itself; what the resolver then gives comes too late.
        assert in_time(async_client.drive(steps())) == ([None], [5.0])
    finally:
        release.set()


def test_driving_a_connect_ends_in_time():
    """A socket pair whose buffer is full stands for one that is not connected yet."""

    def steps(sock):
        late = yield WRITE, sock, 1005.0
        other.recv(1 << 20)
        return [late, (yield WRITE, sock, 1010.0)]

    sock, other = socket.socketpair()
    with sock, other:
        sock.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                sock.send(bytes(1 << 16))
        answers, naps = in_time(async_client.drive(steps(sock)))
    assert answers == [False, True]
    assert naps == [5.0]


# -- event loops, one after another and at once --------------------------------------------


def test_loops_one_after_another(address):
    """The connection of a loop that is closed goes with the next call."""
    client = AsyncClient(address)
    before = len(os.listdir("/proc/self/fd"))
    for number in range(3):
        assert asyncio.run(client.call("core.echo", str(number))) == [str(number)]
        assert len(client._homes) == 1
    asyncio.run(client.close())
    assert client._homes == {}
    for _other in range(1200):  # the server sees a little later that its ends are closed
        if len(os.listdir("/proc/self/fd")) <= before:
            break
        time.sleep(0.05)
    assert len(os.listdir("/proc/self/fd")) <= before


def test_loops_in_threads(address):
    """The long run is `make chaos`."""
    client = AsyncClient(address, PATIENCE)
    wrong = []

    async def many(number):
        for count in range(30):
            texts = ["%d.%d.%d" % (number, count, each) for each in range(3)]
            replies = await asyncio.gather(*(client.call("core.echo", each) for each in texts))
            wrong.extend(text for text, reply in zip(texts, replies) if reply != [text])

    threads = [threading.Thread(target=asyncio.run, args=(many(n),)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asyncio.run(client.close())
    assert wrong == []


def test_closing_reaches_the_loops_of_other_threads(address):
    client = AsyncClient(address)
    called, gone = threading.Event(), threading.Event()

    async def stay():
        await client.call("core.echo", "a")
        link = client._link
        called.set()
        while link.usable:
            await asyncio.sleep(0.01)
        gone.set()

    thread = threading.Thread(target=lambda: asyncio.run(stay()), daemon=True)
    thread.start()
    assert called.wait(PATIENCE)
    asyncio.run(client.close())
    assert gone.wait(PATIENCE)
    thread.join()


def test_a_forked_process_leaves_the_loop_alone(address):
    async def main():
        async with AsyncClient(address) as client:
            await client.call("core.echo", "a")
            link = client._link
            reader, writer = os.pipe()
            pid = os.fork()
            if not pid:
                try:
                    asyncio.events._set_running_loop(None)
                    os.write(writer, repr(asyncio.run(client.call("core.echo", "b"))).encode())
                finally:
                    os._exit(0)
            os.close(writer)
            with os.fdopen(reader) as file:
                shown = await asyncio.get_running_loop().run_in_executor(None, file.read)
            await asyncio.get_running_loop().run_in_executor(None, os.waitpid, pid, 0)
            assert await client.call("core.echo", "c") == ["c"]
            assert client._link is link
            return shown

    assert asyncio.run(main()) == "Reply(['b'])"


def test_a_large_reply_is_decoded_beside_the_loop(serve, stream, monkeypatch):
    """So that what comes meanwhile is read in time."""

    def script(peer):
        for size in (100, 100_000):
            peer.reply(peer.request(), "x" * size)

    def noted(request):
        threads.append(threading.current_thread())
        return real(request)

    async def main():
        async with AsyncClient(serve(stream, script).address) as client:
            await client.call("m.a")
            assert threads == []
            return await client.call("m.b")

    threads = []
    real = async_client.outcome_of
    monkeypatch.setattr(async_client, "outcome_of", noted)
    assert asyncio.run(main()) == ["x" * 100_000]
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()
