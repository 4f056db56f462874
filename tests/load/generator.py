# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Calls through a SIP proxy: a caller and many gateways in one event loop, over loopback.

A call is an INVITE, its ACK, and a BYE after some time: three requests. Requests are sent again as
SIP wants it, so a call is lost only if the proxy or the gateways fail it.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter
from dataclasses import dataclass, field

T1 = 0.5
"""Seconds until a request is sent again, twice as long each time (RFC 3261)."""

GIVE_UP = 64 * T1
"""Seconds after which a call without a final answer is lost."""

KEPT = {"via", "from", "to", "call-id", "cseq", "record-route"}


def head_of(message: bytes) -> tuple[str, list[tuple[str, str]]]:
    """Return the first line of a message, and its headers with their whole lines."""
    first, *lines = message.partition(b"\r\n\r\n")[0].decode("utf-8", "replace").split("\r\n")
    return first, [(line.partition(":")[0].strip().lower(), line) for line in lines]


class Gateway(asyncio.DatagramProtocol):
    """Answers every request with 200."""

    def __init__(self, counts: Counter[str]) -> None:
        self._counts = counts

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.DatagramTransport)
        self._transport = transport
        self._address = "{}:{}".format(*transport.get_extra_info("sockname"))

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        first, headers = head_of(data)
        method = first.partition(" ")[0]
        if method in ("ACK", "SIP/2.0"):
            return
        self._counts[self._address] += method == "INVITE"
        lines = [line for name, line in headers if name in KEPT]
        lines = [
            line + ";tag=g" if line.lower().startswith("to:") and ";tag=" not in line else line
            for line in lines
        ]
        answer = ["SIP/2.0 200 OK", *lines, f"Contact: <sip:{self._address}>", "Content-Length: 0"]
        self._transport.sendto(("\r\n".join(answer) + "\r\n\r\n").encode(), addr)


@dataclass
class Figures:
    """Results of the calls of some time.

    :ivar lost: reasons, and how many calls were lost for each.
    :ivar again: how many requests were sent again.
    :ivar open: how many calls are not over.
    :ivar times: seconds from each INVITE to its final answer.
    """

    calls: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    again: int = 0
    open: int = 0
    times: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """Return a percentile of the times in milliseconds."""
        if not self.times:
            return float("nan")
        ordered = sorted(self.times)
        return 1000 * ordered[min(int(len(ordered) * share), len(ordered) - 1)]

    def __str__(self) -> str:
        lost = ", ".join(f"{count} {why}" for why, count in self.lost.items()) or "none"
        shown = ", ".join(f"p{share} {self.percentile(share / 100):.1f}" for share in (50, 95, 99))
        return f"{self.calls} calls, lost: {lost}, sent again: {self.again}, {shown} ms"


class Caller(asyncio.DatagramProtocol):
    """Makes calls through a proxy; ``figures`` may be replaced while it does."""

    def __init__(self, proxy: tuple[str, int], hold: float) -> None:
        self._proxy = proxy
        self._hold = hold
        self._waiting: dict[str, asyncio.Future[tuple[str, list[tuple[str, str]]]]] = {}
        self.figures = Figures()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.DatagramTransport)
        self._transport = transport
        self._own = "{}:{}".format(*transport.get_extra_info("sockname"))

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        first, headers = head_of(data)
        if not first.startswith("SIP/2.0 ") or first.startswith("SIP/2.0 1"):
            return
        branch = dict(headers).get("via", "").partition("branch=")[2].partition(";")[0]
        answered = self._waiting.get(branch)
        if answered is not None and not answered.done():
            answered.set_result((first, headers))

    async def call(self, number: int) -> None:
        """Make one call, and count the result."""
        figures = self.figures
        figures.calls += 1
        figures.open += 1
        try:
            await self._call(number, figures)
        finally:
            figures.open -= 1

    async def _call(self, number: int, figures: Figures) -> None:
        ident = f"{id(self):x}-{number}"
        to = "<sip:load@lab.example.com>"
        target = f"sip:load@{self._proxy[0]}:{self._proxy[1]}"
        started = time.monotonic()
        found = await self._request("INVITE", 1, ident, target, to, "", figures)
        if found is None:
            figures.lost["without an answer"] += 1
            return
        figures.times.append(time.monotonic() - started)
        first, headers = found
        if not first.startswith("SIP/2.0 2"):
            figures.lost[first[8:]] += 1
            return
        values = {name: line.partition(":")[2].strip() for name, line in headers}
        route = f"Route: {values.get('record-route', '')}\r\n"
        target = values.get("contact", target).strip("<>")
        to = values.get("to", to)
        self._send(self._message("ACK", 1, ident, target, to, route, ident + "a"))
        await asyncio.sleep(self._hold)
        found = await self._request("BYE", 2, ident, target, to, route, figures)
        if found is None or not found[0].startswith("SIP/2.0 2"):
            figures.lost["BYE " + (found[0][8:] if found else "without an answer")] += 1

    async def _request(
        self,
        method: str,
        sequence: int,
        ident: str,
        target: str,
        to: str,
        route: str,
        figures: Figures,
    ) -> tuple[str, list[tuple[str, str]]] | None:
        branch = f"z9hG4bK{ident}-{sequence}"
        message = self._message(method, sequence, ident, target, to, route, branch)
        answered = asyncio.get_running_loop().create_future()
        self._waiting[branch] = answered
        pause, end = T1, time.monotonic() + GIVE_UP
        try:
            while time.monotonic() < end:
                self._send(message)
                done, _pending = await asyncio.wait([answered], timeout=pause)
                if done:
                    found: tuple[str, list[tuple[str, str]]] = answered.result()
                    return found
                figures.again += 1
                pause = min(2 * pause, 4.0)
            return None
        finally:
            del self._waiting[branch]

    def _send(self, message: str) -> None:
        self._transport.sendto(message.encode(), self._proxy)

    def _message(
        self, method: str, sequence: int, ident: str, target: str, to: str, route: str, branch: str
    ) -> str:
        return (
            f"{method} {target} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {self._own};branch={branch}\r\n"
            f"{route}"
            f"From: <sip:caller@lab.example.com>;tag=c\r\n"
            f"To: {to}\r\n"
            f"Call-ID: {ident}\r\n"
            f"CSeq: {sequence} {method}\r\n"
            f"Contact: <sip:caller@{self._own}>\r\n"
            "Max-Forwards: 10\r\n"
            "Content-Length: 0\r\n\r\n"
        )


class Load:
    """Calls at an even rate, in the background of an asynchronous context.

    :param proxy: port of the proxy on 127.0.0.1.
    :param gateways: addresses of gateways to be.
    :param rate: requests per second; a call takes three.
    :param hold: seconds that a call lasts.
    :ivar reached: how many calls each gateway got.
    """

    def __init__(
        self,
        proxy: int,
        gateways: list[tuple[str, int]],
        rate: float = 300,
        hold: float = 2.0,
    ) -> None:
        self._proxy = ("127.0.0.1", proxy)
        self._gateways = gateways
        self._pause = 3 / rate
        self._hold = hold
        self._calls: set[asyncio.Task[None]] = set()
        self.reached: Counter[str] = Counter()

    async def __aenter__(self) -> Load:
        loop = asyncio.get_running_loop()
        self._transports = []
        for address in self._gateways:
            transport, _gateway = await loop.create_datagram_endpoint(
                lambda: Gateway(self.reached), local_addr=address
            )
            self._transports.append(transport)
        transport, self._caller = await loop.create_datagram_endpoint(
            lambda: Caller(self._proxy, self._hold), local_addr=("127.0.0.1", 0)
        )
        self._transports.append(transport)
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *error: object) -> None:
        self._task.cancel()
        if self._calls:
            await asyncio.wait(self._calls, timeout=GIVE_UP + self._hold)
        for call in self._calls:
            call.cancel()
        for transport in self._transports:
            transport.close()

    def take(self) -> Figures:
        """Return the figures since the last time; calls under way are still counted in them."""
        taken, self._caller.figures = self._caller.figures, Figures()
        return taken

    async def finish(self, figures: Figures) -> None:
        """Wait until the calls of some figures are over."""
        while figures.open:
            await asyncio.sleep(0.05)

    async def _run(self) -> None:
        start = time.monotonic()
        for number in itertools.count():
            late = start + number * self._pause - time.monotonic()
            if late > 0:
                await asyncio.sleep(late)
            elif late < -1:  # the machine was busy elsewhere; no burst afterwards
                start -= late
            task = asyncio.create_task(self._caller.call(number))
            self._calls.add(task)
            task.add_done_callback(self._calls.discard)
