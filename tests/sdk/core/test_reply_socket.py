# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""The reply socket of unix datagram clients: usable, and gone whatever ends the process."""

from __future__ import annotations

import gc
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import kamailio_binrpc
from kamailio_binrpc.core import conversation, reply_socket, transport
from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.errors import ConnectError
from kamailio_binrpc.core.packet import encode
from kamailio_binrpc.core.wire import FAULT
from tests.support.signals import default_handlers

from .support import PATIENCE

SDK = Path(kamailio_binrpc.__file__).parent.parent


def files(folder):
    """Names in the folder, without the server's own socket."""
    return sorted(set(os.listdir(folder)) - {"unixd"})


@pytest.fixture
def server(serve):
    return serve("unixd")


def connected(server, where):
    client = Client(server.address, timeout=PATIENCE, reply_socket=where)
    assert client.call("core.echo", 5) == [5]
    return client


def test_anybody_may_write_to_it_whatever_the_umask(server, folder):
    before = os.umask(0o077)
    try:
        with connected(server, folder):
            (name,) = files(folder)
            mode = os.stat(os.path.join(folder, name)).st_mode
    finally:
        os.umask(before)
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o666
    assert name.startswith("kamailio_binrpc_%d_" % os.getpid())
    assert files(folder) == []


def test_a_full_path(server, folder):
    path = os.path.join(folder, "mine")
    with connected(server, path):
        assert files(folder) == ["mine"]
    assert files(folder) == []


def test_the_folder_comes_from_the_environment(server, folder, monkeypatch):
    monkeypatch.setenv("TMPDIR", folder)
    with connected(server, None):
        assert len(files(folder)) == 1
    assert files(folder) == []


@pytest.mark.skipif(sys.platform != "linux", reason="abstract names are Linux's")
def test_an_abstract_name_has_no_file(server, folder, monkeypatch):
    monkeypatch.setenv("TMPDIR", folder)
    with connected(server, reply_socket.ABSTRACT) as client:
        assert files(folder) == []
        assert client._transport._socket.getsockname().startswith(b"\0")


def test_the_server_answers_to_it(serve, folder):
    senders = []

    def script(peer):
        request = peer.request()
        senders.append(peer._client)
        peer.reply(request, 5)

    connected(serve("unixd", script), os.path.join(folder, "mine")).close()
    assert senders == [os.path.join(folder, "mine")]


@pytest.mark.parametrize(
    "where, why",
    [
        ("taken", "Address already in use"),
        ("no/such/folder", "No such file or directory"),
        ("x" * 200, "AF_UNIX path too long"),
    ],
)
def test_a_place_that_cannot_be_bound(server, folder, where, why):
    Path(folder, "taken").write_text("kept")
    path = os.path.join(folder, where)
    with pytest.raises(ConnectError) as caught:
        connected(server, path)
    assert str(caught.value) == (
        "cannot bind the reply socket %s: %s. The server answers a unix datagram only to a "
        "socket of the client's own; choose another reply_socket" % (path, why)
    )
    assert caught.value.executed is False
    assert Path(folder, "taken").read_text() == "kept"


def test_a_failed_connect_leaves_no_file(folder):
    client = Client("unixd:%s/none" % folder, reply_socket=folder)
    with pytest.raises(ConnectError, match="cannot connect"):
        client.call("m.a")
    assert files(folder) == []


def test_a_name_that_is_taken_is_chosen_again(server, folder, monkeypatch):
    numbers = [b"\1" * 6, b"\1" * 6, b"\2" * 6]
    monkeypatch.setattr(
        os, "urandom", lambda size: numbers.pop(0) if size == 6 and numbers else b"\3" * size
    )
    with connected(server, folder), connected(server, folder):
        assert [name[-2:] for name in files(folder)] == ["01", "02"]
    assert files(folder) == []


def test_a_library_installs_no_signal_handler(server, folder, monkeypatch):
    # A command that another test ran in this process has asked for them.
    monkeypatch.setattr(reply_socket, "handle_signals", False)
    with default_handlers():
        numbers = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
        before = [signal.getsignal(number) for number in numbers]
        with connected(server, folder):
            assert [signal.getsignal(number) for number in numbers] == before


def test_gone_when_its_client_is_collected(server, folder):
    connected(server, folder)
    gc.collect()
    assert files(folder) == []


def test_no_one_else_gets_in_before_it_is_connected(server, folder, monkeypatch):
    """Closed until the kernel refuses others; what this user queued before is dropped."""
    modes = []

    class Socket(transport.Transport):
        def start_connect(self, target):
            modes.append(stat.S_IMODE(os.stat(self._reply_path).st_mode))
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
                other.sendto(encode([500, "spoofed"], FAULT, 0), self._reply_path)
            number = super().start_connect(target)
            modes.append(stat.S_IMODE(os.stat(self._reply_path).st_mode))
            assert self.receive() is None
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
                with pytest.raises(PermissionError):
                    other.sendto(b"spoofed", self._reply_path)
            return number

    monkeypatch.setattr(conversation, "Transport", Socket)
    connected(server, folder).close()
    assert modes == [0o600, 0o666]


def test_signal_handlers_of_a_program_are_there_only_while_needed(server, folder, monkeypatch):
    monkeypatch.setattr(reply_socket, "handle_signals", True)

    def handlers():
        return [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)]

    with default_handlers():
        before = handlers()
        with connected(server, folder):
            assert handlers() == [reply_socket._on_signal] * 2
            with connected(server, folder):
                pass
            assert handlers() == [reply_socket._on_signal] * 2
        assert handlers() == before


def test_a_handler_of_the_program_stays(server, folder, monkeypatch):
    monkeypatch.setattr(reply_socket, "handle_signals", True)

    def mine(number, frame):
        """Do nothing."""

    before = signal.signal(signal.SIGTERM, mine)
    try:
        with connected(server, folder):
            assert signal.getsignal(signal.SIGTERM) is mine
        assert signal.getsignal(signal.SIGTERM) is mine
    finally:
        signal.signal(signal.SIGTERM, before)


# -- what ends a process -----------------------------------------------------------------

PROGRAM = """
import os, signal, sys
from kamailio_binrpc.core import reply_socket
from kamailio_binrpc.core.client import Client
reply_socket.handle_signals = True
client = Client(sys.argv[1], timeout=60, reply_socket=sys.argv[2])
assert client.call("core.echo", 5) == [5]
def ready():
    print("ready", flush=True)
    sys.stdin.read(1)
"""


def program(server, folder, code):
    """Start a program that has called once and then runs ``code``."""
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM + code, server.address, folder],
        env={**os.environ, "PYTHONPATH": str(SDK)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )


@pytest.mark.parametrize(
    "code, status",
    [("", 0), ("sys.exit(3)", 3), ("raise ValueError", 1), ("client.close()", 0)],
)
def test_gone_at_exit(server, folder, code, status):
    with program(server, folder, code) as process:
        process.communicate(timeout=PATIENCE)
    assert process.returncode == status
    assert files(folder) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_gone_after_a_signal(server, folder, number):
    with program(server, folder, "ready()") as process:
        assert process.stdout.readline() == "ready\n"
        assert len(files(folder)) == 1
        process.send_signal(number)
        process.communicate(timeout=PATIENCE)
    assert process.returncode == -number
    assert files(folder) == []


@pytest.mark.parametrize(
    "child",
    [
        "sys.exit(0)",
        "client.close(); sys.exit(0)",
        "os.kill(os.getpid(), signal.SIGTERM)",
        "os.kill(os.getpid(), signal.SIGHUP)",
    ],
)
def test_a_forked_child_leaves_it_alone(server, folder, child):
    code = (
        """
pid = os.fork()
if not pid:
    %s
os.waitpid(pid, 0)
ready()
assert client.call("core.echo", 6) == [6]
"""
        % child
    )
    with program(server, folder, code) as process:
        assert process.stdout.readline() == "ready\n"
        assert len(files(folder)) == 1
        _out, errors = process.communicate("x", timeout=PATIENCE)
    assert (process.returncode, errors) == (0, "")
    assert files(folder) == []


def test_a_thread_may_call(server, folder):
    code = """
import threading
client.close()
def work():
    client.call("core.echo", 6)
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""
    with program(server, folder, code) as process:
        _out, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, errors) == (0, "")
    assert files(folder) == []


def test_several_clients_close_in_any_order(server, folder):
    clients = [connected(server, folder) for _other in range(3)]
    assert len(files(folder)) == 3
    for client in (clients[1], clients[0], clients[2]):
        client.close()
    assert files(folder) == []
