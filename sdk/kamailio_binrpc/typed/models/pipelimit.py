# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``pl.*``: traffic pipes."""

from .base import Count, Model


class Pipe(Model):
    """``pl.list``: one pipe of pipelimit.

    :ivar algorithm: NOP, RED, TAILDROP, FEEDBACK or NETWORK.
    :ivar limit: per interval of the timer; what it counts depends on the algorithm.
    :ivar counter: in the interval that runs.
    :ivar last_counter: in the interval before.
    :ivar unused_intervals: since it was used.
    """

    name: str
    algorithm: str
    limit: Count
    counter: Count = 0
    last_counter: Count = 0
    unused_intervals: Count = 0
