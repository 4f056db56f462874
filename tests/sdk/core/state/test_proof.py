# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A short run of ``make prove-state``, and runs with a fault, which it has to find."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired import record
from kamailio_binrpc.core.state import journal, run, way_back
from tests.prove.__main__ import kamailio, lab
from tests.prove.states import StateProver


def broken(runs, seed, ground=lab):
    with ground() as (client, pause):
        prover = StateProver(client, seed, pause, getattr(pause, "restart", None))
        try:
            trials = [prover.trial() for _each in range(runs)]
        finally:
            prover.close()
    assert len({trial.result["changed"] for trial in trials}) == 2
    return [str(trial) for trial in trials if trial.broken]


def test_laws_hold_whatever_fails():
    assert broken(25, 30) == []


@pytest.mark.slow
def test_laws_hold_in_more_runs():
    assert broken(120, 31) == []


@pytest.mark.slow
@pytest.mark.real
def test_laws_hold_at_the_real_server():
    assert broken(40, 32, kamailio) == []


def without_a_way_back(monkeypatch):
    def nothing(self):
        return
        yield

    monkeypatch.setattr(way_back.WayBack, "go", nothing)


def blind(monkeypatch):
    monkeypatch.setattr(record.Record, "remaining", lambda self, seen, wanted: [])


def writing_too_late(monkeypatch):
    original = journal.Journal.save

    def save(self, need):
        if need.event != "intent":
            original(self, need)

    monkeypatch.setattr(journal.Journal, "save", save)


def forgetting_lost_calls(monkeypatch):
    original = run.Run._call_failed

    def forget(self, each, step, error):
        each.record.withdraw(step)
        return original(self, each, step, error)

    monkeypatch.setattr(run.Run, "_call_failed", forget)


def trampling(monkeypatch):
    original = record.Record.undo
    monkeypatch.setattr(
        record.Record, "undo", lambda self, now, force=False: original(self, now, force=True)
    )


def ignoring_restarts(monkeypatch):
    def always(self):
        return True
        yield

    monkeypatch.setattr(way_back.WayBack, "_same_server", always)


@pytest.mark.slow
@pytest.mark.parametrize(
    "spoil",
    [
        without_a_way_back,
        blind,
        writing_too_late,
        forgetting_lost_calls,
        trampling,
        ignoring_restarts,
    ],
)
def test_a_run_with_a_fault_is_found_out(spoil, monkeypatch):
    spoil(monkeypatch)
    with lab() as (client, pause):
        prover = StateProver(client, 33, pause, pause.restart)
        try:
            assert any(prover.trial().broken for _each in range(600))
        finally:
            prover.close()
