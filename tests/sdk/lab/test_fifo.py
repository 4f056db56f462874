# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The text protocol: codec, server, and the real one beside it."""

from __future__ import annotations

import os
import socket
import stat
import threading
import uuid

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.core.errors import EncodeError, ProtocolError
from kamailio_binrpc.core.fifo import (
    build_request,
    parse_reply,
    parse_request,
    read_struct,
    read_text,
    write_member,
    write_value,
)
from kamailio_binrpc.core.values import Struct
from kamailio_binrpc.lab import LabServer, SharedVariables
from tests.conformance.furniture import copy_build
from tests.support import releases

ODD = "a:b,c\\d\ne\rf\tg\0h"


def test_what_a_client_writes_the_server_reads():
    request = build_request("m", ["plain", 7, -1, 1.5, ODD, {"n:1": ODD, "b": 2}], "reply")
    parsed = parse_request(request)
    assert (parsed.method, parsed.reply_name, parsed.size) == (b"m", b"reply", len(request))
    assert parsed.lines[:4] == [b"plain", b"7", b"-1", b"1.500000"]
    assert read_text(parsed.lines[4]) == ODD.encode()
    assert read_struct(parsed.lines[5]).items() == [("n:1", ODD.encode()), ("b", b"2")]


def test_what_a_server_writes_the_client_reads():
    member = write_member(b"n:") + b":" + write_member(ODD.encode())
    reply = b"200 OK\n" + write_value(ODD.encode()) + b"\n" + b"z:1," + member + b"\n"
    parsed = parse_reply(reply)
    assert (parsed.code, parsed.reason) == (200, "OK")
    assert parsed.texts()[0] == ODD
    assert parse_reply(b"200 OK\nz:1," + member + b"\n").members() == [
        Struct({"n:": ODD, "z": "1"})
    ]


def test_a_reply_of_nothing_and_of_rubbish():
    assert parse_reply(b"404 Not found\n").lines == []
    assert parse_reply(b"200 OK\n\xff\xfe\\x rest\n").texts() == ["\udcff\udcfe\\x rest"]
    for data in (b"", b"200 OK", b"\xa1\x10\0\0\n", b"hello\n"):
        with pytest.raises(ProtocolError):
            parse_reply(data)


@pytest.mark.parametrize(
    "method, params, name",
    [
        ("", [], ""),
        ("a", [], ""),  # five bytes are never looked at
        ("a\nb", [], ""),
        ("a:b", [], ""),
        ("method", [""], ""),
        ("method", [None], ""),
        ("method", [], "../x"),
        ("method", ["x" * 65536], ""),
    ],
)
def test_what_cannot_be_asked(method, params, name):
    with pytest.raises(EncodeError):
        build_request(method, params, name)


@pytest.mark.parametrize(
    "data, size",
    [
        (b"", None),
        (b":a:\n\n", None),
        (b":ab:\n\n", 6),
        (b":core.version:\nabc\n", None),
        (b":core.version:\r\n", 16),
        (b":core.version:\n\n\n", 16),
        (b"\n\n\n\n\n\n", 2),
        (b":core.version:\nabc\n\nrest", 20),
    ],
)
def test_where_a_request_ends(data, size):
    request = parse_request(data)
    assert (request and request.size) == size


@pytest.mark.parametrize("escape", [rb"\x", rb"a\q", b"end\\"])
def test_unknown_escapes(escape):
    with pytest.raises(ValueError, match=r"escape|backslash"):
        read_text(escape)


# --- the server


@pytest.fixture
def lab(tmp_path):
    (tmp_path / "replies").mkdir()
    server = LabServer(
        binrpc=[],
        fifo=[f"{tmp_path}/fifo", "udp:127.0.0.1:0", "tcp:127.0.0.1:0", f"unixs:{tmp_path}/s"],
        modules=[SharedVariables({"banner": "hello"})],
        reply_directory=str(tmp_path / "replies"),
    )
    with server.running_in_thread():
        yield server


def over_stream(lab, data):
    family = socket.AF_UNIX
    target = lab.fifo_addresses[3].partition(":")[2]
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.connect(target)
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        received = b""
        while True:
            part = sock.recv(65536)
            if not part:
                return received
            received += part


def test_values(lab):
    def ask(*args):
        return parse_reply(over_stream(lab, build_request(*args)))

    assert ask("core.version").texts() == ["kamailio 5.6.3 (x86_64/linux) "]
    assert ask("core.printi", ["1", -5, "0x10", "010"]).texts() == ["18446744073709551611", "8"]
    psx = ask("core.psx")
    assert psx.lines[0].startswith(b"DSC:main process - attendant,PID:")
    assert psx.members()[0].keys() == ["IDX", "PID", "DSC"]
    sockets = ask("core.sockets_list").lines
    assert sockets[0].startswith(b"socket:virtual:no,mhomed:no,mcast:no,port:5060,")
    assert ask("pv.shvSet", ["banner", "str", ODD]).texts() == ["Ok. Variable set to new value."]
    assert lab.modules["pv"].variables["banner"] == ODD
    assert ask("pv.shvGet", ["banner"]).members()[0]["value"] == ODD
    assert lab.calls.of("core.printi")[0].params == ["1", "-5", "0x10", "010"]


def test_pipelined_requests_and_half_close(lab):
    data = build_request("core.pwd") * 3
    assert over_stream(lab, data) == over_stream(lab, build_request("core.pwd")) * 3


@pytest.mark.parametrize("trailing", [b"", b"half"])
def test_datagrams(lab, trailing):
    host, port = lab.fifo_addresses[1].split(":")[1:]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(20)
        sock.connect((host, int(port)))
        sock.send(b":core.version:\nincomplete")
        sock.send(build_request("core.nothing") + trailing)
        assert sock.recv(65536) == b"500 Command 'core.nothing' not found\n"


def read_to_end(fd):
    with os.fdopen(fd, "rb") as file:
        return file.read()


def test_a_real_fifo(lab, tmp_path):
    path = lab.fifo_addresses[0].partition(":")[2]
    assert stat.S_ISFIFO(os.stat(path).st_mode)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    answers = []

    def ask(name):
        os.mkfifo(tmp_path / "replies" / name)
        with open(path, "wb", buffering=0) as fifo:
            fifo.write(build_request("core.prints", ["x", name], name))
        answers.append(read_to_end(os.open(tmp_path / "replies" / name, os.O_RDONLY)))

    threads = [threading.Thread(target=ask, args=(f"reply{i}",)) for i in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [b"200 OK\nreply%d\n" % i for i in range(5)]


def test_reply_fifos_that_are_refused(lab, tmp_path):
    replies = tmp_path / "replies"
    path = lab.fifo_addresses[0].partition(":")[2]
    (replies / "file").write_text("kept")
    os.mkfifo(tmp_path / "target")
    (replies / "symlink").symlink_to(tmp_path / "target")
    os.mkfifo(replies / "hardlink")
    os.link(replies / "hardlink", replies / "other")
    os.mkfifo(replies / "unread")
    target = os.open(tmp_path / "target", os.O_RDONLY | os.O_NONBLOCK)
    linked = os.open(replies / "hardlink", os.O_RDONLY | os.O_NONBLOCK)
    try:
        with open(path, "wb", buffering=0) as fifo:
            names = ("file", "symlink", "hardlink", "unread", "missing", "")
            fifo.writelines(build_request("core.pwd", (), name) for name in names)
            # Malformed ones are answered nowhere, and what follows is served.
            fifo.write(b":core.pwd:../file\n\n")
        while lab.calls.counts.get("core.pwd", 0) < 6:
            over_stream(lab, build_request("core.version"))
        assert over_stream(lab, build_request("core.version")).startswith(b"200 OK\nkamailio")
        assert os.read(target, 100) == b""
        assert os.read(linked, 100) == b""
        assert (replies / "file").read_text() == "kept"
    finally:
        os.close(target)
        os.close(linked)


def test_sane_and_newer_servers(tmp_path):
    request = b":core.printi:\n1\n2\n\n"
    for options, answer in (
        ({}, b"200 OK\n2\n"),
        ({"faithful": False}, b"200 OK\n1\n2\n"),
    ):
        server = LabServer(fifo=f"unixs:{tmp_path}/s", **options)
        with server.running_in_thread(), socket.socket(socket.AF_UNIX) as sock:
            sock.connect(f"{tmp_path}/s")
            sock.sendall(request)
            assert sock.recv(1000) == answer


# --- beside a real one

REQUESTS = [
    b":core.version:\n\n",
    b":core.flags:\n\n",
    b":core.info:\n\n",
    b":core.tcp_options:\n\n",
    b":core.udp4_raw_info:\n\n",
    b":core.nothing:\n\n",
    b":core.version :\n\n",
    b":core.version: x\n\n",
    b":core.version:x.y\n\n",
    b":core.version\n\n",
    b"core.version:\n\n",
    b":core.version:\r\n",
    b"::core.version:\n\n",
    b"::::::\n\n",
    b"\n\n\n\n\n\n",
    b"x\n\n\n\n\n",
    b":core.echo:\na\n\n",
    b":core.prints:\na\n\n",
    b":core.printi:\n1\n\n",
    b":core.shmmem:\nk\n\n",
    b":core.shmmem:\nx\nx\n\n",
    b":system.methodHelp:\n\n",
    b":system.methodHelp:\ncore.version\n\n",
    b":system.methodHelp:\n core.version\n\n",
    b":system.methodHelp:\ncore.version \n\n",
    b":system.methodHelp:\ncore.vers\\ion\n\n",
    b":system.methodHelp:\ncore.vers\\qon\n\n",
    b":system.methodSignature:\n\n",
    b":ctl.connections:\n\n",
    b":ctl.who:\n\n",
    b":pv.shvGet:\n\n",
    b":pv.shvGet:\nbanner\n\n",
    b":pv.shvSet:\nbanner\n\n",
    b":pv.shvSet:\nbanner\nstr\n\n",
    b":pv.shvSet:\nmaintenance\nint\n0x10\n\n",
    b":pv.shvGet:\nmaintenance\n\n",
    b":pv.shvSet:\nmaintenance\nint\n010x\n\n",
    b":pv.shvGet:\nmaintenance\n\n",
    b":pv.shvSet:\nmaintenance\nint\n-1\n\n",
    b":pv.shvGet:\nmaintenance\n\n",
    b":pv.shvSet:\nmaintenance\nint\n\n\n",
    b":pv.shvSet:\nbanner\nstr\n" + b"long text, with: odd \\\\ characters " * 9 + b"\n\n",
    b":pv.shvGet:\nbanner\n\n",
    b":pv.shvSet:\nbanner\nstr\nhello\n\n",
    b":pv.shvSet:\nmaintenance\nint\n0\n\n",
]
STRUCTS = (b":core.info", b":core.tcp_options", b":core.udp4_raw_info", b":pv.shvGet")


@pytest.mark.real
def test_beside_a_real_one(make_kamailio):
    """Status line, length, and the part of each line that releases do not spoil (D1)."""
    real = make_kamailio(full=False)
    variables = SharedVariables({"maintenance": 0, "banner": "hello"})
    made = LabServer(fifo="udp:127.0.0.1:0", modules=[variables], version=releases.running())
    with Client(real.endpoints["unix"]) as client:
        copy_build(made.state, client)
    with made.running_in_thread() as lab:
        answers = []
        for address in (real.fifo["fifo_udp"], lab.fifo_addresses[0]):
            host, port = address.split(":")[1:]
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.settimeout(20)
                sock.connect((host, int(port)))
                answers.append([])
                for request in REQUESTS:
                    sock.send(request)
                    answers[-1].append(sock.recv(1 << 17))
    for request, expected, got in zip(REQUESTS, *answers):
        assert len(got) == len(expected), (request, expected, got)
        status, _other, body = got.partition(b"\n")
        assert expected.startswith(status + b"\n"), request
        spoilt = expected[len(status) + 1 :]
        # Separators stand where they stood, and long values end as they should.
        separators = b":,\n" if request.startswith(STRUCTS) else b"\n"
        for index, byte in enumerate(body):
            if byte in separators:
                assert spoilt[index] == byte, (request, index, expected, got)
        if len(body) > 40 and not request.startswith(STRUCTS):
            assert spoilt[-8:] == body[-8:]


@pytest.mark.real
def test_a_real_fifo_beside_a_real_one(make_kamailio, tmp_path):
    real = make_kamailio(full=False)
    made = LabServer(fifo=f"{tmp_path}/fifo", version=releases.running())
    with Client(real.endpoints["unix"]) as client:
        copy_build(made.state, client)
    with made.running_in_thread() as lab:
        sizes = []
        for address in (real.fifo["fifo"], lab.fifo_addresses[0]):
            name = "kamailio-lab-test-" + uuid.uuid4().hex
            os.mkfifo("/tmp/" + name)
            try:
                with open(address.partition(":")[2], "wb", buffering=0) as fifo:
                    fifo.write(build_request("core.flags", (), name))
                sizes.append(len(read_to_end(os.open("/tmp/" + name, os.O_RDONLY))))
            finally:
                os.unlink("/tmp/" + name)
    assert sizes[0] == sizes[1] > 300
