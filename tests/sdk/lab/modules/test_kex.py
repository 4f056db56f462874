# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import LabState
from tests.sdk.lab.modules.support import ODD, Pair


@pytest.mark.real
def test_kex(real: Client, processes: LabState) -> None:
    pair = Pair(real, state=processes)
    pair.same_methods("pkg.", "mod.")
    for name in pair.engine.registry.names():
        if name.startswith(("pkg.", "mod.")):
            pair.each(name, *ODD)
    pid = processes.processes[2].pid
    pair.each("pkg.stats", ("pid", pid), ("rank", 1), ("rank", -1), ("index", 0), ("index", 3))
    pair.each("pkg.stats", ("pid", 1), ("x", 1), ("pid",), ("index", "1"))
    for name in ("stats", "mem_stats", "mem_statsx"):
        pair.each("mod." + name, ("sl",), ("nope", "shm"), ("nope", "all"), ("nope", "x"))
