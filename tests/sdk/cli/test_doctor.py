# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""kamrpc doctor: what it finds, and what it says to do."""

from __future__ import annotations

import json
import os
import re
import socket
import threading

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.cli import diagnose, exit_codes
from kamailio_binrpc.core.facts import gather
from kamailio_binrpc.core.lab.server import LabServer

pytestmark = pytest.mark.usefixtures("surroundings")


@pytest.fixture
def doctor(kamrpc):
    def run(name, *args):
        status, out, _err = kamrpc("doctor", "--json", "-t", "0.5", str(name), *args)
        found = json.loads(out)
        assert found["ok"] == (status == 0)
        return status, {each["check"]: each for each in found["findings"]}

    return run


def states(findings):
    return {name: each["state"] for name, each in findings.items()}


def test_a_healthy_socket(doctor, lab):
    status, found = doctor(lab.addresses[0])
    assert status == 0
    assert states(found) == dict.fromkeys(
        ["path", "permissions", "listener", "protocol", "server", "latency"], "ok"
    )
    assert f"(pid {os.getpid()}) listens" in found["listener"]["text"]
    assert found["server"]["text"].startswith("kamailio 5.6.3")


def test_a_healthy_port(doctor, lab):
    status, found = doctor(lab.addresses[1])
    assert status == 0
    assert states(found) == dict.fromkeys(["connection", "protocol", "server", "latency"], "ok")


def test_it_ends_with_what_to_do(kamrpc, lab):
    status, out, _err = kamrpc("doctor")
    assert status == 0
    assert out.splitlines()[-1] == "Nothing is wrong."
    status, out, _err = kamrpc("doctor", "tcp:127.0.0.1:1")
    assert status == exit_codes.CONNECT
    assert out.splitlines()[-3] == "What to do:"
    assert "no process listens there" in out


def test_two_endpoints_are_refused(kamrpc):
    status, _out, err = kamrpc("doctor", "-s", "unix:/a", "unix:/b")
    assert status == exit_codes.USAGE
    assert "give one" in err


def test_a_missing_path_names_sockets_nearby(doctor, tmp_path):
    with socket.socket(socket.AF_UNIX) as near:
        near.bind(f"{tmp_path}/kamailio_ctl")
        status, found = doctor(f"unix:{tmp_path}/kamailo_ctl")
    assert status == exit_codes.CONNECT
    assert f"{tmp_path}/kamailio_ctl" in found["path"]["remedy"]


def test_sockets_nearby_are_few_and_none_of_a_client(doctor, tmp_path):
    names = [f"ctl{number:02}" for number in range(20)]
    for name in (*names, "kamailio_binrpc_17_00ff", "kamcmd_4711"):
        with socket.socket(socket.AF_UNIX) as near:
            near.bind(f"{tmp_path}/{name}")
    _status, found = doctor(f"unix:{tmp_path}/ctl19x")
    remedy = found["path"]["remedy"]
    assert f"{tmp_path}/ctl19, " in remedy  # the one that is most like it comes first
    # The host may have others, in the usual places.
    assert int(re.search(r" and (\d+) more$", remedy).group(1)) >= 14
    assert "binrpc_17" not in remedy
    assert "kamcmd" not in remedy


@pytest.mark.parametrize("make, kind", [(os.mkfifo, "fifo"), (os.mkdir, "folder")])
def test_a_path_that_is_no_socket(doctor, tmp_path, make, kind):
    make(tmp_path / "ctl")
    status, found = doctor(f"unix:{tmp_path}/ctl")
    assert status == exit_codes.CONNECT
    assert f"is a {kind}, not a socket" in found["path"]["text"]
    assert ("begins with fifo:" in found["path"]["remedy"]) == (kind == "fifo")


def test_a_socket_that_was_left_behind(doctor, tmp_path):
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(f"{tmp_path}/ctl")
    status, found = doctor(f"unix:{tmp_path}/ctl")
    assert status == exit_codes.CONNECT
    assert found["listener"]["state"] == "warning"
    assert "left behind" in found["listener"]["remedy"]
    assert found["protocol"]["state"] == "failed"


def test_a_socket_of_another_type(doctor, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.bind(f"{tmp_path}/ctl")
        _status, found = doctor(f"unix:{tmp_path}/ctl")
    assert found["listener"]["text"] == "the socket takes datagrams"
    assert f"unixd:{tmp_path}/ctl" in found["listener"]["remedy"]


def test_a_socket_of_another_user(doctor, tmp_path, monkeypatch, lab):
    monkeypatch.setattr(diagnose.os, "access", lambda *_args, **_kwargs: False)
    _status, found = doctor(lab.addresses[0])
    assert found["permissions"]["state"] == "failed"
    assert "may not connect" in found["permissions"]["text"]


def answering(kind, answer):
    """Answer each request on a port of loopback; return the socket."""
    server = socket.socket(socket.AF_INET, kind)
    server.bind(("127.0.0.1", 0))
    if kind == socket.SOCK_STREAM:
        server.listen()

    def stream():
        while True:
            try:
                link, _peer = server.accept()
            except OSError:
                return
            with link:
                link.settimeout(5)
                link.sendall(answer(link.recv(4096)))

    def datagrams():
        while True:
            try:
                data, peer = server.recvfrom(4096)
            except OSError:
                return
            reply = answer(data)
            if reply:
                server.sendto(reply, peer)

    threading.Thread(
        target=stream if kind == socket.SOCK_STREAM else datagrams, daemon=True
    ).start()
    return server


def sip(data):
    return b"SIP/2.0 200 OK\r\n\r\n" if b" SIP/2.0\r\n" in data else b""


def http(data):
    return b"HTTP/1.1 400 Bad Request\r\n\r\n"


@pytest.mark.parametrize(
    "protocol, answer, text",
    [
        ("tcp", sip, "this is a SIP port"),
        ("udp", sip, "this is a SIP port"),
        ("tcp", http, "this is an HTTP port"),
        ("udp", lambda _data: b"", "no answer in 0.5 s"),
        ("tcp", lambda _data: b"\x1b[2Jnonsense", "nonsense"),
    ],
)
def test_what_else_may_be_there(doctor, protocol, answer, text, monkeypatch):
    monkeypatch.setattr(diagnose, "_PROBE_SECONDS", 0.3)
    kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
    server = answering(kind, answer)
    try:
        status, found = doctor(f"{protocol}:127.0.0.1:{server.getsockname()[1]}")
    finally:
        server.close()
    assert status in (exit_codes.PROTOCOL, exit_codes.TIMEOUT, exit_codes.CONNECT)
    assert text in found["protocol"]["text"]


def test_the_fifo_protocol_is_recognized_and_open_ports_are_named(doctor):
    lab = LabServer(["tcp:127.0.0.1:0", "udp:0.0.0.0:0"], fifo="tcp:127.0.0.1:0", expose=True)
    with lab.running_in_thread():
        with Client(lab.addresses[0]) as client:
            rows = gather(client.call, ["listeners"])["listeners"]
        port = next(row["port"] for row in rows if row["protocol"] == "fifo")
        _status, found = doctor(f"tcp:127.0.0.1:{port}")
        assert "FIFO protocol" in found["protocol"]["text"]
        status, found = doctor(lab.addresses[0])
    assert status == 0
    assert "udp:0.0.0.0:" in found["exposure"]["text"]
    assert "127.0.0.1" not in found["exposure"]["text"]


def test_a_name_that_does_not_resolve(doctor, monkeypatch):
    def fail(*_args, **_kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(diagnose.socket, "getaddrinfo", fail)
    status, found = doctor("tcp:nosuch.invalid:2049")
    assert status == exit_codes.CONNECT
    assert "DNS" in found["name"]["remedy"]


@pytest.mark.real
@pytest.mark.parametrize("kind", ["unix", "unixd", "tcp", "udp"])
def test_the_real_server(doctor, make_kamailio, kind):
    status, found = doctor(make_kamailio().endpoints[kind])
    assert status == 0
    assert "failed" not in states(found).values()
    assert "kamailio" in found["server"]["text"]
    if kind.startswith("unix"):
        assert "kamailio (pid" in found["listener"]["text"]
