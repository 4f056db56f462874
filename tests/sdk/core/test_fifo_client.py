# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The client of the text protocol, against the lab server."""

from __future__ import annotations

import os
import stat
import threading

import pytest

from kamailio_binrpc.core.errors import (
    CallTimeout,
    ConnectError,
    ConnectionLost,
    EncodeError,
    ProtocolError,
)
from kamailio_binrpc.core.faults import MethodNotFound
from kamailio_binrpc.core.fifo_client import FifoClient
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


@pytest.fixture(params=range(5), ids=["fifo", "unix", "unixd", "udp", "tcp"])
def client(lab, request):
    return FifoClient(lab.fifo_addresses[request.param], reply_directory=lab.folder)


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
        ("fifo:%s/dead" % tmp_path, "nobody reads it"),
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
    [(None, CallTimeout), (b"", ConnectionLost), (b"rubbish\n", ProtocolError)],
    ids=["silent", "empty", "rubbish"],
)
def test_a_bad_server_ends_the_call_and_the_reply_fifo_goes(tmp_path, data, error):
    modes = []

    def react(path):
        modes.append(stat.S_IMODE(os.stat(path).st_mode))
        if data is not None:
            with open(path, "wb") as file:
                file.write(data)

    server = Reader(tmp_path, react)
    with pytest.raises(error):
        FifoClient(server.address, 0.5, reply_directory=str(tmp_path)).call("core.version")
    server.close()
    assert modes == [0o622]
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
