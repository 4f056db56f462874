# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible.errors import AnsibleFilterError
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc import dispatcher
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.uri import normal_uri
from ansible_collections.kamailio.ctl.plugins.plugin_utils._replies import (
    MISSING,
    destinations,
    follow,
    is_list,
    pairs,
    state_of,
    uri_of,
)


def at(value, path, default=None):
    found = follow(value, path)
    if found is not MISSING:
        return found
    if default is None:
        raise AnsibleFilterError("%s leads nowhere in this value; give a default" % path)
    return default


def members(struct, name):
    return [member for each, member in pairs(struct) if each == name]


def index(rows, key, repeated="error"):
    if repeated not in ("error", "first", "last", "list"):
        raise AnsibleFilterError("repeated is error, first, last or list, not %r" % (repeated,))
    if not is_list(rows):
        raise AnsibleFilterError("kamailio_index takes a list of structs, not %.80r" % (rows,))
    found = {}
    for row in rows:
        name = follow(row, key)
        if name is MISSING or isinstance(name, (dict, list)):
            raise AnsibleFilterError("%s is not a lone value in %.80r" % (key, row))
        if repeated == "list":
            found.setdefault(name, []).append(row)
        elif name not in found or repeated == "last":
            found[name] = row
        elif repeated == "error":
            raise AnsibleFilterError(
                "%s is %r in several structs; say repeated='first', 'last' or 'list'" % (key, name)
            )
    return found


def flags(value):
    state, probing = state_of(value)
    return {"state": state, "probing": probing}


def attrs(text):
    if not isinstance(text, str):
        raise AnsibleFilterError("attributes are text such as duid=gw1, not %.80r" % (text,))
    return dispatcher.parse_attrs(text)


def uri(value):
    return normal_uri(uri_of(value))


class FilterModule:
    def filters(self):
        return {
            "kamailio_at": at,
            "kamailio_attrs": attrs,
            "kamailio_destinations": destinations,
            "kamailio_dispatcher_flags": flags,
            "kamailio_index": index,
            "kamailio_members": members,
            "kamailio_uri": uri,
        }
