# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Timing of things that are to be compared with each other.

All contenders run in turn, round after round, so that a machine that gets slower meanwhile slows
all of them. A ratio is the median of the rounds' own ratios. The cyclic garbage collector is on,
as it is in every program that uses the library; what a contender leaves behind is collected before
the next one starts.
"""

from __future__ import annotations

import gc
from statistics import median
from time import monotonic, perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Contender = Callable[[], object]


class Rounds:
    """How many: `least`, and more up to `most` while they fit into `seconds`."""

    def __init__(self, least: int, most: int, seconds: float) -> None:
        self.least = least
        self.most = most
        self.seconds = seconds


class Times:
    """Seconds per call, one number per contender and round."""

    def __init__(self, seconds: Mapping[str, list[float]]) -> None:
        self._seconds = seconds

    def __contains__(self, name: str) -> bool:
        return name in self._seconds

    def median(self, name: str) -> float:
        return median(self._seconds[name])

    def spread(self, name: str) -> float:
        """Half the distance of the quartiles, as a part of the median."""
        ordered = sorted(self._seconds[name])
        quarter = len(ordered) // 4
        return (ordered[-1 - quarter] - ordered[quarter]) / 2 / self.median(name)

    def ratio(self, name: str, base: str) -> float:
        """How many times as long `name` takes as `base`."""
        pairs = zip(self._seconds[name], self._seconds[base], strict=True)
        return median(one / other for one, other in pairs)


def measure(
    contenders: Mapping[str, Contender],
    rounds: Rounds,
    at_least: float = 0.02,
    clock: Callable[[], float] = perf_counter,
) -> Times:
    """Time each contender in every round, over enough calls to take `at_least` seconds."""
    counts = {name: _calls_in(call, at_least, clock) for name, call in contenders.items()}
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    start = monotonic()
    for number in range(rounds.most):
        if number >= rounds.least and monotonic() - start > rounds.seconds:
            break
        for name, call in contenders.items():
            seconds[name].append(_time(call, counts[name], clock))
    return Times(seconds)


def _calls_in(call: Contender, at_least: float, clock: Callable[[], float]) -> int:
    count = 1
    while True:
        duration = _time(call, count, clock) * count  # the first also warms up
        if duration >= at_least:
            return count
        count = max(count * 2, min(count * 100, int(count * at_least / max(duration, 1e-9))))


def _time(call: Contender, count: int, clock: Callable[[], float]) -> float:
    gc.collect()
    turns = range(count)
    start = clock()
    for _other in turns:
        result = call()
    end = clock()
    del result  # the last one, not timed: freeing is, where there are several
    return (end - start) / count
