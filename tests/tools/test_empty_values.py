# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Null, "", [] and {} given to every option of every module."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

import empty_values as tool


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tool.Trial]:
    config = tmp_path_factory.mktemp("config") / "config.ini"
    config.touch()
    trial = tool.Trial(str(config))
    with trial.lab.running_in_thread():
        yield trial


@pytest.mark.slow
def test_the_page_is_current_and_no_cell_is_a_surprise() -> None:
    assert tool.make() == tool.PAGE.read_text("utf-8"), "run tools/empty_values.py"


def test_the_server_gives_the_same_answer_however_late_it_is_asked(trial: tool.Trial) -> None:
    """Its clock stands still."""
    moments = {trial.lab.state.clock() for _each in range(100)}
    assert len(moments) == 1
    options = trial.complete({"method": "core.uptime", "path": "uptime", "wait_timeout": 0}, ())
    first, _called = trial.run("kamailio_wait_for", {**options, "min": 10**6})
    again, _called = trial.run("kamailio_wait_for", {**options, "min": 10**6})
    assert first["msg"] == again["msg"]
    assert "100 is less than 1e+06" in first["msg"]


def test_each_module_has_bases() -> None:
    assert sorted(tool.BASES) == tool.MODULES


@pytest.mark.parametrize(
    "path, value, expected",
    [
        (("a",), 5, {"a": 5, "b": [{"c": 2}]}),
        (("b",), tool.Missing, {"a": 1}),
        (("b", "c"), None, {"a": 1, "b": [{"c": None}]}),
        (("b", "c"), tool.Missing, {"a": 1, "b": [{}]}),
    ],
)
def test_an_option_is_replaced_wherever_it_is(path: Any, value: Any, expected: Any) -> None:
    base = {"a": 1, "b": [{"c": 2}]}
    assert tool.replaced(base, path, value) == expected
    assert base == {"a": 1, "b": [{"c": 2}]}
    assert tool.has(base, path)
    assert not tool.has(base, (*path, "d"))


class Accepting:
    """An option that takes what it does not describe."""

    required = False
    default = None
    null = True
    empty = None


def test_an_option_that_no_base_has_is_named_with_the_place_to_add_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tool, "MODULES", ["kamailio_uac_info"])
    monkeypatch.setitem(tool.BASES, "kamailio_uac_info", [{}])
    monkeypatch.setattr(sys, "argv", ["empty_values.py", "--check"])
    assert tool.main() == 1
    said = capsys.readouterr().err
    assert "kamailio_uac_info: tools/empty_values.py tries no value of the option l_uuid" in said
    assert "BASES" in said


def test_what_is_accepted_without_a_meaning_is_an_error(
    trial: tool.Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = tool.Cell("kamailio_shv", ("value",), '""', {"name": "n", "value": 1})
    monkeypatch.setattr(trial, "run", lambda *given: ({"changed": True}, True))
    with pytest.raises(ValueError, match='kamailio_shv: value: "": is accepted'):
        trial.outcome(cell, Accepting())


def test_a_null_that_is_not_as_if_left_out_is_an_error(
    trial: tool.Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = iter([({"changed": True}, True), ({"failed": True, "msg": "no"}, False)])
    cell = tool.Cell("kamailio_shv", ("value",), "null", {"name": "n", "value": 1})
    monkeypatch.setattr(trial, "run", lambda *given: next(results))
    with pytest.raises(ValueError, match="is not as if it was left out"):
        trial.outcome(cell, Accepting())


def test_a_shared_option_behaves_the_same_in_all_modules() -> None:
    row = dict.fromkeys(tool.VALUES, tool.REFUSED)
    found = {"kamailio_shv": {("forks",): row}, "kamailio_cfg": {("forks",): row}}
    assert tool.page(found, {"forks": None}).count("| `forks` |") == 1
    found["kamailio_cfg"] = {("forks",): {**row, "null": tool.NOT_GIVEN}}
    with pytest.raises(ValueError, match="forks of kamailio_cfg differs"):
        tool.page(found, {"forks": None})
