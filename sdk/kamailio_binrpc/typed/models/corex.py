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
    """``corex.list_sockets``: one socket for SIP."""

    model_config = ConfigDict(alias_generator=str.upper)

    proto: str
    name: Text = None
    addresses: Annotated[tuple[str, ...], Repeated("ADDR", "addr"), wire("ADDRLIST")] = ()
    port: Annotated[int | None, Port()] = None
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
