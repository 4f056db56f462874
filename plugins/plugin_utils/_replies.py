# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Replies in the JSON view as filters and tests take them. Private to this collection.

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ansible.errors import AnsibleFilterError
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc import dispatcher
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.expect import (
    MISSING,
    accepts,
    at_path,
    check_fault_pattern,
    steps,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.errors import EncodeError
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.faults import make_fault


def is_list(value):
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def follow(value, path):
    """Return what is at a path, or MISSING."""
    try:
        steps(path)
    except (EncodeError, TypeError) as error:
        raise AnsibleFilterError(str(error)) from error
    return at_path(value, path)


def pairs(struct):
    """Return (name, member) of a struct in the JSON view, whatever its shape.

    That is a mapping, or, where a name repeats, a list of mappings with one member each.
    """
    if isinstance(struct, Mapping):
        return list(struct.items())
    found = []
    for item in struct if is_list(struct) else [None]:
        if not isinstance(item, Mapping) or len(item) != 1:
            raise AnsibleFilterError(
                "not a reply struct, which would be a mapping or a list of mappings with one "
                "member each: %.80r" % (struct,)
            )
        found += item.items()
    return found


def values_of(result):
    """Return the list of values of a result of kamailio_rpc, or of what was taken from one."""
    if isinstance(result, Mapping) and is_list(result.get("values")):
        return result["values"]
    return result if is_list(result) else [result]


def destinations(result):
    """Return the destinations in a reply to dispatcher.list."""
    try:
        return dispatcher.destinations(values_of(result))
    except ValueError as error:
        raise AnsibleFilterError(str(error)) from error


def state_of(destination):
    """Return state and probing of letters, of a destination in words, or of one in a reply."""
    if isinstance(destination, Mapping):
        inner = destination.get("DEST", destination)
        if "FLAGS" in inner:
            return dispatcher.parse_flags(inner["FLAGS"])
        if "state" in inner:
            return inner["state"], bool(inner.get("probing"))
    elif isinstance(destination, str) and destination[:1] in dispatcher.STATES:
        return dispatcher.parse_flags(destination)
    raise AnsibleFilterError(
        "this is neither the flags of a destination, such as AP, nor a destination: %.80r"
        % (destination,)
    )


def uri_of(value):
    """Return the URI of a text, of a destination in words, or of one in a reply."""
    if isinstance(value, Mapping):
        inner = value.get("DEST", value)
        value = inner.get("URI", inner.get("uri")) if isinstance(inner, Mapping) else None
    if isinstance(value, str):
        return value
    raise AnsibleFilterError("this is neither a URI nor a destination with one: %.80r" % (value,))


def has_fault(result, *patterns):
    """Did a call end in a fault, and in one of these?"""
    if not isinstance(result, Mapping) or "fault" not in result:
        raise AnsibleFilterError(
            "not a result of a module of kamailio.ctl: it has no member fault: %.80r" % (result,)
        )
    data = result["fault"]
    if not data or not patterns:
        return bool(data)
    wanted = [item for each in patterns for item in (each if is_list(each) else [each])]
    try:
        for item in wanted:
            check_fault_pattern(item)
    except EncodeError as error:
        raise AnsibleFilterError(str(error)) from error
    fault = make_fault(data["code"], data["text"], result.get("method", ""))
    return data["kind"] in wanted or accepts(wanted, fault)


__all__ = ["MISSING", "destinations", "follow", "has_fault", "is_list", "pairs", "state_of"]
