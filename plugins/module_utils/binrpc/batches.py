# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Work at many endpoints in batches, as Ansible's ``serial`` has them, with an end for all."""

from __future__ import annotations

from time import monotonic

from .deadline import Deadline
from .errors import BinrpcError
from .foreign import whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator, List, Optional, Sequence, Union

    Batch = Union[int, str]
    Serial = Union[Batch, Sequence[Batch], None]


class DeadlinePassed(BinrpcError):
    """The time for all endpoints together is up, so the call was not made."""


class Limit:
    """The end of everything, which each call takes its time from.

    :param seconds: from now, or None for no such end.
    :ivar deadline: the moment as a Deadline, or None.
    """

    # Tests replace it, so that time passes without waiting.
    _clock = staticmethod(monotonic)

    def __init__(self, seconds: Optional[float] = None) -> None:
        self.deadline = None if seconds is None else Deadline(seconds, self._clock)
        self._stopped = False

    def stop(self) -> None:
        """Let the end be now."""
        self._stopped = True

    def at_most(self, seconds: float) -> float:
        """Return the seconds, or those that are left if they are fewer.

        :raises DeadlinePassed: none are left.
        """
        if self._stopped:
            raise DeadlinePassed("the task was stopped")
        if self.deadline is None:
            return seconds
        left = self.deadline.remaining()
        if not left:
            text = "the deadline of %g s for all endpoints has passed"
            raise DeadlinePassed(text % self.deadline.seconds)
        return min(seconds, left)


class Batches:
    """The batches of endpoints, until too many of one batch fail.

    Iterate over it, and call :meth:`count` for each endpoint of the batch::

        batches = Batches(names, serial="25%", max_fail_percentage=10, deadline=60)
        for batch in batches:
            for name in batch:
                batches.count(failed=not done(name, batches.limit))
        print("not called:", batches.skipped)

    :param endpoints: whatever stands for the endpoints.
    :param serial: endpoints per batch, as Ansible has it: a number, a percentage such as
        ``"25%"``, or a list of those, whose last one repeats; None for a single batch.
    :param max_fail_percentage: end after a batch if more than this share of it failed; None for no
        limit.
    :param deadline: seconds for all endpoints, from now; None for no such limit.
    :ivar limit: the end of all, as a :class:`Limit`.
    :ivar skipped: the endpoints of batches that were not begun.
    :ivar stopped: whether too many failed.
    :raises ValueError: a number is out of range.
    """

    def __init__(
        self,
        endpoints: Sequence[Any],
        serial: Serial = None,
        max_fail_percentage: Optional[float] = None,
        deadline: Optional[float] = None,
    ) -> None:
        if max_fail_percentage is None:
            max_fail_percentage = 100.0
        if not 0 <= max_fail_percentage <= 100:
            raise ValueError("max_fail_percentage is 0 to 100, not %r" % max_fail_percentage)
        if deadline is not None and not 0 < deadline <= 31_536_000:
            raise ValueError("deadline is more than 0 and at most 31536000 s, not %r" % deadline)
        self.limit = Limit(deadline)
        self.skipped: List[Any] = list(endpoints)
        self.stopped = False
        self._batches = _cut(endpoints, serial)
        self._most = max_fail_percentage
        self._failed = 0

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for batch in self._batches:
            self._failed = 0
            del self.skipped[: len(batch)]
            yield batch
            self.stopped = self._failed * 100 > self._most * len(batch)
            if self.stopped:
                return

    def count(self, *, failed: bool) -> None:
        """Take note of one endpoint of the current batch."""
        self._failed += failed


def _cut(endpoints: Sequence[Any], serial: Serial) -> List[Sequence[Any]]:
    sizes = [serial] if isinstance(serial, (int, str)) else list(serial or ())
    numbers = [_batch_size(size, len(endpoints)) for size in sizes] or [len(endpoints)]
    result: List[Sequence[Any]] = []
    start = 0
    while start < len(endpoints):
        size = numbers[min(len(result), len(numbers) - 1)]
        result.append(endpoints[start : start + size])
        start += size
    return result


def _batch_size(size: Batch, total: int) -> int:
    text = str(size).strip()
    try:
        number = int(total * float(text[:-1]) / 100) if text.endswith("%") else whole(text)
        if number < 1 and text.endswith("%") and float(text[:-1]) > 0:
            return 1
    except (ValueError, OverflowError):
        number = 0
    if number < 1:
        raise ValueError("serial is a number from 1 or a percentage such as 25%%, not %r" % size)
    return number
