# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from kamailio_binrpc import EncodeError, FifoClient

with FifoClient("fifo:/run/kamailio/kamailio_rpc.fifo") as kamailio:
    print(kamailio.call("core.version").value)
    for fields in kamailio.call("core.uptime").structs():
        print(dict(fields.items()))
    try:
        kamailio.call("dispatcher.set_state", "ip", 1, "all")
    except EncodeError as error:
        print(error)
