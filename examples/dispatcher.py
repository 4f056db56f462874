# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from kamailio_binrpc import Kamailio

with Kamailio("unix:/run/kamailio/kamailio_ctl") as kamailio:
    for group in kamailio.dispatcher.list():
        for destination in group.destinations:
            weight = destination.attributes.weight if destination.attributes else 0
            print(group.id, destination.uri, destination.state, f"weight {weight}")
    kamailio.dispatcher.set_state("inactive", 1, "all", probing=True)
    print([destination.flags for destination in kamailio.dispatcher.list()[0].destinations])
