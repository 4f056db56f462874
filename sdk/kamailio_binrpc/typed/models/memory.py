# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``shm.*`` and ``pkg.*``: the memory that all processes share, and that of each."""

from typing import Annotated

from .base import Count, Model, Size, Text, wire


class Allocator(Model):
    """``shm.info`` and ``pkg.info``.

    :ivar size: bytes.
    """

    name: str
    size: Size


class PrivateMemory(Model):
    """``pkg.stats``: one process, in bytes.

    :ivar real_used: with the allocator's own needs.
    :ivar total_frags: number of pieces.
    """

    index: Annotated[Count, wire("entry")]
    pid: Count
    rank: Count = 0
    used: Size
    free: Size
    real_used: Size
    total_size: Size = 0
    total_frags: Size = 0
    description: Annotated[Text, wire("desc")] = None
