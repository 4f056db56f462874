# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``xhttp_prom.*``: metrics for Prometheus (upstream ``xhttp_prom/xhttp_prom.c``)."""

from __future__ import annotations

from ...faults import Fault
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple

    Labels = Tuple[str, ...]

SAMPLE: Dict[str, Dict[str, Any]] = {
    "calls": {"type": "counter"},
    "load": {"type": "gauge"},
    "delay": {"type": "histogram"},
}
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Value:
    """Numbers of one metric for one choice of labels.

    :ivar bounds: upper bounds of a histogram's buckets.
    :ivar buckets: how many observations are not above each bound.
    :ivar time: when it was last changed, in seconds since 1970.
    """

    def __init__(self, bounds: Tuple[float, ...]) -> None:
        self.number = 0.0
        self.count = 0
        self.bounds = bounds
        self.buckets = [0] * len(bounds)
        self.time = 0.0


class Metric:
    """One metric of the configuration.

    :ivar bounds: upper bounds of a histogram's buckets.
    :ivar values: by the texts of its labels.
    """

    def __init__(self, kind: str, labels: Labels, bounds: Tuple[float, ...]) -> None:
        if kind not in ("counter", "gauge", "histogram"):
            raise ValueError("no metric of type %r; there are counter, gauge, histogram" % kind)
        self.kind = kind
        self.labels = labels
        self.bounds = bounds if kind == "histogram" else ()
        self.values: Dict[Labels, Value] = {}


class Prometheus(Module):
    """The module xhttp_prom.

    :param metrics: name to ``{"type": "counter", "labels": [...]}``; types are counter, gauge and
        histogram, which also has ``buckets``, its upper bounds; None for samples.
    :param beginning: the modparam ``xhttp_prom_beginning``.
    :param timeout: the modparam ``xhttp_prom_timeout``: minutes after which values are forgotten,
        0 for never.
    :ivar metrics: name to :class:`Metric`.
    """

    name = "xhttp_prom"
    loads = ("xhttp", "xhttp_prom")

    def __init__(
        self,
        metrics: Optional[Mapping[str, Mapping[str, Any]]] = None,
        beginning: str = "kamailio_",
        timeout: int = 60,
    ) -> None:
        self.metrics: Dict[str, Metric] = {}
        for name, given in (SAMPLE if metrics is None else metrics).items():
            bounds = tuple(map(float, given.get("buckets", BUCKETS)))
            self.metrics[name] = Metric(given["type"], tuple(given.get("labels", ())), bounds)
        self.beginning = beginning
        self.timeout = timeout

    def _change(self, ctx: Any, kind: str, number: str, doing: str) -> Any:
        """Read parameters and return the value that they name, with a number.

        :param number: the format of the number, "" for none.
        :param doing: the start of a fault's text, with a place for the number.
        """
        params = ctx.scan("S")
        if params.count < 1:
            raise Fault(400, "required %s identifier" % kind)
        name = params[0]
        if not name:
            raise Fault(400, "invalid %s identifier" % kind)
        amount: Any = 0
        if number:
            params = ctx.scan(number)
            if params.count < 1:
                raise Fault(400, "required number argument")
            amount = params[0]
            if kind == "counter" and amount < 0:
                return None, amount
        params = ctx.scan("*SSS")
        if params.count < 0:
            raise Fault(500, "Strange return value: %d" % params.count)
        labels = tuple(params[: params.count])
        value = self._value(kind, name, labels)
        if value is None:
            done = doing % amount if number else doing
            if kind == "gauge" and number and not labels:
                done = done[: -len(" to")]
            shown = "%s %s: %s" % (done, kind, name)
            raise Fault(500, shown + (" (%s)" % ", ".join(labels) if labels else ""))
        return value, amount

    def _value(self, kind: str, name: str, labels: Labels) -> Optional[Value]:
        now = self.state.clock()
        if self.timeout:
            for metric in self.metrics.values():
                for key, value in list(metric.values.items()):
                    if now - value.time > self.timeout * 60:
                        del metric.values[key]
        found = self.metrics.get(name)
        if found is None or found.kind != kind or len(found.labels) != len(labels):
            return None
        if not all(labels):
            return None  # empty labels are refused
        one = found.values.setdefault(labels, Value(found.bounds))
        one.time = now
        return one

    @method(
        "xhttp_prom.counter_inc",
        help="Add a number (greater or equal to zero) to a counter based on its identifier",
    )
    def counter_inc(self, ctx: Any) -> None:
        value, number = self._change(ctx, "counter", "d", "Failed to add %d to")
        if value is not None:
            value.count += number

    @method("xhttp_prom.counter_reset", help="Reset a counter based on its identifier")
    def counter_reset(self, ctx: Any) -> None:
        value, _number = self._change(ctx, "counter", "", "Failed to reset")
        value.count = 0

    @method("xhttp_prom.gauge_set", help="Set a gauge to a number based on its identifier")
    def gauge_set(self, ctx: Any) -> None:
        value, number = self._change(ctx, "gauge", "f", "Failed to assign %f to")
        value.number = number

    @method(
        "xhttp_prom.gauge_inc",
        help="Increase or decrease a gauge by a given number based on its identifier",
        since=(6, 1),
    )
    def gauge_inc(self, ctx: Any) -> None:
        value, number = self._change(ctx, "gauge", "f", "Failed to add %f to")
        value.number += number

    @method("xhttp_prom.gauge_reset", help="Reset a gauge based on its identifier")
    def gauge_reset(self, ctx: Any) -> None:
        value, _number = self._change(ctx, "gauge", "", "Failed to reset")
        value.number = 0.0

    @method("xhttp_prom.histogram_observe", help="Observe a number in a histogram")
    def histogram_observe(self, ctx: Any) -> None:
        value, number = self._change(ctx, "histogram", "f", "Failed to observe %f in")
        for index, bound in enumerate(value.bounds):
            value.buckets[index] += number <= bound
        value.count += 1
        value.number += number

    @method("xhttp_prom.metric_list_print", help="Print a list showing all user defined metrics")
    def metric_list_print(self, ctx: Any) -> None:
        stamp = int(self.state.clock() * 1000)
        lines = ["# User defined metrics" if self.metrics else "# NO User defined metrics"]
        for name, metric in self.metrics.items():
            for labels, value in metric.values.items():
                named = ['%s="%s"' % pair for pair in zip(metric.labels, labels)]
                for end, members, number in _shown(metric, value, named):
                    shown = "{%s}" % ", ".join(members) if members else ""
                    start = self.beginning + name + end + shown
                    lines.append("%s %s %d" % (start, number, stamp))
        ctx.printf("\n".join(lines) + "\n")


def _shown(metric: Metric, value: Value, named: List[str]) -> Iterator[Tuple[str, List[str], str]]:
    """Yield the end of the name, the labels and the number of each line."""
    if metric.kind == "counter":
        yield "", named, "%d" % value.count
    elif metric.kind == "gauge":
        yield "", named, "%f" % value.number
    else:
        for bound, count in zip(value.bounds, value.buckets):
            yield "_bucket", [*named, 'le="%f"' % bound], "%d" % count
        yield "_bucket", [*named, 'le="+Inf"'], "%d" % value.count
        yield "_sum", named, "%f" % value.number
        yield "_count", named, "%d" % value.count
