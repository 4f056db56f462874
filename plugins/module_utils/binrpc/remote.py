# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Addresses of a ctl socket behind a process: on another host, or in a container.

``ssh://[user@]host[:port][/path]`` goes through the system's OpenSSH, so that its configuration,
agent and known hosts hold. The host may be an alias of that configuration. Without a path it is
ctl's default socket.

A :class:`Command` starts any program, such as ``kubectl exec``. No text stands for one: it comes
from a program, or from a configuration file that the user wrote, and never from an address that a
server or an inventory gave.
"""

from __future__ import annotations

import re

from . import wire
from .address import Address
from .errors import AddressError
from .hosts import is_host
from .printable import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional, Sequence, Tuple

_ALIAS = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}\Z")
_USER = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.@+-]{0,254}\$?\Z")
_MAX_PATH = 107  # sun_path less its NUL

_FORM = "ssh://[user@]host[:port]" + wire.DEFAULT_SOCKET


class Ssh(Address):
    """A unix stream socket on a host that ssh reaches.

    :ivar name: the host, without brackets, or an alias of ssh's configuration.
    :ivar port: of the ssh server; None for the one that ssh's configuration says, else 22.
    :ivar user: to log in as; None for the one that ssh's configuration says, else the own.
    :ivar path: of the socket there.
    """

    __slots__ = ("path", "user")

    def __init__(
        self,
        host: str,
        path: str = wire.DEFAULT_SOCKET,
        *,
        user: Optional[str] = None,
        port: Optional[int] = None,
    ) -> None:
        super().__init__("ssh", host, port)
        self.user = user
        self.path = path
        if not (_ALIAS.match(host) or is_host(host)):
            self._refuse("%r is not a host name, an IP address or an alias" % host)
        if user is not None and not _USER.match(user):
            self._refuse("%r is not a name of a user" % user)
        if port is not None and not 0 < port < 65536:
            self._refuse("a port is 1 to 65535")
        problem = problem_of_path(path)
        if problem:
            self._refuse(problem)

    def _refuse(self, problem: str) -> None:
        raise AddressError("%s: %s; write %s" % (one_line(self), problem, _FORM))

    def __str__(self) -> str:
        host = "[%s]" % self.name if ":" in self.name else self.name
        user = "" if self.user is None else self.user + "@"
        port = "" if self.port is None else ":%d" % self.port
        return "ssh://%s%s%s%s" % (user, host, port, self.path)


class Command(Address):
    """A ctl socket behind a program's standard input and output.

    >>> Command(["kubectl", "exec", "-i", "sip-0", "--"], "/run/kamailio/kamailio_ctl", "sip-0")
    Address('command:sip-0')

    :param argv: the program and its arguments. No shell reads them.
    :param path: of a unix stream socket where the program runs other programs: a relay is appended
        to the arguments. None for a program that speaks binrpc itself.
    :param name: for messages, in place of the program's.
    :raises AddressError: there is no program, or the path is not one.
    """

    __slots__ = ("argv", "path")

    def __init__(
        self, argv: Sequence[str], path: Optional[str] = None, name: Optional[str] = None
    ) -> None:
        if isinstance(argv, str):
            raise AddressError("a command is a list of arguments, not a text")
        self.argv: Tuple[str, ...] = tuple(argv)
        if not (self.argv and self.argv[0]) or any("\0" in each for each in self.argv):
            raise AddressError("a command is a program and its arguments")
        super().__init__("command", name or self.argv[0].rpartition("/")[2])
        self.path = path
        problem = "" if path is None else problem_of_path(path)
        if problem:
            raise AddressError("%s: %s" % (one_line(self), problem))

    def __str__(self) -> str:
        # Arguments may be secrets, and this is shown everywhere.
        return "command:%s" % self.name

    def __eq__(self, other: object) -> bool:
        same = isinstance(other, Command) and (self.argv, self.path) == (other.argv, other.path)
        return same and str(self) == str(other)

    def __hash__(self) -> int:
        return hash((self.name, self.argv, self.path))


def problem_of_path(path: str) -> str:
    """Say why a text is not the path of a socket on another host; "" if it is."""
    if not path.startswith("/"):
        return "the path of the socket begins with /"
    if not path.isprintable():
        return "the path %s has characters that do not print" % one_line(path)
    if len(path.encode("utf-8")) > _MAX_PATH:
        return "the path has more than %d bytes, the limit of a unix socket" % _MAX_PATH
    return ""


def parse_ssh(text: str) -> Ssh:
    """Parse ``ssh://[user@]host[:port][/path]``.

    :raises AddressError: says what is wrong and what to write instead.
    """

    def refuse(problem: str) -> AddressError:
        return AddressError("%s: %s; write %s" % (one_line(text), problem, _FORM))

    authority, slash, path = text[6:].partition("/")
    path = slash + path
    if "%" in text:
        raise refuse("% has no meaning here, characters stand for themselves")
    user, at, host = authority.rpartition("@")
    if host.startswith("["):
        host, closed, port = host[1:].partition("]")
        if not closed or ":" not in host or (port and not port.startswith(":")):
            raise refuse("an IPv6 address is written [::1] or [::1]:22")
        port = port[1:]
    else:
        host, _colon, port = host.partition(":")
    if port and not (port.isascii() and port.isdigit() and len(port) < 6):
        raise refuse("%r is not a port" % port)
    return Ssh(
        host,
        wire.DEFAULT_SOCKET if path in ("", "/") else path,
        user=user if at else None,
        port=int(port) if port else None,
    )
