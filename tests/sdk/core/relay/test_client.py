# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Calls through a relay on a lab server's host: what shares a trip, and what is repeated."""

from __future__ import annotations

import contextlib
import os

import pytest

from kamailio_binrpc.core.errors import ConnectError, ConnectionLost, TruncatedReply
from kamailio_binrpc.core.faults import MethodNotFound
from kamailio_binrpc.core.lab.modules.htable import HashTables
from kamailio_binrpc.core.relay.client import NoRelay, RelayClient, TooMany
from kamailio_binrpc.lab import LabServer

from . import hosts

SECONDS = 60


class Host:
    """Runs commands as a connection does, and counts them.

    :ivar cut: what is left of the output of a trip, by its number.
    """

    def __init__(self, path):
        self.path = path
        self.trips = []
        self.cut = {}

    def run(self, command, text, changes):
        sent = [line.split()[0] for line in text.splitlines()[1:]]
        self.trips.append((len(sent) - 1, changes))
        output = hosts.run(command, text, self.path)
        cut = self.cut.get(len(self.trips))
        return (output, "") if cut is None else (output[:cut], "the line broke")


@pytest.fixture
def lab():
    server = LabServer("tcp:127.0.0.1:0", modules=[HashTables({"t": {}})])
    with server.running_in_thread():
        yield server


@pytest.fixture
def host(tmp_path):
    return Host(hosts.path_with(tmp_path, "perl"))


def client_of(lab, host, **options):
    return RelayClient(lab.addresses[0], host.run, SECONDS, **options)


def test_a_call_is_a_trip(lab, host):
    client = client_of(lab, host)
    assert "kamailio" in client.call("core.version", repeatable=True)[0]
    assert client.interpreter == "perl"
    client.call("core.echo", "a", repeatable=True)
    assert host.trips == [(1, False), (1, False)]


def test_a_fault_is_raised(lab, host):
    with pytest.raises(MethodNotFound) as caught:
        client_of(lab, host).call("no.such", repeatable=True)
    assert caught.value.executed is False


def test_a_change_goes_only_to_where_a_relay_has_answered(lab, host):
    client = client_of(lab, host)
    client.call("htable.sets", "t", "k", "v")
    client.call("htable.sets", "t", "k", "w")
    assert host.trips == [(-1, False), (1, True), (1, True)]


def test_a_change_and_what_reads_it_back_share_a_trip(lab, host):
    client = client_of(lab, host, interpreter="perl")
    client.soon([("htable.get", ("t", "k"))])
    client.call("htable.sets", "t", "k", "v")
    reply = client.call("htable.get", "t", "k", repeatable=True)
    assert reply[0]["item"]["value"] == "v"
    assert host.trips == [(2, True)]
    client.call("htable.get", "t", "k", repeatable=True)
    assert len(host.trips) == 2


@pytest.mark.parametrize(
    "between",
    [
        lambda client: client.forget(),
        lambda client: client.call("core.echo", "b", repeatable=True),
        lambda client: client.call("core.echo", "b"),
    ],
)
def test_what_gets_old_is_read_again(between, lab, host):
    client = client_of(lab, host, interpreter="perl")
    client.soon([("core.echo", ("a",))])
    client.call("core.version", repeatable=True)
    between(client)
    before = len(host.trips)
    client.call("core.echo", "a", repeatable=True)
    assert len(host.trips) == before + 1


def test_only_a_call_that_reads_is_answered_from_before(lab, host):
    client = client_of(lab, host, interpreter="perl")
    client.soon([("core.echo", ("a",))])
    client.call("core.version", repeatable=True)
    client.call("core.echo", "a")
    assert len(host.trips) == 2


def test_a_cut_change_may_have_run_and_is_not_repeated(lab, host):
    client = client_of(lab, host, interpreter="perl", connect_wait=SECONDS)
    host.cut[1] = 0
    with pytest.raises(ConnectionLost) as caught:
        client.call("htable.sets", "t", "k", "v")
    assert caught.value.executed is None
    assert "the line broke" in str(caught.value)
    assert len(host.trips) == 1


def test_a_host_without_an_interpreter(lab, tmp_path):
    host = Host(hosts.path_with(tmp_path))
    client = client_of(lab, host)
    for _number in range(2):
        with pytest.raises(NoRelay, match=r"none of these programs.*python3.*perl"):
            client.call("htable.sets", "t", "k", "v")
    assert client.missing
    assert len(host.trips) == 1


def test_an_interpreter_that_cannot_reach_the_address(host):
    client = RelayClient("udp:127.0.0.1:9", host.run, SECONDS, interpreter="bash")
    with pytest.raises(NoRelay):
        client.call("core.version", repeatable=True)
    assert not host.trips


def test_an_interpreter_that_is_gone_is_looked_for_again(lab, host):
    client = client_of(lab, host, interpreter="socat")
    with pytest.raises(ConnectionLost):
        client.call("core.version", repeatable=True)
    client.call("core.version", repeatable=True)
    assert client.interpreter == "perl"


def test_it_waits_for_a_server_that_starts(host):
    folder = "/tmp/relay-%d-%s" % (os.getpid(), os.urandom(3).hex())
    os.mkdir(folder)
    path = folder + "/ctl"
    with pytest.raises(ConnectError):
        RelayClient(path, host.run, SECONDS, interpreter="perl").call("core.version")
    client = RelayClient(path, host.run, SECONDS, connect_wait=SECONDS, interpreter="perl")
    with contextlib.ExitStack() as stack:

        def start(seconds):
            stack.enter_context(LabServer(path).running_in_thread())

        client._sleep = start
        assert "kamailio" in client.call("core.version")[0]
    assert len(host.trips) == 3
    os.rmdir(folder)


def test_a_truncated_reply_is_asked_for_again(lab, host):
    client = client_of(lab, host, interpreter="perl")
    whole = host.run
    kept = []

    def truncating(command, text, changes):
        output, cut = whole(command, text, changes)
        if not kept:
            kept.append(output)
            lines = output.splitlines()
            at = next(n for n, line in enumerate(lines) if " data " in line)
            lines[at] = lines[at][:-10] + " ."
            lines[at + 1] = lines[at + 1].replace("whole", "still")
            output = "\n".join(lines)
        return output, cut

    client._run = truncating
    assert "kamailio" in client.call("core.version", repeatable=True)[0]
    assert len(host.trips) == 2
    kept.clear()
    with pytest.raises(TruncatedReply):
        client.call("htable.flush", "t")
    assert len(host.trips) == 3


@pytest.mark.parametrize(
    "most, count, interpreter, declined",
    [
        (8, 9, "python3", True),
        (8, 8, "python3", False),
        (8, None, "python3", False),
        (None, 9, "python3", False),
        (8, 9, "perl", False),
    ],
)
def test_too_many_calls_are_left_to_python(most, count, interpreter, declined, lab, tmp_path):
    host = Host(hosts.path_with(tmp_path, interpreter))
    client = client_of(lab, host, interpreter=interpreter, most=most)
    client.soon(count=count)
    if declined:
        with pytest.raises(TooMany) as caught:
            client.call("htable.sets", "t", "k", "v")
        assert caught.value.executed is False
        assert not host.trips
        assert client.declined
    else:
        client.call("htable.sets", "t", "k", "v")
        assert not client.declined


def test_whether_there_are_too_many_shows_when_an_interpreter_is_found(lab, tmp_path):
    host = Host(hosts.path_with(tmp_path, "python3"))
    client = client_of(lab, host, most=8)
    client.soon(count=9)
    with pytest.raises(TooMany):
        client.call("core.version", repeatable=True)
    assert host.trips == [(-1, False)]
