# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Facts of one server: version, processes, sockets, memory."""

from __future__ import annotations

from ._hints import complete_public
from .core.facts import MINIMUM, PARTS, gather, select

__all__ = ["MINIMUM", "PARTS", "gather", "select"]

complete_public(__name__)
