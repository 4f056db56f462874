# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A real fifo: requests from any number of writers, answers into their reply fifos.

Unlike the original, waiting for a reader delays no other client, and a request that never fits
into the buffer does not wedge the fifo
(docs/protocol.md#reply-fifos, docs/protocol.md#fifo-limits).
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import stat

from .. import wire
from .caller import Caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

log = logging.getLogger(__name__)

ATTEMPTS = 5
RETRY = 0.08
"""A missing reader is waited for: four more attempts, that many seconds apart."""

WRITE_TIMEOUT = 0.2
MAX_WAITING = 256
PER_TURN = 16
"""Answers until other connections have their turn."""


class FifoFile:
    """Serves one fifo that is open for reading and writing.

    :param directory: where reply fifos are.
    """

    def __init__(self, hub: Any, fd: int, listener: Any, engine: Any, directory: str) -> None:
        self._hub = hub
        self._fd = fd
        self._caller = Caller(listener)
        self._engine = engine
        self._directory = directory
        self._buffer = bytearray()
        self._waiting = 0
        self._turn: Any = None
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(fd, self._receive)

    def close(self) -> None:
        if self._turn is not None:
            self._turn.cancel()
        self._loop.remove_reader(self._fd)

    def _receive(self) -> None:
        try:
            self._buffer += os.read(self._fd, wire.MAX_REQUEST - len(self._buffer))
        except BlockingIOError:
            return
        self._serve()

    def _serve(self) -> None:
        """Answer some of the complete requests, the others in another turn."""
        position = 0
        left = PER_TURN
        while left:
            answer = self._engine.process(self._buffer, position, self._caller)
            if not answer.consumed:
                break
            if self._hub.observer is not None:
                request = bytes(self._buffer[position : position + answer.consumed])
                self._hub.observer.received(self._caller, request)
            left -= 1
            position += answer.consumed
            if self._waiting < MAX_WAITING:
                self._waiting += 1
                self._hub.spawn(self._finish(answer))
        del self._buffer[:position]
        if not left:
            self._loop.remove_reader(self._fd)
            self._turn = self._loop.call_soon(self._take_turn)
        elif len(self._buffer) >= wire.MAX_REQUEST:
            log.error("%s: a request longer than the buffer is dropped", self._caller.listener.name)
            self._buffer.clear()

    def _take_turn(self) -> None:
        self._turn = None
        self._loop.add_reader(self._fd, self._receive)
        self._serve()

    async def _finish(self, answer: Any) -> None:
        try:
            if answer.pending is not None:
                await answer.pending
            if answer.reply_name and answer.pieces:
                await self._reply(answer.reply_name, b"".join(answer.writes))
        finally:
            self._waiting -= 1

    async def _reply(self, name: str, data: bytes) -> None:
        path = os.path.join(self._directory, name)
        if self._hub.observer is not None:
            self._hub.observer.sent(self._caller, data)
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(RETRY)
            try:
                fd = open_reply(path)
            except OSError as error:
                if error.errno != errno.ENXIO:
                    log.error("reply fifo %s: %s", path, error.strerror)
                    return
            else:
                break
        else:
            log.error("reply fifo %s: no process reads it", path)
            return
        try:
            await asyncio.wait_for(self._write(fd, data), WRITE_TIMEOUT)
        except (OSError, asyncio.TimeoutError) as error:
            log.error("reply fifo %s: %s", path, error)
        finally:
            os.close(fd)

    async def _write(self, fd: int, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(fd, rest) :]
            except BlockingIOError:
                await asyncio.sleep(0.002)


def open_reply(path: str) -> int:
    """Open a reply fifo for writing, if it is nothing but that.

    :raises OSError: ENXIO if no process reads it; other errors for a link or a file.
    """
    fd = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    opened, named = os.fstat(fd), os.lstat(path)
    same = (opened.st_dev, opened.st_ino) == (named.st_dev, named.st_ino)
    if stat.S_ISFIFO(opened.st_mode) and opened.st_nlink <= 1 and same:
        return fd
    os.close(fd)
    raise OSError(errno.EINVAL, "not a fifo, or one with several names")
