# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Audit lines for changes of whole states."""

from __future__ import annotations

import json

import pytest

WRITES = ["cfg.seti", "htable.seti", "htable.sets", "htable.delete"]


@pytest.fixture
def audit(fleet):
    """Ask for an audit; return what reads it, as (endpoint, method, outcome)."""
    config = fleet.path / "config.ini"
    config.write_text(config.read_text() + f"[audit]\nfile = {fleet.path}/audit.log\n")

    def lines():
        found = map(json.loads, (fleet.path / "audit.log").read_text().splitlines())
        return [(each["endpoint"], each["method"], each["outcome"]) for each in found]

    return lines


def test_each_call_and_each_decision_is_written_down(run, apply, audit):
    run("plan", "-s", "one", "wanted.yml")
    assert apply("-s", "one", "--confirm", "3600", "wanted.yml")[0] == 0
    id_ = run("history")[1]["changes"][0]["id"]
    assert run("confirm", id_)[0] == 0
    assert run("rollback", "-y", id_)[0] == 0
    found = audit()
    assert found[0] == ("one", "kamrpc plan", "1 server: 1 differs")
    assert found[1:5] == [("one", method, "ok") for method in WRITES]
    assert found[5:7] == [("one", "kamrpc apply", "pending"), ("one", "kamrpc confirm", "changed")]
    assert {method for _name, method, _outcome in found[7:-1]} <= {*WRITES, "htable.sets"}
    assert found[-1] == ("one", "kamrpc rollback", "undone (rollback)")


def test_a_failure_and_what_undid_it_are_written_down(apply, fleet, audit):
    fleet["ill"].failures.add("busy", method="htable.delete", count=1, code=500, text="no")
    apply("-g", "labs", "wanted.yml")
    found = [each for each in audit() if each[0] == "ill"]
    assert ("ill", "htable.delete", "not executed") in found
    assert found[-1] == ("ill", "kamrpc apply", "undone (call)")
    assert len(found) > len(WRITES) + 1


def test_a_lost_call_is_not_known(apply, fleet, audit):
    fleet["ill"].failures.add("close", method="htable.delete", count=1)
    apply("-s", "ill", "wanted.yml")
    assert ("ill", "htable.delete", "not known") in audit()


def test_what_cannot_be_written_down_is_not_made(kamrpc, fleet):
    config = fleet.path / "config.ini"
    config.write_text(config.read_text() + "[audit]\nfile = /nonexistent/audit.log\n")
    words = ("-y", "--journals", fleet.journals, "-s", "one", "wanted.yml")
    status, _out, err = kamrpc("apply", *words)
    assert status == 2
    assert "nothing was sent" in err
    assert fleet.written("one") == []
