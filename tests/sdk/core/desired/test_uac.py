# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.uac import REGISTRATION, SECRETS, TEXTS, UacRegistration
from kamailio_binrpc.core.faults import Fault

VERSIONS = ["5.6", "5.8", "6.1", "master"]
NEW = {
    "l_username": "bob",
    "l_domain": "example.com",
    "r_username": "2002",
    "r_domain": "carrier.example.net",
    "auth_username": "2002",
    "auth_proxy": "sip:192.0.2.30",
    "auth_password": "not-secret-9",
}


def methods(result):
    return [call["method"] for call in result["rpc_calls"]]


@pytest.mark.parametrize("lab", VERSIONS, indirect=True)
def test_a_registration_comes_and_goes(ensure, lab):
    result = ensure(UacRegistration("trunk-9", **NEW))
    assert methods(result) == ["uac.reg_add"]
    assert lab.modules["uac"].records["trunk-9"]["auth_password"] == "not-secret-9"
    assert ensure(UacRegistration("trunk-9", **NEW))["changed"] is False
    assert methods(ensure(UacRegistration("trunk-9", present=False))) == ["uac.reg_remove"]
    assert ensure(UacRegistration("trunk-9", present=False))["changed"] is False


@pytest.mark.parametrize("lab", VERSIONS, indirect=True)
def test_a_change_keeps_what_is_not_given(ensure, lab):
    result = ensure(UacRegistration("trunk-1", auth_password="another-1"))
    assert methods(result) == ["uac.reg_remove", "uac.reg_add"]
    record = lab.modules["uac"].records["trunk-1"]
    assert (record["auth_password"], record["l_username"]) == ("another-1", "alice")


@pytest.mark.parametrize("secret", sorted(SECRETS))
def test_no_secret_is_shown(ensure, secret):
    """Neither the stored one nor the given one, in states, calls, or messages."""
    wish = "0123456789abcdef0123456789abcdef"
    result = ensure(UacRegistration("trunk-1", **{secret: wish}))
    assert result["changed"] is True
    assert "not-secret-1" not in str(result)
    assert wish not in str(result)
    add = result["rpc_calls"][-1]
    assert [add["params"][TEXTS.index(name)] for name in SECRETS] == ["(hidden)", "(hidden)"]
    assert result["before"]["trunk-1"][secret] in ("(another)", "")
    assert result["after"]["trunk-1"][secret] == "(as given)"


def test_a_stored_secret_is_not_shown_where_none_is_given(ensure):
    result = ensure(UacRegistration("trunk-1", expires=77))
    assert "not-secret-1" not in str(result)
    assert result["after"]["trunk-1"]["auth_password"] == "(hidden)"


@pytest.mark.parametrize("enabled, method", [(False, "uac.reg_disable"), (True, "uac.reg_enable")])
def test_only_the_switch(ensure, lab, enabled, method):
    lab.modules["uac"].records["trunk-1"]["flags"] = int(enabled)
    result = ensure(UacRegistration("trunk-1", enabled=enabled))
    assert methods(result) == [method]
    assert result["after"]["trunk-1"]["enabled"] is enabled
    assert ensure(UacRegistration("trunk-1", enabled=enabled))["changed"] is False


def test_a_new_registration_may_be_disabled(ensure, lab):
    ensure(UacRegistration("trunk-9", enabled=False, **NEW))
    assert lab.modules["uac"].records["trunk-9"]["flags"] & 1


def test_a_registration_that_cannot_be_added_again_is_restored(ensure, lab):
    result = ensure(UacRegistration("trunk-1", auth_ha1="not a hash"), failed=True)
    assert "32 hexadecimal digits" in result["msg"]
    assert result["changed"] is False
    assert lab.modules["uac"].records["trunk-1"]["auth_password"] == "not-secret-1"
    assert "not-secret-1" not in str(result)


def test_other_faults_have_no_advice(ensure, lab):
    def refuse(ctx):
        raise Fault(500, "no")

    lab.registry.method("uac.reg_add")(refuse)
    assert ensure(UacRegistration("t", **NEW), failed=True)["msg"] == "uac.reg_add: fault 500: no"


@pytest.mark.parametrize(
    "without, text",
    [("l_domain", "needs l_domain"), ("auth_password", "needs auth_password or auth_ha1")],
)
def test_a_new_registration_needs_more(ensure, without, text):
    fields = {name: value for name, value in NEW.items() if name != without}
    assert text in ensure(UacRegistration("trunk-8", **fields), failed=True)["msg"]


@pytest.mark.parametrize("lab", ["master"], indirect=True)
def test_the_user_of_the_contact(ensure, lab):
    ensure(UacRegistration("trunk-9", contact_user="bob", **NEW))
    assert lab.modules["uac"].records["trunk-9"]["contact_user"] == "bob"


def test_the_user_of_the_contact_in_old_releases(ensure):
    result = ensure(UacRegistration("trunk-1", contact_user="bob"), failed=True)
    assert "has no contact_user" in result["msg"]


def test_a_hash_is_compared_without_its_case():
    assert UacRegistration("t", auth_ha1="ABC").wanted["auth_ha1"].value == "abc"


def test_password_and_hash_exclude_each_other_on_the_server_too(ensure, lab):
    """The server goes on using a hash that it has."""
    ensure(UacRegistration("trunk-8", **{**NEW, "auth_password": None, "auth_ha1": "a" * 32}))
    result = ensure(UacRegistration("trunk-8", auth_password="new"))
    assert lab.modules["uac"].records["trunk-8"]["auth_ha1"] in ("", ".", None)
    assert "new" not in str(result)
    assert ensure(UacRegistration("trunk-8", auth_password="new"))["changed"] is False
    ensure(UacRegistration("trunk-8", auth_ha1="b" * 32))
    assert ensure(UacRegistration("trunk-8", auth_ha1="b" * 32))["changed"] is False


def test_a_record_that_is_too_large_can_be_removed(ensure, lab):
    def too_large(ctx):
        raise Fault(500, "Internal error creating rpc")

    lab.registry.method("uac.reg_info")(too_large)
    result = ensure(UacRegistration("trunk-1", present=False), failed=True)
    assert [call["method"] for call in result["rpc_calls"]] == ["uac.reg_remove"]


def test_options():
    registration = REGISTRATION.make({"l_uuid": "t", "enabled": False, "expires": 5})
    assert registration.wanted == {"enabled": False, "expires": 5}
    with pytest.raises(ValueError, match="auth_password and auth_ha1 exclude each other"):
        REGISTRATION.make({"l_uuid": "t", "auth_password": "a", "auth_ha1": "b"})


@pytest.mark.parametrize("secret", sorted(SECRETS))
def test_a_secret_that_is_kept(ensure, lab, secret):
    records = lab.modules["uac"].records
    wish = UacRegistration("trunk-1", keep=[secret], expires=77)
    records["trunk-1"].update(dict.fromkeys(SECRETS, "."), **{secret: "a" * 32})
    assert ensure(wish)["changed"] is True
    assert records["trunk-1"][secret] == "a" * 32
    assert ensure(wish)["changed"] is False
    records["trunk-1"][secret] = "."
    message = "has no %s that could be kept" % secret
    assert message in ensure(wish, failed=True)["msg"]
    assert message in ensure(UacRegistration("new", keep=[secret], **NEW), failed=True)["msg"]
