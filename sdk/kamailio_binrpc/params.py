# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Parameters from text and from files: which type a value is sent as."""

from __future__ import annotations

from ._hints import complete_public
from .core.params import TYPES, force, from_mapping, from_text

__all__ = ["TYPES", "force", "from_mapping", "from_text"]

complete_public(__name__)
