# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``tm.*``: transactions (upstream ``tm/t_stats.c``)."""

from __future__ import annotations

import re

from ...faults import Fault
from ...values import Struct
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, List, Mapping, Optional

STATS = (
    *("current", "waiting", "total", "total_local", "rpl_received", "rpl_generated"),
    *("rpl_sent", "6xx", "5xx", "4xx", "3xx", "2xx", "created", "freed", "delayed_free"),
)
_START = (
    "starts a tm uac using%s a list of string parameters: "
    "%smethod, ruri, dst_uri, send_sock, headers"
)
_REPLY = "using a list of string parameters: method, ruri, dst_uri send_sock, headers"
_WAIT = "starts a tm uac and waits for the final reply, " + _REPLY
_BLOCK = "starts a tm uac and waits for the final reply in blocking mode, " + _REPLY
_BODY = " (CRLF separated) and body (optional)"
_HEX = " (CRLF separated) and hexa body (optional)"
_NO_ACK = ", without sending ACK for local INVITE"


class Transactions(Module):
    """The module tm. It has no transactions.

    :param stats: values of ``tm.stats``, 0 where not given.
    """

    name = "tm"
    loads = ("tm",)

    def __init__(self, stats: Optional[Mapping[str, int]] = None) -> None:
        self.stats: Dict[str, int] = {**dict.fromkeys(STATS, 0), **(stats or {})}

    @method("tm.stats", "", help="Print transaction statistics.")
    def statistics(self) -> Struct:
        return Struct(self.stats)

    @method(
        "tm.hash_stats",
        "",
        help="Prints hash table statistics (can be used only if tm is compiled with "
        "-DTM_HASH_STATS).",
    )
    def hash_statistics(self) -> None:
        raise Fault(500, "Hash statistics not supported (tryrecompiling with -DTM_HASH_STATS)")

    @method("tm.list", "", help="List transactions.")
    @method("tm.clean", "", help="Clean expired (lifetime exceeded) transactions.")
    def list(self) -> None:
        pass

    @method(
        "tm.cancel",
        "SS",
        help="Cancel a pending transaction",
        missing=(400, "Callid and CSeq expected as parameters"),
    )
    def cancel(self, call: str, cseq: str) -> None:
        raise Fault(400, "Transaction not found")

    @method("tm.reply", help="Reply transaction")
    def reply(self, ctx: Any) -> None:
        texts = self._reply_params(ctx, ("Reason phrase", "Transaction ID", "To tag"))
        if ctx.scan("S").count < 0 or ctx.scan("S").count < 0:
            return
        if not re.match(r"\s*[0-9]+:\s*[0-9]+", texts[1]):
            raise Fault(400, "Invalid transaction ID")
        raise Fault(481, "No such transaction")

    @method("tm.reply_callid", help="Reply transaction by call-id")
    def reply_callid(self, ctx: Any) -> None:
        self._reply_params(ctx, ("Reason phrase", "Call-ID", "CSeq", "To tag"))
        if ctx.scan("S").count < 0 or ctx.scan("S").count < 0:
            raise Fault(500, "Read error")
        raise Fault(404, "Transaction not found")

    @staticmethod
    def _reply_params(ctx: Any, names: Iterable[str]) -> List[str]:
        if ctx.scan("d").count < 1:
            raise Fault(400, "Reply code expected")
        texts = []
        for name in names:
            params = ctx.scan("S")
            if params.count < 1:
                raise Fault(400, name + " expected")
            texts += params
        return texts

    @method("tm.retransmit_reply", help="Retransmit the transaction reply", since=(6, 1))
    def retransmit(self, ctx: Any) -> None:
        params = ctx.scan("S")
        if params.count < 1:
            raise Fault(400, "Transaction ID expected")
        if not re.match(r"\s*[0-9]+:\s*[0-9]+", params[0]):
            raise Fault(400, "Invalid transaction ID")
        raise Fault(481, "No such transaction")

    @method(
        "tm.retransmit_reply_callid",
        help="Retransmit the transaction reply by call-id",
        since=(6, 1),
    )
    def retransmit_by_callid(self, ctx: Any) -> None:
        for name in ("Call-ID", "CSeq"):
            if ctx.scan("S").count < 1:
                raise Fault(400, name + " expected")
        raise Fault(404, "Transaction not found")

    @method("tm.t_uac_wait", help=_WAIT + _BODY)
    @method("tm.t_uac_wait_hex", help=_WAIT + _HEX, since=(6, 1))
    @method("tm.t_uac_wait_noack", help=_WAIT + _BODY + _NO_ACK, since=(6, 1))
    @method("tm.t_uac_wait_noack_hex", help=_WAIT + _HEX + _NO_ACK, since=(6, 1))
    def wait(self, ctx: Any) -> None:
        if self.state.release >= (6, 1):
            self.start(ctx)
        raise Fault(600, "Reply wait/async mode not supported by this rpc transport")

    @method("tm.t_uac_attrs", help=_START % ("", "attributes, ") + _BODY, since=(6, 1))
    def start_with_attributes(self, ctx: Any) -> None:
        params = ctx.scan("SSSSSS*S")
        if params.count < 6:
            raise Fault(400, "too few parameters (%d/5)" % params.count)

    @method("tm.t_uac_start", help=_START % (" ", "") + _BODY)
    @method("tm.t_uac_start_hex", help=_START % (" ", "") + _HEX, since=(6, 1))
    @method("tm.t_uac_start_noack", help=_START % ("", "") + _BODY + _NO_ACK, since=(6, 1))
    @method("tm.t_uac_start_noack_hex", help=_START % ("", "") + _HEX + _NO_ACK, since=(6, 1))
    @method("tm.t_uac_wait_block", help=_BLOCK + _BODY)
    @method("tm.t_uac_wait_block_hex", help=_BLOCK + _HEX, since=(6, 1))
    @method("tm.t_uac_wait_block_noack", help=_BLOCK + _BODY + _NO_ACK, since=(6, 1))
    @method("tm.t_uac_wait_block_noack_hex", help=_BLOCK + _HEX + _NO_ACK, since=(6, 1))
    def start(self, ctx: Any) -> None:
        params = ctx.scan("SSSSS*S")
        if params.count < 5:
            raise Fault(400, "too few parameters (%d/5)" % params.count)
