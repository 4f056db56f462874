# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``pkg.*``, ``stats.*``: memory and statistics."""

import re
from typing import Annotated, ClassVar

from .base import Count, Line, Model, Size, Text, wire


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


class Statistic(Line):
    """``stats.get_statistics``: one statistic.

    What it counts, and in which unit, its module says.
    """

    pattern = re.compile(r"(?P<group>.*?):(?P<name>.*) = (?P<value>-?\d+)\s*\Z", re.DOTALL)
    layout: ClassVar[str] = "{group}:{name} = {value}"

    group: str
    name: str
    value: int
