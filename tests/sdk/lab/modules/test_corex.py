# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import LabState
from tests.sdk.lab.modules.support import ODD, Pair, lab

REST = ["mcast", "mhomed", "virtual", "sockname", "advertise"]


@pytest.mark.parametrize(
    "version, names",
    [
        ("5.6", ["PROTO", "NAME", "ADDRLIST", "PORT", *map(str.upper, REST)]),
        ("5.7", ["AF", "PROTO", "NAME", "ADDRLIST", "PORT", *map(str.upper, REST)]),
        ("5.8", ["af", "proto", "name", "addrlist", "port", "sockstr", *REST]),
        ("6.0", ["af", "proto", "name", "addrlist", "port", "sockstr", "agname", *REST]),
    ],
)
def test_members_of_sockets_as_each_release_has_them(version, names):
    """As 5.6.3, 6.0.1 and 6.1.5 were seen to answer."""
    engine, _clock = lab(version=version)
    rows = engine.call("corex.list_sockets")
    assert rows[0].keys() == names
    if version == "6.0":
        values = [rows[1][name] for name in ("af", "sockstr", "agname")]
        assert values == ["IPv4", "tcp:127.0.0.1:5060", "none"]


@pytest.mark.real
def test_corex(real: Client, processes: LabState) -> None:
    pair = Pair(real, state=processes)
    pair.same_methods("corex.", "shm.", missing=frozenset({"shm.report", "shm.rprint"}))
    pair.each("corex.debug", (), (3,), ("x",), (1.5,), (-1,), (2,), (2,))
    for name in ("list_sockets", "list_aliases", "shm_status", "shm_summary"):
        pair.same("corex." + name)
    pair.each("corex.pkg_summary", *ODD, ("idx",), ("idx", -1), ("idx", 999), ("IDX", 1))
    pair.each("shm.info", *ODD)
    pair.each("corex.pkg_summary", ("pid", 1), ("pid", "x"), ("pi", 1), ("abc", 1))
