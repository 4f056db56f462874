# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Secrets in replies that are kept."""

from __future__ import annotations

from kamailio_binrpc import Struct
from kamailio_binrpc.core.lab.masking import MASKED, mask


def test_secrets_are_masked():
    reply = Struct(
        [
            ("auth_password", "hunter2"),
            ("auth_ha1", "0123456789abcdef0123456789abcdef"),
            ("auth_username", "alice"),
            ("password", ""),
            ("url", "mysql://kamailio:hunter2@db/kamailio"),
            ("item", Struct(name="api_token", value="hunter2", flags=0)),
            ("item", Struct(name="greeting", value="hello")),
        ]
    )
    masked = mask("uac.reg_dump", [reply])[0]
    assert "hunter2" not in repr(masked)
    assert masked["auth_ha1"] == MASKED
    assert (masked["auth_username"], masked["password"]) == ("alice", "")
    assert masked["url"] == f"mysql://kamailio:{MASKED}@db/kamailio"
    assert [each["value"] for each in masked.get_all("item")] == [MASKED, "hello"]
    assert mask("autheph.dump_secrets", ["ID 0: hunter2"]) == [MASKED]
