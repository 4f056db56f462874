# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Host names looked up in threads, for one that waits for descriptors."""

from __future__ import annotations

import os
import threading
from collections import deque

from .transport import find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Deque, List, Tuple

    from .address import Address

THREADS = 16


class Lookups:
    """Takes questions; its descriptor can be read when there are answers.

    The resolver cannot be told a limit: whoever asks must watch the time, and a thread that
    hangs in it does not delay the end of the process.
    """

    def __init__(self) -> None:
        self._asked: Deque[Tuple[Any, Address]] = deque()
        self._found: Deque[Tuple[Any, Any]] = deque()
        self._lock = threading.Lock()
        self._threads = 0
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)

    def fileno(self) -> int:
        """To be waited for."""
        return self._reader

    def ask(self, who: Any, address: Address) -> None:
        """Look the address's host up for ``who``."""
        with self._lock:
            self._asked.append((who, address))
            if self._threads >= THREADS:
                return
            self._threads += 1
        threading.Thread(target=self._work, daemon=True).start()

    def take(self) -> List[Tuple[Any, Any]]:
        """Return what was found since the last time: who asked, and targets or the exception."""
        try:
            os.read(self._reader, 4096)
        except BlockingIOError:
            pass
        found = []
        while self._found:
            found.append(self._found.popleft())
        return found

    def close(self) -> None:
        """Forget all questions."""
        with self._lock:
            self._asked.clear()
            os.close(self._reader)
            os.close(self._writer)
            self._writer = -1

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._asked:
                    self._threads -= 1
                    return
                who, address = self._asked.popleft()
            self._found.append((who, find(address)))
            with self._lock:
                if self._writer >= 0:
                    try:
                        os.write(self._writer, b"\0")
                    except BlockingIOError:
                        pass  # full, so it can be read
