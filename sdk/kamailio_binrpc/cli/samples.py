# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The data that ``kamrpc top`` has of a server: figures at a moment, and rates between two."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..core.errors import BinrpcError
from ..core.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..core.client import Client

_CALLS: Sequence[tuple[str, ...]] = (
    ("core.uptime",),
    ("core.shmmem",),
    ("stats.fetch", "core:", "usrloc:"),
    ("tm.stats",),
    ("dlg.stats_active",),
    ("dispatcher.list",),
)
_KEPT = 60
_COUNTERS = {
    "requests": "core.rcv_requests",
    "dropped": "core.drop_requests",
    "errors": "core.err_requests",
}


@dataclass
class Sample:
    """The figures of a server at a moment; those that it does not give are left out.

    :ivar seconds: when it was taken, by a clock that only runs forward.
    :ivar gauges: name -> number that is as it is: ``uptime``, ``memory`` (share of shared memory in
        use), ``transactions``, ``calls``, ``registered``, ``active`` and ``gateways``.
    :ivar counters: name -> number that grows: ``requests``, ``dropped``, ``errors``.
    :ivar destinations: ``(set, URI, flags)`` of the dispatcher.
    :ivar error: why there is nothing, "" if there is.
    :ivar problem: the kind of error, in two or three words.
    """

    seconds: float
    gauges: dict[str, float] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    destinations: list[tuple[int, str, str]] = field(default_factory=list)
    error: str = ""
    problem: str = ""


def take(client: Client, now: float) -> Sample:
    """Ask a server for its figures, in one go; what its modules do not offer is left out.

    :raises BinrpcError: the server did not answer.
    """
    sample = Sample(now)
    for call, reply in zip(_CALLS, client.call_many(_CALLS), strict=True):
        if isinstance(reply, Fault):
            continue
        if isinstance(reply, BinrpcError):
            raise reply
        values = reply.to_json()
        if values and isinstance(values[0], dict):
            _READ[call[0]](sample, values[0])
    return sample


def _uptime(sample: Sample, reply: dict[str, Any]) -> None:
    _put(sample.gauges, "uptime", reply.get("uptime"))


def _memory(sample: Sample, reply: dict[str, Any]) -> None:
    used, total = reply.get("real_used"), reply.get("total")
    if _is_number(used) and _is_number(total) and total:
        sample.gauges["memory"] = used / total


def _statistics(sample: Sample, reply: dict[str, Any]) -> None:
    for name, statistic in _COUNTERS.items():
        text = str(reply.get(statistic, ""))
        if text.isascii() and text.isdigit():
            sample.counters[name] = int(text)
    text = str(reply.get("usrloc.registered_users", ""))
    if text.isascii() and text.isdigit():
        sample.gauges["registered"] = int(text)


def _transactions(sample: Sample, reply: dict[str, Any]) -> None:
    _put(sample.gauges, "transactions", reply.get("current"))


def _dialogs(sample: Sample, reply: dict[str, Any]) -> None:
    _put(sample.gauges, "calls", reply.get("ongoing"))


def _destinations(sample: Sample, reply: dict[str, Any]) -> None:
    from .rows import rows_of

    for row in rows_of([reply], "dispatcher.list"):
        number, uri, flags = row.get("ID"), row.get("URI"), row.get("FLAGS")
        if isinstance(number, int) and isinstance(uri, str) and isinstance(flags, str):
            sample.destinations.append((number, uri, flags))
    sample.gauges["gateways"] = len(sample.destinations)
    sample.gauges["active"] = sum(flags.startswith("A") for *_, flags in sample.destinations)


_READ = {
    "core.uptime": _uptime,
    "core.shmmem": _memory,
    "stats.fetch": _statistics,
    "tm.stats": _transactions,
    "dlg.stats_active": _dialogs,
    "dispatcher.list": _destinations,
}


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float))


def _put(gauges: dict[str, float], name: str, value: Any) -> None:
    if _is_number(value):
        gauges[name] = value


class History:
    """The samples of a server, the newest last, and its rates of requests."""

    def __init__(self) -> None:
        self.last = Sample(0.0, error="not asked yet", problem="not asked yet")
        self._before: Sample | None = None
        self.requests: deque[float] = deque(maxlen=_KEPT)

    def add(self, sample: Sample) -> None:
        """Take in a sample."""
        if not sample.error:
            if not self.last.error:
                self._before = self.last
            self.last = sample
            rate = self.rate("requests")
            if rate is not None:
                self.requests.append(rate)
        else:
            # What was known stays on show, marked with the error.
            self.last = Sample(
                self.last.seconds,
                self.last.gauges,
                self.last.counters,
                self.last.destinations,
                sample.error,
                sample.problem,
            )

    def rate(self, name: str) -> float | None:
        """Return by how many a second a counter grew, None if that is not known.

        A counter that fell is that of a server that was restarted.
        """
        before = self._before
        if before is None or name not in before.counters or name not in self.last.counters:
            return None
        seconds = self.last.seconds - before.seconds
        more = self.last.counters[name] - before.counters[name]
        return more / seconds if seconds > 0 and more >= 0 else None
