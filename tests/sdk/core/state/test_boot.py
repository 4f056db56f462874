# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

from kamailio_binrpc.core.state.boot import boot_id


def test_a_restart_makes_another_one(server):
    first = server.drive(boot_id())
    assert server.drive(boot_id()) == first
    server.running.state.restart()
    assert server.drive(boot_id()) != first
    assert server.written == []
