# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Words for what ``dispatcher.list`` gives: destinations, states, attributes."""

from __future__ import annotations

from ._hints import complete_public
from .core.dispatcher import (
    STATES,
    destinations,
    parse_attrs,
    parse_destination,
    parse_flags,
    parse_uri,
    sets,
)

__all__ = [
    "STATES",
    "destinations",
    "parse_attrs",
    "parse_destination",
    "parse_flags",
    "parse_uri",
    "sets",
]

complete_public(__name__)
