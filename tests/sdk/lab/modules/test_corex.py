# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import LabState
from tests.sdk.lab.modules.support import ODD, Pair, lab


def test_corex_keys_are_lower_case_from_5_8():
    for version, key in (("5.7", "PROTO"), ("5.8", "proto")):
        assert lab(version=version)[0].call("corex.list_sockets")[0].keys()[0] == key


@pytest.mark.real
def test_corex(real: Client, processes: LabState) -> None:
    pair = Pair(real, state=processes)
    pair.same_methods("corex.", "shm.", missing=frozenset({"shm.report"}))
    pair.each("corex.debug", (), (3,), ("x",), (1.5,), (-1,), (2,), (2,))
    for name in ("list_sockets", "list_aliases", "shm_status", "shm_summary"):
        pair.same("corex." + name)
    pair.each("corex.pkg_summary", *ODD, ("idx",), ("idx", -1), ("idx", 999), ("IDX", 1))
    pair.each("shm.info", *ODD)
    pair.each("corex.pkg_summary", ("pid", 1), ("pid", "x"), ("pi", 1), ("abc", 1))
