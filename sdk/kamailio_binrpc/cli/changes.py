# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""What differs between two values: leaves by their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Change = tuple[str, Any, Any]

GONE = object()
"""Stands for a value that is not there."""


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield ``(place, value)`` of everything that holds nothing: ``[0].RECORDS.SET.ID``."""
    if isinstance(value, dict) and value:
        for name, member in value.items():
            yield from leaves(member, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from leaves(item, f"{place}[{index}]")
    else:
        yield place, value


def between(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Return ``(place, old, new)`` of each leaf that differs."""
    places = [*new, *(place for place in old if place not in new)]
    pairs = ((place, old.get(place, GONE), new.get(place, GONE)) for place in places)
    return [(place, before, after) for place, before, after in pairs if before != after]


def text(change: Change) -> str:
    """Return a change as one line."""
    place, before, after = change
    start = f"{place}: " if place else ""
    if before is GONE:
        return f"{start}+ {after}"
    if after is GONE:
        return f"{start}- {before}"
    return f"{start}{before} -> {after}"
