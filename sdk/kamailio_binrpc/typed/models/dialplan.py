# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``dialplan.*``: rules that change numbers."""

from typing import Annotated

from .base import Count, Model, Repeated, Text, wire


class DialplanRule(Model):
    """:ivar match_op: 0 equal, 1 regular expression, 2 file name pattern.
    :ivar match_length: of what matches; 0 any.
    """

    priority: Annotated[Count, wire("PRIO")]
    match_op: Annotated[Count, wire("MATCHOP")] = 0
    match: Annotated[Text, wire("MATCHEXP")] = None
    match_length: Annotated[Count, wire("MATCHLEN")] = 0
    substitution: Annotated[Text, wire("SUBSTEXP")] = None
    replacement: Annotated[Text, wire("REPLEXP")] = None
    attributes: Annotated[Text, wire("ATTRS")] = None


class Dialplan(Model):
    """``dialplan.dump``."""

    id: Annotated[Count, wire("DPID")]
    rules: Annotated[tuple[DialplanRule, ...], Repeated("ENTRY"), wire("ENTRIES")] = ()


class Translation(Model):
    """``dialplan.translate``."""

    output: Annotated[Text, wire("Output")] = None
    attributes: Annotated[Text, wire("Attributes")] = None
