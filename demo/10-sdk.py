# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""The SDK: one connection, typed values, faults as exceptions."""

import os

from kamailio_binrpc import Client, MethodNotFound

with Client(os.environ["KAMAILIO_CTL"]) as kamailio:
    print("version   ", kamailio.call("core.version").value)

    uptime = kamailio.call("core.uptime").value
    print("up for    ", uptime["uptime"], "seconds")

    kamailio.call("htable.sets", "demo", "greeting", "hello")
    item = kamailio.call("htable.get", "demo", "greeting").value
    print("htable    ", item["item"]["name"], "=", item["item"]["value"])

    # Several calls under way at once, an outcome for each.
    calls = [("core.psx",), ("stats.get_statistics", "core:"), ("no.such.method",)]
    for call, outcome in zip(calls, kamailio.call_many(calls), strict=True):
        print("batch     ", call[0], "->", type(outcome).__name__)

    try:
        kamailio.call("no.such.method")
    except MethodNotFound as fault:
        print("fault     ", fault)
