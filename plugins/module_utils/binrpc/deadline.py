# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""One time limit for everything that a call does."""

from __future__ import annotations

from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Optional

    Clock = Callable[[], float]


class Deadline:
    """A moment that is fixed once; every wait of the call takes what is left of it.

    :param seconds: from now; more than 0 and at most a year, so that no call blocks forever.
    :param clock: gives the time in seconds, instead of :func:`time.monotonic`.
    :ivar end: the moment, by that clock.
    :raises ValueError: anything else.
    """

    __slots__ = ("clock", "end", "seconds")

    def __init__(self, seconds: float, clock: Optional[Clock] = None) -> None:
        # The comparison is false for NaN, and raises TypeError for what is no number.
        if not 0 < seconds <= 31_536_000:
            raise ValueError("a timeout is more than 0 and at most 31536000 s, not %r" % seconds)
        self.seconds = seconds
        self.clock = monotonic if clock is None else clock
        self.end = self.clock() + seconds

    def renew(self) -> None:
        """Begin again: the same number of seconds from now."""
        self.end = self.clock() + self.seconds

    def remaining(self) -> float:
        """Seconds left, 0.0 once it has passed."""
        return max(0.0, self.end - self.clock())

    def expired(self) -> bool:
        """Has it passed?"""
        return self.clock() >= self.end
