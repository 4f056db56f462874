# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import json

import pytest

from kamailio_binrpc.core.desired.cfg import CfgVariables
from kamailio_binrpc.core.desired.dispatcher import DispatcherDestinations, DispatcherState
from kamailio_binrpc.core.desired.htable import HashTable, HashTableItem
from kamailio_binrpc.core.desired.leaf import Secret
from kamailio_binrpc.core.desired.recipe import dump_resource, load_resource
from kamailio_binrpc.core.desired.uac import UacRegistration


@pytest.mark.parametrize(
    "resource",
    [
        HashTable("t", {"a": 1, "b\udc80": "x"}, absent={"d", "c"}),
        HashTableItem("t", "a", present=False),
        CfgVariables({"core": {"debug": 3}}),
        DispatcherDestinations(1, [{"uri": "sip:h", "attrs": "a=b"}], exact=True),
        DispatcherState(1, "disabled", uri="sip:h", least=0),
    ],
)
def test_a_resource_goes_to_json_and_back(resource):
    data = json.loads(json.dumps(dump_resource(resource)))
    again = load_resource(data)
    assert type(again) is type(resource)
    assert {**vars(again), "given": ()} == {**vars(resource), "given": ()}


def test_a_secret_stays_behind_or_is_had_again():
    plain = json.dumps(dump_resource(UacRegistration("one", auth_password="geheim")))
    assert "geheim" not in plain
    assert "auth_password" not in load_resource(json.loads(plain)).wanted
    secret = Secret("geheim", {"file": "/etc/it"})
    data = dump_resource(UacRegistration("one", auth_password=secret))
    assert "geheim" not in json.dumps(data)
    again = load_resource(data, lambda source: "found in %s" % source["file"])
    assert again.wanted["auth_password"] == Secret("found in /etc/it")


def test_what_json_does_not_have_is_refused():
    with pytest.raises(TypeError):
        dump_resource(HashTable("t", {}, absent=(each for each in "a")))


def test_only_known_classes_are_made():
    with pytest.raises(LookupError):
        load_resource({"class": "Popen", "args": [["true"]], "named": {}})
