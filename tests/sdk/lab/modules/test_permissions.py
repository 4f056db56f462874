# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import Permissions
from tests.sdk.lab.modules.support import ODD, TABLES, Pair, lab
from tests.support.kamailio import Kamailio


def test_rules_of_allow_and_deny_files():
    rules = {"list": {"allow": [("^sip:a", "ALL")], "deny": [("ALL", "@bad")]}}
    engine, _clock = lab(Permissions(files=rules))
    for uri, contact, verdict in (
        ("sip:alice@x", "sip:y@bad", "Allowed"),
        ("sip:bob@x", "sip:y@bad", "Denied"),
        ("sip:bob@x", "sip:y@good", "Allowed"),
    ):
        assert engine.call("permissions.testUri", "list", uri, contact) == [verdict]


@pytest.mark.real
def test_permissions(server: Kamailio, real: Client) -> None:
    files = {"permissions": {"allow": [("ALL", "ALL")]}}
    pair = Pair(real, Permissions(TABLES["address"], TABLES["trusted"], files, reload_delta=0))
    pair.same_methods("permissions.")
    dumps = ("addressDump", "subnetDump", "domainDump", "trustedDump")
    for name in (*dumps, "addressReload", "trustedReload", *dumps):
        pair.each("permissions." + name, (), ("x",))
    path = str(server.directory / "permissions")
    for name in ("testUri", "allowUri"):
        pair.each("permissions." + name, *ODD, (path, "sip:a@b", "sip:c@d"), ("a", "b", "c"))
        pair.each("permissions." + name, ("x" * 130, "a", "b"), ("x", "a", "b" * 1030))
