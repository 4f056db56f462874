# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``mtree.*``: trees of prefixes."""

from typing import Annotated

from .base import Count, Items, Model, wire


class TreeSize(Model):
    """:ivar memory_bytes: bytes of shared memory.
    :ivar reload_time: of the last one, seconds since 1970.
    """

    type: Annotated[Count, wire("ttype")]
    memory_bytes: Annotated[Count, wire("memsize")]
    nodes: Annotated[Count, wire("nrnodes")]
    items: Annotated[Count, wire("nritems")]
    reload_count: Count = 0
    reload_time: Count = 0


class TreeSummary(Model):
    """``mtree.summary``: one tree."""

    table: str
    item: TreeSize


class TreePrefix(Model):
    """``mtree.list``: one prefix of a tree."""

    tree: Annotated[str, wire("tname")]
    prefix: Annotated[str, wire("tprefix")]
    values: Annotated[tuple[int | str, ...], Items(), wire("tvalue")] = ()


class TreeMatch(Model):
    """``mtree.match``: a prefix that fits."""

    prefix: Annotated[str, wire("PREFIX")]
    value: Annotated[int | str, wire("TVALUE")]
