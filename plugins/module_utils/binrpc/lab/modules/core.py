# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``core.*``: the server process (docs/protocol.md#core-methods)."""

from __future__ import annotations

from ...faults import Fault
from ...values import Struct
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, List

_UNITS = {"b": 0, "k": 10, "m": 20, "g": 30}


class Core(Module):
    """Kamailio's core; most of what it tells is in :class:`~..state.LabState`.

    :ivar shared_memory: figures of ``core.shmmem`` in bytes, except ``fragments``.
    :ivar tcp_options: ``core.tcp_options``, also asked for limits by ``core.tcp_info``.
    :ivar tcp_connections: Structs for ``core.tcp_list``.
    :ivar signals: the signals that ``core.kill`` was given; none is sent.
    """

    name = "core"

    def __init__(self) -> None:
        self.shared_memory: Dict[str, int] = {
            "total": 67108864,
            "free": 63424008,
            "used": 3235464,
            "real_used": 3684856,
            "max_used": 3704216,
            "fragments": 2,
        }
        self.tcp_options: Dict[str, int] = {
            "connect_timeout": 10,
            "send_timeout": 10,
            "connection_lifetime": 120,
            "max_connections(soft)": 2048,
            "max_tls_connections(soft)": 2048,
            "no_connect": 0,
            "fd_cache": 1,
            "async": 1,
            "connect_wait": 1,
            "conn_wq_max": 32768,
            "wq_max": 10485760,
            "defer_accept": 0,
            "delayed_ack": 1,
            "syncnt": 0,
            "linger2": 0,
            "keepalive": 1,
            "keepidle": 0,
            "keepintvl": 0,
            "keepcnt": 0,
            "crlf_ping": 1,
            "accept_aliases": 0,
            "alias_flags": 1,
            "new_conn_alias_flags": 2,
        }
        self.tcp_connections: List[Struct] = []
        self.signals: List[int] = []

    # --- what it is

    @method("core.version", "", help="Returns the version string of the server.")
    def version(self) -> str:
        state = self.state
        return "%s %s (%s) " % (state.name, state.version, state.architecture)

    @method("core.flags", "", help="Returns the compile flags.")
    def flags(self) -> str:
        return str(self.state.flags)

    @method(
        "core.info",
        "",
        help="Verbose info, including version number, compile flags, compiler,"
        "repository hash a.s.o.",
    )
    def info(self) -> Struct:
        state = self.state
        return Struct(
            version="%s %s" % (state.name, state.version),
            id=state.source_id,
            compiler=state.compiler,
            compiled=state.compiled,
            flags=state.flags,
        )

    @method("core.runinfo", "", help="Runtime info - binary name, version, uptime, ...")
    def runinfo(self) -> Struct:
        state = self.state
        seconds = self._uptime()
        minutes, second = divmod(seconds, 60)
        hours, minute = divmod(minutes, 60)
        days, hour = divmod(hours, 24)
        return Struct(
            name=state.name,
            version=state.version,
            sourceid=state.source_id,
            compiler=state.compiler,
            compiled=state.compiled,
            time_now=state.ctime(state.clock()),
            time_started=state.ctime(state.started),
            uptime_secs=seconds,
            utime_days="%dd %dh %dm %ds" % (days, hour, minute, second),
        )

    @method("core.uptime", "", help="Returns uptime of SIP server.")
    def uptime(self) -> Struct:
        state = self.state
        return Struct(
            now=state.ctime(state.clock()),
            up_since=state.ctime(state.started),
            uptime=self._uptime(),
        )

    def _uptime(self) -> int:
        return int(self.state.clock()) - int(self.state.started)

    @method("core.pwd", "", help="Returns the working directory of server.")
    def pwd(self) -> str:
        return str(self.state.directory)

    @method("core.arg", "", help="Returns the list of command line arguments used on startup.")
    def arg(self) -> List[str]:
        return list(self.state.arguments)

    # --- parameters back

    @method("core.echo", help="Returns back its parameters.")
    def echo(self, ctx: Any) -> None:
        self._repeat(ctx, "*.s", "s")

    @method(
        "core.echo_delta",
        help="Returns back its parameters with execution delta limit.",
        since=(5, 7),
        limited=(5, 7),
    )
    def echo_delta(self, ctx: Any) -> None:
        self._repeat(ctx, "*.s", "s")

    @method("core.prints", help="Returns the strings given as parameters.")
    def prints(self, ctx: Any) -> None:
        self._repeat(ctx, "*s", "s")

    @method("core.printi", help="Returns the integers given as parameters.")
    def printi(self, ctx: Any) -> None:
        self._repeat(ctx, "*d", "d")

    @staticmethod
    def _repeat(ctx: Any, fmt: str, char: str) -> None:
        while True:
            values = ctx.scan(fmt)
            if values.count <= 0:
                return
            ctx.add(char, values[0])

    # --- processes

    @method("core.ps", "", help="Returns the description of running processes.")
    def ps(self) -> Iterator[Any]:
        for process in self.state.processes:
            yield process.pid
            yield process.description

    @method("core.psx", "", help="Returns the detailed description of running processes.")
    def psx(self) -> List[Struct]:
        return [
            Struct(IDX=index, PID=process.pid, DSC=process.description)
            for index, process in enumerate(self.state.processes)
        ]

    @method("core.psa", "", help="Return all the attributes of running processes.")
    def psa(self) -> List[Struct]:
        return [
            Struct(
                index=index,
                pid=process.pid,
                status=process.status,
                rank=process.rank,
                description=process.description,
            )
            for index, process in enumerate(self.state.processes)
        ]

    @method("core.kill", help="Sends the given signal to server.")
    def kill(self, ctx: Any) -> None:
        values = ctx.scan("d")
        ctx.send()
        self.signals.append(values[0] if values else 15)

    @method(
        "core.shmmem",
        "*s",
        help="Returns shared memory info. It has an optional parameter that specifies the "
        "measuring unit: b - bytes (default), k or kb, m or mb, g or gb. Note: when using "
        "something different from bytes, the value is truncated.",
    )
    def shmmem(self, unit: str = "b") -> Struct:
        letters = unit.lower()
        if letters[:1] not in _UNITS or letters[1:] not in ("", "b"):
            raise Fault(500, "bad param, (use b|k|m|g)")
        shift = _UNITS[letters[:1]]
        kind = float if self.state.release >= (5, 7) else int
        return Struct(
            (name, kind(value if name == "fragments" else value >> shift))
            for name, value in self.shared_memory.items()
        )

    # --- network

    @method("core.tcp_info", "", help="Returns tcp related info.")
    def tcp_info(self) -> Struct:
        return Struct(
            readers=1,
            max_connections=self.tcp_options["max_connections(soft)"],
            max_tls_connections=self.tcp_options["max_tls_connections(soft)"],
            opened_connections=len(self.tcp_connections),
            opened_tls_connections=0,
            write_queued_bytes=0,
        )

    @method("core.tcp_options", "", help="Returns active tcp options.")
    def options(self) -> Struct:
        return Struct(self.tcp_options)

    @method("core.tcp_list", "", help="Returns tcp connections details.")
    def tcp_list(self) -> List[Struct]:
        return list(self.tcp_connections)

    @method("core.udp4_raw_info", "", help="Returns udp4_raw related info.")
    def udp4_raw_info(self) -> Struct:
        return Struct(udp4_raw=0, udp4_raw_mtu=1500, udp4_raw_ttl=64)

    @method("core.aliases_list", "", help="List local SIP server host aliases")
    def aliases_list(self) -> Struct:
        aliases = Struct()
        for protocol, host, port in reversed(self.state.aliases):
            aliases.add("alias", Struct(proto=protocol, address=host, port=port or "*"))
        return Struct(myself_callbacks="no", aliases=aliases)

    @method("core.sockets_list", "", help="List local SIP server listen sockets")
    def sockets_list(self) -> Struct:
        release = self.state.release
        sockets = Struct()
        for protocol, address, port in self.state.sockets:
            socket = Struct()
            if release >= (5, 7):
                socket.add("af", "IPv6" if ":" in address else "IPv4")
            socket.add("proto", protocol)
            socket.add("address", address)
            socket.add("ipaddress", address)
            socket.add("port", port)
            if release >= (6, 0):
                socket.add("agname", "none")
            for name in ("mcast", "mhomed", "virtual"):
                socket.add(name, "no")
            sockets.add("socket", socket)
        return sockets

    # --- configuration

    @method("core.modules", "", help="List loaded modules")
    def modules(self) -> List[str]:
        return list(reversed(self.state.loaded))

    @method("core.ppdefines", "", help="List preprocessor defines")
    def ppdefines(self) -> List[str]:
        return [name for name, _value in self._defines()]

    @method("core.ppdefines_full", "", help="List preprocessor defines with full details")
    def ppdefines_full(self) -> List[Struct]:
        return [Struct(name=name, type=0, value=value or "none") for name, value in self._defines()]

    def _defines(self) -> Iterator[Any]:
        major, minor, patch = self.state.release
        for text in ("%d" % major, "%d_%d" % (major, minor), "%d_%d_%d" % (major, minor, patch)):
            yield "KAMAILIO_" + text, ""
        if self.state.release >= (5, 7):
            yield "KAMAILIO_VERSION", "%d%03d%03d" % (major, minor, patch)
        yield from self.state.defines
        for name in self.state.loaded:
            yield "MOD_" + name, ""
