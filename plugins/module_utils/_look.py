# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# What operators look at, in one shape for all releases. Private to this collection.

from __future__ import annotations

PERMISSIONS = ("addresses", "subnets", "domains", "trusted")
PROTOCOLS = ("any", "udp", "tcp", "tls", "sctp", "ws", "wss")


def _tag(text):
    return "" if text in ("NULL", "<null string>") else text


def permissions(server, subset=PERMISSIONS, group=None):
    """Return the parts of what the module permissions has loaded."""
    readers = {
        "addresses": _addresses,
        "subnets": _subnets,
        "domains": _domains,
        "trusted": _trusted,
    }
    found = {name: readers[name](server) for name in subset}
    if group is not None:
        for name in set(found) - {"trusted"}:
            found[name] = [each for each in found[name] if each["group"] == group]
    return found


def _addresses(server):
    return [
        {
            "group": each["group"],
            "ip": each["item"]["ip"],
            "port": each["item"]["port"],
            "tag": _tag(each["item"]["tag"]),
        }
        for each in server.ask_or([], "No address table", "permissions.addressDump")
    ]


def _subnets(server):
    return [
        {
            "group": each["group"],
            "ip": each["item"]["ip"],
            "mask": each["item"]["mask"],
            "port": each["item"]["port"],
            "tag": _tag(each["item"]["tag"]),
        }
        for each in server.ask_or([], "No subnet table", "permissions.subnetDump")
    ]


def _members(values):
    """Return (name, value) of the one struct of a reply, in which names may repeat."""
    for value in values:
        if isinstance(value, dict):
            yield from value.items()
        else:
            for member in value:
                yield from member.items()


def _domains(server):
    found = []
    group = 0
    for name, value in _members(
        server.ask_or([], "No domain list table", "permissions.domainDump")
    ):
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


def _trusted(server):
    values = server.ask_or([], "No trusted table", "permissions.trustedDump")
    return [
        {
            "ip": each["ip"],
            "protocol": PROTOCOLS[each["proto"]] if each["proto"] < len(PROTOCOLS) else "unknown",
            "from_pattern": _tag(each["pattern"]),
            "ruri_pattern": _tag(each["ruri_pattern"]),
            "tag": _tag(each["tag"]),
            "priority": each["priority"],
        }
        for name, each in _members(values)
        if name == "item"
    ]


def statistics(server, names):
    """Return counters by group and name; the server gives them as texts, whatever their size."""
    found = {}
    for values in server.ask("stats.fetch", *names):
        for full_name, value in _members([values]):
            group, _dot, name = full_name.partition(".")
            found.setdefault(group, {})[name] = int(value)
    return found
