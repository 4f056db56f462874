# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import json

import pytest

from kamailio_binrpc.core.desired.dispatcher import DispatcherDestinations
from kamailio_binrpc.core.desired.engine import look
from kamailio_binrpc.core.desired.htable import HashTable
from kamailio_binrpc.core.desired.pv import SharedVariable
from kamailio_binrpc.core.desired.resource import Answers
from kamailio_binrpc.core.desired.usrloc import UsrlocContact
from kamailio_binrpc.core.errors import ConnectError
from kamailio_binrpc.core.faults import make_fault
from kamailio_binrpc.core.state.journal import OPEN, Journals, move, parse
from kamailio_binrpc.core.state.rollback import rollback
from kamailio_binrpc.core.state.run import apply
from kamailio_binrpc.core.state.transaction import apply_at, roll_back
from tests.support.state import Stage, four


class Lines:
    """A journal in memory."""

    def __init__(self, server):
        self.data = b""
        self.number = 0
        self.server = server

    def save(self, need):
        from zlib import crc32

        line = {"n": self.number, "at": 0.0, "event": need.event, **need.what}
        text = json.dumps(line).encode()
        self.data += b"%08x %s\n" % (crc32(text), text)
        self.number += 1


@pytest.fixture
def lines(server):
    found = Lines(server)
    server.before = server.seen()
    server.drive(apply([four()], about={"endpoint": server.address}), found.save)
    server.written.clear()
    return found


def test_the_journal_is_enough(server, lines):
    outcome = server.drive(rollback(parse(lines.data)))
    assert (outcome.outcome, outcome.reason) == ("undone", "rollback")
    assert server.seen() == server.before


def test_nothing_was_sent_so_nothing_is_read(server, lines):
    intent = lines.data.index(b'"intent"')
    start = lines.data.rindex(b"\n", 0, intent) + 1
    server.asked.clear()
    assert server.drive(rollback(parse(lines.data[:start]))).outcome == "undone"
    assert server.asked == server.written == []


def test_a_damaged_journal_never_promises_that_all_is_undone(server, lines):
    place = lines.data.index(b'"pv.shvSet"')
    data = lines.data[:place] + b"?" + lines.data[place + 1 :]
    outcome = server.drive(rollback(parse(data)))
    assert outcome.outcome == "partly_undone"
    assert "damaged" in outcome.message
    assert {**server.before, "maintenance": 5} == server.seen()


def test_without_a_boot_id_nothing_is_done(server, lines):
    outcome = server.drive(rollback(parse(lines.data[lines.data.index(b"\n") + 1 :])))
    assert outcome.outcome == "unknown"
    assert server.written == []


def test_a_resource_that_cannot_be_made_again_is_named(server, lines):
    found = parse(lines.data, classes={})
    assert not found.damaged
    outcome = server.drive(rollback(found))
    assert outcome.outcome == "unknown"
    assert "cannot be read" in outcome.not_undone[0]["why"]
    assert server.written == []


@pytest.mark.parametrize("mine", ["", "duid=g"])
def test_a_twin_that_another_client_added_stays(server, tmp_path, mine):
    """The server removes all destinations with one URI."""
    uri = "sip:127.0.9.9:5060"
    stage = Stage([DispatcherDestinations(1, [{"uri": uri, "attrs": mine}])])
    journals = Journals(str(tmp_path / "journals"))
    made = apply_at([stage], server, server.address, journals, server.clock, server.pause)
    assert made.outcome == "changed", made
    server.pause(10)  # reload_delta
    server.client.call("dispatcher.add", 1, uri, 0, 0)
    server.pause(10)
    (entry,) = journals.entries()
    end = roll_back(journals, entry, server.connect, clock=server.clock, pause=server.pause)
    listed = [each for each in read_members(server) if each[0] == uri]
    if mine:  # one of them has a name of its own
        assert (end.outcome, listed) == ("undone", [(uri, "")])
    else:
        assert (end.outcome, listed) == ("partly_undone", [(uri, ""), (uri, "")])
        assert {each["why"] for each in end.not_undone} == {
            "another client has added it as well, and nothing tells the two apart"
        }


def test_a_contact_whose_time_runs_down_goes_back_and_stays_back(server, tmp_path):
    place = ("location", "ann", "sip:127.0.7.1:5060")
    server.client.call("ul.add", *place, 3000, 0.5, ".", 0, 0, 2147483647, ".", ".")
    stage = Stage([UsrlocContact(*place, expires=3600, q=0.3)])
    journals = Journals(str(tmp_path / "journals"))
    apply_at([stage], server, server.address, journals, server.clock, server.pause)
    for _attempt in range(2):  # the second as after a rollback that was killed at its end
        server.pause(60)
        (entry,) = journals.entries()
        end = roll_back(journals, entry, server.connect, clock=server.clock, pause=server.pause)
        assert (end.outcome, end.not_undone) == ("undone", [])
        (entry,) = journals.entries()
        move(entry, OPEN)
    assert end.steps == []


@pytest.mark.parametrize("change", [{"priority": 7}, {"attrs": "duid=x"}])
@pytest.mark.parametrize("word", ["d", "ap"])
def test_what_another_client_switched_since_stays_so(server, tmp_path, change, word):
    """A destination that the change removed and added again, with the same identity or another."""
    uri = "sip:127.0.9.8:5060"
    for each in (uri, "sip:127.0.9.9:5060"):
        server.client.call("dispatcher.add", 9, each, 0, 0, "weight=5")
        server.pause(10)  # reload_delta
    stage = Stage([DispatcherDestinations(9, [{"uri": uri, **change}])])
    journals = Journals(str(tmp_path / "journals"))
    apply_at([stage], server, server.address, journals, server.clock, server.pause)
    server.client.call("dispatcher.set_state", word, 9, uri)
    for force in (False, True):
        (entry,) = journals.entries()
        move(entry, OPEN)
        (entry,) = journals.entries()
        drives = {"clock": server.clock, "pause": server.pause}
        end = roll_back(journals, entry, server.connect, force=force, **drives)
        if not force:
            assert end.outcome == "partly_undone"
            assert {each["why"] for each in end.not_undone} == {
                "another client has changed it since"
            }
            left = "disabled" if word == "d" else "'probing'): True"
            assert left in str(server.drive(look_at(stage)))
    assert (end.outcome, end.not_undone) == ("undone", [])
    assert (uri, "weight=5") in read_members(server)


def look_at(stage):
    return look(stage.resources[0], Answers([]))


@pytest.mark.parametrize("call", range(4, 18))
def test_a_table_that_was_too_large_for_a_moment_comes_back_whole(server, tmp_path, call):
    """It is flushed then, which does not name its items."""
    before = table(server)
    stage = Stage([HashTable("t", {}, exact=True), SharedVariable("maintenance", 5)])
    server.events[server.count + call] = make_fault(
        500, "Internal server error: buffer too small (overflow)", "htable.dump"
    )
    journals = Journals(str(tmp_path / "journals"))
    made = apply_at([stage], server, server.address, journals, server.clock, server.pause)
    if made.outcome == "changed":
        (entry,) = journals.entries()
        made = roll_back(journals, entry, server.connect, clock=server.clock, pause=server.pause)
    assert made.outcome in ("undone", "refused")
    assert made.not_undone == []
    assert table(server) == before


def table(server):
    return sorted(map(str, server.client.call("htable.dump", "t").to_json()))


@pytest.mark.parametrize("call", range(2, 24))
@pytest.mark.parametrize("failure", [KeyboardInterrupt, ConnectError])
def test_what_stands_in_for_the_only_destination_goes_again(server, tmp_path, call, failure):
    """Whenever a way back breaks off, or another process goes on with it."""
    lone = "sip:127.0.9.8:5060"
    server.client.call("dispatcher.add", 9, lone, 0, 0, "weight=5")
    server.pause(10)  # reload_delta
    before = read_members(server)
    stage = Stage([DispatcherDestinations(9, [{"uri": lone, "attrs": "duid=x"}])])
    journals = Journals(str(tmp_path / "journals"))
    made = apply_at([stage], server, server.address, journals, server.clock, server.pause)
    assert made.outcome == "changed", made

    def fail():
        raise failure("no")

    server.events[server.count + call] = fail
    for _process in range(2):
        (entry,) = journals.entries()
        try:
            end = roll_back(journals, entry, server.connect, clock=server.clock, pause=server.pause)
            break
        except KeyboardInterrupt:
            continue
    assert (end.outcome, end.not_undone) == ("undone", [])
    assert sorted(read_members(server)) == sorted(before)


def read_members(server):
    (reply,) = server.client.call("dispatcher.list").to_json()
    return [
        (each["DEST"]["URI"], each["DEST"].get("ATTRS", {}).get("BODY", ""))
        for one in reply["RECORDS"]
        for each in one["SET"]["TARGETS"]
    ]
