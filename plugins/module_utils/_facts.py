# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# What kamailio_ctl_facts and kamailio_ctl_info share. Private to this collection.

from __future__ import annotations

from ._ctl import message, open_endpoint, visible
from .binrpc.errors import BinrpcError
from .binrpc.facts import gather, select

SUBSET = {"gather_subset": {"type": "list", "elements": "str", "default": ["all"]}}


def gather_facts(module):
    """Return the facts that the task asks for, or fail the module."""
    try:
        parts = select(module.params["gather_subset"])
    except ValueError as error:
        module.fail_json(msg="gather_subset: %s" % error)
    with open_endpoint(module) as endpoint:
        try:
            return visible(gather(endpoint.call, parts))
        except BinrpcError as error:
            return module.fail_json(msg=visible(message(error)))
