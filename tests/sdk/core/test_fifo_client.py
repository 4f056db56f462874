# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The client of the text protocol, against the lab server."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import threading

import pytest

from kamailio_binrpc.core.async_fifo_client import AsyncFifoClient
from kamailio_binrpc.core.errors import (
    CallTimeout,
    ConnectError,
    ConnectionLost,
    EncodeError,
    LengthLimit,
    ProtocolError,
)
from kamailio_binrpc.core.faults import MethodNotFound
from kamailio_binrpc.core.fifo import Damaged
from kamailio_binrpc.core.fifo_client import FifoClient
from kamailio_binrpc.core.retry import RetryPolicy
from kamailio_binrpc.core.values import Struct
from kamailio_binrpc.lab import LabServer


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("fifo"))
    server = LabServer(
        fifo=[
            "fifo:%s/f" % folder,
            "unix:%s/s" % folder,
            "unixd:%s/d" % folder,
            "udp:127.0.0.1:0",
            "tcp:127.0.0.1:0",
        ],
        reply_directory=folder,
    )

    @server.registry.method("test.text", "ss")
    def text(first, second):
        return [first, second]

    @server.registry.method("test.struct")
    def struct(ctx):
        return [Struct(name="a:b,c", count=5), Struct(name="", count=0)]

    with server.running_in_thread() as running:
        running.folder = folder
        yield running


class Awaited(AsyncFifoClient):
    """Runs each call in an event loop of its own."""

    def call(self, *arguments, **options):
        return asyncio.run(super().call(*arguments, **options))


CLIENTS = {"blocking": FifoClient, "asyncio": Awaited}


@pytest.fixture(params=sorted(CLIENTS))
def make_client(request):
    return CLIENTS[request.param]


@pytest.fixture(params=range(5), ids=["fifo", "unix", "unixd", "udp", "tcp"])
def client(lab, make_client, request):
    return make_client(lab.fifo_addresses[request.param], reply_directory=lab.folder)


def test_text_survives_the_escapes(client):
    odd = "tab\tline\nreturn\rback\\slash, colon: and \udcff"
    assert client.call("test.text", odd, "x") == [odd, "x"]


def test_structs_come_apart(client):
    reply = client.call("test.struct")
    assert [struct.items() for struct in reply.structs()] == [
        [("name", "a:b,c"), ("count", "5")],
        [("name", ""), ("count", "0")],
    ]


def test_faults_are_raised(client):
    with pytest.raises(MethodNotFound) as caught:
        client.call("core.nosuch")
    assert caught.value.executed is False


def test_many_calls_leave_nothing_behind(lab, client):
    before = set(os.listdir(lab.folder))
    for number in range(20):
        assert client.call("test.text", str(number), "y") == [str(number), "y"]
    assert set(os.listdir(lab.folder)) == before


@pytest.mark.parametrize(
    "call, message",
    [
        (("htable.sets", "t", "k", "v"), "would have to convert the parameter value"),
        (("system.methodHelp",), "needs method"),
        (("core.shmmem", "k"), "the parameter unit is optional"),
        (("test.text", "", "x"), "empty parameter"),
        (("test.text", None, "x"), "NoneType"),
        (("test\n.text",), "cannot be a method"),
    ],
)
def test_what_the_protocol_cannot_do_is_refused_before_sending(lab, client, call, message):
    count = len(lab.calls)
    with pytest.raises(EncodeError, match=message):
        client.call(*call)
    assert len(lab.calls) == count


def test_a_request_longer_than_an_atomic_write_is_refused(lab):
    with pytest.raises(EncodeError, match="a fifo takes 4096 at once"):
        FifoClient(lab.fifo_addresses[0]).call("test.text", "x" * 4096, "y")


def test_connect_errors_say_why(tmp_path):
    os.mkfifo(str(tmp_path / "dead"))
    (tmp_path / "file").write_text("")
    for address, message in (
        ("fifo:%s/dead" % tmp_path, "no process reads it"),
        ("fifo:%s/file" % tmp_path, "not a fifo"),
        ("fifo:%s/none" % tmp_path, "No such file"),
        ("tcp:127.0.0.1:1", "refused"),
        ("udp:127.0.0.1:1", "refused"),
    ):
        with pytest.raises(ConnectError, match=message) as caught:
            FifoClient(address, reply_directory=str(tmp_path)).call("core.version")
        assert caught.value.executed is False
    assert sorted(os.listdir(str(tmp_path))) == ["dead", "file"]


class Reader:
    """A fifo with a reader that does with each request what a function says."""

    def __init__(self, folder, react):
        self.path = str(folder / "command")
        self.address = "fifo:" + self.path
        os.mkfifo(self.path)
        self.reader = os.open(self.path, os.O_RDWR)
        self.thread = threading.Thread(target=self.work, args=(str(folder), react), daemon=True)
        self.thread.start()

    def work(self, folder, react):
        request = os.read(self.reader, 65536)
        name = request.split(b":")[2].split(b"\n")[0].decode()
        react(os.path.join(folder, name))

    def close(self):
        self.thread.join()
        os.close(self.reader)


@pytest.mark.parametrize(
    "data, error",
    [
        (None, CallTimeout),
        (b"", ConnectionLost),
        (b"rubbish\n", ProtocolError),
        (b"2" * 5000 + b" OK\n", ProtocolError),
    ],
    ids=["silent", "empty", "rubbish", "digits"],
)
def test_a_bad_server_ends_the_call_and_the_reply_fifo_goes(tmp_path, data, error, make_client):
    modes = []

    def react(path):
        modes.append(stat.S_IMODE(os.stat(path).st_mode))
        if data is not None:
            with open(path, "wb") as file:
                file.write(data)

    server = Reader(tmp_path, react)
    with pytest.raises(error):
        make_client(server.address, 0.5, reply_directory=str(tmp_path)).call("core.version")
    server.close()
    assert modes in ([0o600], [0o622])  # on a busy machine the server is not found in time
    assert os.listdir(str(tmp_path)) == ["command"]


def test_a_name_that_is_taken_is_never_followed(tmp_path, monkeypatch):
    target = tmp_path / "target"
    target.write_text("untouched")
    monkeypatch.setattr(os, "urandom", lambda count: b"\0" * count)
    name = "kamailio_binrpc_%d_%s" % (os.getpid(), "00" * 8)
    (tmp_path / name).symlink_to(target)
    os.mkfifo(str(tmp_path / "command"))
    with pytest.raises(ConnectError, match="File exists"):
        FifoClient("fifo:%s/command" % tmp_path, reply_directory=str(tmp_path)).call("core.version")
    assert target.read_text() == "untouched"


# What a real server writes over a value: two addresses of freed memory.
RUBBISH = bytes.fromhex("a7 5b 65 55 05 00 00 00 c4 2f 8e 1b 9d 40 7c e1")


def answering(*answers):
    """Serve one call after the other; each writes its answer and removes the fifo."""

    def react(server, path):
        with open(path, "wb") as file:
            file.write(answers[min(len(server.calls), len(answers)) - 1])

    return react


class Server(Reader):
    """A reader that goes on; it notes the methods."""

    def work(self, folder, react):
        self.calls = []
        while True:
            request = os.read(self.reader, 65536)
            if request == b"end":
                return
            _empty, method, name = request.split(b"\n")[0].split(b":")
            self.calls.append(method.decode())
            react(self, os.path.join(folder, name.decode()))

    def close(self):
        os.write(self.reader, b"end")
        super().close()


@pytest.fixture
def serve(tmp_path):
    servers = []

    def start(react):
        servers.append(Server(tmp_path, react))
        return servers[0]

    yield start
    servers[0].close()


VERSION = b"200 OK\nkamailio 5.6.3 (x86_64/linux)\n"
DAMAGED_VERSION = b"200 OK\n" + RUBBISH + b"(x86_64/linux)\n"


def test_damaged_values_pass_for_none(serve, tmp_path, make_client):
    server = serve(answering(DAMAGED_VERSION))
    client = make_client(server.address, reply_directory=str(tmp_path))
    reply = client.call("core.version")
    assert reply == [Damaged(RUBBISH + b"(x86_64/linux)")]
    assert reply.damaged
    assert reply.value.rest == "(x86_64/linux)"
    assert not isinstance(reply.value, (str, bytes))
    with pytest.raises(TypeError):
        json.dumps(reply)
    with pytest.raises(ProtocolError, match="use a binrpc address") as caught:
        reply.structs()
    assert caught.value.executed is True


@pytest.mark.parametrize("version, damaged", [(VERSION, False), (DAMAGED_VERSION, True)])
def test_where_a_reply_does_not_tell_the_version_is_asked_for(
    serve, tmp_path, make_client, version, damaged
):
    server = serve(answering(b"200 OK\n5\n", version, b"200 OK\n6\n"))
    client = make_client(server.address, reply_directory=str(tmp_path))
    replies = [client.call("my.method"), client.call("my.method")]
    assert server.calls == ["my.method", "core.version", "my.method"]  # once is enough
    assert replies == ([[Damaged(b"5")], [Damaged(b"6")]] if damaged else [["5"], ["6"]])
    assert [reply.damaged for reply in replies] == [damaged] * 2


def test_a_reply_without_values_needs_no_proof(serve, tmp_path, make_client):
    server = serve(answering(b"200 OK\n"))
    client = make_client(server.address, reply_directory=str(tmp_path))
    assert client.call("my.method") == []
    assert server.calls == ["my.method"]


def test_a_reply_has_a_limit(serve, tmp_path, make_client):
    server = serve(answering(b"200 OK\n" + b"x" * 5000))
    client = make_client(server.address, reply_directory=str(tmp_path), max_reply=4000)
    with pytest.raises(LengthLimit, match="max_reply, 4000"):
        client.call("my.method")


def test_a_fifo_that_was_removed_costs_no_reply(serve, tmp_path, make_client):
    def react(_server, path):
        with open(path, "wb") as file:
            os.unlink(path)
            file.write(VERSION)

    client = make_client(serve(react).address, reply_directory=str(tmp_path))
    assert client.call("core.version") == ["kamailio 5.6.3 (x86_64/linux)"]


def test_what_only_reads_is_retried(serve, tmp_path, make_client):
    records = []
    server = serve(answering(b"", VERSION))
    client = make_client(
        server.address,
        reply_directory=str(tmp_path),
        retry=RetryPolicy(wait=0),
        on_call=records.append,
    )
    assert client.call("core.version").value.startswith("kamailio")
    assert [(each.attempt, each.outcome) for each in records] == [(1, "ConnectionLost"), (2, "ok")]


def test_a_path_a_ping_and_a_repr(serve, tmp_path, make_client):
    server = serve(answering(VERSION))
    client = make_client(tmp_path / "command", reply_directory=str(tmp_path))
    assert str(client.address) == server.address
    if make_client is FifoClient:
        assert client.ping() > 0
    else:
        plain = AsyncFifoClient(tmp_path / "command", reply_directory=str(tmp_path))
        assert asyncio.run(plain.ping()) > 0
    assert server.address in repr(client)
