# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from kamailio_binrpc import Fleet, load_config

config = load_config()  # KAMRPC_CONFIG, ~/.config/kamrpc/config.ini or /etc/kamrpc/config.ini
fleet = Fleet(config.select(["edge"]), timeout=2)
report = fleet.call("core.uptime")
for name, reply in report.replies.items():
    print(f"{name} is up for {reply.value['uptime']} s")
for cause, names in report.causes().items():
    print(f"{cause}: {', '.join(names)}")
