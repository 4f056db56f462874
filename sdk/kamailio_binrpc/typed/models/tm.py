# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``tm.*``: transactions."""

from typing import Annotated

from .base import Count, Model, Text, YesNo, wire


class TransactionStats(Model):
    """``tm.stats``.

    :ivar total_local: those that this server began.
    :ivar rpl_generated: replies of its own.
    :ivar replies_2xx: and the others: transactions by the class of their final reply.
    """

    current: Count
    waiting: Count = 0
    total: Count
    total_local: Count = 0
    rpl_received: Count = 0
    rpl_generated: Count = 0
    rpl_sent: Count = 0
    replies_6xx: Annotated[Count, wire("6xx")] = 0
    replies_5xx: Annotated[Count, wire("5xx")] = 0
    replies_4xx: Annotated[Count, wire("4xx")] = 0
    replies_3xx: Annotated[Count, wire("3xx")] = 0
    replies_2xx: Annotated[Count, wire("2xx")] = 0
    created: Count = 0
    freed: Count = 0
    delayed_free: Count = 0


class Transaction(Model):
    """``tm.list``: one transaction under way.

    :ivar cell: address in memory.
    :ivar from_: header lines as received, and so are ``to``, ``callid`` and ``cseq``.
    :ivar lifetime: the tick of the server's clock at which it ends at the latest.
    """

    cell: Text = None
    tindex: Count
    tlabel: Count
    method: Text = None
    from_: Annotated[Text, wire("from")] = None
    to: Text = None
    callid: Text = None
    cseq: Text = None
    uas_request: YesNo = False
    tflags: Count = 0
    outgoings: Count = 0
    ref_count: Count = 0
    lifetime: Count = 0


class SipAnswer(Model):
    """``tm.t_uac_wait_block``: the answer to a request.

    :ivar code: 408 also where none came.
    """

    code: Count
    text: Text = None
