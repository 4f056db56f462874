# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from kamailio_binrpc import Kamailio, trace_calls

with Kamailio("unix:/run/kamailio/kamailio_ctl", on_call=trace_calls()) as kamailio:
    print(kamailio.core.uptime().uptime)
