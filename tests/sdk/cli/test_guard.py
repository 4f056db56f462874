# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Questions before changes, endpoints that nothing may change, and calls that are only shown."""

from __future__ import annotations

import re

import pytest

from kamailio_binrpc.cli import exit_codes
from kamailio_binrpc.core.catalogue.lookup import methods
from kamailio_binrpc.core.catalogue.reading import is_read_only

pytestmark = pytest.mark.usefixtures("surroundings")

WRITE = ["cfg.set_now_int", "core", "debug", "2"]


@pytest.fixture
def guarded(config):
    config.write_text(config.read_text() + "[guards]\none = read_only\nboth = confirm\n")
    return config


def called(lab):
    return [call.method for call in lab.calls]


@pytest.mark.parametrize("answer, status", [("y", 0), ("yes", 0), ("n", 12), ("", 12)])
def test_what_cannot_be_undone_is_asked_for(kamrpc, lab, person, answer, status):
    lab.calls.clear()
    shown = person(answer)
    found = kamrpc("call", "htable.flush", "nosuch")
    asked = "Call htable.flush nosuch on unix" in shown.getvalue()
    assert asked
    assert "the items are gone" in shown.getvalue()
    if status:
        assert found[0] == exit_codes.REFUSED
        assert shown.getvalue().endswith("nothing was sent\n")
        assert called(lab) == []
    else:
        assert called(lab) == ["htable.flush"]


@pytest.mark.parametrize(
    "words",
    [
        ["call", "core.echo", "a"],
        ["call", *WRITE],
        ["call", "--yes", "htable.flush", "nosuch"],
        ["fleet", "-g", "both", "core.echo", "a"],
        ["fleet", "-g", "one", *WRITE],
        ["fleet", "-y", "-g", "both", *WRITE],
    ],
)
def test_nothing_else_is_asked_for(kamrpc, lab, config, person, words):
    lab.calls.clear()
    shown = person()
    kamrpc(*words)
    assert "[y/N]" not in shown.getvalue()
    assert called(lab)


def test_a_change_on_several_endpoints_is_asked_for(kamrpc, lab, config, person):
    lab.calls.clear()
    shown = person("n")
    assert kamrpc("fleet", "-g", "both", *WRITE)[0] == exit_codes.REFUSED
    assert "on 2 endpoints (one, two)? [y/N]" in shown.getvalue()
    assert called(lab) == []


def test_a_script_is_not_asked(kamrpc, lab, config):
    lab.calls.clear()
    assert kamrpc("fleet", "-g", "both", *WRITE)[0] == 0
    assert called(lab) == ["cfg.set_now_int"] * 2


@pytest.mark.parametrize(
    "words",
    [
        ["call", "-s", "one", *WRITE],
        ["call", "-s", "one", "--yes", *WRITE],
        ["call", *WRITE],
        ["fleet", "-g", "both", "-y", *WRITE],
        ["watch", "-s", "one", "--count", "1", *WRITE],
        ["call", "-s", "one", "unknown.method"],
    ],
)
def test_nothing_changes_what_is_read_only(kamrpc, lab, guarded, words):
    lab.calls.clear()
    status, out, err = kamrpc(*words)
    assert (status, out) == (exit_codes.REFUSED, "")
    assert re.search("may change something, and .* (is|are) read_only in", err), err
    assert called(lab) == []


def test_an_address_is_guarded_under_any_name(kamrpc, lab, guarded):
    lab.calls.clear()
    status, _out, err = kamrpc("call", "-s", lab.addresses[0], *WRITE)
    assert status == exit_codes.REFUSED
    assert "read_only" in err
    assert called(lab) == []


def test_what_is_read_only_can_be_read(kamrpc, guarded):
    assert kamrpc("call", "-s", "one", "core.echo", "a") == (0, "a\n", "")


def test_a_confirmation_that_the_configuration_wants(kamrpc, lab, guarded, person):
    lab.calls.clear()
    status, _out, err = kamrpc("call", "-s", "two", *WRITE)
    assert status == exit_codes.REFUSED
    assert "give --yes" in err
    assert called(lab) == []
    assert kamrpc("call", "-s", "two", "-y", *WRITE)[0] == 0
    shown = person("y")
    assert kamrpc("call", "-s", "two", *WRITE)[0] == 0
    assert "Call cfg.set_now_int core debug 2 on two? [y/N]" in shown.getvalue()


@pytest.mark.parametrize("words", [["call"], ["fleet", "-g", "both"]])
def test_a_dry_run_calls_nothing(kamrpc, lab, config, words):
    lab.calls.clear()
    status, out, err = kamrpc(*words, "--dry-run", *WRITE)
    assert (status, err) == (0, "")
    assert out.startswith("would call cfg.set_now_int core debug 2 on ")
    assert called(lab) == []


def test_a_batch_is_guarded_line_by_line(kamrpc, lab, guarded, tmp_path):
    lab.calls.clear()
    path = tmp_path / "lines"
    path.write_text("core.echo a\n" + " ".join(WRITE) + "\ncore.echo b\n")
    status, out, err = kamrpc("batch", "-s", "one", str(path))
    assert (status, out) == (exit_codes.REFUSED, "a\n")
    assert "line 2: " in err
    assert called(lab) == ["core.echo"]


def test_methods_that_are_asked_for_change_something():
    asked = [method for method in methods() if method.asks]
    assert len(asked) > 5
    assert not [method.name for method in asked if is_read_only(method.name, ())]
    assert all(method.hazards for method in asked)
