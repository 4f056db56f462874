# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# What information modules have in common. Private to this collection.

from __future__ import annotations

from ._ctl import message, open_endpoint, visible
from ._state import Server
from .binrpc.errors import BinrpcError


def look(module, gather):
    """End the module with what a function gathers from the server."""
    with open_endpoint(module) as endpoint:
        address = visible(endpoint.address)
        try:
            found = visible(gather(Server(endpoint)))
        except BinrpcError as error:
            module.fail_json(msg=visible(message(error)), endpoint=address)
    module.exit_json(changed=False, endpoint=address, **found)
