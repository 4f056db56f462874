# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``cfg.*``: settings that can be changed at run time."""

import re
from typing import Annotated, ClassVar

from .base import Count, Line, Model, Unset, wire

Value = int | str | None
"""A setting's value; None where a text is not set."""

Setting = Annotated[int | str | None, Unset()]


class Variable(Line):
    """``cfg.list``: the name of one setting."""

    pattern = re.compile(r"(?P<group>.*?): (?P<name>.*)", re.DOTALL)
    layout: ClassVar[str] = "{group}: {name}"

    group: str
    name: str


class Change(Model):
    """``cfg.diff``: a value that waits for ``cfg.commit``.

    :ivar group_id: the instance of the group; None for all.
    """

    group: Annotated[str, wire("group name")]
    group_id: Annotated[Count | None, wire("group id")] = None
    variable: Annotated[str, wire("variable name")]
    old: Annotated[Setting, wire("old value")] = None
    new: Annotated[Setting, wire("new value")] = None


class Help(Model):
    """``cfg.help``.

    :ivar type: integer, string, ...
    """

    description: Annotated[str, wire("desc")]
    type: str
