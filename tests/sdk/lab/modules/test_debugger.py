# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import Configuration, Debugger, LabState
from tests.sdk.lab.modules.support import ODD, Pair, Params


@pytest.mark.real
def test_dbg(real: Client, processes: LabState) -> None:
    cfg = Configuration({"dbg": {"mod_level_mode": 1}})
    pair = Pair(real, cfg, Debugger({"core": 2}), state=processes)
    pair.same_methods("dbg.")
    for name in ("core", "tm", "", "nope", "Core"):
        for level in (5, -2, "x", 2):
            pair.same("dbg.set_mod_level", name, level)
            pair.same("dbg.get_mod_level", name)
        for facility in ("LOG_LOCAL3", "LOG_X", "", 3, "LOG_AUTHPRIV"):
            pair.same("dbg.set_mod_facility", name, facility)
            pair.same("dbg.get_mod_facility", name)
    for name in ("get_mod_level", "set_mod_level", "get_mod_facility", "set_mod_facility"):
        pair.each("dbg." + name, *ODD)
    for level in (1, 2):
        pair.same("corex.debug", level)
        pair.same("dbg.get_mod_level", "unset")
    for facility in ("LOG_USER", "LOG_DAEMON"):
        pair.same("cfg.sets", "core", "log_facility", facility)
        pair.same("dbg.get_mod_facility", "unset")
    pid = processes.processes[3].pid
    commands = ("on", "off", "x", "release", "keep", "log", "move", "next", "show", "eval", "abc")
    for name in ("ls", "bp", "trace"):
        pair.each("dbg." + name, *ODD, *((each,) for each in commands), then="dbg.ls")
        more: tuple[Params, ...] = (("on", pid), ("keep", pid), ("log", pid), ("log", pid, "a"))
        pair.each("dbg." + name, *more, ("eval", pid), ("on", 1), (pid,), ("off",), then="dbg.ls")
    pair.same("dbg.reset_msgid")
