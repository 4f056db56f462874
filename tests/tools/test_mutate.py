# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import os
import sys

import pytest

from tests.checks.tool import ROOT

sys.path.insert(0, str(ROOT / "tools"))

import mirror
import mutate

MUTANTS = [{"name": name, "line": 1, "text": name} for name in ("a", "b", "c", "d")]


def test_what_becomes_of_mutants(capsys):
    outcomes = {"a": "failed", "b": "passed", "c": "passed", "d": "late"}
    tally = mutate.try_mutants("s.py", MUTANTS, outcomes.__getitem__, {"c": "why", "x": "gone"})
    assert (tally.killed, tally.excused, tally.total) == (2, 1, 4)
    assert (tally.survivors, tally.stale) == (["b"], ["x"])
    assert str(tally) == "s.py: 2 of 4 killed, 1 excused"
    assert "survived: s.py:1: b" in capsys.readouterr().out


def test_a_reason_for_a_mutant_that_is_killed_is_stale():
    tally = mutate.try_mutants("s.py", MUTANTS[:1], lambda text: "failed", {"a": "why"})
    assert (tally.killed, tally.stale) == (1, ["a"])


def test_each_reason_is_for_a_file_that_is_mutated():
    sources = set(mutate.chosen([]))
    for source, reasons in mutate.load_reasons().items():
        assert source in sources
        assert all(reason.strip() for reason in reasons.values())


def test_what_is_mutated_without_a_path():
    found = mutate.chosen([])
    assert "plugins/module_utils/binrpc/desired/options.py" in found
    assert "plugins/plugin_utils/_action.py" in found
    assert not [each for each in found if not mirror.find_tests(each)]
    assert mutate.chosen(["plugins/filter"]) == [each for each in found if "/filter/" in each]
    with pytest.raises(SystemExit):
        mutate.chosen(["nowhere.py"])


def test_a_process_that_takes_too_long_is_ended():
    child = os.fork()
    if not child:
        os.setsid()
        os.execvp("sleep", ["sleep", "60"])
    assert mutate._wait(child, 0.1) == "late"
    for command, outcome in (("true", "passed"), ("false", "failed")):
        child = os.fork()
        if not child:
            os.execvp(command, [command])
        assert mutate._wait(child, 60) == outcome


@pytest.mark.slow
def test_the_worker_runs_tests_in_a_copy(tmp_path, monkeypatch):
    monkeypatch.setattr(mutate, "COPY", tmp_path / "copy")
    mutate.copy_tree()
    assert (tmp_path / "copy/sdk/kamailio_binrpc/core").is_symlink()
    with mutate.Worker() as worker:
        for name in ("binrpc/desired/escapes.py", "_structs.py"):
            source = f"plugins/module_utils/{name}"
            tests = mirror.find_tests(source)
            assert worker.run(tests, 300) == "passed"
            (tmp_path / "copy" / source).write_text("raise AssertionError")
            assert worker.run(tests, 300) == "failed"
