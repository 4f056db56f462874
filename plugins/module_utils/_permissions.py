# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# What the module permissions has loaded, in one shape for all releases. Private to this
# collection.

from __future__ import annotations

from ._structs import members
from .binrpc.desired.drive import ask_or
from .binrpc.values import NULL_TEXT

PERMISSIONS = ("addresses", "subnets", "domains", "trusted")
PROTOCOLS = ("any", "udp", "tcp", "tls", "sctp", "ws", "wss")


def _tag(text):
    return "" if text in ("NULL", NULL_TEXT) else text


def permissions(subset=PERMISSIONS, group=None):
    """Return the parts of what the module permissions has loaded."""
    readers = {
        "addresses": _addresses,
        "subnets": _subnets,
        "domains": _domains,
        "trusted": _trusted,
    }
    found = {}
    for name in subset:
        found[name] = yield from readers[name]()
    if group is not None:
        for name in set(found) - {"trusted"}:
            found[name] = [each for each in found[name] if each["group"] == group]
    return found


def _addresses():
    values = yield from ask_or([], "No address table", "permissions.addressDump")
    return [
        {
            "group": each["group"],
            "ip": each["item"]["ip"],
            "port": each["item"]["port"],
            "tag": _tag(each["item"]["tag"]),
        }
        for each in values
    ]


def _subnets():
    values = yield from ask_or([], "No subnet table", "permissions.subnetDump")
    return [
        {
            "group": each["group"],
            "ip": each["item"]["ip"],
            "mask": each["item"]["mask"],
            "port": each["item"]["port"],
            "tag": _tag(each["item"]["tag"]),
        }
        for each in values
    ]


def _domains():
    found = []
    group = 0
    values = yield from ask_or([], "No domain list table", "permissions.domainDump")
    for name, value in members(values):
        if name == "group":
            group = value
        elif name == "item":
            found.append(
                {
                    "group": group,
                    "name": value["domain_name"],
                    "port": value["port"],
                    "tag": _tag(value["tag"]),
                }
            )
    return found


def _trusted():
    values = yield from ask_or([], "No trusted table", "permissions.trustedDump")
    return [
        {
            "ip": each["ip"],
            "protocol": PROTOCOLS[each["proto"]] if each["proto"] < len(PROTOCOLS) else "unknown",
            "from_pattern": _tag(each["pattern"]),
            "ruri_pattern": _tag(each["ruri_pattern"]),
            "tag": _tag(each["tag"]),
            "priority": each["priority"],
        }
        for name, each in members(values)
        if name == "item"
    ]
