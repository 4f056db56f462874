# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``pike.*``: addresses that send much."""

from typing import Annotated

from .base import Count, Items, Model, Text, wire


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
