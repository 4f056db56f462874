# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""One stream connection: a 65535-byte buffer, answers in order.

See docs/protocol.md#streams and docs/protocol.md#short-writes.

Unlike the original, a client that does not read gets its replies whole and delays no other:
its requests wait until it reads on.
"""

from __future__ import annotations

import asyncio

from .. import wire
from .caller import Caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List, Optional

    from .engine import Answer

ANONYMOUS = "<anonymous unix socket>"
MAX_QUEUED = 1024 * 1024
_FLUSH = 256 * 1024
PER_TURN = 16
"""Answers until other connections have their turn."""


class StreamConnection(asyncio.BufferedProtocol):
    """Serves one accepted connection.

    :param hub: the server's :class:`~.server.Hub`.
    :param engine: gives the answers, for binrpc or for the text protocol.
    """

    def __init__(self, hub: Any, listener: Any, engine: Any) -> None:
        self._hub = hub
        self._observer = hub.observer
        self._engine = engine
        self._caller = Caller(listener)
        self._view = memoryview(bytearray(wire.MAX_REQUEST))
        self._used = 0
        self._out: List[bytes] = []
        self._out_size = 0
        self._slow = False  # the client does not read
        self._busy = False  # an async method runs
        self._waiting = False  # for the next turn
        self._closed = False
        self._held: Optional[Answer] = None  # to be sent after the next one
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        peer = transport.get_extra_info("peername")
        if isinstance(peer, tuple):
            self._caller.host, self._caller.port = peer[0], str(peer[1])
        else:
            self._caller.host = ANONYMOUS
        if not self._hub.admit(self, self._caller):
            self.abort()
            return
        if self._observer is not None:
            self._observer.opened(self._caller)
        transport.set_write_buffer_limits(high=MAX_QUEUED)

    def abort(self) -> None:
        """Close at once; what is queued is lost."""
        self._closed = True
        self._transport.abort()

    def connection_lost(self, exc: Optional[Exception]) -> None:
        self._closed = True
        if self._observer is not None:
            self._observer.closed(self._caller)
        self._hub.forget(self)

    def __deepcopy__(self, memo: Any) -> StreamConnection:
        return self  # a copy of a server's state has the same connections

    # --- reading

    def get_buffer(self, sizehint: int) -> Any:
        if self._used == wire.MAX_REQUEST and not self._closed:
            # A request that never fits: closed without an answer.
            self.abort()
        if self._closed:
            return bytearray(1)
        return self._view[self._used :]

    def buffer_updated(self, nbytes: int) -> None:
        if not self._closed:
            self._used += nbytes
            self._serve()

    def eof_received(self) -> bool:
        self._release(self._held)
        return False  # asyncio sends what is queued and then closes

    def _serve(self) -> None:
        """Answer some of the complete requests, until one has to wait."""
        position = 0
        left = PER_TURN
        received = self._view[: self._used]
        while left and position < self._used and not (self._closed or self._slow or self._busy):
            answer = self._engine.process(received, position, self._caller)
            if not answer.consumed:
                break
            if self._observer is not None:
                request = bytes(received[position : position + answer.consumed])
                self._observer.received(self._caller, request)
            left -= 1
            position += answer.consumed
            if answer.pending is not None:
                self._busy = True
                self._hub.spawn(self._finish(answer))
            else:
                self._deliver(answer)
        self._flush()
        if position:
            self._used -= position
            self._view[: self._used] = received[position:]
        if self._closed:
            return
        if not left and self._used:
            self._waiting = True
            asyncio.get_running_loop().call_soon(self._take_turn)
        if self._slow or self._busy or self._waiting:
            self._transport.pause_reading()

    def _take_turn(self) -> None:
        self._waiting = False
        if not self._closed:
            self._go_on()

    async def _finish(self, answer: Answer) -> None:
        await answer.pending  # type: ignore[misc]
        self._busy = False
        if not self._closed:
            self._deliver(answer)
            self._go_on()

    def _go_on(self) -> None:
        self._flush()
        if not (self._closed or self._slow or self._busy or self._waiting):
            self._serve()
        if not (self._closed or self._slow or self._busy or self._waiting):
            self._transport.resume_reading()

    # --- writing

    def _deliver(self, answer: Answer) -> None:
        if answer.failure is None and self._held is None:
            self._queue(answer)
        elif answer.patience and self._held is None:
            self._held = answer
            asyncio.get_running_loop().call_later(answer.patience, self._release, answer)
        else:
            self._queue(answer)
            self._release(self._held)

    def _release(self, held: Optional[Answer]) -> None:
        """Send an answer that was held back, unless that has been done."""
        if held is not None and held is self._held:
            self._held = None
            if not self._closed:
                self._queue(held)
                self._flush()

    def _queue(self, answer: Answer) -> None:
        if answer.failure is None and self._observer is None:
            self._out += answer.pieces
            self._out_size += sum(map(len, answer.pieces))
        else:
            for data in answer.writes:
                if self._observer is not None:
                    self._observer.sent(self._caller, data)
                self._out.append(data)
                self._out_size += len(data)
        if self._out_size > _FLUSH:
            self._flush()
        if not answer.keep:
            self._flush()
            self._closed = True
            self._transport.close()

    def _flush(self) -> None:
        if self._out:
            data = b"".join(self._out)
            self._out.clear()
            self._out_size = 0
            if not self._transport.is_closing():
                self._transport.write(data)
            if self._transport.is_closing():
                self._closed = True  # broken: the other answers cannot be delivered

    def pause_writing(self) -> None:
        self._slow = True

    def resume_writing(self) -> None:
        self._slow = False
        if not self._closed:
            self._go_on()
