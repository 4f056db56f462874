# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Counters, and the statistics of kex, which are the same numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from kamailio_binrpc import Client, Struct
from kamailio_binrpc.lab import Counters, Dialogs, Registrations, UserLocation
from tests.conformance.furniture import counters
from tests.sdk.lab.modules.support import ODD, Pair, Params, lab, wait_for
from tests.support.kamailio import Kamailio


def test_counters_count_what_there_is():
    engine, _clock = lab(Counters())
    counters = engine.state.modules["counters"]
    users = engine.call("cnt.get", "usrloc", "registered_users")[0]
    engine.call("ul.add", "location", "new", "sip:a@x", 0, -1.0, ".", 0, 0, 0)
    assert engine.call("cnt.get", "usrloc", "registered_users") == [users + 1]
    assert engine.call("stats.get_statistics", "active_dialogs") == ["dialog:active_dialogs = 1"]
    dialog = engine.call("dlg.list_match", "callid", "eq", "lab-call-1")[0]
    engine.call("dlg.end_dlg", dialog["h_entry"], dialog["h_id"])
    assert engine.call("stats.fetch", "active_dialogs") == [Struct({"dialog.active_dialogs": "0"})]
    counters.increment("core", "rcv_requests", 3)
    counters["own", "hits"] = 2
    assert engine.call("stats.fetchn", "rcv_requests")[0].values() == [45.0]
    assert engine.call("stats.clear_statistics", "own:") == ["own:hits = 0 (2)"]


@pytest.mark.real
def test_counters(make_kamailio: Callable[..., Kamailio]) -> None:
    # A server of its own: the other tests make this file's count.
    with Client(make_kamailio().endpoints["unix"]) as real:
        # The question whether it is up came over TCP.
        opened = ("cnt.get", "tcp", "current_opened_connections")
        wait_for(lambda: real.call(*opened).value == 0)
        rows = [{"l_uuid": "a"}, {"l_uuid": "b", "flags": 1}]
        modules = (Dialogs([]), Registrations(rows), UserLocation({"location": {}}))
        pair = Pair(real, counters(real), *modules)
        pair.same_methods("cnt.", "stats.")
        params: tuple[Params, ...] = (
            *ODD,
            *[("core",), ("core", "x"), ("core", 1), ("core", "rcv_requests"), ("lab", "hits")],
            *[("", "hits"), ("", "nope")],
            *[("sl", "404_replies"), ("tcp", "con_reset"), ("registrar", "default_expire")],
        )
        for name in ("get", "get_raw", "var_list", "grp_get_all", "help", "get_vars", "list_vars"):
            for each in params:
                pair.same("cnt." + name, *each, normalise=_without_gauges)
        pair.each("cnt.grps_list", ())
        pair.each("cnt.list_groups", ())
        wanted: tuple[Params, ...] = (
            *[(), (1,), ("x",), ("x", "y"), ("all",), ("core:",), ("x:",), ("rcv_requests", 1)],
            *[("rcv_requests",), ("core.rcv_requests",), ("core:rcv_requests",), ("hits",)],
            *[("sl.rcv_requests",), ("core:", "sl:"), ("rcv_requests", "nope", "404_replies")],
            *[("lab.hits",), ("cor.rcv_requests",), ("corex.rcv_requests",)],
        )
        for name in ("get_statistics", "fetch", "fetchn", "reset_statistics", "clear_statistics"):
            for each in wanted:
                pair.same("stats." + name, *each, normalise=_without_gauges)
        pair.each("cnt.reset", *params)
        pair.same("stats.get_statistics", "all", normalise=_without_gauges)


def _without_gauges(outcome: Any) -> str:
    text = repr(outcome)
    for name in (r"shmem[.:]\w+", "fragments", r"\w+_size", "reg(?:active|disabled|total)"):
        text = re.sub(rf"({name})('?)(, |: | = )'?\d+(\.0)?'?( \(\d+\))?", r"\1", text)
    return text
