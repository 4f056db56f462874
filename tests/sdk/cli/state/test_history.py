# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc history`` and ``rollback``."""

from __future__ import annotations

import os
import re
import time

import pytest

from kamailio_binrpc.cli import exit_codes
from kamailio_binrpc.cli.completion import candidates
from kamailio_binrpc.core.state.journal import Journals
from tests.sdk.cli.state.support import AFTER, BEFORE


@pytest.fixture
def changed(run, fleet):
    """Change two servers, and return the id."""
    _status, data, _err = run("apply", "-y", "-g", "well", "wanted.yml")
    return data["id"]


def states(fleet, id_):
    return sorted(entry.state for entry in Journals(fleet.journals).entries(id_))


def test_a_list_of_changes(kamrpc, fleet, changed):
    status, out, _err = kamrpc("history", "--journals", fleet.journals)
    head, *rows = out.splitlines()
    assert (status, head.split()) == (0, ["ID", "STARTED", "SERVER", "NAME", "STATE", "CALLS"])
    assert sorted(re.split(" {2,}", row)[2:] for row in rows) == [
        ["one", "edge", "applied", "4"],
        ["two", "edge", "applied", "4"],
    ]
    assert {row.split()[0] for row in rows} == {changed}


def test_one_change_with_its_calls(kamrpc, fleet, changed):
    status, out, _err = kamrpc("history", "--journals", fleet.journals, changed)
    assert status == 0
    assert '  htable.sets "features" "greeting" "hello"\n' in out
    assert out.count("applied, ") == 2


def test_no_changes(kamrpc, fleet):
    assert kamrpc("history", "--journals", fleet.journals)[:2] == (0, "no changes\n")


@pytest.mark.parametrize("words", [["nosuch"], ["forget", "nosuch"]])
def test_a_change_that_is_not_there(kamrpc, fleet, words):
    status, _out, err = kamrpc("history", "--journals", fleet.journals, *words)
    assert status == exit_codes.REFUSED
    assert "nosuch" in err


@pytest.mark.parametrize("words", [["a", "b"], ["forget"], ["forget", "a", "b"]])
def test_wrong_words(kamrpc, fleet, words):
    assert kamrpc("history", "--journals", fleet.journals, *words)[0] == exit_codes.USAGE


def test_a_change_is_undone_from_what_was_written_down(run, fleet, changed):
    status, data, _err = run("rollback", "-y", changed)
    assert (status, {each["outcome"] for each in data["servers"]}) == (0, {"undone"})
    assert {each["name"] for each in data["servers"]} == {"one", "two"}
    assert fleet.state("one") == fleet.state("two") == BEFORE
    assert states(fleet, changed) == ["undone", "undone"]
    status, _data, err = run("rollback", "-y", changed)
    assert (status, "it is undone" in err) == (exit_codes.REFUSED, True)


def test_what_another_client_has_changed_since_stays_unless_forced(run, fleet, changed):
    fleet.change("two", "htable.sets", "features", "greeting", "ciao")
    status, data, _err = run("rollback", "-y", changed)
    found = {each["name"]: each for each in data["servers"]}
    assert status == exit_codes.NOT_UNDONE
    assert found["one"]["outcome"] == "undone"
    assert found["two"]["not_undone"] == [
        {
            "address": "htable.features.greeting",
            "found": "ciao",
            "why": "another client has changed it since",
        }
    ]
    assert fleet.state("two")[0]["greeting"] == "ciao"
    assert run("rollback", "-y", "--force", changed)[0] == 0
    assert fleet.state("two") == BEFORE


def test_people_are_asked_before_a_rollback(kamrpc, fleet, changed, person):
    shown = person("n")
    status, _out, _err = kamrpc("rollback", "--journals", fleet.journals, changed)
    assert status == exit_codes.REFUSED
    assert f"Undo {changed} on 2 endpoints" in shown.getvalue()
    assert fleet.state("one") == AFTER


def test_old_journals_are_deleted(run, fleet, changed):
    for entry in Journals(fleet.journals).entries():
        os.utime(entry.path, (0, time.time() - 3 * 86400))
    assert len(run("history", "--purge", "4")[1]["changes"]) == 2
    assert len(run("history", "--purge", "2")[1]["changes"]) == 0


# --- completion of the shells


def test_ids_are_completed_where_a_command_can_do_something(run, apply, fleet):
    apply("-s", "one", "wanted.yml")
    apply("-s", "two", "--confirm", "3600", "wanted.yml")
    made, waiting = (each["id"] for each in run("history")[1]["changes"])

    def offered(*words):
        return list(candidates(["kamrpc", words[0], "--journals", fleet.journals, *words[1:]]))

    assert offered("confirm", "") == offered("cancel", "") == [waiting]
    assert offered("rollback", "") == [waiting, made]
    assert offered("rollback", made[:-1]) == [made]
    assert offered("history", "") == [waiting, made, "forget"]
    assert offered("history", "forget", "") == [waiting]
    assert offered("rollback", made, "") == []
