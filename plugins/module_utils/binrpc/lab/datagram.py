# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""One datagram socket: a request each, an answer of one or more datagrams.

See docs/protocol.md#datagrams.

The socket is driven directly: asyncio's own datagram transport keeps everybody waiting for
the one peer whose queue is full. On unix datagram sockets the kernel does so too, once
what peers have not read fills the server's send buffer; other transports are not concerned.
"""

from __future__ import annotations

import asyncio
from collections import deque

from .. import wire
from .caller import Caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Deque, Dict, List

    from .engine import Answer

PATIENCE = 0.01
"""Seconds for which a peer's full queue is waited for, per datagram, before it is dropped."""

_RETRY = 0.001
_MAX_QUEUED = 4 * 1024 * 1024
_PER_TURN = 16


class DatagramSocket:
    """Serves one bound datagram socket.

    :param hub: the server's :class:`~.server.Hub`.
    :param engine: gives the answers, for binrpc or for the text protocol.
    """

    def __init__(self, hub: Any, sock: Any, listener: Any, engine: Any) -> None:
        self._hub = hub
        self._socket = sock
        self._caller = Caller(listener)
        self._observer = hub.observer
        self._engine = engine
        self._loop = asyncio.get_running_loop()
        self._queues: Dict[Any, Deque[bytes]] = {}
        self._queued = 0
        self._held: Dict[Any, Answer] = {}  # to be sent after the peer's next one
        self._loop.add_reader(sock.fileno(), self._receive)

    def close(self) -> None:
        self._loop.remove_reader(self._socket.fileno())
        self._queues.clear()
        self._held.clear()

    def _receive(self) -> None:
        for _other in range(_PER_TURN):
            try:
                data, peer = self._socket.recvfrom(wire.MAX_DATAGRAM)
            except OSError:
                return  # nothing more, or an ICMP error of an earlier answer
            if self._observer is not None:
                self._observer.received(self._caller_at(peer), data)
            answer = self._engine.process(data, 0, self._caller)
            if answer.pending is not None:
                self._hub.spawn(self._finish(answer, peer))
            elif answer.pieces:
                self._deliver(answer, peer)

    async def _finish(self, answer: Answer, peer: Any) -> None:
        await answer.pending  # type: ignore[misc]
        self._deliver(answer, peer)

    def _deliver(self, answer: Answer, peer: Any) -> None:
        if answer.failure is None and not self._held:
            self._send(answer.writes, peer)
        elif answer.patience and peer not in self._held:
            self._held[peer] = answer
            self._loop.call_later(answer.patience, self._release, answer, peer)
        else:
            self._send(answer.writes, peer)
            held = self._held.get(peer)
            if held is not None:
                self._release(held, peer)

    def _release(self, held: Answer, peer: Any) -> None:
        """Send an answer that was held back, unless that has been done."""
        if self._held.get(peer) is held:
            del self._held[peer]
            self._send(held.writes, peer)

    def _send(self, parts: List[bytes], peer: Any) -> None:
        if not peer:
            return  # a unix client without an address of its own
        if self._observer is not None:
            for part in parts:
                self._observer.sent(self._caller_at(peer), part)
        queue = self._queues.get(peer)
        if queue is None:
            queue = deque(parts)
            if self._push(queue, peer) or self._queued > _MAX_QUEUED:
                return
            self._queues[peer] = queue
            self._queued += sum(map(len, queue))
            self._wait(peer, self._loop.time() + PATIENCE)
        elif self._queued <= _MAX_QUEUED:
            queue.extend(parts)
            self._queued += sum(map(len, parts))

    def _caller_at(self, peer: Any) -> Caller:
        if isinstance(peer, tuple):
            return Caller(self._caller.listener, peer[0], str(peer[1]))
        return self._caller

    def _push(self, queue: Deque[bytes], peer: Any) -> bool:
        """Send from the queue until it is empty, or return False when the peer's is full."""
        while queue:
            try:
                self._socket.sendto(queue[0], peer)
            except BlockingIOError:
                return False
            except OSError:
                pass  # too long, or no receiver: dropped
            queue.popleft()
        return True

    def _wait(self, peer: Any, until: float) -> None:
        self._loop.call_later(_RETRY, self._again, peer, until)

    def _again(self, peer: Any, until: float) -> None:
        queue = self._queues.get(peer)
        if queue is None:
            return  # closed meanwhile
        before = len(queue), sum(map(len, queue))
        if not self._push(queue, peer) and len(queue) == before[0]:
            if self._loop.time() >= until:
                queue.popleft()
                until = self._loop.time() + PATIENCE
        else:
            until = self._loop.time() + PATIENCE
        self._queued -= before[1] - sum(map(len, queue))
        if queue:
            self._wait(peer, until)
        else:
            del self._queues[peer]
