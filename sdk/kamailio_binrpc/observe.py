# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Ready-made observers for the clients' ``on_call``."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from .core.faults import Fault
from .core.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opentelemetry.trace import Tracer
    from prometheus_client import CollectorRegistry

    from .core.call_record import CallRecord


def log_calls(
    logger: logging.Logger | None = None, level: int = logging.DEBUG
) -> Callable[[CallRecord], None]:
    """Return an observer that logs every attempt, with its facts as attributes of the log record.

    Formatters and handlers find ``rpc_endpoint``, ``rpc_method``, ``rpc_attempt``, ``rpc_outcome``,
    ``rpc_begun`` (seconds since the epoch), ``rpc_seconds``, ``rpc_sent`` and ``rpc_received``
    (bytes) and ``rpc_fault_code`` (None unless a fault).

    :param logger: the logger ``kamailio_binrpc`` unless given.
    :param level: of calls that succeeded; a fault is logged as INFO and a failure to get an
        answer as WARNING, if those are higher.
    """
    log = logger or logging.getLogger("kamailio_binrpc")

    def observe(call: CallRecord) -> None:
        if call.error is None:
            importance = level
        elif isinstance(call.error, Fault):
            importance = max(level, logging.INFO)
        else:
            importance = max(level, logging.WARNING)
        log.log(
            importance,
            "%s %s: %s in %.1f ms",
            call.address,
            call.method,
            one_line(call.error or "ok"),
            call.seconds * 1000,
            extra={
                "rpc_endpoint": str(call.address),
                "rpc_method": call.method,
                "rpc_attempt": call.attempt,
                "rpc_outcome": call.outcome,
                "rpc_begun": call.begun,
                "rpc_seconds": call.seconds,
                "rpc_sent": call.sent,
                "rpc_received": call.received,
                "rpc_fault_code": getattr(call.error, "code", None),
            },
        )

    return observe


def trace_calls(tracer: Tracer | None = None) -> Callable[[CallRecord], None]:
    """Return an observer that makes an OpenTelemetry span of every attempt.

    The span is a child of the current one, and the current one until the attempt has ended; where
    one thread has many calls under way, as in a fleet, it is only a child. It has the attributes
    ``rpc.system``, ``rpc.method``, ``server.address``, ``kamailio.rpc.attempt``,
    ``kamailio.rpc.outcome``, ``kamailio.rpc.sent`` and ``kamailio.rpc.received`` (bytes).

    Needs opentelemetry-api: ``pip install kamailio-binrpc[opentelemetry]``.

    :param tracer: the one of the name ``kamailio_binrpc`` unless given.
    :raises ImportError: it is not installed.
    """
    from opentelemetry import context, trace

    return _Tracing(tracer or trace.get_tracer("kamailio_binrpc"), trace, context)


class _Tracing:
    def __init__(self, tracer: Tracer, trace: object, context: object) -> None:
        self._tracer = tracer
        self._trace: Any = trace
        self._context: Any = context
        self._open: dict[int, tuple[Any, Any]] = {}

    def started(self, call: CallRecord) -> None:
        span = self._tracer.start_span(
            call.method,
            kind=self._trace.SpanKind.CLIENT,
            start_time=int(call.begun * 1e9),
            attributes={
                "rpc.system": "binrpc",
                "rpc.method": call.method,
                "server.address": str(call.address),
                "kamailio.rpc.attempt": call.attempt,
                "kamailio.rpc.sent": call.sent,
            },
        )
        token = self._context.attach(self._trace.set_span_in_context(span)) if call.alone else None
        self._open[id(call)] = span, token

    def __call__(self, call: CallRecord) -> None:
        span, token = self._open.pop(id(call))
        if token is not None:
            self._context.detach(token)
        span.set_attribute("kamailio.rpc.outcome", call.outcome)
        span.set_attribute("kamailio.rpc.received", call.received)
        if call.error is not None:
            span.record_exception(call.error)
            span.set_status(self._trace.StatusCode.ERROR, call.outcome)
        span.end(end_time=int((call.begun + call.seconds) * 1e9))


def measure_calls(
    registry: CollectorRegistry | None = None,
    prefix: str = "kamailio_rpc",
    buckets: Sequence[float] = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0),
) -> Callable[[CallRecord], None]:
    """Return an observer that keeps Prometheus metrics of attempts, by method and outcome.

    They are the histogram ``<prefix>_seconds`` and the counters ``<prefix>_sent_bytes_total`` and
    ``<prefix>_received_bytes_total``. Share one observer among all clients: a registry takes
    each metric once.

    Needs prometheus_client: ``pip install kamailio-binrpc[prometheus]``.

    :param registry: prometheus_client's own unless given.
    :param prefix: how the names of the metrics begin.
    :param buckets: upper limits of the histogram, in seconds.
    :raises ImportError: it is not installed.
    """
    from prometheus_client import REGISTRY, Counter, Histogram

    registry = REGISTRY if registry is None else registry
    labels = ("method", "outcome")
    seconds = Histogram(
        f"{prefix}_seconds", "Duration of calls", labels, buckets=buckets, registry=registry
    )
    sent = Counter(f"{prefix}_sent_bytes", "Bytes of requests", labels, registry=registry)
    received = Counter(f"{prefix}_received_bytes", "Bytes of replies", labels, registry=registry)

    def observe(call: CallRecord) -> None:
        seconds.labels(call.method, call.outcome).observe(call.seconds)
        sent.labels(call.method, call.outcome).inc(call.sent)
        received.labels(call.method, call.outcome).inc(call.received)

    return observe
