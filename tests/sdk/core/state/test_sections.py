# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.leaf import ABSENT, Leaves, Secret
from kamailio_binrpc.core.state.sections import SECTIONS, moment
from kamailio_binrpc.core.state.shapes import WishError
from kamailio_binrpc.core.state.wish import parse
from tests.sdk.core.state.documents import EVERYTHING

GATEWAY = "sip:192.0.2.11:5060"
TIME = "2026-12-01T08:00:00Z"


def resources(name, data, **more):
    (stage,) = parse([{"version": 1, name: data}], **more).stages
    return list(stage.resources)


def refused(name, data, **more):
    with pytest.raises(WishError) as caught:
        resources(name, data, **more)
    return str(caught.value)


@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_may_be_empty(name):
    (stage,) = parse([{"version": 1, name: {}}]).stages
    assert stage.resources == ()
    assert stage.sections == (name,)


@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_says_what_it_is_for(name):
    assert SECTIONS[name].shape.text.endswith(".")


def test_hash_tables():
    items = {
        "a": 1,
        "b": {"value": r"caf\xe9", "type": "escaped"},
        "c": {"value": 1, "until": TIME},
        "d": {"value": "x", "at_least": 3600},
        "": "",
    }
    data = {"t": {"items": items, "absent": ["z"], "exact": True, "max_remove": 20}}
    (table,) = resources("htable", data)
    assert table.items == {"a": 1, "b": "caf\udce9", "c": 1, "d": "x", "": ""}
    assert (table.until, table.at_least) == ({"c": moment(TIME)}, {"d": 3600})
    assert (table.absent, table.exact, table.max_remove) == ({"z"}, True, 20)
    assert table.allow_empty is False
    assert moment("1970-01-02T00:00:01Z") == 86401


def test_variables():
    maintenance, text = resources("pv", {"shv": {"maintenance": 0, "text": {"value": "x"}}})
    assert (maintenance.value, text.value) == (0, "x")


def test_settings():
    data = {
        "core": {"debug": 2, "text": {"unset": True}},
        "limits[1]": {"a": {"value": 250}, "b": {"inherit": True}},
        "nothing": {},
    }
    (settings,) = resources("cfg", data)
    assert settings.wanted == {
        ("core", "debug"): 2,
        ("core", "text"): "<null string>",
        ("limits[1]", "a"): 250,
    }
    assert settings.inherit == {("limits[1]", "b")}


def test_media_nodes_are_one_resource():
    data = {"nodes": {"udp:h:1": "enabled", "udp:h:2": "disabled"}, "min_enabled": 2}
    (nodes,) = resources("rtpengine", data)
    assert nodes.nodes == {"udp:h:1": True, "udp:h:2": False}
    assert (nodes.least, nodes.must_answer) == (2, True)


def test_sets_of_destinations():
    data = {
        "1": {
            "exact": True,
            "min_enabled": 1,
            "destinations": [
                {"uri": GATEWAY, "attrs": "weight=50;duid=a", "state": "enabled"},
                {"uri": GATEWAY, "attrs": "duid=b", "state": "disabled"},
            ],
        },
        "2": {"absent": [GATEWAY]},
    }
    first, second = resources("dispatcher", data)
    assert (first.set_id, first.exact, first.least, len(first.wanted)) == (1, True, 1, 2)
    assert (second.set_id, second.exact, list(second.absent)) == (2, False, [GATEWAY])


def test_registrations(monkeypatch):
    monkeypatch.setenv("TRUNK1", "sesame-1")
    data = {
        "registrations": {
            "a": {"r_domain": "sip.example", "auth_password": {"env": "TRUNK1"}},
            "b": {"auth_ha1": {"keep": True}, "state": "disabled"},
        },
        "absent": ["c"],
    }
    wish = parse([{"version": 1, "uac": data}])
    one, other, gone = wish.resources
    assert one.wanted == {
        "r_domain": "sip.example",
        "auth_password": Secret("sesame-1"),
        "auth_ha1": Secret(""),
    }
    assert (other.keep, other.wanted) == (("auth_ha1",), {"enabled": False})
    assert (gone.uuid, gone.present) == ("c", False)
    (stage,) = wish.stages
    found = {address: each.dump() for address, each in stage.references.items()}
    assert found == {
        ("uac", "a", "auth_password"): {"env": "TRUNK1"},
        ("uac", "b", "auth_ha1"): {"keep": True},
    }
    assert "sesame-1" not in repr(wish)


def test_a_secret_as_text_is_for_callers_that_have_it_from_a_vault():
    data = {"registrations": {"a": {"auth_password": "sesame-1"}}}
    message = refused("uac", data)
    assert "uac.registrations.a.auth_password: a secret must not stand in a file" in message
    assert "sesame-1" not in message
    wish = parse([{"version": 1, "uac": data}], literal_secrets=True)
    assert wish.resources[0].wanted["auth_password"] == Secret("sesame-1")
    assert wish.documents[0]["uac"]["registrations"]["a"]["auth_password"] == {"keep": True}
    assert "sesame-1" not in repr(wish)


def test_a_wish_that_is_only_read_keeps_secrets():
    data = {"registrations": {"a": {"auth_password": {"env": "NOT_THERE_1"}}}}
    (one,) = resources("uac", data, references=lambda reference: None)
    assert one.keep == ("auth_password",)
    assert "there is no variable NOT_THERE_1" in refused("uac", data)
    data["registrations"]["a"]["auth_password"] = {"file": "/nowhere/1"}
    assert "/nowhere/1 cannot be read: No such file" in refused("uac", data)


def test_contacts():
    data = {"location": {"alice": {"contacts": {"sip:a@h": {"q": 0.5}}, "absent": ["sip:b@h"]}}}
    one, gone = resources("usrloc", data)
    assert (one.table, one.aor, one.contact, one.expires) == ("location", "alice", "sip:a@h", 0)
    assert (one.fields, one.adopt) == ({"q": 0.5}, False)
    assert (gone.contact, gone.present, gone.adopt) == ("sip:b@h", False, False)
    assert gone.resolve(Leaves()) == {gone.address: ABSENT}


def test_pipes_and_levels():
    (pipe,) = resources("pipelimit", {"pipes": {"p1": {"algorithm": "RED", "limit": 5}}})
    assert (pipe.name, pipe.algorithm, pipe.limit) == ("p1", "RED", 5)
    (level,) = resources("debugger", {"modules": {"tm": 3}})
    assert (level.module, level.level) == ("tm", 3)


@pytest.mark.parametrize(
    "name, data, text",
    [
        ("htable", {"t": {"items": {"a": {}}}}, "htable.t.items.a: value is missing"),
        (
            "htable",
            {"t": {"items": {"a": {"value": 1, "type": "escaped"}}}},
            "htable.t.items.a.value: 1 is not text",
        ),
        (
            "htable",
            {"t": {"items": {"a": {"value": 1, "until": "2026-13-01T00:00:00Z"}}}},
            "write a time in UTC",
        ),
        (
            "htable",
            {"t": {"items": {"a": {"value": 1, "until": "tomorrow"}}}},
            "write a time in UTC",
        ),
        (
            "htable",
            {"t": {"items": {"a": {"value": 1, "until": TIME, "at_least": 5}}}},
            "until and at_least exclude each other",
        ),
        ("pv", {"shv": {"": 1}}, "it is empty"),
        ("pv", {"shv": {"a": {"value": 1, "type": "escaped"}}}, "1 is not text"),
        ("cfg", {"core": {"a": {}}}, "give one of value, unset and inherit"),
        ("cfg", {"core": {"a": {"unset": True, "value": 1}}}, "give one of"),
        ("cfg", {"core": {"a": {"inherit": True}}}, "only an instance such as limits[1] inherits"),
        ("rtpengine", {"nodes": {"udp:h:1": "on"}}, "write one of enabled, disabled"),
        ("rtpengine", {"nodes": {"udp:h:1": "enabled", "UDP:h:1": "enabled"}}, "given twice"),
        ("dispatcher", {"one": {}}, "write the number of a set"),
        ("dispatcher", {"01": {}}, "write the number of a set"),
        ("dispatcher", {"4294967296": {}}, "out of range"),
        ("dispatcher", {"1": {"destinations": [{}]}}, "dispatcher.1.destinations.0: uri is"),
        (
            "dispatcher",
            {"1": {"destinations": [{"uri": GATEWAY}, {"uri": "SIP:192.0.2.11"}]}},
            "dispatcher.1.destinations.1: it is given twice",
        ),
        (
            "dispatcher",
            {"1": {"destinations": [{"uri": "sip:a b"}]}},
            "remove the blanks",
        ),
        (
            "dispatcher",
            {"1": {"destinations": [{"uri": GATEWAY, "state": "active"}]}},
            "write one of enabled, disabled",
        ),
        ("uac", {"registrations": {"a": {"l_user": "x"}}}, "did you mean l_username or"),
        ("uac", {"registrations": {"a": {}}, "absent": ["a"]}, "a is in registrations as well"),
        ("usrloc", {"location": {"a": {"contacts": {"sip:a b": {}}}}}, "remove the blanks"),
        ("usrloc", {"location": {"a": {"contacts": {"sip:a": {"q": 2}}}}}, "write 0 to 1"),
        (
            "usrloc",
            {"location": {"a": {"contacts": {"sip:a": {}}, "absent": ["sip:a"]}}},
            "sip:a is in contacts as well",
        ),
        ("pipelimit", {"pipes": {"p": {"algorithm": "red"}}}, "did you mean RED?"),
        ("debugger", {"modules": {"tm": 4}}, "write -5 to 3"),
    ],
)
def test_what_is_refused(name, data, text):
    assert text in refused(name, data)


def test_a_document_with_every_key():
    (stage,) = parse([EVERYTHING], lambda reference: None).stages
    assert set(stage.sections) == set(SECTIONS)
    assert len(stage.resources) == 16
    assert parse(parse([EVERYTHING], lambda reference: "x").documents, lambda reference: "x")
