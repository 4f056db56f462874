# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""One time limit for everything that a call does."""

from __future__ import annotations

from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Optional

    Clock = Callable[[], float]

LONGEST = 31_536_000.0
"""Seconds, a year: as good as no limit, and stands for one."""


class Deadline:
    """A moment that is fixed once; every wait of the call takes what is left of it.

    :param seconds: from now; more than 0 and at most a year, so that no call blocks forever.
    :param clock: gives the time in seconds, instead of :func:`time.monotonic`.
    :param latest: a moment by that clock, which the end never passes.
    :ivar start: when it was made.
    :ivar seconds: until the end, from when it was made or last renewed.
    :ivar whole: the seconds given.
    :ivar end: the moment, by that clock.
    :raises ValueError: anything else.
    """

    __slots__ = ("clock", "end", "latest", "seconds", "start", "whole")

    def __init__(
        self, seconds: float, clock: Optional[Clock] = None, latest: Optional[float] = None
    ) -> None:
        # The comparison is false for NaN, and raises TypeError for anything but a number.
        if not 0 < seconds <= LONGEST:
            raise ValueError("a timeout is more than 0 and at most 31536000 s, not %r" % seconds)
        self.seconds = self.whole = seconds
        self.clock = monotonic if clock is None else clock
        self.latest = latest
        self.start = self.clock()
        self.end = 0.0
        self._begin(self.start)

    def renew(self) -> None:
        """Begin again: the same number of seconds from now."""
        self._begin(self.clock())

    def _begin(self, now: float) -> None:
        self.end = now + self.whole
        if self.latest is not None and self.latest < self.end:
            self.end = self.latest
            # What the messages say is what there was.
            self.seconds = max(0.0, self.end - now)

    def remaining(self) -> float:
        """Seconds left, 0.0 once it has passed."""
        return max(0.0, self.end - self.clock())

    def expired(self) -> bool:
        """Has it passed?"""
        return self.clock() >= self.end
