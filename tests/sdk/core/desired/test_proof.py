# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A short run of ``make prove``, and engines with a fault, which it has to find."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired import engine, record
from tests.prove.__main__ import kamailio, lab
from tests.prove.areas import SECRETS, Gateways, HashTables, Registrations, Settings, areas
from tests.prove.laws import Prover

AREAS = list(areas())


def broken(kind, runs, seed, ground=lab):
    with ground() as (client, pause):
        prover = Prover(kind, client, seed, pause)
        trials = [prover.trial() for _each in range(runs)]
    assert len({trial.result.get("changed") for trial in trials}) == 2
    return [str(trial) for trial in trials if trial.broken]


@pytest.mark.parametrize("kind", AREAS, ids=lambda kind: kind.kind)
def test_laws_hold_whatever_fails(kind):
    assert broken(kind, 12, 20) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", AREAS, ids=lambda kind: kind.kind)
def test_laws_hold_in_more_runs(kind):
    assert broken(kind, 60, 21) == []


@pytest.mark.slow
@pytest.mark.real
@pytest.mark.parametrize("kind", AREAS, ids=lambda kind: kind.kind)
def test_laws_hold_at_the_real_server(kind):
    assert broken(kind, 20, 22, kamailio) == []


def without_a_way_back(monkeypatch):
    def nothing(self):
        return
        yield

    monkeypatch.setattr(engine.Run, "_undo", nothing)


def blind(monkeypatch):
    monkeypatch.setattr(record.Record, "remaining", lambda self, seen, wanted: [])


@pytest.mark.slow
@pytest.mark.parametrize("kind", [HashTables, Gateways, Settings])
@pytest.mark.parametrize("spoil", [without_a_way_back, blind])
def test_an_engine_with_a_fault_is_found_out(kind, spoil, monkeypatch):
    spoil(monkeypatch)
    assert broken(kind, 60, 23)


@pytest.mark.slow
def test_a_password_in_a_result_is_found(monkeypatch):
    original = engine.Run.go

    def leaking(self):
        result = yield from original(self)
        result["debug"] = SECRETS[0]
        return result

    monkeypatch.setattr(engine.Run, "go", leaking)
    assert broken(Registrations, 20, 24)
