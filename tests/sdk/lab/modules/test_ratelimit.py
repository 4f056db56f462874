# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import RateLimit
from tests.sdk.lab.modules.support import ODD, Pair, Params


@pytest.mark.real
def test_ratelimit(real: Client) -> None:
    pair = Pair(real, RateLimit({0: ("TAILDROP", 100), 1: ("RED", 50)}, [[0, "INVITE"]]))
    pair.same_methods("rl.")
    for row in (
        *[(0, "RED", 5), (31, "FEEDBACK", 7), (30, "FEEDBACK", 8), (30, "feedback", 7)],
        *[(32, "RED", 1), (-1, "RED", 1), (0, "x", 1), (3, "NOP", 1), (4, "NETWORK", 0)],
        *[(30, "NOP", 0), (31, "NOP", 0), (4, "NOP", 0), (0, "TAILDROP", 100)],
    ):
        pair.each("rl.set_pipe", row, then="rl.get_pipes")
        pair.same("rl.stats")
    queues: tuple[Params, ...] = ((0, "BYE", 1), (1, "BYE", 1), (0, "BYE", 32), (0, "BYE", -1))
    pair.each("rl.set_queue", *ODD, *queues, (-1, "x", 0), (0, "INVITE", 0), then="rl.get_queues")
    pair.each("rl.set_pid", *ODD, (1.0, 2.0, 3.0), (-25.0, 0.0, 0.0), then="rl.get_pid")
    pair.each("rl.push_load", *ODD, (0.5,))
    pair.each("rl.set_dbg", (), ("x",), (0,))
