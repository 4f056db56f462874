# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from kamailio_binrpc import Client
from kamailio_binrpc.desired import DispatcherState, NotEnsured, ensure

drained = DispatcherState(1, "disabled", "sip:192.0.2.12:5060")

with Client("unix:/run/kamailio/kamailio_ctl") as kamailio:
    print("would change:", ensure(kamailio, drained, check=True).changed)
    outcome = ensure(kamailio, drained)
    print("changed:", outcome.changed, outcome.before, "->", outcome.after)
    print("and again:", ensure(kamailio, drained).changed)
    try:
        ensure(kamailio, DispatcherState(1, "active", "sip:192.0.2.99"))
    except NotEnsured as error:
        print(error, "changed:", error.outcome.changed)
