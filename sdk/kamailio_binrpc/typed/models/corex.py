# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``corex.*``: log level, sockets and aliases."""

from typing import Annotated

from pydantic import ConfigDict

from .base import (
    Count,
    EitherCase,
    Model,
    Port,
    Repeated,
    Text,
    Unset,
    YesNo,
    wire,
)


class LogLevelChange(Model):
    """``corex.debug`` with a parameter."""

    old: Count
    new: Count


class CorexSocket(EitherCase):
    """``corex.list_sockets``: one socket for SIP.

    :ivar family: ``IPv4`` or ``IPv6``, from 5.7 on.
    :ivar sockstr: as in the configuration, ``udp:192.0.2.1:5060``, from 5.8 on.
    :ivar agname: name of the group of addresses, from 6.0 on.
    """

    model_config = ConfigDict(alias_generator=str.upper)

    family: Annotated[str | None, wire("AF")] = None
    proto: str
    name: Text = None
    addresses: Annotated[tuple[str, ...], Repeated("ADDR", "addr"), wire("ADDRLIST")] = ()
    port: Annotated[int | None, Port()] = None
    sockstr: Text = None
    agname: Annotated[str | None, Unset("none")] = None
    multicast: Annotated[YesNo, wire("MCAST")] = False
    multihomed: Annotated[YesNo, wire("MHOMED")] = False
    virtual: YesNo = False
    sockname: Annotated[str | None, Unset("-")] = None
    advertise: Annotated[str | None, Unset("-")] = None


class CorexAlias(EitherCase):
    """``corex.list_aliases``: one name.

    :ivar port: 0 for any.
    """

    model_config = ConfigDict(alias_generator=str.upper)

    proto: str
    address: Annotated[str, wire("ADDR")]
    port: Count = 0
