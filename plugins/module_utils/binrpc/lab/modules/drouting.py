# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``drouting.*``: dynamic routing (upstream ``drouting/drouting.c``)."""

from __future__ import annotations

from ..registry import Module, method


class DynamicRouting(Module):
    """The module drouting.

    :ivar failure: what ``drouting.reload`` answers instead of its "reload ok", such as "failed
        to load routing data": a normal reply, too.
    """

    name = "drouting"
    loads = ("drouting",)
    failure = ""

    @method("drouting.reload", "", help="Write back to disk modified tables")
    def reload(self) -> str:
        return self.failure or "reload ok"
