# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""The programs of the relay, each run by its interpreter against a lab server."""

from __future__ import annotations

import os
import socket
import threading

import pytest

from kamailio_binrpc.core.address import parse_address
from kamailio_binrpc.core.connection import Request
from kamailio_binrpc.core.packet import decode
from kamailio_binrpc.core.relay import orders, programs
from kamailio_binrpc.lab import LabServer

from . import hosts

# Python 2 is no longer to be had everywhere.
OLD = ["python2"] if hosts.find("python2") else []
PROGRAMMABLE = ["python3", *OLD, "perl"]
HERE = [*PROGRAMMABLE, "socat", "nc", "bash"]
LISTEN = {
    "unixs": "unixs:%s/stream",
    "unixd": "unixd:%s/datagram",
    "udp": "udp:127.0.0.1:0",
    "tcp": "tcp:127.0.0.1:0",
}
PAIRS = [(name, kind) for name in HERE for kind in LISTEN if programs.able(kind, [name])]
SECONDS = 60
"""For servers on a busy machine."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    # Short enough for a unix socket.
    folder = os.path.join("/tmp", "relay-%d-%s" % (os.getpid(), os.urandom(3).hex()))
    os.mkdir(folder)
    listen = [text % folder if "%s" in text else text for text in LISTEN.values()]
    with LabServer(listen).running_in_thread() as server:
        yield dict(zip(LISTEN, server.addresses))
    os.rmdir(folder)


def ask(command, address, packets, path=None, seconds=SECONDS, **limits):
    tag = orders.new_tag()
    lines = [tag, orders.opening(address, seconds)]
    lines += [orders.asking(packet, seconds, **limits) for packet in packets]
    report = orders.Report(tag, len(packets))
    report.feed(hosts.run(command, "\n".join(lines) + "\n", path))
    return report


def reply(answer):
    return decode(b"".join(answer.reads)).values


@pytest.mark.parametrize("name, kind", PAIRS)
def test_each_interpreter_reaches_each_address_that_it_can(name, kind, lab, tmp_path):
    path = hosts.path_with(tmp_path, name)
    address = parse_address(lab[kind])
    text = b"\xff\xa1\n'\"$`" * 400
    packets = [
        Request("core.echo", [text.decode("utf-8", "surrogateescape"), number]).packet
        for number in range(2)
    ]
    report = ask(programs.command(name), address, packets, path)
    assert report.interpreter == name
    assert report.complete
    for number, answer in enumerate(report.answers):
        first, second = reply(answer)
        assert first.encode("utf-8", "surrogateescape") == text
        assert second == str(number)
        assert answer.opened
        assert answer.end in ("whole", "eof")
        assert answer.sent in (None, len(packets[number]))


@pytest.mark.parametrize("name, kind", PAIRS)
def test_the_search_finds_it_by_itself(name, kind, lab, tmp_path):
    path = hosts.path_with(tmp_path, name)
    found = programs.search(programs.able(kind))
    report = ask(found, parse_address(lab[kind]), [Request("core.version", []).packet], path)
    assert report.interpreter == name
    assert "kamailio" in str(reply(report.answers[0]))


@pytest.mark.parametrize("kind", LISTEN)
def test_a_host_without_any_says_so(kind, lab, tmp_path):
    found = programs.search(programs.able(kind))
    packet = Request("core.version", []).packet
    report = ask(found, parse_address(lab[kind]), [packet], hosts.path_with(tmp_path))
    assert report.none
    assert not report.interpreter
    assert not report.answers[0].tried


@pytest.mark.parametrize("name", [name for name in HERE if programs.able("unixs", [name])])
def test_nothing_listens(name, tmp_path):
    address = parse_address("unixs:/nowhere/at/all")
    packets = [Request("core.version", []).packet] * 2
    report = ask(programs.command(name), address, packets, hosts.path_with(tmp_path, name))
    assert [answer.opened for answer in report.answers] == [False, False]
    assert report.answers[0].problem == "ENOENT"
    assert report.answers[1].skipped
    assert report.complete


@pytest.mark.parametrize("name", HERE)
def test_a_port_where_nothing_listens(name, tmp_path):
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        address = parse_address("tcp:127.0.0.1:%d" % sock.getsockname()[1])
        packet = Request("core.version", []).packet
        report = ask(programs.command(name), address, [packet], hosts.path_with(tmp_path, name))
    assert report.answers[0].opened is False
    assert report.answers[0].problem == "ECONNREFUSED"


@pytest.mark.parametrize("name", HERE)
def test_a_silent_server_takes_no_longer_than_allowed(name, tmp_path):
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        address = parse_address("tcp:127.0.0.1:%d" % sock.getsockname()[1])
        packets = [Request("core.version", []).packet] * 2
        path = hosts.path_with(tmp_path, name)
        report = ask(programs.command(name), address, packets, path, seconds=0.3)
    first, second = report.answers
    assert (first.opened, first.end) == (True, "late")
    assert first.sent in (None, len(packets[0]))
    assert second.skipped
    assert not second.tried


@pytest.mark.parametrize("name", PROGRAMMABLE)
def test_an_answer_that_stands_still_is_given_up(name, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def half():
            connection, _peer = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(bytes.fromhex("a110ff01"))
                connection.recv(1000)  # until the relay leaves

        thread = threading.Thread(target=half)
        thread.start()
        address = parse_address("tcp:127.0.0.1:%d" % server.getsockname()[1])
        packet = Request("core.version", []).packet
        path = hosts.path_with(tmp_path, name)
        report = ask(programs.command(name), address, [packet], path, standstill=0.1)
        thread.join()
    assert report.answers[0].end == "still"
    assert report.answers[0].reads == [bytes.fromhex("a110ff01")]


@pytest.mark.parametrize("name", PROGRAMMABLE)
def test_a_file_beside_it_is_not_run(name, lab, tmp_path, monkeypatch):
    for module in ("binascii", "time", "errno", "posix", "Socket", "signal"):
        for end in (".py", ".pm"):
            (tmp_path / (module + end)).write_text('print("planted"); die')
    path = hosts.path_with(tmp_path, name)
    monkeypatch.chdir(tmp_path)
    packet = Request("core.version", []).packet
    report = ask(programs.command(name), parse_address(lab["tcp"]), [packet], path)
    assert report.complete


@pytest.mark.parametrize("name", HERE)
def test_an_order_that_was_cut_off_is_not_carried_out(name, lab, tmp_path):
    tag = orders.new_tag()
    packet = Request("core.echo", ["a" * 40]).packet
    lines = [tag, orders.opening(parse_address(lab["tcp"]), SECONDS)]
    lines += [orders.asking(packet, SECONDS)] * 2
    text = "\n".join(lines)
    path = hosts.path_with(tmp_path, name)
    for end in (len(text) - 8, len(text) - 1):
        report = orders.Report(tag, 2)
        report.feed(hosts.run(programs.command(name), text[:end], path))
        assert reply(report.answers[0]) == ["a" * 40]
        assert not report.answers[1].tried


@pytest.mark.parametrize("name", programs.INTERPRETERS)
def test_a_shell_can_quote_it(name):
    assert programs.command(name).count("'") == 2
