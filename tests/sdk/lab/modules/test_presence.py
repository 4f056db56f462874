# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import Presence
from tests.sdk.lab.modules.support import ODD, Pair, Params, fault, lab
from tests.support.kamailio import has_module

CONFIG = """
loadmodule "presence.so"
modparam("presence", "publ_cache", 2)
modparam("presence", "subs_db_mode", 0)
"""
CASES: tuple[Params, ...] = (
    *(*ODD, ("full",), ("basic", "x"), ("full", "x", "y"), ("*", "*", "*"), ("a", "b", 1)),
    *(("a", "b", 2), ("a", "b", 2, "c"), ("a", "b", 2, "c", "d"), ("a", "b", 2, "", "d")),
    *(("a", "b", 2, "c", ""), ("", "b", 2), ("a", ""), ("a", "presence", 0)),
    *(("sip:a@b", "presence", 1), ("a", 1)),
)


@pytest.mark.real
def test_presence(make_kamailio):
    if not has_module("presence"):
        pytest.skip("the module presence is not installed: it has a package of its own")
    server = make_kamailio(extra_config=CONFIG)
    with Client(server.endpoints["unix"]) as real:
        pair = Pair(real, Presence([], [], {}))
        pair.same_methods("presence.")
        for name in pair.engine.registry.names():
            # Without a database, the synchronisation ends the process.
            if name.startswith("presence.") and name != "presence.publish_cache_sync":
                pair.each(name, *CASES)


def test_states_of_a_user():
    engine, _clock = lab(version="6.0")
    (alice,) = engine.call("presence.presentity_show", "full", "ALICE", "*")
    assert (alice["user"], alice["expires"]) == ("alice", 1_700_003_600)
    assert list(alice)[6:] == ["received_time", "priority", "ruid", "body", "hashid"]
    assert alice["ruid"].startswith("pres-")
    assert engine.call("presence.presentity_show", "basic", "alice", "example.net") == []
    assert len(engine.call("presence.presentity_list")) == 2
    assert {len(each) for each in engine.call("presence.presentity_list", "full")} == {11}


def test_watchers_of_an_address():
    engine, _clock = lab(version="6.0")
    (basic,) = engine.call("presence.watcher_list", "basic", "sip:Alice@example.com")
    (full,) = engine.call("presence.watcher_list", "full", "sip:alice@example.com")
    assert (basic["watcher_user"], len(basic), len(full)) == ("bob", 15, 27)
    assert full["updated_winfo"] == -1
    assert fault(engine, "presence.watcher_list", "x", "y") == (500, "Unknown output mode")


def test_rows_of_one_slot_come_newest_first():
    rows = [{"user": "a", "domain": "b", "etag": str(number)} for number in range(3)]
    engine, _clock = lab(Presence(rows))
    assert [row["etag"] for row in engine.call("presence.presentity_list")] == ["2", "1", "0"]


def test_cleaning_removes_what_has_expired():
    engine, clock = lab(version="6.0")
    clock.now += 3600
    assert engine.call("presence.cleanup") == ["Reload OK"]
    assert engine.call("presence.presentity_list") == []
    assert engine.call("presence.watcher_list", "basic", "sip:alice@example.com") == []
    assert engine.call("presence.publish_cache_sync") == ["OK"]


@pytest.mark.parametrize(
    "method, params, text",
    [
        ("refreshWatchers", ("sip:alice@example.com", "presence", 0), ""),
        ("refreshWatchers", ("sip:bob@example.com", "presence", 0), "Execution failed"),
        ("refreshWatchers", ("sip:bob@example.com", "Presence;x=y", 1), ""),
        ("refreshWatchers", ("sip:bob@example.com", "nope", 1), "Execution failed"),
        ("refreshWatchers", ("a", "presence", 2, "u"), "No file uri or name parameters"),
        ("refreshWatchers", ("a", "presence", 2, "u", ""), "Empty file name parameter"),
        ("refreshWatchers", ("a", "presence", 2, "u", "n"), ""),
        ("updateWatchers", ("sip:alice@example.com", "presence"), ""),
        ("updateWatchers", ("sip:bob@example.com", "presence"), "Processing error"),
        ("updateWatchers", ("sip:alice@example.com", "dialog"), "Processing error"),
        ("updateWatchers", ("", "dialog"), "Empty presentity URI"),
    ],
)
def test_telling_watchers(method, params, text):
    engine, _clock = lab()
    if text:
        assert fault(engine, "presence." + method, *params) == (500, text)
    else:
        assert engine.call("presence." + method, *params) == []
