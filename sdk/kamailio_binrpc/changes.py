# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Compare two replies of the same call."""

from __future__ import annotations

from ._hints import complete_public
from .core.changes import Change, compare

__all__ = ["Change", "compare"]

complete_public(__name__)
