# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``lcr.*``: least cost routing."""

from typing import Annotated

from .base import Count, Items, Model, Repeated, Text, wire


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
