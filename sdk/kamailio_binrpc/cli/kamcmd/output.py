# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Standard output and standard error as bytes, without the layers of io."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .errors import Failure

_OUT, _ERR = 1, 2
_CHUNK = 1 << 16


class Output:
    """Gathers standard output and writes it in order with standard error."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def add(self, *pieces: bytes) -> None:
        """Add to standard output."""
        self._pieces += pieces

    def line(self, text: str) -> None:
        """Add a line to standard output."""
        self._pieces.append(os.fsencode(text) + b"\n")

    def fail(self, failure: Failure) -> None:
        """Write an error, behind all output so far, and for people what to do about it."""
        self.flush()
        text = failure.text + "\n"
        if failure.advice and os.isatty(_ERR):
            text += "  " + failure.advice + "\n"
        _write(_ERR, os.fsencode(text))

    def flush(self) -> None:
        """Write what was gathered.

        :raises OSError: no process reads it.
        """
        if self._pieces:
            data = b"".join(self._pieces)
            self._pieces.clear()
            _write(_OUT, data)


def _write(target: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(target, view[:_CHUNK]) :]
