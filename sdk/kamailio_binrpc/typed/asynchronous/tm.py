# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``tm.*``: transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import reading
from ..models.tm import SipAnswer, Transaction, TransactionStats
from .namespace import Namespace

if TYPE_CHECKING:
    import builtins


class Tm(Namespace):
    """``tm.*``: transactions."""

    async def stats(self) -> TransactionStats:
        """Number of transactions."""
        return reading.one(await self._call("tm.stats"), TransactionStats)

    async def list(self) -> builtins.list[Transaction]:
        """Transactions under way."""
        return reading.each(await self._call("tm.list"), Transaction)

    async def cancel(self, callid: str, cseq: str) -> int:
        """Cancel a transaction; return the number of branches that still wait for an answer.

        :param cseq: CSeq header with number and method.
        :raises NotFound: there is no such transaction.
        """
        return reading.number_of((await self._call("tm.cancel", callid, cseq)), 0)

    async def clean(self) -> None:
        """Remove transactions that outlived their time."""
        await self._do("tm.clean")

    async def reply(
        self,
        code: int,
        reason: str,
        trans_id: str,
        to_tag: str,
        headers: str | None = None,
        body: str | None = None,
    ) -> None:
        """Answer a transaction.

        :param trans_id: ``index:label``, see ``tindex`` and ``tlabel`` of :meth:`list`.
        :param headers: further ones, each ended by CR LF.
        :raises NotFound: there is no such transaction.
        """
        await self._do("tm.reply", code, reason, trans_id, to_tag, headers, body)

    async def reply_callid(
        self,
        code: int,
        reason: str,
        callid: str,
        cseq: str,
        to_tag: str,
        headers: str | None = None,
        body: str | None = None,
    ) -> None:
        """Answer the transaction with that Call-ID and CSeq; else as :meth:`reply`."""
        await self._do("tm.reply_callid", code, reason, callid, cseq, to_tag, headers, body)

    async def retransmit_reply(self, trans_id: str) -> None:
        """Send the last answer of a transaction once more (6.1)."""
        await self._do("tm.retransmit_reply", trans_id)

    async def retransmit_reply_callid(self, callid: str, cseq: str) -> None:
        """Send the last answer of the transaction with that Call-ID and CSeq once more (6.1)."""
        await self._do("tm.retransmit_reply_callid", callid, cseq)

    async def t_uac_start(
        self,
        method: str,
        ruri: str,
        next_hop: str | None,
        socket: str | None,
        headers: str,
        body: str | None = None,
    ) -> None:
        """Send a SIP request, without waiting for the answer.

        :param headers: each ended by CR LF, From and To among them.
        :param next_hop: a URI, or None to send the request to ``ruri``.
        :param socket: to send from, such as ``udp:192.0.2.1:5060``; None leaves it to the server.
        """
        await self._do("tm.t_uac_start", method, ruri, next_hop, socket, headers, body)

    async def t_uac_start_noack(
        self,
        method: str,
        ruri: str,
        next_hop: str | None,
        socket: str | None,
        headers: str,
        body: str | None = None,
    ) -> None:
        """As :meth:`t_uac_start`; sends no ACK for an INVITE of its own (6.1)."""
        await self._do("tm.t_uac_start_noack", method, ruri, next_hop, socket, headers, body)

    async def t_uac_start_hex(
        self,
        method: str,
        ruri: str,
        next_hop: str | None,
        socket: str | None,
        headers: str,
        body: str | None = None,
    ) -> None:
        """As :meth:`t_uac_start`; ``body`` is in hex digits (6.1)."""
        await self._do("tm.t_uac_start_hex", method, ruri, next_hop, socket, headers, body)

    async def t_uac_start_noack_hex(
        self,
        method: str,
        ruri: str,
        next_hop: str | None,
        socket: str | None,
        headers: str,
        body: str | None = None,
    ) -> None:
        """As :meth:`t_uac_start_noack`; ``body`` is in hex digits (6.1)."""
        await self._do("tm.t_uac_start_noack_hex", method, ruri, next_hop, socket, headers, body)

    async def t_uac_attrs(
        self,
        attrs: str,
        method: str,
        ruri: str,
        next_hop: str | None,
        socket: str | None,
        headers: str,
        body: str | None = None,
    ) -> None:
        """As :meth:`t_uac_start`, with attributes ``name=value;...`` (6.1)."""
        await self._do("tm.t_uac_attrs", attrs, method, ruri, next_hop, socket, headers, body)

    async def t_uac_wait_block(
        self,
        method: str,
        ruri: str,
        next_hop: str | None,
        socket: str | None,
        headers: str,
        body: str | None = None,
    ) -> SipAnswer:
        """Send a SIP request and wait for the answer. ctl answers no other call meanwhile.

        :param headers: each ended by CR LF, From and To among them.
        :param next_hop: a URI, or None to send the request to ``ruri``.
        :param socket: to send from, such as ``udp:192.0.2.1:5060``; None leaves it to the server.
        """
        return reading.one(
            await self._call("tm.t_uac_wait_block", method, ruri, next_hop, socket, headers, body),
            SipAnswer,
        )

    async def t_uac_wait_block_noack(
        self,
        method: str,
        ruri: str,
        next_hop: str | None,
        socket: str | None,
        headers: str,
        body: str | None = None,
    ) -> SipAnswer:
        """As :meth:`t_uac_wait_block`; sends no ACK for an INVITE of its own (6.1)."""
        return reading.one(
            await self._call(
                "tm.t_uac_wait_block_noack", method, ruri, next_hop, socket, headers, body
            ),
            SipAnswer,
        )

    async def t_uac_wait_block_hex(
        self,
        method: str,
        ruri: str,
        next_hop: str | None,
        socket: str | None,
        headers: str,
        body: str | None = None,
    ) -> SipAnswer:
        """As :meth:`t_uac_wait_block`; ``body`` is in hex digits (6.1)."""
        return reading.one(
            await self._call(
                "tm.t_uac_wait_block_hex", method, ruri, next_hop, socket, headers, body
            ),
            SipAnswer,
        )

    async def t_uac_wait_block_noack_hex(
        self,
        method: str,
        ruri: str,
        next_hop: str | None,
        socket: str | None,
        headers: str,
        body: str | None = None,
    ) -> SipAnswer:
        """As :meth:`t_uac_wait_block_noack`; ``body`` is in hex (6.1)."""
        return reading.one(
            await self._call(
                "tm.t_uac_wait_block_noack_hex", method, ruri, next_hop, socket, headers, body
            ),
            SipAnswer,
        )
