# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``dispatcher.*``: destination sets."""

from typing import Annotated

from pydantic import ConfigDict

from ...core.dispatcher import LETTERS, parse_flags
from .base import Count, Model, Repeated, Size, Text, wire


class Attributes(Model):
    """The attributes of a destination.

    :ivar body: all of them as text, ``weight=50;duid=a``.
    :ivar maxload: dialogs at most; 0 for no limit.
    :ivar weight: percent of the calls, with the algorithms that know weights.
    :ivar rweight: relative weight, 1 to 100.
    :ivar probing_count: from 6.1 on, as ``ping_socket``.
    :ivar ocmin: bounds of overload control, from 6.0 on.
    """

    model_config = ConfigDict(alias_generator=str.upper)

    body: Text = None
    duid: Text = None
    probing_count: Count | None = None
    maxload: Count = 0
    weight: Count = 0
    rweight: Count = 0
    socket: Text = None
    sockname: Text = None
    ping_socket: Text = None
    obproxy: Text = None
    ocmin: float | None = None
    ocmax: float | None = None


class Latency(Model):
    """Of the answers to a destination's pings, in milliseconds.

    :ivar estimate: a moving average.
    :ivar timeouts: number of pings that got no answer.
    """

    average: Annotated[float, wire("AVG")] = 0.0
    deviation: Annotated[float, wire("STD")] = 0.0
    estimate: Annotated[float, wire("EST")] = 0.0
    maximum: Annotated[Count, wire("MAX")] = 0
    timeouts: Annotated[Count, wire("TIMEOUT")] = 0


class Runtime(Model):
    """:ivar dialogs: number of dialogs that count towards ``maxload``."""

    dialogs: Annotated[Count, wire("DLGLOAD")] = 0


class Destination(Model):
    """One destination of a set.

    :ivar flags: as sent, ``AP``; see :attr:`state` and :attr:`probing`.
    :ivar priority: the higher, the earlier.
    :ivar host: and the other addresses: in mode ``full`` only.
    :ivar dns_time_sec: when the address was looked up: seconds since 1970, and microseconds.
    :ivar attributes: None if it has none, and in mode ``short``.
    :ivar latency: None unless the server measures it.
    :ivar index: place in the set, and ``iuid`` a name that each load makes again: from 6.1 on.
    :ivar ocrate: and the other members of overload control: in mode ``full``, from 6.0 on.
    """

    model_config = ConfigDict(alias_generator=str.upper)

    uri: str
    flags: str = ""
    priority: Count = 0
    index: Annotated[Count | None, wire("IDX")] = None
    iuid: Text = None
    host: Text = None
    ip_address: Annotated[Text, wire("IPADDR")] = None
    port: Count | None = None
    protocol_id: Annotated[Count | None, wire("PROTOID")] = None
    dns_time_sec: Annotated[float | None, wire("DNSTIME_SEC")] = None
    dns_time_usec: Annotated[float | None, wire("DNSTIME_USEC")] = None
    ocrate: Count | None = None
    ocidx: float | None = None
    ocseq: float | None = None
    octime_sec: float | None = None
    octime_usec: float | None = None
    attributes: Annotated[Attributes | None, wire("ATTRS")] = None
    latency: Latency | None = None
    runtime: Runtime | None = None

    @property
    def state(self) -> str:
        """``active``, ``inactive``, ``disabled``, ``trying``, or "" for a letter not known here."""
        state = parse_flags(self.flags)[0]
        return state if state in LETTERS else ""

    @property
    def probing(self) -> bool:
        """Is it pinged whatever its state?"""
        return parse_flags(self.flags)[1]


class DispatcherSet(Model):
    """``dispatcher.list``: one set and its destinations, those of higher priority first."""

    id: Annotated[Count, wire("ID")]
    destinations: Annotated[tuple[Destination, ...], Repeated("DEST"), wire("TARGETS")] = ()


class PingState(Model):
    """``dispatcher.ping_active``.

    :ivar new: None where it was only asked for.
    """

    new: Annotated[Count | None, wire("NewPingState")] = None
    old: Annotated[Count, wire("OldPingState")]


class Hash(Model):
    """``dispatcher.hash``."""

    hash_id: Annotated[Size, wire("hashid")]
    slot: Size
