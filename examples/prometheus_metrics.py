# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from prometheus_client import Counter, Histogram

from kamailio_binrpc import CallRecord, Kamailio

SECONDS = Histogram("kamailio_rpc_seconds", "Duration of calls", ["method", "outcome"])
RECEIVED = Counter("kamailio_rpc_received_bytes", "Bytes of replies", ["method"])


def record(call: CallRecord) -> None:
    SECONDS.labels(call.method, call.outcome).observe(call.seconds)
    RECEIVED.labels(call.method).inc(call.received)


with Kamailio("unix:/run/kamailio/kamailio_ctl", on_call=record) as kamailio:
    print(kamailio.stats.fetch("shmem:"))
