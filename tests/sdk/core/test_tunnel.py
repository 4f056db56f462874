# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Calls through commands and a relay, with each client, and whatever ends on the way."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sys
import time

import pytest

from kamailio_binrpc.core import reaper as module
from kamailio_binrpc.core.async_client import AsyncClient
from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.errors import (
    CallTimeout,
    ConnectError,
    ConnectionLost,
    ProtocolError,
    TransportError,
)
from kamailio_binrpc.core.fleet import PROCESSES, Fleet
from kamailio_binrpc.core.lab.server import LabServer
from kamailio_binrpc.core.reaper import reaper
from kamailio_binrpc.core.remote import Command
from kamailio_binrpc.core.retry import RetryPolicy
from tests.support.ssh import programs

from .support import PATIENCE

# Programs in the place of a relay; R reads one request, which is enough to be handed over.
_HEAD = "import os,sys,time\ndef R():os.read(0,65536)\ndef W(b):os.write(1,b)\n"


@pytest.fixture
def far(tmp_path):
    """The command that leads to a host which has Python alone."""
    folder = programs(tmp_path / "far", "sh", "python3")
    return [shutil.which("env"), "PATH=%s" % folder]


@pytest.fixture(autouse=True)
def nothing_is_left(monkeypatch):
    """No descriptor, and no process that has not been waited for."""
    monkeypatch.setattr(module, "GRACE", 0.05)
    before = set(os.listdir("/proc/self/fd"))
    yield
    end = time.monotonic() + PATIENCE
    while not reaper.idle:
        assert time.monotonic() < end
        time.sleep(0.005)
    assert len(os.listdir("/proc/self/fd")) <= len(before) + 1  # of listing


def script(text, path=None):
    """Return an address whose process runs a program of this test."""
    return Command([sys.executable, "-S", "-c", _HEAD + text], path, "test")


def test_a_call_through_a_relay(make_caller, serve, far):
    server = serve("unixs")
    with make_caller(Command(far, server.path), PATIENCE) as client:
        assert list(client.call("core.echo", "a", 1)) == ["a", 1]
        assert list(client.call("core.echo", "b")) == ["b"]


def test_a_connection_is_kept(make_client, serve, far):
    server = serve("unixs")
    with make_client(Command(far, server.path), PATIENCE) as client:
        client.call("core.echo")
        first = client._transport
        client.call("core.echo")
        assert client._transport is first
        outcomes = client.call_many([("core.echo", n) for n in range(20)])
    assert [list(each) for each in outcomes] == [[n] for n in range(20)]


def test_a_process_that_ended_between_calls_is_replaced(serve, far):
    server = serve("unixs")
    with Client(Command(far, server.path), PATIENCE) as client:
        client.call("core.echo")
        process = client._transport
        os.kill(process._child.pid, signal.SIGKILL)
        process._child.wait(PATIENCE)
        process._socket.shutdown(2)  # the relay behind it goes on for a moment
        assert list(client.call("core.echo", 2)) == [2]
        assert client._transport is not process


# -- what ends before the request was handed over ---------------------------------------------


@pytest.mark.parametrize(
    "path, text, message",
    [
        ("/s", "sys.exit(3)", "ended with status 3"),
        ("/s", "os.kill(os.getpid(),9)", "was ended by signal 9"),
        ("/s", "sys.exit('no such pod')", "ended with status 1: no such pod"),
        ("/s", "W(b'kamrpc-relay none sh\\n')", "no program that can reach a unix socket"),
        ("/s", "W(b'Welcome\\nkamrpc-relay ENOENT x\\n')", "/s there: No such file"),
        ("/s", "W(b'kamrpc-relay EACCES x\\n')", "log in as another"),
        ("/s", "W(b'kamrpc-relay EPROTOTYPE x\\n')", "streams only"),
        ("/s", "W(b'kamrpc-relay \\x1b[2J x\\n')", r"the relay says \\x1b"),
        ("/s", "W(b'kamrpc-relay\\n'*9000)", "other output: kamrpc-relay"),
        (None, "sys.exit('no such\\x1b pod')", r"no such\\x1b pod"),
    ],
)
def test_nothing_has_run(make_caller, path, text, message):
    with make_caller(script(text, path), PATIENCE) as client:
        with pytest.raises(ConnectError, match=message) as caught:
            client.call("core.echo")
    assert caught.value.executed is False
    assert str(caught.value).isprintable()


def test_a_program_that_does_not_exist(make_caller):
    with make_caller(Command(["/nonesuch", "x"]), PATIENCE) as client:
        with pytest.raises(ConnectError, match="cannot start /nonesuch for command:nonesuch: No"):
            client.call("core.echo")


def test_the_failures_that_pass_are_waited_for(make_caller, tmp_path):
    """A server that starts has no socket yet, then nothing listens."""
    count = tmp_path / "count"
    text = (
        "n=os.path.getsize(%r) if os.path.exists(%r) else 0\nopen(%r,'a').write('x')\n"
        "W(b'kamrpc-relay '+[b'ENOENT',b'ECONNREFUSED',b'EACCES'][n]+b' x\\n')"
    ) % ((str(count),) * 3)
    with make_caller(script(text, "/s"), PATIENCE, connect_wait=PATIENCE) as client:
        with pytest.raises(ConnectError) as caught:
            client.call("core.echo")
    assert caught.value.errno == errno.EACCES
    assert count.read_text() == "xxx"


def test_a_host_that_does_not_answer(make_caller):
    with make_caller(script("time.sleep(3600)", "/s"), 1) as client:
        with pytest.raises(ConnectError, match="within 1 s") as caught:
            client.call("core.echo")
    assert caught.value.errno == errno.ETIMEDOUT
    assert caught.value.executed is False


def test_a_request_that_nothing_read_has_not_run(make_caller):
    """Without a relay the request is in the pipe at once; the kernel knows that it stayed there."""
    text = "import select;select.select([0],[],[]);sys.exit('no such pod')"
    with make_caller(script(text), PATIENCE) as client:
        with pytest.raises(ConnectError, match="no such pod") as caught:
            client.call("core.echo", "x" * 1000)
    assert caught.value.executed is False


# -- and what ends after ---------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/s", None])
@pytest.mark.parametrize("end", ["sys.exit('lost')", "os.kill(os.getpid(),15)"])
def test_no_one_knows(make_caller, path, end):
    start = "W(b'kamrpc-relay ok x\\n')\n" if path else ""
    with make_caller(script(start + "R()\n" + end, path), PATIENCE) as client:
        with pytest.raises(ConnectionLost, match=r"lost|signal 15|closed its output") as caught:
            client.call("core.echo")
    assert caught.value.executed is None


def test_no_answer(make_client, serve, far):
    def answer_once(peer):
        peer.reply(peer.request())
        while True:
            peer.request()  # until the client has gone

    server = serve("unixs", answer_once)
    with make_client(Command(far, server.path), PATIENCE) as client:
        client.call("core.echo")
        with pytest.raises(CallTimeout) as caught:
            client.call("core.echo", timeout=0.3)
    assert caught.value.executed is None


def test_a_server_that_ends_in_the_middle(make_caller, serve, far):
    def close(peer):
        peer.request()

    server = serve("unixs", close)
    with make_caller(Command(far, server.path), PATIENCE) as client:
        with pytest.raises(ConnectionLost) as caught:
            client.call("core.echo")
    assert caught.value.executed is None


def test_standard_error_never_blocks_a_process(make_caller, serve, far):
    """More than a pipe holds."""
    server = serve("unixs")
    noise = "sys.stderr.write('x'*3000000);sys.stderr.flush();os.execv(sys.argv[1],sys.argv[1:])"
    argv = [sys.executable, "-S", "-c", _HEAD + noise, *far]
    with make_caller(Command(argv, server.path), PATIENCE) as client:
        assert list(client.call("core.echo", 1)) == [1]


# -- threads, forks, loops, fleets -----------------------------------------------------------


def test_a_forked_process_makes_its_own(folder, far):
    path = folder + "/s"
    with LabServer("unix:" + path).running_in_thread(), Client(
        Command(far, path), PATIENCE
    ) as client:
        client.call("core.echo")
        process = client._transport
        pid = os.fork()
        if not pid:
            try:
                fine = list(client.call("core.echo", "5")) == ["5"]
                client.close()
                os._exit(0 if fine else 1)
            finally:
                os._exit(2)
        assert os.waitpid(pid, 0)[1] == 0
        assert process.status is None
        assert list(client.call("core.echo", "6")) == ["6"]
        assert client._transport is process


def test_a_client_that_is_collected_leaves_no_process(serve, far):
    server = serve("unixs")
    client = Client(Command(far, server.path), PATIENCE)
    client.call("core.echo")
    child = client._transport._child
    del client
    assert child.wait(PATIENCE) is not None


@pytest.mark.parametrize("path", [None, "/s"])
def test_an_asyncio_task_that_is_cancelled_while_it_connects(path):
    import asyncio

    async def main():
        client = AsyncClient(script("time.sleep(3600)", path), PATIENCE)
        task = asyncio.ensure_future(client.call("core.echo"))
        while not client._homes:
            await asyncio.sleep(0)
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await client.close()

    asyncio.run(main())


def test_a_fleet_over_processes(folder, far):
    path = folder + "/s"
    addresses = {"e%d" % n: Command(far, path, "e%d" % n) for n in range(4)}
    addresses["gone"] = Command(far, path + "x", "gone")
    fleet = Fleet(addresses, PATIENCE)
    assert fleet._limit == PROCESSES
    with LabServer("unix:" + path).running_in_thread():
        report = fleet.call("core.echo", 1)
        assert list(report.errors) == ["gone"]
        assert len(report.replies) == 4
        report = fleet.run(lambda client: list(client.call("core.echo", "2")))
        assert report.replies["e3"] == ["2"]


def test_other_fleets_keep_their_limit():
    assert Fleet(["unix:/s"])._limit == 500
    assert Fleet([Command(["x"])], limit=7)._limit == 7


# -- a way that is cut after any number of bytes ------------------------------------------------

_CUT = """\
import socket
s=socket.socket(socket.AF_UNIX);s.connect(%(path)r)
W(%(greeting)r)
d=os.read(0,65536)
s.sendall(d[:%(there)d])
if %(there)d<len(d):sys.exit()
d=s.recv(65536)
W(d[:%(back)d])
if %(back)d>=len(d):time.sleep(3600)
"""
_WHOLE = 1000


@pytest.mark.parametrize("relay", [True, False])
@pytest.mark.parametrize(
    "there, back", [*((n, 0) for n in (0, 1, 8, 15)), *((_WHOLE, n) for n in (0, 1, 8, 20))]
)
def test_every_cut_is_told_honestly_and_nothing_runs_twice(folder, relay, there, back):
    path = folder + "/s"
    lab = LabServer("unix:" + path)
    ran = []

    @lab.registry.method("test.write")
    def write(ctx):
        ran.append(1)
        return "x" * 20

    names = {"path": path, "there": there, "back": back}
    text = _CUT % dict(names, greeting=b"kamrpc-relay ok x\n" if relay else b"")
    retry = RetryPolicy(2, wait=0.0)
    address = script(text, "/s" if relay else None)
    with lab.running_in_thread(), Client(address, PATIENCE, retry=retry) as client:
        with pytest.raises((TransportError, ProtocolError)) as caught:
            client.call("test.write")
    assert caught.value.executed is not False
    assert len(ran) == (there == _WHOLE)
    if caught.value.executed:
        assert ran == [1]


@pytest.mark.parametrize("relay", [True, False])
def test_a_way_that_is_not_cut(folder, relay):
    path = folder + "/s"
    greeting = b"kamrpc-relay ok x\n" if relay else b""
    text = _CUT % {"path": path, "there": _WHOLE, "back": _WHOLE, "greeting": greeting}
    with LabServer("unix:" + path).running_in_thread():
        with Client(script(text, "/s" if relay else None), PATIENCE) as client:
            assert list(client.call("core.echo", "x")) == ["x"]
