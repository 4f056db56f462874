# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from kamailio_binrpc import Client, NotFound

with Client("unix:/run/kamailio/kamailio_ctl", timeout=5.0) as kamailio:
    print(kamailio.call("core.version").value)
    for process in kamailio.call("core.psx"):
        print(process["PID"], process["DSC"])
    try:
        kamailio.call("htable.get", "features", "recording")
    except NotFound:
        print("no such flag")
