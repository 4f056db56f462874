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
_UAC = "using%s a list of string parameters: method, ruri, dst_uri%s send_sock, headers"
_UAC_END = " (CRLF separated) and body (optional)"


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

    @method(
        "tm.t_uac_wait",
        "",
        help="starts a tm uac and waits for the final reply, " + _UAC % ("", "") + _UAC_END,
    )
    def wait(self) -> None:
        raise Fault(600, "Reply wait/async mode not supported by this rpc transport")

    @method(
        "tm.t_uac_start",
        help="starts a tm uac " + _UAC % (" ", ",") + _UAC_END,
    )
    @method(
        "tm.t_uac_wait_block",
        help="starts a tm uac and waits for the final reply in blocking mode, "
        + _UAC % ("", "")
        + _UAC_END,
    )
    def start(self, ctx: Any) -> None:
        params = ctx.scan("SSSSS*S")
        if params.count < 5:
            raise Fault(400, "too few parameters (%d/5)" % params.count)
