# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""One change on many servers: batches that are made as a whole or undone."""

from __future__ import annotations

import threading

import pytest

from kamailio_binrpc.state.fleet import ALL, BATCH, NOT_BEGUN, Transaction
from kamailio_binrpc.state.report import ServerReport


class Servers:
    """Scripted servers, and what was done to them, in order."""

    def __init__(self, **outcomes):
        self.outcomes = outcomes
        self.log = []
        self._lock = threading.Lock()

    def apply(self, name):
        with self._lock:
            self.log.append(("apply", name))
        return ServerReport(name, self.outcomes[name], id="run-1")

    def undo(self, report):
        with self._lock:
            self.log.append(("undo", report.name))
        return ServerReport(report.name, "undone", id=report.id)

    def run(self, **options):
        reports = Transaction(list(self.outcomes), self.apply, self.undo, **options).run()
        return {report.name: report.outcome for report in reports}

    def done(self, verb):
        return sorted(name for done, name in self.log if done == verb)


def test_all_succeed():
    servers = Servers(a="changed", b="unchanged", c="pending")
    assert servers.run() == servers.outcomes
    assert servers.done("undo") == []


def test_a_failure_undoes_the_others_of_its_batch_and_ends_the_change():
    servers = Servers(a="changed", b="changed", c="changed", d="undone", e="changed")
    found = servers.run(serial=2, scope=BATCH)
    assert found == {"a": "changed", "b": "changed", "c": "undone", "d": "undone", "e": "refused"}
    assert servers.done("undo") == ["c"]
    assert servers.done("apply") == ["a", "b", "c", "d"]


def test_a_failure_can_undo_every_batch():
    servers = Servers(a="changed", b="unchanged", c="pending", d="partly_undone", e="changed")
    found = servers.run(serial=2, scope=ALL)
    assert found["a"] == found["c"] == "undone"
    assert (found["b"], found["d"], found["e"]) == ("unchanged", "partly_undone", "refused")
    assert servers.done("undo") == ["a", "c"]


@pytest.mark.parametrize("outcome", ["undone", "partly_undone", "refused", "unknown"])
def test_what_counts_as_a_failure(outcome):
    assert Servers(a=outcome, b="changed").run()["b"] == "undone"


def test_a_server_that_cannot_be_reached_has_not_failed():
    servers = Servers(a="unreachable", b="changed", c="changed")
    assert servers.run(serial=1) == servers.outcomes


def test_some_failures_can_be_allowed():
    outcomes = {"a": "undone", "b": "changed", "c": "changed", "d": "changed"}
    assert Servers(**outcomes).run(max_fail=25) == outcomes
    assert Servers(**outcomes).run(max_fail=24)["b"] == "undone"


def test_the_last_batch_is_undone_like_any_other():
    servers = Servers(a="changed", b="changed", c="undone")
    assert servers.run(serial=[1, 2]) == {"a": "changed", "b": "undone", "c": "undone"}


def test_an_interruption_begins_no_further_server_and_undoes_the_batch():
    servers = Servers(a="changed", b="changed", c="changed", d="changed")
    stop = threading.Event()

    def apply(name):
        report = servers.apply(name)
        if name == "b":
            stop.set()
        return report

    told = []
    change = Transaction(
        list("abcd"), apply, servers.undo, serial=2, stop=stop, on_report=told.append, limit=1
    )
    found = {report.name: report for report in change.run()}
    assert {name: report.outcome for name, report in found.items()} == {
        "a": "undone",
        "b": "undone",
        "c": "refused",
        "d": "refused",
    }
    assert found["c"].error == NOT_BEGUN
    assert [report.name for report in told] == ["a", "b", "a", "b", "c", "d"]


def test_numbers_out_of_range():
    with pytest.raises(ValueError, match="serial"):
        Servers(a="changed").run(serial="x")
    with pytest.raises(ValueError, match="max_fail"):
        Servers(a="changed").run(max_fail=101)
