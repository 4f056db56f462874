# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``xhttp_prom.*``: metrics of the configuration, and all of them as Prometheus reads them."""

from __future__ import annotations

from .. import reading
from .namespace import Namespace


class XhttpProm(Namespace):
    """``xhttp_prom.*``: metrics of the configuration, and all of them as Prometheus reads them.

    Metrics have up to three labels, whose values follow in the order of their declaration.
    """

    async def metric_list_print(self) -> str:
        """All metrics, in the text format of Prometheus."""
        return reading.text(await self._call("xhttp_prom.metric_list_print"))

    async def counter_inc(
        self,
        name: str,
        number: int,
        label1: str | None = None,
        label2: str | None = None,
        label3: str | None = None,
    ) -> None:
        """Add to a counter; ``number`` is 0 or more."""
        await self._do("xhttp_prom.counter_inc", name, number, label1, label2, label3)

    async def counter_reset(
        self,
        name: str,
        label1: str | None = None,
        label2: str | None = None,
        label3: str | None = None,
    ) -> None:
        """Set a counter to 0."""
        await self._do("xhttp_prom.counter_reset", name, label1, label2, label3)

    async def gauge_set(
        self,
        name: str,
        number: float,
        label1: str | None = None,
        label2: str | None = None,
        label3: str | None = None,
    ) -> None:
        """Set a gauge."""
        await self._do("xhttp_prom.gauge_set", name, number, label1, label2, label3)

    async def gauge_inc(
        self,
        name: str,
        number: float,
        label1: str | None = None,
        label2: str | None = None,
        label3: str | None = None,
    ) -> None:
        """Add to a gauge, or take away with a number below 0 (6.1)."""
        await self._do("xhttp_prom.gauge_inc", name, number, label1, label2, label3)

    async def gauge_reset(
        self,
        name: str,
        label1: str | None = None,
        label2: str | None = None,
        label3: str | None = None,
    ) -> None:
        """Set a gauge to 0."""
        await self._do("xhttp_prom.gauge_reset", name, label1, label2, label3)

    async def histogram_observe(
        self,
        name: str,
        number: float,
        label1: str | None = None,
        label2: str | None = None,
        label3: str | None = None,
    ) -> None:
        """Add an observation to a histogram."""
        await self._do("xhttp_prom.histogram_observe", name, number, label1, label2, label3)
