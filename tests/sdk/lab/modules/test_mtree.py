# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import Trees
from tests.sdk.lab.modules.support import ODD, TABLES, Pair


@pytest.mark.real
def test_mtree(real: Client) -> None:
    pair = Pair(
        real, Trees({"pstn": {str(row["tprefix"]): row["tvalue"] for row in TABLES["mtree"]}})
    )
    pair.same_methods("mtree.")
    for name in pair.engine.registry.names():
        if name.startswith("mtree."):
            pair.each(name, *ODD)
    for name in ("summary", "list", "reload", "summary"):
        pair.each("mtree." + name, ("pstn",), ("ps",), (".",), ("nope",))
    for number, mode in (
        *[("4420", 0), ("4420", 2), ("442099", 0), ("9", 0), ("9", 2), ("", 0), ("4x", 0)],
        *[("44", 1), (44, 0), ("44", "0")],
    ):
        pair.each("mtree.match", ("pstn", number, mode), ("nope", number, mode))
