# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.usrloc import CONTACT, UsrlocContact
from kamailio_binrpc.core.faults import Fault

ADDRESS = "sip:198.51.100.7:5060"


def test_a_contact_that_is_there_is_changed_in_place(ensure, lab):
    assert ensure(UsrlocContact("location", "static", ADDRESS))["changed"] is False
    wish = {"q": 0.25, "path": "<sip:192.0.2.1;lr>"}
    result = ensure(UsrlocContact("location", "static", ADDRESS, **wish))
    assert [call["method"] for call in result["rpc_calls"]] == ["ul.add"]
    (found,) = lab.modules["usrloc"].domains["location"]["static"]
    assert (found.members["Q"], found.expires) == (0.25, 0)
    assert (
        ensure(UsrlocContact("location", "static", ADDRESS, path=wish["path"]))["changed"] is False
    )


def test_a_contact_comes_and_goes(ensure, lab):
    wish = ("location", "new", "sip:192.0.2.9")
    result = ensure(UsrlocContact(*wish, flags=-1, received="sip:192.0.2.8"))
    assert result["after"]["permanent"] is True
    assert result["after"]["flags"] == 2**32 - 1
    assert ensure(UsrlocContact(*wish, flags=-1))["changed"] is False
    assert ensure(UsrlocContact(*wish, present=False))["after"] == {}
    assert ensure(UsrlocContact(*wish, present=False))["changed"] is False


def test_another_contact_of_the_same_address_of_record(ensure, lab):
    ensure(UsrlocContact("location", "static", "sip:192.0.2.9"))
    assert len(lab.modules["usrloc"].domains["location"]["static"]) == 2


def test_expiry(ensure):
    wish = ("location", "alice", "sip:alice@192.0.2.50:5060")
    result = ensure(UsrlocContact(*wish, q=0.25), failed=True)
    assert "expires has to be given as well" in result["msg"]
    assert ensure(UsrlocContact(*wish, expires=60))["changed"] is False
    assert ensure(UsrlocContact(*wish, q=0.25, expires=60))["after"]["permanent"] is False
    assert ensure(UsrlocContact(*wish, expires=0))["after"]["permanent"] is True


def test_a_table_that_is_not_there(ensure):
    result = ensure(UsrlocContact("nowhere", "a", "sip:a"), failed=True)
    assert "there is no location table nowhere" in result["msg"]


@pytest.mark.parametrize(
    "method, advice",
    [("ul.lookup", "may have more contacts than fit into a reply"), ("ul.add", "fault 500: no")],
)
def test_advice(ensure, lab, method, advice):
    def refuse(ctx):
        raise Fault(500, "no")

    lab.registry.method(method)(refuse)
    assert ensure(UsrlocContact("location", "a", "sip:a"), failed=True)["msg"].endswith(advice)


def test_options():
    contact = CONTACT.make({"aor": "a", "contact": "sip:a", "q": 1})
    assert (contact.table, contact.present, contact.fields) == ("location", True, {"q": 1.0})
    gone = CONTACT.make({"aor": "a", "contact": "sip:a", "state": "absent"})
    assert (gone.present, gone.fields) == (False, {})


@pytest.mark.parametrize(
    "options, text",
    [
        ({"state": "absent", "q": 1}, "q has no effect with state: absent"),
        ({"q": 2}, "q is 2.0; write 0 to 1, or -1 for unset"),
        ({"expires": -1}, "expires is -1; write a number from 0"),
        ({"flags": 2**32}, "write a number from -2147483648 to 4294967295"),
        ({"contact": "sip:a "}, "remove the blanks"),
        ({"aor": ""}, "aor is refused; it is empty"),
        ({"table": None}, "table is null; leave it out"),
    ],
)
def test_options_that_are_refused(options, text):
    with pytest.raises(ValueError, match=text):
        CONTACT.make({"aor": "a", "contact": "sip:a", **options})


def test_what_a_phone_has_registered_stays(ensure, lab):
    phone = ("location", "alice", "sip:alice@192.0.2.50:5060")
    for each in lab.modules["usrloc"].domains["location"]["alice"]:
        each.members["Call-ID"] = "1@192.0.2.50"
    assert ensure(UsrlocContact(*phone, adopt=False))["changed"] is False
    for wish in ({"expires": 600, "q": 0.25}, {"present": False}):
        message = ensure(UsrlocContact(*phone, adopt=False, **wish), failed=True)["msg"]
        assert "a phone has registered sip:alice@192.0.2.50:5060 for alice" in message
    mine = ("location", "new", "sip:192.0.2.9")
    assert ensure(UsrlocContact(*mine, adopt=False))["changed"] is True
    assert ensure(UsrlocContact(*mine, adopt=False, q=0.25))["changed"] is True
    assert ensure(UsrlocContact(*mine, adopt=False, present=False))["changed"] is True
