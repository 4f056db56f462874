# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Why an endpoint cannot be called: one check after another, from the address to the server.

Each check returns a :class:`Finding`; the first that fails ends the examination, since those after
it can only fail as well. Checks change nothing on the server.
"""

from __future__ import annotations

import difflib
import errno
import grp
import ipaddress
import os
import pwd
import socket
import stat
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.client import Client
from ..core.errors import BinrpcError, CallTimeout, ConnectError
from ..core.facts import gather
from ..core.faults import Fault
from ..core.printable import listed
from . import exit_codes
from .finding import Finding, failed, ok

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..core.address import Address

PINGS = 5
"""How many calls measure the latency."""

_PROBE_SECONDS = 1.0
_FOLDERS = ("/run/kamailio", "/var/run/kamailio", "/tmp")  # noqa: S108 - where sockets are, not files
_TYPES = {"unixs": "0001", "unixd": "0002"}
_OTHERS = {"0001": ("a stream", "unix:"), "0002": ("datagrams", "unixd:")}


def diagnose(address: Address, timeout: float) -> Iterator[Finding]:
    """Examine an endpoint; yield a finding for each check, up to the first that fails.

    :param timeout: seconds for each call and each connection.
    """
    if address.is_process:
        from .diagnose_process import process_checks

        checks = process_checks(address, timeout)
    elif address.is_path:
        checks = _path_checks(address)
    else:
        checks = _network_checks(address, timeout)
    for finding in checks:
        yield finding
        if finding.state == "failed":
            return
    if address.protocol == "fifo":
        yield Finding(
            "protocol",
            "warning",
            "fifo is ctl's text protocol, which kamrpc does not speak",
            'use an endpoint of modparam("ctl", "binrpc", ...), or FifoClient of the SDK',
        )
        return
    yield from _server_checks(address, timeout)


# --- unix sockets


def _path_checks(address: Address) -> Iterator[Finding]:
    try:
        found = Path(address.name).stat()
    except OSError as error:
        yield failed("path", f"{address.name}: {error.strerror}", _other_path(address, error))
        return
    kind = _kind(found.st_mode)
    wanted = "fifo" if address.protocol == "fifo" else "socket"
    owner = f"{_user(found.st_uid)}:{_group(found.st_gid)} {stat.filemode(found.st_mode)[1:]}"
    if kind != wanted:
        remedy = "a fifo is an endpoint of ctl's text protocol: its address begins with fifo:"
        yield failed(
            "path",
            f"{address.name} is a {kind}, not a {wanted}",
            remedy if kind == "fifo" else _other_path(address, None),
        )
        return
    yield ok("path", f"{address.name} is a {kind}")
    yield _permission(address.name, found, owner)
    if address.protocol != "fifo":
        yield from _listener(address)


def _permission(path: str, found: os.stat_result, owner: str) -> Finding:
    me = _user(os.geteuid())
    if os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        return ok("permissions", f"{owner}; {me} may connect")
    group = _group(found.st_gid)
    remedy = 'change "mode", "user" or "group" of ctl\'s modparams'
    if found.st_mode & stat.S_IWGRP and found.st_gid:
        remedy = f"join the group: usermod -aG {group} {me}, then log in again; or {remedy}"
    return failed("permissions", f"{owner}; {me} may not connect", remedy)


def _listener(address: Address) -> Iterator[Finding]:
    rows = _listening(address.name)
    if rows is None:
        return  # not Linux, or another network namespace cannot be told apart
    types = {kind for kind, _inode in rows}
    if _TYPES[address.protocol] in types:
        inode = next(inode for kind, inode in rows if kind == _TYPES[address.protocol])
        process = _process_of(inode)
        yield ok("listener", process or "a process listens; which one is visible to root only")
    elif types:
        text, prefix = _OTHERS.get(next(iter(types)), ("something else", ""))
        yield failed(
            "listener", f"the socket takes {text}", f"the address is {prefix}{address.name}"
        )
    else:
        # Bound in a container or another namespace, a socket is not listed here but works.
        yield Finding(
            "listener",
            "warning",
            "no process of this network namespace listens there",
            "unless Kamailio runs in a container, the file was left behind: start Kamailio",
        )


def _listening(path: str) -> list[tuple[str, str]] | None:
    """Return type and inode of each socket bound to a path; None where that is not known."""
    try:
        text = Path("/proc/net/unix").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    same = {path, os.path.realpath(path)}
    rows = [line.split(None, 7) for line in text.splitlines()[1:]]
    return [
        (row[4], row[6])
        for row in rows
        if len(row) == 8 and row[7] in same and (row[4] != "0001" or row[3] == "00010000")
    ]


def _process_of(inode: str) -> str:
    """Name the process that has a socket; "" if none can be seen."""
    link = f"socket:[{inode}]"
    for folder in Path("/proc").glob("[0-9]*/fd"):
        try:
            if any(str(each.readlink()) == link for each in folder.iterdir()):
                name = (folder.parent / "comm").read_text(encoding="utf-8").strip()
                return f"{name} (pid {folder.parent.name}) listens"
        except OSError:
            continue
    return ""


_SHOWN_SOCKETS = 6
_SOCKETS_OF_CLIENTS = ("kamailio_binrpc_", "kamcmd_")
"""First letters of the names of the sockets on which clients wait for datagrams."""


def _other_path(address: Address, error: OSError | None) -> str:
    if error is not None and error.errno == errno.EACCES:
        return f"{_user(os.geteuid())} may not enter the folder: run as root or as Kamailio's user"
    found = _sockets_near(address.name)
    if found:
        alike = difflib.SequenceMatcher(b=address.name)

        def distance(path: str) -> tuple[float, str]:
            alike.set_seq1(path)
            return (-alike.ratio(), path)

        return "sockets that there are: " + listed(sorted(found, key=distance), _SHOWN_SOCKETS)
    return (
        'is Kamailio running, with loadmodule "ctl.so"? Its address is in modparam("ctl", '
        '"binrpc", ...), or unix:/run/kamailio/kamailio_ctl if that is not set'
    )


def _sockets_near(path: str) -> set[str]:
    found = set()
    for folder in (Path(path).parent, *map(Path, _FOLDERS)):
        try:
            for each in folder.iterdir():
                likely = "kam" in str(each) or "ctl" in str(each)
                likely = likely and not each.name.startswith(_SOCKETS_OF_CLIENTS)
                if likely and each.is_socket() and each != Path(path):
                    found.add(str(each.resolve()))
        except OSError:  # it does not exist, or may not be read
            continue
    return found


def _kind(mode: int) -> str:
    if stat.S_ISSOCK(mode):
        return "socket"
    if stat.S_ISFIFO(mode):
        return "fifo"
    return "folder" if stat.S_ISDIR(mode) else "file"


def _user(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _group(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)


# --- hosts


def _network_checks(address: Address, timeout: float) -> Iterator[Finding]:
    kind = socket.SOCK_DGRAM if address.is_datagram else socket.SOCK_STREAM
    try:
        found = socket.getaddrinfo(address.name, address.port, type=kind)
    except OSError as error:
        yield failed(
            "name", f"{address.name}: {error.strerror}", "is the name right, and does DNS answer?"
        )
        return
    hosts = list(dict.fromkeys(str(each[4][0]) for each in found))
    if hosts != [address.name]:
        yield ok("name", f"{address.name} is {', '.join(hosts)}")
    if address.protocol != "tcp":
        return  # a datagram tells nothing before the answer
    start = time.monotonic()
    try:
        socket.create_connection((address.name, address.port or 0), timeout).close()
    except TimeoutError:
        yield failed(
            "connection",
            f"no answer from {address.name} port {address.port} in {timeout:g} s",
            "a firewall drops the packets, or the host is down: try ping",
            exit_codes.TIMEOUT,
        )
    except OSError as error:
        remedy = "is the address right, and does a route lead there?"
        if error.errno == errno.ECONNREFUSED:
            remedy = _listens(address)
        yield failed("connection", f"port {address.port}: {error.strerror}", remedy)
    else:
        took = (time.monotonic() - start) * 1000
        yield ok("connection", f"port {address.port} accepts connections ({took:.1f} ms)")


def _listens(address: Address) -> str:
    return (
        "no process listens there; ctl does where modparam"
        f'("ctl", "binrpc", "{address.protocol}:host:port") says'
    )


# --- the server


def _server_checks(address: Address, timeout: float) -> Iterator[Finding]:
    with Client(address, timeout) as client:
        try:
            client.call("core.echo", "kamrpc")
        except Fault as fault:  # it speaks binrpc, whatever it thinks of this method
            yield ok("protocol", f"binrpc; core.echo: {fault}")
        except BinrpcError as error:
            yield _silent(address, error, timeout)
            return
        else:
            yield ok("protocol", "binrpc")
        try:
            facts = gather(client.call, ["version", "uptime", "listeners"])
            yield _server(facts)
            yield _latency(client)
            yield from _exposure(facts)
        except BinrpcError as error:
            yield failed("server", str(error), "", exit_codes.status_of(error))


def _silent(address: Address, error: BinrpcError, timeout: float) -> Finding:
    seen = _speaks(address, min(timeout, _PROBE_SECONDS))
    status = exit_codes.status_of(error)
    if seen:
        text, remedy = seen
        return failed("protocol", text, remedy, status)
    if isinstance(error, CallTimeout):
        remedy = "Kamailio is busy, stopped, or runs a method that blocks ctl: look at its load"
        if address.protocol == "udp":
            remedy = (
                "no process listens there, a firewall drops the packets, or it is not ctl: "
                'modparam("ctl", "binrpc", "udp:host:port") names the address'
            )
        return failed("protocol", f"no answer in {timeout:g} s", remedy, status)
    if isinstance(error, ConnectError) and not (address.is_path or address.is_process):
        return failed("connection", f"port {address.port}: connection refused", _listens(address))
    return failed("protocol", str(error), "", status)


_OPTIONS = (
    b"OPTIONS sip:kamrpc@invalid SIP/2.0\r\nVia: SIP/2.0/%s kamrpc.invalid;rport;"
    b"branch=z9hG4bKkamrpc\r\nMax-Forwards: 0\r\nFrom: <sip:kamrpc@invalid>;tag=1\r\n"
    b"To: <sip:kamrpc@invalid>\r\nCall-ID: kamrpc@invalid\r\nCSeq: 1 OPTIONS\r\n"
    b"Content-Length: 0\r\n\r\n"
)
_PROBES = (
    (
        b"SIP/2.0",
        _OPTIONS,
        "this is a SIP port",
    ),
    (b"HTTP/", b"OPTIONS * HTTP/1.0\r\n\r\n", "this is an HTTP port"),
    (b"200 ok", b":core.version:-\n\n", "this is an endpoint of ctl's FIFO protocol"),
)


def _speaks(address: Address, timeout: float) -> tuple[str, str] | None:
    """Find out whether another protocol answers there."""
    if address.is_path or address.is_process:
        return None
    kind = socket.SOCK_DGRAM if address.is_datagram else socket.SOCK_STREAM
    for start, request, text in _PROBES:
        data = request % address.protocol.upper().encode() if b"%s" in request else request
        answer = _answer(address, kind, data, timeout)
        if answer.lower().startswith(start.lower()):
            return text, 'ctl\'s port is the one in modparam("ctl", "binrpc", ...), 2049 by default'
    return None


def _answer(address: Address, kind: int, data: bytes, timeout: float) -> bytes:
    try:
        family, _type, _protocol, _name, where = socket.getaddrinfo(
            address.name, address.port, type=kind
        )[0]
        with socket.socket(family, kind) as link:
            link.settimeout(timeout)
            link.connect(where)
            link.sendall(data)
            return link.recv(64)
    except OSError:
        return b""


def _server(facts: dict[str, Any]) -> Finding:
    version, uptime = facts.get("version") or {}, facts.get("uptime") or {}
    text = str(version.get("full") or "a server that does not tell its version")
    started = uptime.get("started")
    return ok("server", f"{text}, since {started}" if started else text)


def _latency(client: Client) -> Finding:
    times = [client.ping() * 1000 for _each in range(PINGS)]
    middle, low, high = statistics.median(times), min(times), max(times)
    return ok("latency", f"{middle:.2f} ms ({low:.2f} to {high:.2f} in {PINGS} calls)")


def _exposure(facts: dict[str, Any]) -> Iterator[Finding]:
    rows = [row for row in facts.get("listeners") or () if row["transport"] in ("tcp", "udp")]
    found = [f"{row['transport']}:{row['address']}:{row['port']}" for row in rows if _open(row)]
    if found:
        yield Finding(
            "exposure",
            "warning",
            f"ctl listens on {', '.join(found)}",
            "ctl has no authentication: anyone who can reach it controls Kamailio; use a unix "
            "socket or loopback, or let a firewall admit only known hosts",
        )


def _open(row: dict[str, Any]) -> bool:
    try:
        return not ipaddress.ip_address(str(row["address"])).is_loopback
    except ValueError:
        return str(row["address"]) != "localhost"
