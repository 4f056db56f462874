# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""`make conformance`, `make chaos` and `make soak`, each for a few seconds, and their verdicts."""

from __future__ import annotations

import logging
from collections import Counter

import pytest

from kamailio_binrpc.core import packet, wire
from kamailio_binrpc.core.errors import CallTimeout, TruncatedReply
from kamailio_binrpc.core.values import Struct
from kamailio_binrpc.lab import LabServer
from tests.chaos import storm
from tests.chaos.answers import answer
from tests.chaos.sharing import trials
from tests.conformance import duels
from tests.conformance.cases import Case, is_safe_binrpc
from tests.conformance.differences import DIFFERENCES, SPOILT, documented, same_but_spoilt
from tests.sdk.lab import duel
from tests.soak import ordeal


@pytest.fixture
def quiet():
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


# --- conformance


@pytest.mark.real
@pytest.mark.slow
def test_the_same_bytes_to_both(kamailio_program, quiet):
    report = duels.compare(seed=20240607, count=2800)
    assert report.good, "\n".join(report.lines())
    assert report.total >= 3000
    assert [row.name for row in report.rows[:4]] == ["unix", "tcp", "unixd", "udp"]
    for row in report.rows:
        assert row.total == row.same + sum(row.excused.values())
        assert row.total > 50


@pytest.fixture
def kamailio_program():
    from tests.conftest import _need
    from tests.support.kamailio import find_kamailio

    _need("kamailio", find_kamailio())


def test_the_documented_differences_are_those_that_are_looked_for():
    assert documented() == list(DIFFERENCES)


def destination(name, uri="sip:a"):
    return packet.encode([Struct(URI=uri, IUID=name)], wire.REPLY, 7)


@pytest.mark.parametrize(
    "real, lab, excused",
    [
        (destination("dspt-6b-1f-2-1"), destination("dspt-6b09-2-11-1"), True),
        (destination("dspt-6b-1f-2-1"), destination("dspt-6b-1f-2-1", "sip:b"), False),
        (destination("dspt-6b-1f-2-1"), destination("other"), False),
        (destination("dspt-6b-1f-2-1") * 2, destination("dspt-6b09-2-11-1") * 2, False),
        (b"200 OK\ndspt-6b-1f-2-1\n", b"200 OK\ndspt-6b-1f-3-1\n", False),
    ],
)
def test_names_that_each_server_makes_are_all_that_may_differ(real, lab, excused):
    assert DIFFERENCES["iuid"](real, lab) is excused


class Canned:
    """A side that always gives the same answer."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def ask(self, _transport, _data):
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Pair:
    def __init__(self, real, lab):
        self.real, self.lab = Canned(*real), Canned(*lab)


@pytest.mark.parametrize("lab", [(b"a" * 20, "closed"), (b"b" * 20, "kept"), (b"", "kept")])
def test_a_difference_is_reported(lab):
    report = duels.Report(1, table=list(DIFFERENCES))
    pair = Pair([(b"a" * 20, "kept")], [lab])
    row = duels._duel(pair, "unix", [Case("g", b"x", ("D1",))], report)
    assert (row.same, row.total, len(report.different)) == (0, 1, 1)
    assert not report.good


def test_a_documented_difference_that_no_longer_occurs_is_reported():
    report = duels.Report(1, table=["memory", "unheard-of"])
    complaints = "\n".join(report.complaints())
    assert "'memory' no longer occurs" in complaints
    assert "'unheard-of' is not one that is looked for" in complaints
    assert "'D1' is missing in the docs" in complaints


def test_a_spoilt_text_is_excused_only_where_it_is_spoilt():
    lab = b"200 OK\n" + b"x" * 40 + b"\nshort\n"
    rest = b"x" * (40 - SPOILT)
    assert same_but_spoilt(b"200 OK\n" + b"?" * SPOILT + rest + b"\n?????\n", lab)
    assert not same_but_spoilt(b"200 OK\n" + b"?" * (SPOILT + 1) + rest[1:] + b"\nshort\n", lab)
    assert not same_but_spoilt(b"201 OK\n" + lab[7:], lab)
    assert not same_but_spoilt(lab + b"x", lab)


def test_dangerous_inputs_are_never_sent():
    for data in ordeal.DANGEROUS[:6]:
        assert not is_safe_binrpc(data)
    assert not is_safe_binrpc(duel.call("core.kill"))


# --- chaos


@pytest.mark.parametrize("text", ["unix:%s/s", "unixd:%s/d", "tcp:127.0.0.1:0"])
def test_many_share_a_client(text, tmp_path):
    with LabServer([text % tmp_path if "%s" in text else text]).running_in_thread() as lab:
        for trial in trials(lab.addresses[0], tmp_path, 1, calls=20, leaving=40):
            assert trial.problems == []
            assert trial.calls > 0


@pytest.mark.slow
def test_calls_while_everything_goes_wrong():
    tallies, _spoofs = storm.storm(seed=3, calls=2400)
    assert sum(each.calls for each in tallies) >= 2400
    # Deadlines are for `make chaos`: what else runs on the machine counts there.
    assert not [text for each in tallies for text in each.wrong + each.twice + each.untrue]
    for each in tallies:
        assert each.kinds["answered"]
        assert set(each.kinds) - {"answered"}
    assert len(list(storm.table(tallies))) == len(tallies) + 3


def test_what_chaos_calls_a_problem():
    tally = storm.Tally("unix", "sync")
    lost, cut = CallTimeout("", executed=None), TruncatedReply("", 1, 2)
    cut.executed = True
    tally.judge(
        [
            storm.Outcome("chaos.read", 1, answer(2), None),
            storm.Outcome("chaos.write", 3, answer(3), None),
            storm.Outcome("chaos.write", 4, None, lost),
            storm.Outcome("chaos.write", 5, None, cut),
            storm.Outcome("chaos.write", 6, None, CallTimeout("", executed=False)),
            storm.Outcome("chaos.write", 7, None, lost),
            storm.Outcome("chaos.write", 8, answer(8), None),
        ],
        Counter({3: 2, 4: 1, 6: 1, 8: 1}),
    )
    assert [len(each) for each in (tally.wrong, tally.twice, tally.untrue)] == [1, 1, 3]
    tally.latest, tally.lag = 5.0, 0.1
    assert tally.late


# --- soak


@pytest.mark.slow
def test_a_short_soak():
    findings = ordeal.soak(seed=1, rounds=2, connect_count=300, seconds=60)
    assert all(each.done for each in findings[1:])
    assert all(each.descriptors == 0 for each in findings)
    assert all(each.memory < 16 * 1024 for each in findings)
    assert len(list(ordeal.table(findings))) == len(findings) + 2
