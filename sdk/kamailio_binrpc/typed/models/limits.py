# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``pl.*`` and ``pike.*``: limits."""

from typing import Annotated

from .base import Count, Items, Model, Text, wire


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


class PikeAddress(Model):
    """One address that pike watches.

    :ivar hits_previous: requests in the last interval.
    :ivar hits_current: requests in the interval that runs.
    :ivar expires: seconds until it is forgotten.
    :ivar status: such as HOT or WARM.
    """

    address: Annotated[str, wire("ip_addr")]
    hits_previous: Annotated[Count, wire("leaf_hits_prev")] = 0
    hits_current: Annotated[Count, wire("leaf_hits_curr")] = 0
    expires: Count = 0
    status: Text = None


class PikeList(Model):
    """``pike.list`` and ``pike.top``.

    :ivar max_hits: requests in an interval from which on an address is blocked.
    """

    max_hits: Count
    addresses: Annotated[tuple[PikeAddress, ...], Items(), wire("list")] = ()
    number_of_rows: Count = 0
