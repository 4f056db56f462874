# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import json

import pytest

from kamailio_binrpc.core.state.journal import parse
from kamailio_binrpc.core.state.rollback import rollback
from kamailio_binrpc.core.state.run import apply
from tests.support.state import four


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
