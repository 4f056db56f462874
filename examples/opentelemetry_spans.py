# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

import time

from opentelemetry import trace

from kamailio_binrpc import CallRecord, Kamailio

tracer = trace.get_tracer("kamailio")


def record(call: CallRecord) -> None:
    end = time.time_ns()
    start = end - int(call.seconds * 1e9)
    facts = {"rpc.system": "binrpc", "rpc.method": call.method, "server.address": str(call.address)}
    span = tracer.start_span(call.method, start_time=start, attributes=facts)
    if call.error is not None:
        span.record_exception(call.error)
        span.set_status(trace.StatusCode.ERROR, call.outcome)
    span.end(end_time=end)


with Kamailio("unix:/run/kamailio/kamailio_ctl", on_call=record) as kamailio:
    print(kamailio.core.uptime().uptime)
