# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""A server's description is a wish for it as it is."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired import cfg, dialog, dispatcher, htable, pipelimit, uac, usrloc
from kamailio_binrpc.core.faults import Fault


def tables(found):
    return [(htable.TABLE, {**each, "mode": "replaced"}) for each in found["tables"]]


def destinations(found):
    return [
        *((dispatcher.DESTINATIONS, {**each, "mode": "replaced"}) for each in found["sets"]),
        *((dispatcher.STATE, each) for each in found["states"]),
    ]


# A module, the options of the description, and how many wishes come of it.
CASES = [
    (htable, {}, 3),
    (htable, {"table": "t"}, 1),
    (htable, {"table": "nosuch"}, 0),
    (dispatcher, {}, 6),
    (dispatcher, {"set_id": 2}, 3),
    (dispatcher, {"set_id": 7}, 0),
    (pipelimit, {}, 2),
    (pipelimit, {"name": "p1"}, 1),
    (uac, {}, 2),
    (uac, {"l_uuid": "trunk-1"}, 1),
    (uac, {"l_uuid": "trunk-9"}, 0),
    (usrloc, {}, 3),
    (usrloc, {"aor": "alice"}, 2),
    (usrloc, {"aor": "nobody"}, 0),
    (cfg, {"group": "core"}, 1),
    (cfg, {}, 1),
]
WISHES = {
    htable: tables,
    dispatcher: destinations,
    pipelimit: lambda found: [(pipelimit.PIPE, each) for each in found["pipes"]],
    uac: lambda found: [(uac.REGISTRATION, each) for each in found["registrations"]],
    usrloc: lambda found: [(usrloc.CONTACT, each) for each in found["contacts"]],
    cfg: lambda found: [(cfg.VARIABLES, found)],
}


def describe(talk, module, options):
    return talk(module.describe(module.INFO.check(options)))


@pytest.mark.parametrize("module, options, count", CASES)
def test_a_description_is_a_wish(ensure, talk, module, options, count):
    wishes = WISHES[module](describe(talk, module, options))
    assert len(wishes) == count
    for kind, wish in wishes:
        assert ensure(kind.make(wish))["changed"] is False, wish


def test_a_contact_that_is_gone_is_left_out(talk, lab):
    before = describe(talk, usrloc, {})
    assert {address: left > 0 for address, left in before["left"].items()} == {
        each["contact"]: True for each in before["contacts"] if each["aor"] == "alice"
    }
    lab.state.clock = lambda: lab.state.started + 1e6
    after = describe(talk, usrloc, {"aor": "alice"})
    assert after == {"contacts": [], "left": {}}


def test_bytes_that_are_not_utf8_keep_their_type(ensure, talk):
    ensure(htable.HashTableItem("flags", "k", "caf\udce9"))
    (table,) = describe(talk, htable, {"table": "flags"})["tables"]
    assert table["items"]["k"] == {"type": "escaped", "value": "caf\udce9"}
    assert ensure(htable.TABLE.make({**table, "mode": "replaced"}))["changed"] is False


def test_a_variable_that_cannot_be_read_is_left_out(calls, talk, monkeypatch):
    real = calls.call

    def call(method, *params, **options):
        if params == ("core", "debug"):
            raise Fault(code, "Unsupported cfg type")
        return real(method, *params, **options)

    code = cfg.NOT_READABLE
    monkeypatch.setattr(calls, "call", call)
    (group,) = describe(talk, cfg, {"group": "core"})["variables"].values()
    assert "memlog" in group and "debug" not in group
    code = 500
    with pytest.raises(Fault):
        describe(talk, cfg, {"group": "core"})


def test_each_dialog_is_found_by_its_match(ensure, talk, lab):
    found = describe(talk, dialog, {})["dialogs"]
    assert [each["call_id"] for each in found] == ["lab-call-2", "lab-call-1"]
    for each in found:
        assert describe(talk, dialog, {"match": each["match"]})["dialogs"] == [each]
    ensure(dialog.DIALOGS.make({"state": "absent", "match": found[1]["match"]}))
    left = describe(talk, dialog, {})["dialogs"]
    assert [each["call_id"] for each in left] == ["lab-call-2"]
    lab.modules["dialog"].dialogs.clear()
    assert describe(talk, dialog, {}) == {"dialogs": []}
