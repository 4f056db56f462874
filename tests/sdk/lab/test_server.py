# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The server on its sockets: start, stop, hostile and slow clients."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import gc
import itertools
import os
import queue
import socket
import stat
import subprocess
import threading
import warnings

import pytest

from kamailio_binrpc.core import wire
from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.lab import sockets
from kamailio_binrpc.core.lab.sockets import ListenError
from kamailio_binrpc.core.lab.stream import PER_TURN
from kamailio_binrpc.core.values import Struct
from kamailio_binrpc.lab import LabServer

from . import duel
from .duel import call, string

TRANSPORTS = ["unix", "unixd", "udp", "tcp"]
STREAMS = ["unix", "tcp"]


def listen(tmp_path):
    return [f"unix:{tmp_path}/s", f"unixd:{tmp_path}/d", "udp:127.0.0.1:0", "tcp:127.0.0.1:0"]


@pytest.fixture
def lab(tmp_path):
    server = LabServer(listen(tmp_path))
    with server.running_in_thread():
        yield server


@pytest.fixture
def side(lab):
    with contextlib.closing(duel.Duelist(dict(zip(TRANSPORTS, lab.addresses)))) as duelist:
        yield duelist


@pytest.mark.parametrize("index", range(4), ids=TRANSPORTS)
def test_the_client_on_each_transport(lab, index):
    with Client(lab.addresses[index]) as client:
        assert client.call("core.echo", "a", -1) == ["a", "18446744073709551615"]
        assert client.call("core.psx")[0]["IDX"] == 0
    assert lab.calls.counts == {"core.echo": 1, "core.psx": 1}
    assert lab.calls.last.method == "core.psx"


@pytest.mark.real
@pytest.mark.parametrize("index", range(4), ids=TRANSPORTS)
def test_kamcmd_on_each_transport(lab, index, kamcmd_program):
    def kamcmd(*args, text=None):
        command = [kamcmd_program, "-s", lab.addresses[index], *args]
        done = subprocess.run(
            command, input=text or "", capture_output=True, text=True, timeout=20, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert kamcmd("core.printi", "7", "255") == "7\n255\n"
    assert kamcmd("core.nothing") == "error: 500 - command core.nothing not found\n"
    assert kamcmd("ps").splitlines()[0].endswith("\tmain process - attendant")
    assert "\tIDX: 0\n" in kamcmd("core.psx")
    session = kamcmd(text="version\nlisten\nquit\n")
    assert "kamailio 5.6.3 (x86_64/linux)" in session
    assert "[binrpc] udp: 127.0.0.1" in session


def test_paths_are_private_and_disappear(tmp_path):
    with LabServer(listen(tmp_path)).running_in_thread():
        for name in ("s", "d"):
            found = (tmp_path / name).stat().st_mode
            assert stat.S_ISSOCK(found)
            assert stat.S_IMODE(found) == 0o600
    assert os.listdir(tmp_path) == []


def test_it_starts_again(tmp_path):
    server = LabServer(f"unix:{tmp_path}/s")
    for _other in range(2):
        with server.running_in_thread() as lab, Client(lab.addresses[0]) as client:
            assert client.call("ctl.connections") == [1]


def test_as_an_async_context_manager(tmp_path):
    async def run():
        async with LabServer(f"unix:{tmp_path}/s") as lab:
            reader, writer = await asyncio.open_unix_connection(tmp_path / "s")
            writer.write(duel.PROBE)
            got = await reader.readexactly(len(duel.PROBE_REPLY))
            writer.close()
            await writer.wait_closed()
            return lab.addresses, got

    assert asyncio.run(run()) == ([f"unixs:{tmp_path}/s"], duel.PROBE_REPLY)


def test_a_live_socket_is_not_taken_over(lab, tmp_path):
    for address in lab.addresses[:2]:
        with pytest.raises(ListenError, match="a running server listens on"):
            LabServer(address).running_in_thread().__enter__()
    for address in lab.addresses[2:]:
        with pytest.raises(ListenError, match="Address already in use"):
            LabServer(address).running_in_thread().__enter__()
    with Client(lab.addresses[0]) as client:
        assert client.call("core.printi", 1) == [1]


@pytest.mark.parametrize("kind", ["unix", "unixd", "fifo"])
def test_of_two_that_start_on_a_stale_path_one_listens(tmp_path, monkeypatch, kind):
    """The second one looks at the path just before the first one has taken it."""
    path = tmp_path / "s"
    if kind == "fifo":
        os.mkfifo(path)
    else:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
            dead.bind(str(path))
    real = sockets._remove_stale
    barrier = threading.Barrier(2)
    outcomes = queue.Queue()

    def late(*args):
        real(*args)
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(0.3)  # both have found it stale, unless a lock keeps one of them out

    monkeypatch.setattr(sockets, "_remove_stale", late)
    monkeypatch.setattr(sockets, "LOCK_PAUSE", 0.01)
    stop = threading.Event()

    def start():
        try:
            with LabServer([], [f"{kind}:{path}"]).running_in_thread():
                outcomes.put("listening")
                stop.wait(20)
        except ListenError as error:
            outcomes.put(str(error))

    threads = [threading.Thread(target=start) for _other in range(2)]
    for thread in threads:
        thread.start()
    found = [outcomes.get(timeout=20) for _thread in threads]
    stop.set()
    for thread in threads:
        thread.join()
    assert found.count("listening") == 1
    assert [text for text in found if "a running server listens on" in text]
    assert os.listdir(tmp_path) == []


def test_a_lock_that_stays_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(sockets, "LOCK_PAUSE", 0)
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        with pytest.raises(ListenError, match="another process holds a lock on its folder"):
            LabServer(f"unix:{tmp_path}/s").running_in_thread().__enter__()
    finally:
        os.close(folder)


@pytest.mark.real
def test_modes_of_paths_as_in_the_original(tmp_path, make_kamailio):
    for mode in (0, 0o640):
        real = make_kamailio(full=False, ctl_params={"mode": mode})
        paths = [real.endpoints["unix"], real.endpoints["unixd"], next(iter(real.fifo.values()))]
        expected = [stat.S_IMODE(os.stat(each.partition(":")[2]).st_mode) for each in paths]
        lab = LabServer(listen(tmp_path)[:2], [f"fifo:{tmp_path}/f"], mode=mode)
        with lab.running_in_thread():
            found = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in "sdf"]
        assert found == expected


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_stale_socket_is_replaced(tmp_path, kind):
    with socket.socket(socket.AF_UNIX, kind) as dead:
        dead.bind(str(tmp_path / "s"))
    for protocol in ("unix", "unixd"):
        with LabServer(f"{protocol}:{tmp_path}/s").running_in_thread() as lab:
            with Client(lab.addresses[0]) as client:
                assert client.call("core.printi", 1) == [1]


def test_a_file_is_not_replaced(tmp_path):
    (tmp_path / "s").write_text("precious")
    for kind in ("unix", "unixd", "fifo"):
        with pytest.raises(ListenError, match="exists and is no"):
            LabServer(f"{kind}:{tmp_path}/s").running_in_thread().__enter__()
    assert (tmp_path / "s").read_text() == "precious"


def test_a_failed_start_leaves_nothing(tmp_path):
    addresses = [f"unix:{tmp_path}/s", f"unix:{tmp_path}/missing/s"]
    with pytest.raises(ListenError, match="No such file or directory"):
        LabServer(addresses).running_in_thread().__enter__()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("address", ["tcp:*:0", "udp:0.0.0.0:0", "tcp::0"])
def test_it_is_not_exposed_by_accident(address):
    with pytest.raises(ListenError, match="pass expose"):
        LabServer(address).running_in_thread().__enter__()
    with LabServer(address, expose=True).running_in_thread() as lab:
        assert lab.addresses[0].split(":")[1] == "127.0.0.1"
        with Client(lab.addresses[0]) as client:
            assert client.call("core.printi", 1) == [1]


def test_wrong_parameters():
    for options in ({"user": "no-such-user"}, {"group": "no-such-group"}):
        with pytest.raises(ValueError, match=r"bad (user|group) name"):
            LabServer("unix:/tmp/x", **options)
    with pytest.raises(ListenError, match="name too long"):
        LabServer("unix:/tmp/" + "x" * 100).running_in_thread().__enter__()


def test_who_and_listen(lab, tmp_path):
    port = lab.addresses[3].rpartition(":")[2]
    with Client(lab.addresses[0]) as first, Client(lab.addresses[3]) as second:
        first.call("core.printi", 1)
        who = list(second.call("ctl.who"))
        assert who[:6] == [
            *("binrpc", "unix_stream", "<anonymous unix socket>", "", f"{tmp_path}/s", "")
        ]
        assert who[6:9] == ["binrpc", "tcp", "127.0.0.1"]
        assert who[10:] == ["127.0.0.1", port]
        listening = list(first.call("ctl.listen"))
    assert listening[:8] == [
        *("binrpc", "unix_stream", f"{tmp_path}/s", ""),
        *("binrpc", "unix_dgram", f"{tmp_path}/d", ""),
    ]
    assert listening[-4:] == ["binrpc", "tcp", "127.0.0.1", port]


# --- clients that misbehave


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_dangerous_inputs_are_survived(side, transport):
    fault = bytes.fromhex("a1302300200190911e6261642072657175657374")
    for data in ("a10c8000000005", "a10cffffffff05", "a12c80000000"):
        got, _other = side.ask(transport, bytes.fromhex(data) + b"\0" * 4)
        assert (got if transport in STREAMS else got[0]).startswith(fault)
    for size in ("80000000", "fffffffb", "ffffffff"):
        record = bytes.fromhex("c1" + size)
        side.ask(transport, call("core.echo", string("p"), record))
        side.ask(transport, duel.body_request(record + b"abc"))


def drain(sock):
    received = bytearray()
    while True:
        data = sock.recv(1 << 20)
        if not data:
            return received
        received += data


@pytest.mark.parametrize("transport", STREAMS)
def test_a_slow_reader_gets_everything_and_delays_no_one(lab, side, transport):
    lab.registry.method("big", "")(lambda: [Struct(text="x" * 8000) for _other in range(10)])
    packet = call("big")
    reply, _other = side.ask(transport, packet)
    with side.connect(transport) as slow:
        slow.sendall(packet * 500)  # 40 MB of answers that no one reads
        slow.shutdown(socket.SHUT_WR)
        for each in TRANSPORTS:
            assert side.ask(each, call("core.printi", b"\x10\x01"))[1] == "kept"
        assert lab.calls.counts["big"] < 200
        assert drain(slow) == reply * 500


@pytest.mark.slow
@pytest.mark.parametrize("clients", [1, 20])
@pytest.mark.parametrize("transport", STREAMS)
def test_clients_with_many_requests_delay_no_one(lab, side, transport, clients):
    """In one turn of the event loop, which also hears signals, each gets a few answers."""
    turns, each = [], 2000

    def answered():
        return lab.calls.counts.get("core.flags", 0)

    async def watch():
        while answered() < clients * each:
            turns.append(answered())
            await asyncio.sleep(0)
        turns.append(answered())

    watching = asyncio.run_coroutine_threadsafe(watch(), lab._loop)
    with contextlib.ExitStack() as opened:
        greedy = [opened.enter_context(side.connect(transport)) for _other in range(clients)]
        for sock in greedy:
            sock.sendall(call("core.flags") * each)
            sock.shutdown(socket.SHUT_WR)
        sizes = {len(drain(sock)) for sock in greedy}
    watching.result()
    assert len(sizes) == 1
    assert sizes.pop() % each == 0
    most = max(after - before for before, after in itertools.pairwise(turns))
    assert most <= clients * PER_TURN


@pytest.mark.parametrize("transport", STREAMS)
def test_a_client_that_is_gone_gets_no_more_answers(lab, side, transport, caplog):
    lab.registry.method("big", "")(lambda: ["x" * 30000])
    with side.connect(transport) as gone:
        if transport == "tcp":  # so that closing resets the connection
            gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        gone.sendall(call("big") * 2000)
    while duel.values(side.ask("udp", call("ctl.connections"))[0][0]) != [0]:
        pass
    # At most what fits into the buffers, and a turn on top of it.
    assert lab.calls.counts.get("big", 0) < 500
    assert not caplog.records


def test_a_datagram_client_that_does_not_read_delays_no_one(lab, side, tmp_path):
    lab.registry.method("big", "")(lambda: ["x" * 32000])
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as slow:
        slow.bind(str(tmp_path / "slow"))
        slow.connect(str(tmp_path / "d"))
        for _other in range(400):
            slow.send(call("big"))
        for each in ("unix", "udp", "tcp"):
            assert side.ask(each, call("core.printi", b"\x10\x01"))
    # The kernel charges unread datagrams to their sender, so this one had to wait.
    assert side.ask("unixd", call("core.printi", b"\x10\x01"))
    assert lab.calls.counts["big"] == 400


def test_a_unix_datagram_client_without_an_address(lab, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as mute:
        mute.connect(str(tmp_path / "d"))
        mute.send(call("core.prints", string("x")))
    with Client(lab.addresses[1]) as client:
        client.call("core.printi", 1)
    assert lab.calls.counts["core.prints"] == 1


@pytest.mark.parametrize("transport", STREAMS)
def test_many_short_connections_leave_nothing(lab, side, transport):
    before = len(os.listdir("/proc/self/fd"))
    for data in [b""] * 1000 + [b"\xa1\x01"] * 100:  # nothing, and half a packet
        try:
            with side.connect(transport) as sock:
                sock.sendall(data)
        except OSError:
            pass  # the server's backlog is full, or it has 128 connections and closes
    # The server notices in its own time, which only the test's own timeout limits.
    while duel.values(side.ask("udp", call("ctl.connections"))[0][0]) != [0]:
        pass
    while len(os.listdir("/proc/self/fd")) > before + 1:
        pass


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, wire.MAX_CONNECTIONS + 10])
@pytest.mark.parametrize("failures", [[], ["refuse"]], ids=["", "refused"])
@pytest.mark.parametrize("turns", range(6))
def test_stopping_while_clients_connect(tmp_path, turns, failures, count):
    """However far the event loop has come with a new connection, it is closed in the end."""
    complaints = []

    async def main():
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda loop, facts: complaints.append(facts["message"]))
        server = LabServer([f"unix:{tmp_path}/s", f"unix:{tmp_path}/t"], failures=failures)
        with contextlib.ExitStack() as clients:
            async with server:
                for number in range(count):
                    sock = clients.enter_context(socket.socket(socket.AF_UNIX))
                    sock.setblocking(False)
                    sock.connect(str(tmp_path / "st"[number % 2]))
                for _turn in range(turns):
                    await asyncio.sleep(0)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        asyncio.run(main(), debug=True)
        gc.collect()
    complaints.extend(str(each.message) for each in caught)
    assert complaints == []


def test_stopping_with_clients_and_calls_under_way(tmp_path):
    server = LabServer(f"unix:{tmp_path}/s")
    started = threading.Event()

    @server.registry.method("sleep", "")
    async def sleep():
        started.set()
        await asyncio.Event().wait()

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        with server.running_in_thread():
            sock.connect(str(tmp_path / "s"))
            sock.sendall(call("sleep"))
            started.wait()
        assert sock.recv(100) == b""


def test_async_methods_keep_the_order_of_their_connection_only(lab, side):
    gate = []

    @lab.registry.method("wait", "")
    async def wait():
        gate.append(asyncio.Event())
        await gate[0].wait()
        return "waited"

    @lab.registry.method("open", "")
    def open_gate():
        gate[0].set()

    with side.connect("unix") as sock:
        sock.sendall(call("wait", cookie=1) + call("core.printi", b"\x10\x02", cookie=2))
        while not gate:
            side.ask("tcp", call("core.printi", b"\x10\x01"))
        assert side.ask("udp", call("core.printi", b"\x10\x03"))
        side.ask("tcp", call("open"))
        sock.shutdown(socket.SHUT_WR)
        assert drain(sock) == b"\xa1\x10\x08\x01\x71waited\0" + b"\xa1\x10\x02\x02\x10\x02"


def test_methods_run_in_datagrams_too(lab, side):
    @lab.registry.method("later", "")
    async def later():
        await asyncio.sleep(0)
        return 5

    with Client(lab.addresses[1]) as client:
        assert client.call("later") == [5]
