# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The ready-made observers, with the real libraries."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest

# Extras, which the environment with the oldest dependencies does not have.
pytest.importorskip("opentelemetry.sdk")
pytest.importorskip("prometheus_client")

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import CollectorRegistry

from kamailio_binrpc import (
    AsyncClient,
    Busy,
    Client,
    Fleet,
    MethodNotFound,
    RetryPolicy,
    log_calls,
    measure_calls,
    trace_calls,
)
from kamailio_binrpc.core.address import parse_address
from kamailio_binrpc.core.call_record import CallRecord
from kamailio_binrpc.core.connection import Request
from kamailio_binrpc.core.faults import Fault
from kamailio_binrpc.lab import LabServer


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    lab = LabServer(["tcp:127.0.0.1:0"])
    with lab.running_in_thread():
        yield lab.addresses[0]


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracer(spans: InMemorySpanExporter) -> Any:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    return provider.get_tracer("tests")


def test_an_attempt_is_the_current_span(
    address: str, tracer: Any, spans: InMemorySpanExporter
) -> None:
    seen = []

    class Both:
        def __init__(self) -> None:
            self._trace: Any = trace_calls(tracer)

        def started(self, call: Any) -> None:
            self._trace.started(call)
            seen.append(trace.get_current_span())

        def __call__(self, call: Any) -> None:
            self._trace(call)

    with tracer.start_as_current_span("outer") as outer, Client(address, on_call=Both()) as client:
        client.call("core.echo", "a")
        with pytest.raises(MethodNotFound):
            client.call("core.nosuch")
        assert trace.get_current_span() is outer
    echo, missing, whole = spans.get_finished_spans()
    assert [span.name for span in (echo, missing, whole)] == ["core.echo", "core.nosuch", "outer"]
    assert [each.get_span_context() for each in seen] == [echo.context, missing.context]
    assert echo.parent == whole.context
    assert echo.attributes is not None
    assert echo.attributes["server.address"] == address
    assert echo.attributes["kamailio.rpc.outcome"] == "ok"
    assert echo.kind is trace.SpanKind.CLIENT
    assert missing.status.status_code is trace.StatusCode.ERROR
    assert missing.events[0].name == "exception"
    assert (echo.start_time or 0) <= (echo.end_time or 0)


def test_spans_of_many_at_once_leave_the_current_one(
    address: str, tracer: Any, spans: InMemorySpanExporter
) -> None:
    async def calls() -> None:
        async with AsyncClient(address, on_call=trace_calls(tracer)) as client:
            await asyncio.gather(*(client.call("core.echo", str(n)) for n in range(5)))
            await client.call_many([("core.echo", "x")] * 3)

    with tracer.start_as_current_span("outer") as outer:
        Fleet([address], on_call=trace_calls(tracer)).call("core.echo", "a")
        with Client(address, on_call=trace_calls(tracer)) as client:
            client.call_many([("core.echo", "x")] * 3)
        asyncio.run(calls())
        assert trace.get_current_span() is outer
    *inner, whole = spans.get_finished_spans()
    assert len(inner) == 1 + 3 + 5 + 3
    parents = {span.parent and span.parent.span_id for span in inner}
    assert parents == {whole.get_span_context().span_id}


def test_histograms_by_method_and_outcome(address: str) -> None:
    registry = CollectorRegistry()
    with Client(address, on_call=measure_calls(registry)) as client:
        for _call in range(3):
            client.call("core.echo", "a")
        with pytest.raises(MethodNotFound):
            client.call("core.nosuch")

    def value(name: str, method: str, outcome: str) -> float | None:
        return registry.get_sample_value(name, {"method": method, "outcome": outcome})

    assert value("kamailio_rpc_seconds_count", "core.echo", "ok") == 3
    assert value("kamailio_rpc_seconds_count", "core.nosuch", "MethodNotFound") == 1
    assert (value("kamailio_rpc_sent_bytes_total", "core.echo", "ok") or 0) > 30
    assert (value("kamailio_rpc_received_bytes_total", "core.echo", "ok") or 0) > 10


def test_attempts_are_logged(address: str, caplog: pytest.LogCaptureFixture) -> None:
    policy = RetryPolicy(retries=1, busy_wait=0)
    with caplog.at_level(logging.DEBUG, "kamailio_binrpc"), Client(address) as control:
        control.call("lab.set_failure", "busy", "method=core.echo", "count=2")
        with Client(address, retry=policy, on_call=log_calls()) as client, pytest.raises(Busy):
            client.call("core.echo", "a")
    found = [vars(record) for record in caplog.records]
    assert [(each["rpc_attempt"], each["rpc_outcome"]) for each in found] == [
        (1, "Busy"),
        (2, "Busy"),
    ]
    assert all(each["rpc_begun"] > 1e9 for each in found)


def test_a_server_writes_no_lines_of_a_log(caplog: pytest.LogCaptureFixture) -> None:
    record = CallRecord(parse_address("unix:/s"), Request("m.a", ()))
    record.end(Request("m.a", ()), 0.1, Fault(500, "no\nWARNING root: forged\x1b[2J\u202e", "m.a"))
    with caplog.at_level(logging.DEBUG, "kamailio_binrpc"):
        log_calls()(record)
    (message,) = caplog.messages
    assert r"no\nWARNING root: forged\x1b[2J\u202e" in message
    assert message.isprintable()
