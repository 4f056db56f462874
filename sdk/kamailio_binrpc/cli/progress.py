# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The line of progress of calls on many endpoints."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING

from ..core.printable import listed, printable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

_SECONDS = 0.2
_QUIET = 5  # redraws without news before names are shown
_SHOWN = 4


class Progress:
    """Counts results, and keeps a line about them on a terminal.

    A thread redraws the line, so that it is right also while no result comes; when none has come
    for a second, it names the endpoints that are waited for.

    :param names: all endpoints, in their order.
    :param stream: a terminal, or None to count only.
    """

    def __init__(self, names: Iterable[str], stream: TextIO | None) -> None:
        self._waiting = dict.fromkeys(names)
        self._total = len(self._waiting)
        self._stream = stream
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._quiet = 0
        self._drawn = ""
        self.failed: list[str] = []
        self.done: list[str] = []
        if stream is not None:
            threading.Thread(target=self._redraw, daemon=True).start()

    @property
    def pending(self) -> list[str]:
        """The endpoints without a result."""
        return list(self._waiting)

    def add(self, name: str, *, failed: bool) -> None:
        """Count a result."""
        with self._lock:
            self._waiting.pop(name, None)
            (self.failed if failed else self.done).append(name)
            self._quiet = 0

    def write(self, text: str) -> None:
        """Write to standard output, above the line."""
        from . import output

        with self._lock:
            self._clear()
            output.write(text)

    def end(self) -> None:
        """Remove the line."""
        self._stop.set()
        with self._lock:
            self._clear()

    def text(self) -> str:
        """Return the line."""
        count = self._total - len(self._waiting)
        parts = [f"{count} of {self._total}"]
        if self.failed:
            parts.append(f"{len(self.failed)} failed")
        if self._quiet >= _QUIET and self._waiting:
            parts.append(printable("waiting for " + listed(self.pending, _SHOWN)))
        return ", ".join(parts)

    def _redraw(self) -> None:
        while not self._stop.wait(_SECONDS):
            with self._lock:
                if self._stop.is_set():
                    return
                text = self.text()
                self._quiet += 1
                if text != self._drawn:
                    self._put(f"\r\x1b[K{text}")
                    self._drawn = text

    def _clear(self) -> None:
        if self._drawn:
            self._put("\r\x1b[K")
            self._drawn = ""

    def _put(self, text: str) -> None:
        stream = self._stream or sys.stderr
        stream.write(text)
        stream.flush()
