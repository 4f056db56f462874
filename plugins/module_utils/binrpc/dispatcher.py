# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The reply of ``dispatcher.list``, in words and as a flat list.

The letters are those of ``dispatcher.c`` (ds_get_state): one for the state, and behind it ``P``
where a destination is probed, ``X`` where it is not.
"""

from __future__ import annotations

import re

from .values import set_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Tuple

STATES = {"A": "active", "I": "inactive", "D": "disabled", "T": "trying"}
LETTERS = {name: letter for letter, name in STATES.items()}

_URI = re.compile(
    r"(?:(?:sips?|tel|urn):)?(?:[^@;?]*@)?(?:\[(?P<six>[^\]]+)\]|(?P<name>[^:;?>]+))"
    r"(?::(?P<port>[0-9]+))?(?:[;?].*)?\Z",
    re.IGNORECASE | re.DOTALL,
)


def parse_flags(flags: str) -> Tuple[str, bool]:
    """Return state and probing; a letter that is not known here stays the state.

    >>> parse_flags("AP"), parse_flags("DX")
    (('active', True), ('disabled', False))
    """
    return STATES.get(flags[:1], flags[:1]), flags[1:2] == "P"


def write_flags(state: str, probing: bool) -> str:
    """Return the letters that ``dispatcher.set_state`` takes.

    >>> write_flags("active", True), write_flags("disabled", False)
    ('AP', 'D')
    """
    return LETTERS[state] + ("P" if probing else "")


def parse_attrs(text: str) -> Dict[str, str]:
    """Return the attributes of a destination; of a name that repeats the last one, as the server.

    >>> parse_attrs("duid=gw1;weight=50")
    {'duid': 'gw1', 'weight': '50'}
    """
    found = {}
    for part in text.split(";"):
        name, _equals, value = part.partition("=")
        if name.strip():
            found[name.strip()] = value.strip()
    return found


def parse_uri(uri: str) -> Tuple[str, Optional[int]]:
    """Return host (IPv6 without brackets) and port of a SIP URI; ``""`` where it has none.

    >>> parse_uri("sip:gw.example.com:5070;transport=tcp"), parse_uri("sip:[::1]")
    (('gw.example.com', 5070), ('::1', None))
    """
    found = _URI.match(uri)
    if found is None or uri.lower().startswith(("tel:", "urn:")):
        return "", None
    port = found.group("port")
    return found.group("six") or found.group("name"), int(port) if port else None


def parse_destination(dest: Mapping[str, Any]) -> Dict[str, Any]:
    """Return one ``DEST`` of the JSON view in words: uri, state, probing, priority, attrs, duid."""
    attrs = dest.get("ATTRS", {})
    state, probing = parse_flags(dest["FLAGS"])
    return {
        "uri": dest["URI"],
        "state": state,
        "probing": probing,
        "priority": dest["PRIORITY"],
        "attrs": set_text(attrs.get("BODY", "")),
        "duid": set_text(attrs.get("DUID", "")),
    }


def sets(values: Iterable[Any]) -> Dict[int, List[Dict[str, Any]]]:
    """Return the destinations by set.

    :param values: the reply to ``dispatcher.list`` in the JSON view, see
        :func:`views.reply_to_json`.
    :raises ValueError: it is something else.
    """
    found: Dict[int, List[Dict[str, Any]]] = {}
    try:
        for number, dest in each_destination(values):
            found.setdefault(number, [])
            if dest is not None:
                found[number].append(parse_destination(dest))
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(
            "not a reply to dispatcher.list: %s: %s" % (type(error).__name__, error)
        ) from None
    return found


def each_destination(values: Iterable[Any]) -> Iterator[Tuple[int, Optional[Mapping[str, Any]]]]:
    """Yield the number of a set and ``DEST`` for each destination; None first in each set."""
    for reply in values:
        for record in reply["RECORDS"]:
            each = record["SET"]
            yield each["ID"], None
            for target in each["TARGETS"]:
                yield each["ID"], target["DEST"]


def destinations(values: Iterable[Any]) -> List[Dict[str, Any]]:
    """Return what :func:`sets` does as one list, with ``set_id`` in each."""
    return [
        dict({"set_id": number}, **each) for number, found in sets(values).items() for each in found
    ]
