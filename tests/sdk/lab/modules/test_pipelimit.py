# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import PipeLimit
from tests.sdk.lab.modules.support import ODD, Pair, Params


@pytest.mark.real
def test_pipelimit(real: Client) -> None:
    pipes = {"p1": {"algorithm": "TAILDROP", "limit": 100}, "p2": {"algorithm": "RED", "limit": 50}}
    pair = Pair(real, PipeLimit(pipes))
    pair.same_methods("pl.")
    pair.each("pl.list", *ODD, ("p1",), ("nope",))
    for row in (
        *[("p1", "RED", 5), ("p2", "FEEDBACK", 7), ("p1", "FEEDBACK", 8), ("p1", "FEEDBACK", 7)],
        *[("p1", "FEEDBACK", 101), ("p2", "NETWORK", 0), ("p1", "NOP", 1), ("nope", "RED", 1)],
        *[("p1", "red", 1), ("p1", "RED", "5"), ("p2", "RED", 50), ("p1", "TAILDROP", 100)],
    ):
        pair.each("pl.set_pipe", row, then="pl.list")
        for reader in ("get_pipes", "stats", "get_pid"):
            pair.same("pl." + reader)
        pair.each("pl.list", ("p1",))
    pair.each("pl.set_pipe", *ODD)
    triples: tuple[Params, ...] = ((1.0, 2.0, 3.5), (1, 2, 3), (1.5, 2.5), (-25.0, 0.0, 0.0))
    pair.each("pl.set_pid", *ODD, *triples, then="pl.get_pid")
    pair.each("pl.push_load", *ODD, (0.5,), (1.0,), (-0.1,))
