# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The documented differences: the table in docs/lab.md, and how far each of them goes.

A difference excuses only what its function says is equal apart from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kamailio_binrpc.core import packet, wire
from kamailio_binrpc.core.values import Struct
from tests.support.releases import holds

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs" / "lab.md"
HEADING = "## Differences from the original"

SPOILT = 32 if holds("32 bytes spoilt") else 16
"""Bytes at the start of each text that a released server may overwrite (D1)."""


def documented() -> list[str]:
    """Names in the first column of the table that are compared (the rest is never sent)."""
    section = DOCUMENT.read_text().partition(HEADING)[2].partition("\n## ")[0]
    return re.findall(r"^\| `([\w-]+)` \|", section, re.MULTILINE)


def _only(answer: Any) -> bytes:
    """The answer as one packet, however many datagrams it came in."""
    return answer if isinstance(answer, bytes) else b"".join(answer)


def _values(answer: Any) -> list[Any]:
    message = packet.decode(_only(answer))
    return message.values if message.type == wire.REPLY else []


def _shape(value: Any) -> Any:
    if isinstance(value, Struct):
        return [(name, _shape(member)) for name, member in value.items()]
    return type(value)


def same_shape(real: Any, lab: Any) -> bool:
    """Names, types and order are equal, the figures are not."""
    return bool(_values(lab)) and _shape_of(real) == _shape_of(lab)


def _shape_of(answer: Any) -> list[Any]:
    return [_shape(value) for value in _values(answer)]


def texts_only(real: Any, lab: Any) -> bool:
    """Both are lists of texts, and what both know comes in the same order."""
    theirs, ours = _values(real), _values(lab)
    shared = set(theirs) & set(ours)
    return bool(shared) and (
        [name for name in theirs if name in shared] == [name for name in ours if name in shared]
    )


def same_but_places(real: Any, lab: Any) -> bool:
    """The same transports in the same order; paths and ports are each server's own."""
    theirs, ours = _values(real), _values(lab)
    place = re.compile(r"/.*|\d+|127\.0\.0\.1|\*")
    hidden = [[place.sub("#", each) for each in values] for values in (theirs, ours)]
    return bool(ours) and hidden[0] == hidden[1]


def older_configuration(real: Any, lab: Any) -> bool:
    """All but the last packet is equal, and that one has the same members."""
    size = packet.parse_header(lab).total  # type: ignore[union-attr]  # it has one
    return real[:size] == lab[:size] and same_shape(real[size:], lab[size:])


def same_but_spoilt(real: Any, lab: Any) -> bool:
    """The text protocol's answer is equal in length, status, separators and the rest of texts."""
    theirs, ours = _only(real), _only(lab)
    if len(theirs) != len(ours) or isinstance(real, list) != isinstance(lab, list):
        return False
    return any(_unspoilt(theirs, ours, pieces) for pieces in _TEXTS)


# What is freed on its own: lines, members, or texts that are printed without a line end.
_TEXTS = (rb"[^\n]+", rb"[^\n:,]+", rb"\d{3} [^\n]*|(?:PIPE|QUEUE)(?:(?!PIPE|QUEUE)[^\n])+")


def _unspoilt(real: bytes, lab: bytes, pieces: bytes) -> bool:
    position = 0
    for match in re.finditer(pieces, lab):
        start, stop = match.span()
        if real[position:start] != lab[position:start]:
            return False  # separators
        spoilt = 0 if _STATUS.match(match.group()) else SPOILT
        if real[start + spoilt : stop] != lab[start + spoilt : stop]:
            return False
        position = stop
    return real[position:] == lab[position:]


_STATUS = re.compile(rb"\d{3} ")


def value_that_no_one_sent(real: Any, lab: Any) -> bool:
    """The real one prints, or looks for, one value more, from a variable that was not set."""
    theirs, ours = _only(real), _only(lab)
    if theirs.startswith(b"400 non-existent counter "):  # cnt.get with a group alone
        return ours[:7] == b"200 OK\n"
    return theirs[:7] == ours[:7] == b"200 OK\n" and len(theirs) >= len(ours) + 2


def next_request_eaten(real: Any, lab: Any) -> bool:
    """The real one read a missing parameter from what follows, and so lost that."""
    return _only(real)[:4] in {b"400 ", b"200 ", b"500 "} and len(_only(lab)) > 0


IUID = re.compile("dspt(-[0-9a-f]+){3}-[0-9]+")


def _without_names(value: Any) -> Any:
    if isinstance(value, Struct):
        return [(name, _without_names(member)) for name, member in value.items()]
    return IUID.sub("#", value) if isinstance(value, str) else value


def _is_one_packet(data: bytes) -> bool:
    header = packet.parse_header(data) if data[:1] == b"\xa1" else None
    return header is not None and header.total == len(data)


def same_but_generated_names(real: Any, lab: Any) -> bool:
    """Replies of equal values, but for the names that each server makes for its destinations."""
    if not all(b"IUID\0" in _only(each) and _is_one_packet(_only(each)) for each in (real, lab)):
        return False
    theirs, ours = _values(real), _values(lab)
    return bool(ours) and list(map(_without_names, theirs)) == list(map(_without_names, ours))


DIFFERENCES: dict[str, Callable[[Any, Any], bool]] = {
    "memory": same_shape,
    "methods": texts_only,
    "addresses": same_but_places,
    "cfg-snapshot": older_configuration,
    "iuid": same_but_generated_names,
    "D1": same_but_spoilt,
    "D2": value_that_no_one_sent,
    "D3": next_request_eaten,
}

ANYWHERE = ("iuid",)
"""Those that a case need not name: they show in whatever reply has what they are about."""


def occurs(name: str) -> bool:
    """Does the release that runs have it?"""
    return name != "iuid" or holds("iuid")
