# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""One time limit for everything that a call does."""

from __future__ import annotations

from time import monotonic


class Deadline:
    """A moment that is fixed once; every wait of the call takes what is left of it.

    :param seconds: from now; more than 0 and at most a year, so that no call waits for ever.
    :ivar end: the moment, as :func:`time.monotonic` counts.
    :raises ValueError: anything else.
    """

    __slots__ = ("end", "seconds")

    def __init__(self, seconds: float) -> None:
        # The comparison is false for NaN, and raises TypeError for what is no number.
        if not 0 < seconds <= 31_536_000:
            raise ValueError("a timeout is more than 0 and at most 31536000 s, not %r" % seconds)
        self.seconds = seconds
        self.end = monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, 0.0 once it has passed."""
        return max(0.0, self.end - monotonic())

    def expired(self) -> bool:
        """Has it passed?"""
        return monotonic() >= self.end
