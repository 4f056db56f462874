# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``mtree.*``, ``domain.*``, ``dialplan.*``, ``lcr.*``: routing data."""

from typing import Annotated

from .base import Count, Items, Model, Repeated, Text, wire


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


class Domain(Model):
    """One domain.

    :ivar did: name of the group of domains with the same attributes.
    """

    domain: str
    did: Text = None


class DomainAttributes(Model):
    """:ivar names: of the attributes."""

    did: str
    names: Annotated[tuple[str, ...], Items(), wire("attrs")] = ()


class Domains(Model):
    """``domain.dump``."""

    domains: Annotated[tuple[Domain, ...], Items()] = ()
    attributes: Annotated[tuple[DomainAttributes, ...], Items()] = ()


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


class Gateway(Model):
    """``lcr.dump_gws``: one gateway.

    :ivar strip: characters taken off the user part.
    :ivar state: 0 active, 1 pinging, 2 inactive.
    :ivar defunct_until: seconds since 1970 as text; 0 in use.
    """

    lcr_id: Count
    gw_index: Count
    gw_id: Count = 0
    name: Annotated[Text, wire("gw_name")] = None
    scheme: Text = None
    ip_address: Annotated[Text, wire("ip_addr")] = None
    hostname: Text = None
    port: Count = 0
    params: Text = None
    transport: Text = None
    strip: Count = 0
    prefix: Text = None
    tag: Text = None
    flags: Count = 0
    state: Count = 0
    defunct_until: Text = None


class RuleGateway(Model):
    gw_index: Count
    priority: Count = 0
    weight: Count = 0


class Rule(Model):
    """One rule.

    :ivar stopper: no shorter prefix is tried after it.
    """

    lcr_id: Count
    rule_id: Count
    prefix: Text = None
    from_uri: Text = None
    request_uri: Text = None
    stopper: Count = 0
    gateways: Annotated[tuple[RuleGateway, ...], Items(), wire("gw")] = ()


class Rules(Model):
    """``lcr.dump_rules``.

    :ivar prefix_lengths: that occur.
    """

    rules: Annotated[tuple[Rule, ...], Repeated(None), wire("rule")] = ()
    prefix_lengths: Annotated[tuple[int, ...], Items(), wire("prefix_len")] = ()
