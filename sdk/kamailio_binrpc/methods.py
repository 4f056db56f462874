# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The facts about each RPC method: parameters, reply, releases, what may be repeated."""

from __future__ import annotations

from ._hints import complete_public
from .core.catalogue.arrays import arrays_of
from .core.catalogue.binding import bind
from .core.catalogue.blame import explain
from .core.catalogue.lookup import find, methods, signature
from .core.catalogue.meanings import meaning_of
from .core.catalogue.notation import Method, Param
from .core.catalogue.reading import is_read_only
from .core.catalogue.repeating import is_repeatable

__all__ = [
    "Method",
    "Param",
    "arrays_of",
    "bind",
    "explain",
    "find",
    "is_read_only",
    "is_repeatable",
    "meaning_of",
    "methods",
    "signature",
]

complete_public(__name__)
