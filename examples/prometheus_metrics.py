# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from prometheus_client import generate_latest

from kamailio_binrpc import Kamailio, measure_calls

with Kamailio("unix:/run/kamailio/kamailio_ctl", on_call=measure_calls()) as kamailio:
    print(kamailio.stats.fetch("shmem:"))

print(generate_latest().decode())
