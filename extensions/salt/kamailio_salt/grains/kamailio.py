# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Grains of a running Kamailio: what hardly changes while it runs.

:depends: kamailio-binrpc

Only ``kamailio`` in the minion's configuration says which server: a pillar is not there yet when
grains are gathered. A server that does not answer within a second has no grains.
"""

from __future__ import annotations

from typing import Any

from kamailio_binrpc.core import facts
from kamailio_binrpc.core.desired.escapes import visible
from kamailio_binrpc.core.errors import BinrpcError
from kamailio_salt.server import Server

SUBSET = ("version", "modules", "listeners")

LIMIT = 1.0  # seconds; a minion gathers its grains when it starts


def kamailio() -> dict[str, Any]:
    """Return the version, modules and listeners of the server, as facts have them."""
    options = globals()["__opts__"]
    try:
        server = Server({"config.get": options.get}, {"timeout": LIMIT, "connect_wait": 0.0})
        with server.connect() as client:
            found = facts.gather(client.call, facts.select(SUBSET))
    except (BinrpcError, ValueError):
        return {}
    # The time since its start belongs to facts: it is always out of date in grains.
    return {"kamailio": visible({name: found[name] for name in SUBSET if name in found})}
