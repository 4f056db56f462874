# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Accept stream connections, a few at a time.

asyncio's own servers report each failed ``accept`` with a traceback, and over a hundred of them
where a process has no descriptor left.
"""

from __future__ import annotations

import asyncio
import errno
import logging

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Set

log = logging.getLogger(__name__)

PER_TURN = 16
PAUSE = 0.5
"""Seconds without accepting, once descriptors or memory have run out."""

_EXHAUSTED = frozenset((errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM))


class Acceptor:
    """Accepts at one listening socket.

    :param make: makes the protocol of a new connection.
    """

    def __init__(self, sock: Any, make: Callable[[], Any]) -> None:
        self._socket = sock
        self._make = make
        self._loop = asyncio.get_running_loop()
        self._beginning: Set[Any] = set()
        self._pause: Any = None
        self._exhausted = False
        self._loop.add_reader(sock.fileno(), self._accept)

    def close(self) -> None:
        """Accept no more; connections that have begun to exist go on."""
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None
        self._loop.remove_reader(self._socket.fileno())

    def _accept(self) -> None:
        for _other in range(PER_TURN):
            try:
                sock, _peer = self._socket.accept()
            except OSError as error:
                if error.errno in _EXHAUSTED:
                    self._rest(error)
                return  # no connection is waiting any more
            self._exhausted = False
            sock.setblocking(False)
            work = self._loop.connect_accepted_socket(self._make, sock)
            task = self._loop.create_task(work)
            self._beginning.add(task)
            task.add_done_callback(self._begun)

    def _rest(self, error: OSError) -> None:
        """Wait until connections have ended; say so once, until one can be accepted again."""
        if not self._exhausted:
            self._exhausted = True
            log.warning(
                "no more connections can be accepted: %s; raise the limit (ulimit -n), or let "
                "clients close theirs",
                error.strerror,
            )
        self._loop.remove_reader(self._socket.fileno())
        self._pause = self._loop.call_later(PAUSE, self._go_on)

    def _go_on(self) -> None:
        self._pause = None
        self._loop.add_reader(self._socket.fileno(), self._accept)

    def _begun(self, task: Any) -> None:
        self._beginning.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.warning("a connection could not be taken: %s", task.exception())
