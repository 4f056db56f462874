# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Compare facts that were gathered at different times, from a server or from its recording."""

from __future__ import annotations

from typing import Any

MOMENTARY = {
    "uptime": {"now", "seconds"},  # clocks run
    "connections": {"clients"},  # who asks is one of them, from another port each time
    "shared_memory": {"free", "used", "real_used", "max_used", "fragments"},
}
"""Members whose value is true for a moment only, by part."""


def steady(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts with the type in the place of each momentary value."""
    return {part: _steady(value, MOMENTARY.get(part, set())) for part, value in facts.items()}


def _steady(value: Any, momentary: set[str]) -> Any:
    if not momentary or not isinstance(value, dict):
        return value
    return {name: each.__class__ if name in momentary else each for name, each in value.items()}
