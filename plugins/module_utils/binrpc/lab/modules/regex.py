# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``regex.*``: groups of regular expressions (upstream ``regex/regex_mod.c``)."""

from __future__ import annotations

from ..registry import Module, method


class Regex(Module):
    """The module regex."""

    name = "regex"
    loads = ("regex",)

    @method("regex.reload", "", help="Reload regex file")
    def reload(self) -> None:
        pass
