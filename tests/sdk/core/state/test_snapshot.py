# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import json
import random

import pytest

from kamailio_binrpc.core.catalogue.reading import is_read_only
from kamailio_binrpc.core.desired.engine import Run
from kamailio_binrpc.core.state.sections import SECTIONS
from kamailio_binrpc.core.state.snapshot import DESCRIBED, snapshot
from kamailio_binrpc.core.state.wish import parse
from tests.sdk.core.state.drifts import differences, drifts

VERSIONS = ["5.6", "5.8", "6.1", "master"]
every_version = pytest.mark.parametrize("lab", VERSIONS, indirect=True)


def taken(run, *sections):
    document, left_out = run(snapshot(sections))
    return document, {each.shown["address"]: each.shown["why"] for each in left_out}


def test_every_section_is_described():
    assert list(DESCRIBED) == list(SECTIONS)


@every_version
def test_a_plan_of_a_snapshot_is_empty(run, calls):
    document, _left_out = taken(run, *SECTIONS)
    assert set(document) >= set(SECTIONS) - {"debugger"}
    document = json.loads(json.dumps(document))
    assert differences(run, parse([document])) == []
    for method, *params in calls.asked:
        assert is_read_only(method, params), method


@every_version
def test_only_reads_are_sent(run, calls):
    taken(run, *SECTIONS)
    for method, *params in calls.asked:
        assert is_read_only(method, params), method


@pytest.mark.parametrize("seed", range(3))
def test_ten_random_drifts_are_named_exactly_and_mended(run, calls, seed):
    document, _left_out = taken(run, *SECTIONS)
    wish = parse([document])
    choice = random.Random(seed).sample(list(drifts(document)), 10)
    named = {tuple(addresses): calls for calls, addresses in choice}
    for each in named.values():
        for call in each:
            calls.call(*call)
    expected = sorted({address for addresses in named for address in addresses}, key=str)
    found = differences(run, wish)
    removed = {address[:3] for address in expected if address[0] == "usrloc"}
    assert [each for each in found if each[:3] not in removed] == [
        each for each in expected if each[:3] not in removed
    ]
    assert {each[:3] for each in found if each[:3] in removed} == removed
    for resource in wish.resources:
        assert run(Run(resource).go())["failed"] is False
    assert differences(run, wish) == []


def test_what_a_document_cannot_say_is_named(run, lab, calls):
    for table, key, value in [("t", "caf\udce9", 1), ("t", "raw", "caf\udce9")]:
        calls.call("htable.sets" if isinstance(value, str) else "htable.seti", table, key, value)
    calls.call("dispatcher.set_state", "dx", 1, "sip:192.0.2.11:5060")
    document, left_out = taken(run)
    assert document["htable"]["t"]["items"]["raw"] == {"value": r"caf\xe9", "type": "escaped"}
    assert left_out[r'htable.t["caf\xe9"]'] == "the key is not UTF-8"
    assert left_out["htable.blocked"] == "a table of the database says the same; name it"
    assert "not readable" in left_out["cfg.tm.fr_timer"]
    assert "NOP" in left_out["pipelimit.NOP"]
    assert "usrloc" not in document
    first = document["dispatcher"]["1"]["destinations"][0]
    assert first["state"] == "disabled"
    assert differences(run, parse([document])) == []


def test_items_that_expire_are_left_out(run, calls):
    calls.call("htable.seti", "blocked", "goes", 1)
    calls.call("htable.seti", "blocked", "stays", 1)
    calls.call("htable.setex", "blocked", "stays", 0)
    document, left_out = taken(run, "htable.blocked")
    assert document == {"version": 1, "htable": {"blocked": {"items": {"stays": 1}}}}
    assert "items expire" in left_out["htable.blocked"]


def test_twins_are_left_out(run, lab, calls):
    calls.call("dispatcher.add", 9, "sip:192.0.2.90")
    lab.modules["dispatcher"].sets[9].append(lab.modules["dispatcher"].sets[9][0])
    document, left_out = taken(run, "dispatcher")
    assert "9" not in document["dispatcher"]
    assert any("more than once" in why for why in left_out.values())
    assert differences(run, parse([document])) == []


def test_a_node_that_is_silent_may_be_so(run, lab):
    assert "must_answer" not in taken(run, "rtpengine")[0]["rtpengine"]
    lab.modules["rtpengine"].nodes[0].reachable = False
    lab.modules["rtpengine"].nodes[0].disabled = True
    lab.modules["rtpengine"].nodes[0].recheck = 0
    document, _left_out = taken(run, "rtpengine")
    assert document["rtpengine"]["must_answer"] is False
    assert differences(run, parse([document])) == []


def test_one_table_and_a_name(run):
    document, _left_out = run(snapshot(["htable.t", "cfg.lab"], "mine"))
    assert document["name"] == "mine"
    assert list(document["htable"]) == ["t"]
    assert list(document["cfg"]) == ["lab"]
    _document, left = taken(run, "htable.nothing")
    assert left == {"htable.nothing": "there is no such table"}


def test_a_section_that_is_not_there(run):
    with pytest.raises(ValueError, match=r"there is no section htabel; did you mean htable\?"):
        taken(run, "htabel")


def test_no_secret_is_in_a_snapshot(run):
    document, _left_out = taken(run, *SECTIONS)
    trunk = document["uac"]["registrations"]["trunk-1"]
    assert trunk["auth_password"] == {"keep": True}
    assert "not-secret" not in json.dumps(document)


def test_names_that_a_document_must_not_have_are_left_out(run, lab):
    lab.modules["pv"].variables[""] = 1
    document, left_out = taken(run, "pv")
    assert "" not in document["pv"]["shv"]
    assert "it is empty" in "".join(left_out.values())
