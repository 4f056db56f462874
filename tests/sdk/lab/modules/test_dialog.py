# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

from collections.abc import Callable

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import Dialogs, LabState
from tests.conformance.furniture import dialogs
from tests.sdk.lab.modules.support import ODD, Pair, wait_for
from tests.support.kamailio import Kamailio
from tests.support.sip import Call


@pytest.mark.real
def test_dialog(make_kamailio: Callable[..., Kamailio], sockets: LabState) -> None:
    # A server of its own: transactions linger.
    server = make_kamailio()
    profiles = {"caller": True, "trunk": True, "inbound": False, "outbound": False}
    lists = ("dlg.list", "dlg.list_ctx", "dlg.briefing", "dlg.stats_active")
    with Client(server.endpoints["unix"]) as real, Call(server) as one, Call(server) as two:
        order = [one.call_id, two.call_id]
        begun = sorted(dialogs(real), key=lambda dialog: order.index(dialog["call-id"]))
        module = Dialogs(begun, profiles, timeout=600)
        pair = Pair(real, module, state=sockets)
        pair.same_methods("dlg.")
        for name in lists:
            pair.steadily(name)
        first = module.dialogs[0]
        call, ours, theirs = first["call-id"], first["caller"]["tag"], first["callee"]["tag"]
        pair.each("dlg.briefing", *ODD, ("f",), ("ftcFTISsx",))
        pair.each("dlg.stats_active", *ODD)
        for name in ("dlg_list", "dlg_list_ctx"):
            pair.each("dlg." + name, *ODD, (call,), (call, ours), (call, "x"), (call, 1))
        for name in ("list_match", "list_match_ctx"):
            pair.each(
                "dlg." + name,
                *ODD,
                *[("furi", "eq"), ("furi", "eq", "sip:caller@lab.example.com")],
                *[("furi", "sw", "sip:"), ("furi", "sw", "sip:", 1), ("furi", "sw", "sip:", "1")],
                *[("furi", "re", "^sip:CALLER"), ("furi", "re", "("), ("furi", "xxx", "a")],
                *[("nope", "eq", "a"), ("callid", "eq", call), ("turi", "eq", "x")],
                *[("start_ts", "gt", "1"), ("start_ts", "lt", "1"), ("start_ts", "gt", "x")],
                *[("start_ts", "eq", "1"), ("furi", "gt", "1"), ("furi", "eq", "")],
                *[("furi", "sw", "sip:", -1), ("furi", "xx", "a")],
            )
        for name in ("profile_get_size", "profile_list"):
            pair.each("dlg." + name, *ODD, ("caller",), ("caller", "lab"), ("caller", "x"))
            pair.each("dlg." + name, ("inbound",), ("inbound", "x"), ("trunk",), ("caller", 1))
        for name in ("is_alive", "terminate_dlg", "set_state"):
            pair.each("dlg." + name, *ODD, (call,), (call, ours), (call, "x", theirs))
            pair.each("dlg." + name, ("x", ours, theirs), (call, 1.5, theirs))
        pair.each("dlg.is_alive", (call, ours, theirs), (call, theirs, ours), (call, ours, ""))
        states = (0, 6, "4", 4)
        pair.each("dlg.set_state", *((call, ours, theirs, state) for state in states))
        pair.each("dlg.end_dlg", *ODD, ("1", "2"), (first["h_entry"], 99999999), (5000, 1))
        pair.each("dlg.bridge_dlg", (), ("x",), (1, 2))
        pair.steadily("dlg.dump_file")
        pair.steadily("dlg.end_dlg", first["h_entry"], first["h_id"])
        wait_for(lambda: len(real.call("dlg.list")) == 1)
        for name in lists:
            pair.steadily(name)
        last = module.dialogs[0]
        tags = last["callee"]["tag"], last["caller"]["tag"]
        pair.steadily("dlg.terminate_dlg", last["call-id"], *tags)
        wait_for(lambda: not real.call("dlg.list"))
        for name in lists:
            pair.steadily(name)
        pair.steadily("dlg.profile_get_size", "caller")
