# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from kamailio_binrpc import EncodeError, FifoClient

with FifoClient("fifo:/run/kamailio/kamailio_rpc.fifo") as kamailio:
    print(kamailio.call("core.version").value)
    uptime = kamailio.call("core.uptime")
    if uptime.damaged:  # by the server, as released ones do over this protocol
        print("only the ends of values arrived:", uptime)
    else:
        for fields in uptime.structs():
            print(dict(fields.items()))
    try:
        kamailio.call("dispatcher.set_state", "ip", 1, "all")
    except EncodeError as error:
        print(error)
