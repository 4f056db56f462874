# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Listening sockets and fifos: bound, with owner and mode, removed at the end.

See docs/protocol.md#listeners.

Where Kamailio removes whatever lies at a path, this only removes what is left of a server
that no longer runs, and says so if one still does. Of several that start at once on one path,
one listens: each holds a lock on the folder from its look at the path until it listens.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import ipaddress
import os
import socket
import stat
import time

from ..address import LISTED
from ..errors import BinrpcError
from .caller import Listener

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator, Optional, Tuple

    from ..address import Address

MAX_PATH = 104
BACKLOG = 128
DATAGRAM_BUFFER = 4 * 1024 * 1024
LOCK_ATTEMPTS = 100
LOCK_PAUSE = 0.05
"""Another server holds the lock of a folder for as long as it takes to bind a socket."""


class ListenError(BinrpcError):
    """An address cannot be listened on; the message says why and what to do."""


class Owner:
    """Mode, user and group of the paths that are made.

    :param mode: permission bits; with 0, as in Kamailio, the umask decides for sockets, and fifos
        have none, so that only root can open them.
    :param user: a name or a uid; changes nothing unless the group is given too.
    :raises ValueError: unknown user or group.
    """

    def __init__(self, mode: int = 0o600, user: Any = None, group: Any = None) -> None:
        self.mode = mode
        self.uid = _uid(user)
        self.gid = _gid(group)

    def apply(self, path: str, fifo: bool = False) -> None:
        """Set owner and mode of a path.

        :raises OSError: not allowed.
        """
        if self.mode:
            os.chmod(path, self.mode)
        known = (self.uid is not None) + (self.gid is not None)
        if known == 2 or (fifo and known):
            os.chown(
                path,
                -1 if self.uid is None else self.uid,
                -1 if self.gid is None else self.gid,
            )


def _uid(user: Any) -> Optional[int]:
    import pwd

    if user is None or str(user).isdigit():
        return None if user is None else int(user)
    try:
        return pwd.getpwnam(user).pw_uid
    except KeyError:
        raise ValueError("bad user name/uid number %s" % user) from None


def _gid(group: Any) -> Optional[int]:
    import grp

    if group is None or str(group).isdigit():
        return None if group is None else int(group)
    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        raise ValueError("bad group name/gid number %s" % group) from None


class Endpoint:
    """One open listen address.

    :ivar listener: how ``ctl.listen`` prints it.
    :ivar socket: bound and non-blocking, listening if it is a stream; None for a fifo.
    :ivar fd: of the fifo, open for reading and writing so that it never ends; else -1.
    :raises ListenError: it cannot be opened.
    """

    def __init__(self, payload: str, address: Address, owner: Owner, expose: bool) -> None:
        self.address = address
        self.socket: Optional[socket.socket] = None
        self.fd = -1
        self._path: Optional[str] = None
        self._identity: Optional[Tuple[int, int]] = None
        port = "" if address.port is None else str(address.port)
        name = "[%s]" % address.name if ":" in address.name else address.name
        self.listener = Listener(payload, LISTED[address.protocol], name, port)
        try:
            if address.protocol == "fifo":
                self._make_fifo(address.name, owner)
            elif address.is_path:
                self._bind_path(address, owner)
            else:
                self._bind_host(address, expose)
        except OSError as error:
            self.close()
            raise ListenError("cannot listen on %s: %s" % (address, error.strerror)) from error
        except BaseException:
            self.close()
            raise

    @property
    def reachable(self) -> str:
        """An address text that a client on this host can use."""
        if self.address.is_path:
            return str(self.address)
        host = self.listener.bound.strip("[]")
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
        return "%s:%s:%s" % (
            self.address.protocol,
            "[%s]" % host if ":" in host else host,
            self.listener.port,
        )

    def close(self) -> None:
        """Close it, and remove the path unless another process has put its own there."""
        if self._path is not None:
            try:
                if _identity(self._path) == self._identity:
                    os.unlink(self._path)
            except OSError:
                pass
            self._path = None
        if self.socket is not None:
            self.socket.close()
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def _bind_path(self, address: Address, owner: Owner) -> None:
        path = address.name
        if len(os.fsencode(path)) > MAX_PATH:
            raise ListenError(
                "cannot listen on %s: name too long, ctl allows %d bytes" % (address, MAX_PATH)
            )
        with _locked(path):
            self._bind_locked(address, owner)

    def _bind_locked(self, address: Address, owner: Owner) -> None:
        path = address.name
        kind = socket.SOCK_DGRAM if address.is_datagram else socket.SOCK_STREAM
        _remove_stale(path, stat.S_ISSOCK, "socket", kind)
        self.socket = sock = socket.socket(socket.AF_UNIX, kind)
        sock.setblocking(False)
        if owner.mode:
            os.fchmod(sock.fileno(), owner.mode)  # Linux gives it to the path from the start
        sock.bind(path)
        self._owned(path)
        owner.apply(path)
        if kind == socket.SOCK_STREAM:
            sock.listen(BACKLOG)
        else:
            _enlarge(sock)

    def _make_fifo(self, path: str, owner: Owner) -> None:
        with _locked(path):
            _remove_stale(path, stat.S_ISFIFO, "fifo")
            os.mkfifo(path, owner.mode)
            self._owned(path)
            owner.apply(path, fifo=True)
            self.fd = os.open(path, os.O_RDWR | os.O_NONBLOCK)

    def _owned(self, path: str) -> None:
        self._path = os.path.abspath(path)
        self._identity = _identity(path)

    def _bind_host(self, address: Address, expose: bool) -> None:
        kind = socket.SOCK_DGRAM if address.is_datagram else socket.SOCK_STREAM
        host = "0.0.0.0" if address.name in ("", "*") else address.name  # noqa: S104
        try:
            found = socket.getaddrinfo(host, address.port, 0, kind)
        except (socket.gaierror, UnicodeError):
            raise ListenError("bad address %s" % address.name) from None
        family, _kind, _proto, _name, target = found[0]
        if not expose and not ipaddress.ip_address(str(target[0]).partition("%")[0]).is_loopback:
            raise ListenError(
                "%s can be reached from other hosts, and ctl has no authentication; "
                "pass expose=True (kamrpc serve --expose) if that is meant" % address
            )
        self.socket = sock = socket.socket(family, kind)
        sock.setblocking(False)
        if kind == socket.SOCK_STREAM:
            # For datagrams it would let a second server take the first one's traffic.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(target)
        bound = sock.getsockname()
        self.listener.bound = bound[0]
        self.listener.port = str(bound[1])
        if kind == socket.SOCK_STREAM:
            sock.listen(BACKLOG)
        else:
            _enlarge(sock)


def _enlarge(sock: socket.socket) -> None:
    """Ask for larger datagram buffers; the kernel gives what it allows."""
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        sock.setsockopt(socket.SOL_SOCKET, option, DATAGRAM_BUFFER)


def _identity(path: str) -> Tuple[int, int]:
    found = os.lstat(path)
    return found.st_dev, found.st_ino


@contextlib.contextmanager
def _locked(path: str) -> Iterator[None]:
    """Hold the lock of a path's folder, which leaves no file behind.

    :raises ListenError: another process does not give it back.
    """
    try:
        folder = os.open(os.path.dirname(path) or ".", os.O_RDONLY | os.O_DIRECTORY)
    except PermissionError:
        yield  # a folder that may be written to and not read
        return
    try:
        for attempt in range(LOCK_ATTEMPTS):
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if attempt == LOCK_ATTEMPTS - 1:
                    raise ListenError(
                        "cannot listen on %s: another process holds a lock on its folder; choose "
                        "another path" % path
                    ) from None
                time.sleep(LOCK_PAUSE)
            except OSError:
                break  # a file system without locks
        yield
    finally:
        os.close(folder)


def _remove_stale(path: str, is_kind: Any, what: str, kind: int = 0) -> None:
    """Remove what a dead server left at a path.

    :raises ListenError: a server is alive there, or it is something else.
    """
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if not is_kind(mode):
        raise ListenError("%s exists and is no %s; remove it or choose another path" % (path, what))
    if _has_reader(path) if what == "fifo" else _is_served(path, kind):
        raise ListenError("a running server listens on %s; stop it or choose another path" % path)
    os.unlink(path)


def _is_served(path: str, kind: int) -> bool:
    with socket.socket(socket.AF_UNIX, kind) as probe:
        probe.setblocking(False)
        # Refused means that no process has it open; every other answer comes from a process.
        return probe.connect_ex(path) not in (errno.ECONNREFUSED, errno.ENOENT)


def _has_reader(path: str) -> bool:
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
    except OSError as error:
        return error.errno != errno.ENXIO
    return True
