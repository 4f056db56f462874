# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Failures on demand, as a client meets them on each transport."""

from __future__ import annotations

import contextlib
import socket

import pytest

from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.errors import CallTimeout, ConnectionLost, TransportError, TruncatedReply
from kamailio_binrpc.core.faults import Busy, Fault
from kamailio_binrpc.core.fifo import build_request
from kamailio_binrpc.core.fifo_client import FifoClient
from kamailio_binrpc.core.lab.failures import KINDS, NOT_RUN, Failure, Failures, parse_failure
from kamailio_binrpc.lab import LabServer

from . import duel
from .duel import call, string

TRANSPORTS = ["unix", "unixd", "udp", "tcp"]
STREAMS = ["unix", "tcp"]
GOOD = call("core.prints", string("some text"))
ANSWER = bytes.fromhex("a1110c1234") + string("some text")


@pytest.fixture
def lab(tmp_path):
    addresses = [f"unix:{tmp_path}/s", f"unixd:{tmp_path}/d", "udp:127.0.0.1:0", "tcp:127.0.0.1:0"]
    fifo = [f"fifo:{tmp_path}/f", "udp:127.0.0.1:0", "tcp:127.0.0.1:0"]
    server = LabServer(addresses, fifo, reply_directory=str(tmp_path), failure_seed=1)
    with server.running_in_thread():
        yield server


@pytest.fixture
def side(lab):
    with contextlib.closing(duel.Duelist(dict(zip(TRANSPORTS, lab.addresses)))) as duelist:
        yield duelist


def joined(answer):
    return answer if isinstance(answer, bytes) else b"".join(answer)


def ask(side, transport):
    """The answer to GOOD; duel's probe is never spoilt."""
    got, fate = side.ask(transport, GOOD)
    return joined(got), fate


def ran(lab):
    return lab.calls.counts.get("core.prints", 0)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_nothing_goes_wrong_unasked(side, lab, transport):
    assert ask(side, transport) == (ANSWER, "kept")
    assert lab.failures.rules == []


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("kind", ["drop", "lose"])
def test_no_answer(side, lab, transport, kind):
    rule = lab.failures.add(kind, method="core.prints")
    assert ask(side, transport) == (b"", "kept")
    assert ran(lab) == (kind == "drop")
    assert rule.hits == 1


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_twice(side, lab, transport):
    lab.failures.add("duplicate", method="core.prints")
    assert ask(side, transport) == (ANSWER * 2, "kept")
    assert ran(lab) == 1


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_another_cookie(side, lab, transport):
    lab.failures.add("cookie", method="core.prints")
    got, fate = ask(side, transport)
    assert fate == "kept"
    assert got.endswith(string("some text"))
    assert duel.values(got) == ["some text"]
    assert got[3:-12] == (0x1234 ^ 0x5A5A5A5A).to_bytes(4, "big")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_end_is_missing(side, lab, transport):
    lab.failures.add("truncate", method="core.prints")
    sizes = set()
    for _other in range(20):
        got, _fate = ask(side, transport)
        assert ANSWER.startswith(got)
        assert len(got) < len(ANSWER)
        sizes.add(len(got))
    assert len(sizes) > 3


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_closed_in_the_middle(side, lab, transport):
    lab.failures.add("close", method="core.prints")
    got, fate = ask(side, transport)
    assert ANSWER.startswith(got)
    assert got != ANSWER
    assert fate == ("closed" if transport in STREAMS else "kept")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_after_the_next(side, lab, transport):
    lab.failures.add("reorder", method="core.prints", seconds=600)
    if transport in STREAMS:
        # The probe comes first, so it is not what is at the end.
        assert ask(side, transport) == (duel.PROBE_REPLY + ANSWER, "closed")
    else:
        assert ask(side, transport) == (b"", "kept")  # after the probe, which ends the reading
        assert side.ask(transport, call("core.printi"))[0][0] == ANSWER


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_held_back_until_its_patience_ends(lab, transport):
    lab.failures.add("reorder", method="core.prints", seconds=0.01)
    with Client(lab.addresses[TRANSPORTS.index(transport)]) as client:
        assert client.call("core.prints", "x") == ["x"]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_busy(lab, transport):
    lab.failures.add("busy", method="core.prints")
    lab.failures.add("busy", method="core.printi", code=503, text="come back later")
    with Client(lab.addresses[TRANSPORTS.index(transport)]) as client:
        with pytest.raises(Busy) as caught:
            client.call("core.prints", "x")
        assert (caught.value.code, caught.value.text) == (500, "Ongoing reload")
        with pytest.raises(Fault) as caught:
            client.call("core.printi", 1)
        assert (caught.value.code, caught.value.text) == (503, "come back later")
    assert lab.calls.total == 0


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_refused(side, lab, transport):
    lab.failures.add("refuse", transport={"unix": "unix_stream"}.get(transport, ""), count=2)
    address = lab.addresses[TRANSPORTS.index(transport)]
    for _other in range(2):
        with Client(address, timeout=0.2) as client, pytest.raises(TransportError):
            client.call("core.prints", "x")
    assert ran(lab) == 0
    with Client(address) as client:
        assert client.call("core.prints", "x") == ["x"]


@pytest.mark.parametrize("transport", STREAMS)
def test_refused_when_a_method_is_called(side, lab, transport):
    lab.failures.add("refuse", method="core.prints")
    got, fate = side.ask(transport, call("core.printi", b"\x10\x01") + GOOD)
    assert fate == "closed"
    assert duel.values(got) == [1]
    assert ran(lab) == 0


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_delayed(side, lab, transport):
    lab.failures.add("delay", method="core.prints", seconds=600, count=1)
    address = lab.addresses[TRANSPORTS.index(transport)]
    with Client(address, timeout=0.05) as client, pytest.raises(CallTimeout):
        client.call("core.prints", "x")
    assert ran(lab) == 1  # it has run, only its answer waits
    lab.failures.add("delay", method="core.prints", seconds=0.001)
    with Client(address) as client:
        assert client.call("core.prints", "x") == ["x"]


def test_a_client_that_loses_the_end_says_so(lab):
    lab.failures.add("close", method="core.prints")
    with Client(lab.addresses[0]) as client, pytest.raises((ConnectionLost, TruncatedReply)):
        client.call("core.prints", "x")


# --- the text protocol


def ask_text(lab, index=2):
    host, port = lab.fifo_addresses[index].split(":")[1:]
    with socket.create_connection((host, int(port))) as sock:
        sock.settimeout(20)
        return duel.send_and_read(sock, build_request("core.flags"))


def test_text_answers(lab):
    whole = ask_text(lab)
    for kind, expected in (
        *[("drop", b""), ("lose", b""), ("duplicate", whole * 2), ("cookie", whole)],
        *[("busy", b"500 Ongoing reload\n"), ("reorder", whole)],
    ):
        lab.failures.clear()
        lab.failures.add(kind, method="core.flags")
        assert ask_text(lab) == expected, kind
    lab.failures.clear()
    lab.failures.add("close", method="core.flags")
    assert whole.startswith(ask_text(lab))


def test_a_real_fifo(lab):
    with FifoClient(lab.fifo_addresses[0], reply_directory=lab._reply_directory) as client:
        whole = client.call("core.flags").text
        lab.failures.add("busy", method="core.flags", count=1)
        with pytest.raises(Busy):
            client.call("core.flags")
        lab.failures.add("drop", method="core.flags", count=1)
        with pytest.raises(CallTimeout):
            client.call("core.flags", timeout=0.05)
        assert client.call("core.flags").text.lines == whole.lines


# --- rules


def test_rules_over_the_wire(lab):
    with Client(lab.addresses[0]) as client:
        assert client.call("lab.failures") == []
        rule = client.call(
            "lab.set_failure", "busy", "method=core.*", "probability=50%", "count=3", "text=wait"
        ).value
        assert (rule["kind"], rule["probability"], rule["count"]) == ("busy", 0.5, 3)
        client.call("lab.set_failure", "drop", "method=pv.*")
        client.call("lab.seed_failures", 7)
        assert [each["method"] for each in client.call("lab.failures")] == ["core.*", "pv.*"]
        outcomes = []
        for _other in range(40):
            try:
                outcomes.append(client.call("core.printi", 1) == [1])
            except Fault as fault:
                outcomes.append(fault.text)
        assert outcomes.count("wait") == 3
        assert client.call("lab.failures")[0]["hits"] == 3
        assert client.call("lab.clear_failures", "drop") == [1]
        assert client.call("lab.clear_failures", rule["number"]) == [1]
        assert client.call("lab.clear_failures") == [0]


def test_its_own_namespace_is_spared(lab):
    lab.failures.add("lose")
    lab.failures.add("refuse", count=0)
    with Client(lab.addresses[0]) as client:
        assert client.call("lab.clear_failures") == [2]
        client.call("lab.set_failure", "busy", "method=lab.failures")
        with pytest.raises(Busy):
            client.call("lab.failures")


@pytest.mark.parametrize(
    "words, match",
    [
        ([], "begins with its kind"),
        (["explode"], "unknown failure 'explode'; there are delay, drop"),
        (["drop", "method"], "'method' is not name=value"),
        (["drop", "colour=red"], "'colour=red' is not name=value"),
        (["drop", "count=many"], "count=many: not a number"),
        (["drop", "probability=2"], "probability is 0 to 1"),
        (["drop", "transport=carrier"], "unknown transport 'carrier'"),
        (["delay", "seconds=-1"], "seconds is 0 to 3600"),
        (["busy", "code=70000"], "code is 0 to 65535"),
    ],
)
def test_wrong_rules(lab, words, match):
    with pytest.raises(ValueError, match=match):
        parse_failure(words)
    with Client(lab.addresses[0]) as client, pytest.raises(Fault, match=match):
        client.call("lab.set_failure", *words)
    assert lab.failures.rules == []


def test_from_the_constructor(tmp_path):
    failures = ["drop method=core.p* probability=10%", Failure("busy")]
    lab = LabServer(f"unix:{tmp_path}/s", failures=failures)
    assert [rule.kind for rule in lab.failures.rules] == ["drop", "busy"]
    assert lab.failures.rules[0].probability == 0.1


def test_chances_are_repeated_by_the_seed():
    def hits(seed):
        failures = Failures()
        failures.seed(seed)
        failures.add("drop", probability=0.3)
        return [failures.pick("m") is not None for _other in range(2000)]

    assert hits(5) == hits(5) != hits(6)
    assert 500 < sum(hits(5)) < 700


def test_what_runs():
    assert set(KINDS) > NOT_RUN
