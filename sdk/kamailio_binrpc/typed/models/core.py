# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``core.*``: the server itself, its processes, sockets and connections."""

import re
from datetime import datetime
from typing import Annotated, ClassVar

from .base import (
    ClockTime,
    Count,
    Line,
    Model,
    NumberOr,
    Port,
    Repeated,
    Row,
    Size,
    Text,
    Unset,
    Words,
    YesNo,
    wire,
)

LocalTime = Annotated[datetime | None, ClockTime()]
"""In the server's time zone, which the wire does not tell; None if it could not be read."""


class Version(Line):
    """``core.version``.

    :ivar number: such as ``5.6.3`` or ``6.2.0-dev1``.
    :ivar platform: such as ``x86_64/linux``.
    """

    pattern = re.compile(r"(?P<name>\S+)\s+(?P<number>\S+)(?:\s+\((?P<platform>[^)]*)\))?")
    layout: ClassVar[str] = "{name} {number} ({platform}) "

    name: str
    number: str
    platform: str | None = None

    @property
    def release(self) -> tuple[int, ...]:
        """The number to compare with: ``(5, 6, 3)``."""
        return tuple(int(part) for part in re.findall(r"\d+", self.number.partition("-")[0]))


class Info(Model):
    """``core.info``: version and how it was compiled.

    :ivar version: name and number.
    :ivar source_id: of the commit it was built from.
    :ivar compiled: when, as text; reproducible builds leave it empty.
    :ivar flags: compile flags.
    """

    version: str
    source_id: Annotated[Text, wire("id")] = None
    compiler: Text = None
    compiled: Text = None
    flags: Annotated[tuple[str, ...], Words(", ")] = ()


class RunInfo(Model):
    """``core.runinfo`` (5.6 and later).

    :ivar uptime_secs: seconds since the start.
    :ivar uptime_days: the same as text, ``0d 0h 0m 1s``.
    """

    name: str
    version: str
    source_id: Annotated[Text, wire("sourceid")] = None
    compiler: Text = None
    compiled: Text = None
    time_now: LocalTime = None
    time_started: LocalTime = None
    uptime_secs: Count = 0
    uptime_days: Annotated[Text, wire("utime_days")] = None


class Uptime(Model):
    """``core.uptime``.

    :ivar uptime: seconds since the start.
    """

    now: LocalTime = None
    up_since: LocalTime = None
    uptime: Count


class Process(Model):
    """``core.psx``: one process."""

    index: Annotated[Count, wire("IDX")]
    pid: Annotated[Count, wire("PID")]
    description: Annotated[str, wire("DSC")]


class ProcessState(Model):
    """``core.psa``: one process with its state.

    :ivar rank: of a worker 1 and up, of others 0 and below.
    """

    index: Count
    pid: Count
    status: Count = 0
    rank: Count = 0
    description: Text = None


class ProcessName(Row):
    """``core.ps``: one process."""

    pid: Count
    description: str


class SharedMemory(Model):
    """``core.shmmem`` and ``shm.stats``: bytes, or what unit was asked for.

    :ivar real_used: with the allocator's own needs.
    :ivar max_used: the most that ``real_used`` has been.
    :ivar fragments: number of free pieces.
    """

    total: Size
    free: Size
    used: Size
    real_used: Size
    max_used: Size
    fragments: Size = 0


class Socket(Model):
    """``core.sockets_list``: one socket for SIP.

    :ivar name: of the address group (6.0 and later).
    """

    proto: str
    af: Text = None
    address: str
    ip_address: Annotated[Text, wire("ipaddress")] = None
    port: Annotated[int | None, Port()] = None
    multicast: Annotated[YesNo, wire("mcast")] = False
    multihomed: Annotated[YesNo, wire("mhomed")] = False
    virtual: YesNo = False
    name: Annotated[str | None, Unset("none"), wire("agname")] = None

    @property
    def addresses(self) -> list[str]:
        """All of them, where the socket is made of several."""
        return list(self._origin.get_all("address")) if self._origin is not None else [self.address]


class Alias(Model):
    """One name under which the server knows itself.

    :ivar proto: ``*`` for any.
    :ivar port: None for any.
    """

    proto: str
    address: str
    port: Annotated[int | None, NumberOr("*")] = None


class Aliases(Model):
    """``core.aliases_list``.

    :ivar myself_callbacks: modules add names of their own.
    """

    myself_callbacks: YesNo = False
    aliases: Annotated[tuple[Alias, ...], Repeated("alias")] = ()


class TcpInfo(Model):
    """``core.tcp_info``.

    :ivar readers: number of processes.
    :ivar write_queued_bytes: bytes that wait to be sent.
    """

    readers: Count
    max_connections: Count
    max_tls_connections: Count = 0
    opened_connections: Count
    opened_tls_connections: Count = 0
    write_queued_bytes: Count = 0


class TcpConnection(Model):
    """``core.tcp_list``: one connection.

    :ivar type: TCP, TLS, WS, WSS.
    :ivar timeout: seconds until it is closed if nothing comes.
    :ivar lifetime: seconds it is kept without traffic.
    """

    id: Count
    type: Text = None
    state: Text = None
    timeout: Count = 0
    lifetime: Count = 0
    ref_count: Count = 0
    src_ip: str
    src_port: Count
    dst_ip: str
    dst_port: Count


class Udp4Raw(Model):
    """``core.udp4_raw_info``.

    :ivar mtu: bytes.
    :ivar ttl: hops.
    """

    enabled: Annotated[Count, wire("udp4_raw")]
    mtu: Annotated[Count, wire("udp4_raw_mtu")]
    ttl: Annotated[Count, wire("udp4_raw_ttl")]


class Define(Model):
    """``core.ppdefines_full``: one definition of the configuration's preprocessor."""

    name: str
    type: Count = 0
    value: Annotated[str | None, Unset("none")] = None
