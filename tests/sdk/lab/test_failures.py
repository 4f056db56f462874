# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Failures on demand, as a client meets them on each transport."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time

import pytest

from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.errors import CallTimeout, ConnectionLost, TransportError, TruncatedReply
from kamailio_binrpc.core.faults import Busy, Fault, ReplyTooLarge
from kamailio_binrpc.core.fifo import build_request
from kamailio_binrpc.core.fifo_client import FifoClient
from kamailio_binrpc.core.lab.failures import KINDS, WHEN, Failure, Failures, parse_failure
from kamailio_binrpc.lab import Dispatcher, HashTables, LabServer

from . import duel
from .duel import call, string

TRANSPORTS = ["unix", "unixd", "udp", "tcp"]
STREAMS = ["unix", "tcp"]
DATAGRAMS = ["unixd", "udp"]
GOOD = call("core.prints", string("some text"))
ANSWER = bytes.fromhex("a1110c1234") + string("some text")


@pytest.fixture
def lab(tmp_path):
    addresses = [f"unix:{tmp_path}/s", f"unixd:{tmp_path}/d", "udp:127.0.0.1:0", "tcp:127.0.0.1:0"]
    fifo = [f"fifo:{tmp_path}/f", "udp:127.0.0.1:0", "tcp:127.0.0.1:0"]
    modules = [HashTables({"t": {"a": 1}}), Dispatcher({1: ["sip:192.0.2.1"]}, reload_delta=0)]
    server = LabServer(
        addresses, fifo, reply_directory=str(tmp_path), failure_seed=1, modules=modules
    )
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


def wait_until(condition):
    """Give the server, in its thread, the time that it needs."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


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
    wait_until(lambda: ran(lab) == 1)  # only its answer waits
    lab.failures.add("delay", method="core.prints", seconds=0.001)
    with Client(address) as client:
        assert client.call("core.prints", "x") == ["x"]


def test_a_client_that_loses_the_end_says_so(lab):
    lab.failures.add("close", method="core.prints")
    with Client(lab.addresses[0]) as client, pytest.raises((ConnectionLost, TruncatedReply)):
        client.call("core.prints", "x")


# --- the state afterwards


def items(lab):
    return dict(lab.modules["htable"].tables["t"])


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_success_without_effect(lab, transport):
    lab.failures.add("ignore", method="htable.*,dispatcher.add", count=3)
    with Client(lab.addresses[TRANSPORTS.index(transport)]) as client:
        assert client.call("htable.seti", "t", "b", 2).value == "Ok. Key set to new value."
        assert client.call("dispatcher.add", 1, "sip:192.0.2.2").value.startswith("Ok.")
        with pytest.raises(Fault, match="No such htable"):  # it answers as it would have
            client.call("htable.seti", "nosuch", "b", 2)
        assert items(lab) == {"a": 1}
        assert len(lab.modules["dispatcher"].sets[1]) == 1
        assert lab.calls.counts == {"htable.seti": 2, "dispatcher.add": 1}
        client.call("htable.seti", "t", "b", 2)
    assert items(lab) == {"a": 1, "b": 2}


def test_ignored_over_the_text_protocol(lab):
    lab.failures.add("ignore", method="htable.delete")
    with FifoClient(lab.fifo_addresses[0], reply_directory=lab._reply_directory) as client:
        client.call("htable.delete", "t", "a")
    assert items(lab) == {"a": 1}


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_closed_before_it_acts(side, lab, transport):
    lab.failures.add("close", method="core.prints", when="before")
    assert ask(side, transport) == (b"", "closed" if transport in STREAMS else "kept")
    assert ran(lab) == 0


@pytest.mark.parametrize("transport", STREAMS)
@pytest.mark.parametrize("size", [0, 3, len(ANSWER) - 1])
def test_closed_after_so_many_bytes(side, lab, transport, size):
    lab.failures.add("close", method="core.prints", bytes=size)
    assert ask(side, transport) == (ANSWER[:size], "closed")
    assert ran(lab) == 1


def test_acts_after_the_client_has_given_up(lab):
    acted = threading.Event()
    lab.registry.method("my.act", "")(acted.set)
    lab.failures.add("delay", method="my.act", seconds=0.1, when="before")
    with Client(lab.addresses[0], timeout=0.01) as client, pytest.raises(CallTimeout):
        client.call("my.act")
    assert acted.wait(20)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_too_large(lab, transport):
    lab.failures.add("too_large", count=2)
    with Client(lab.addresses[TRANSPORTS.index(transport)]) as client:
        with pytest.raises(ReplyTooLarge):
            client.call("htable.dump", "t")
        with pytest.raises(ReplyTooLarge):
            client.call("htable.seti", "t", "b", 2)
        assert items(lab) == {"a": 1, "b": 2}
        assert client.call("htable.get", "t", "a").value["item"]["value"] == 1


def test_too_large_as_text(lab):
    lab.failures.add("too_large", method="core.flags")
    assert ask_text(lab) == b""


@pytest.mark.parametrize("when, seen", [("before", 7), ("after", 1)])
def test_another_client_interferes(lab, when, seen):
    """It sets the item just before it is read, or just after."""
    rule = lab.failures.add(
        "interfere", method="htable.get", when=when, count=1, call="htable.seti t a 7"
    )
    with Client(lab.addresses[0]) as client:
        assert client.call("htable.get", "t", "a").value["item"]["value"] == seen
        assert client.call("htable.get", "t", "a").value["item"]["value"] == 7
    assert (rule.hits, rule.error) == (1, None)
    assert [call.caller is None for call in lab.calls] == (
        [True, False, False] if when == "before" else [False, True, False]
    )


def test_an_interfering_call_meets_no_failure_and_may_fail(lab):
    rule = lab.failures.add("interfere", method="htable.*", call="htable.delete t nosuch")
    lab.failures.add("drop", method="htable.delete")
    with Client(lab.addresses[0]) as client:
        assert client.call("htable.get", "t", "a").value["item"]["value"] == 1
    assert rule.error.code == 404


def test_interfering_from_python_beside_another_failure(lab):
    table = lab.modules["htable"].tables["t"]
    lab.failures.add("interfere", action=lambda: table.set("b", 5), count=1)
    lab.failures.add("busy", count=1)
    with Client(lab.addresses[0]) as client, pytest.raises(Busy):
        client.call("core.flags")
    assert items(lab) == {"a": 1, "b": 5}


def boot(client):
    """The main process; asked again if the server ends the connection meanwhile."""
    for _other in range(2):
        with contextlib.suppress(ConnectionLost):
            return client.call("core.psx")[0]["PID"]
    raise AssertionError("the connection was lost twice")


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_restart(lab, transport, when):
    bystander = Client(lab.addresses[3])
    with bystander, Client(lab.addresses[TRANSPORTS.index(transport)]) as client:
        before = boot(client)
        client.call("htable.seti", "t", "b", 2)
        bystander.call("core.flags")
        lab.failures.add("restart", method="htable.seti", when=when, count=1)
        if when == "before":
            error, limit = (CallTimeout, 0.3) if transport in DATAGRAMS else (ConnectionLost, 60)
            with pytest.raises(error):
                client.call("htable.seti", "t", "c", 3, timeout=limit)
        else:
            client.call("htable.seti", "t", "c", 3)
        assert lab.calls.counts["htable.seti"] == 1 + (when == "after")
        assert items(lab) == {"a": 1}
        assert boot(client) != before
        if when == "before":
            assert boot(bystander) == boot(client)


def test_restart_between_calls(lab):
    with Client(lab.addresses[0]) as client:
        before = boot(client)
        client.call("htable.seti", "t", "b", 2)
        client.call("dispatcher.add", 1, "sip:192.0.2.2")
        lab.modules["dispatcher"].stored.append((2, lab.modules["dispatcher"].sets[1][0]))
        lab.restart()
        assert boot(client) != before
        assert items(lab) == {"a": 1}
        assert {number: len(each) for number, each in lab.modules["dispatcher"].sets.items()} == {
            1: 1,
            2: 1,
        }
        assert lab.calls.counts["htable.seti"] == 1


def test_restart_of_every_module():
    """Each is as it was made, whatever happened to it meanwhile."""
    lab = LabServer("tcp:127.0.0.1:0")
    reading = ["htable.dump t", "dispatcher.list", "dlg.list", "ul.dump", "uac.reg_dump"]
    reading += [
        "cfg.list",
        "permissions.addressDump",
        "pv.shvGet",
        "mqueue.get_size x",
        "rtpengine.show all",
    ]

    def look():
        return [repr(outcome(lab._engine, *text.split())) for text in [*reading, "ctl.listen"]]

    before = look()
    lab._engine.call("htable.flush", "t")
    lab._engine.call("pv.shvSet", "maintenance", "int", 5)
    assert look() != before
    lab.restart()
    assert [strip(each) for each in look()] == [strip(each) for each in before]


def strip(text):
    return re.sub("[0-9]{8,}|ulcx[-0-9a-f]*", "", text)


def outcome(engine, method, *params):
    try:
        return engine.call(method, *params)
    except Fault as fault:
        return fault.text


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
        (["drop", "nth=0"], "nth is 1 for the first call"),
        (["drop", "when=before"], "when is before or after, for delay, close"),
        (["delay", "when=never"], "when is before or after"),
        (["drop", "bytes=1"], "bytes is for truncate and close"),
        (["interfere"], "interfere needs call="),
        (["drop", "call=core.flags"], "interfere needs call=METHOD..., which is for it only"),
        (["interfere", "call=core.prints 'x"], "No closing quotation"),
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
        return [failures.pick("m") != [] for _other in range(2000)]

    assert hits(5) == hits(5) != hits(6)
    assert 500 < sum(hits(5)) < 700


def test_what_prevents_a_call():
    def prevents(kind, when=""):
        return Failure(kind, when=when, call="m" if kind == "interfere" else "").prevents

    never = {kind for kind in KINDS if prevents(kind)}
    assert never == {"lose", "refuse", "busy"}
    assert {kind for kind in WHEN if prevents(kind, "before")} == {"close", "restart"}


def test_by_the_index_of_the_call():
    failures = Failures()
    third = failures.add("drop", method="a.*,b", nth=3, count=2)
    fourth = failures.add("lose", nth=4)
    methods = ["a.1", "c", "b", "a.2", "b", "c"]
    picked = [[rule.kind for rule in failures.pick(method)] for method in methods]
    # Each counts all calls that it matches, also those to which another was applied.
    assert picked == [[], [], [], ["drop"], ["drop"], ["lose"]]
    assert (third.seen, third.hits, fourth.seen, fourth.hits) == (4, 2, 6, 1)


def test_quotes_in_a_rule():
    rule = parse_failure("interfere method=core.* call='htable.sets t k \"two words\"' nth=2")
    assert (rule.words, rule.nth) == (["htable.sets", "t", "k", "two words"], 2)
    assert parse_failure("interfere call='cfg.seti core debug 3'").words[-1] == 3
