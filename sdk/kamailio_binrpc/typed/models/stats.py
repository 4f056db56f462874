# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``stats.*``: statistics of core and modules."""

import re
from typing import ClassVar

from .base import Line


class Statistic(Line):
    """``stats.get_statistics``: one statistic.

    What it counts, and in which unit, its module says.
    """

    pattern = re.compile(r"(?P<group>.*?):(?P<name>.*) = (?P<value>-?\d+)\s*\Z", re.DOTALL)
    layout: ClassVar[str] = "{group}:{name} = {value}"

    group: str
    name: str
    value: int
