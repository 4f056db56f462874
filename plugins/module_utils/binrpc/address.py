# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
r"""Addresses of a ctl endpoint, for clients and for servers (docs/protocol.md#addresses).

``[protocol:]name[:port]`` with the protocols ``unix`` (= ``unixs``), ``unixd``, ``udp``,
``tcp`` and ``fifo``, in any case. Beyond the original: IPv6 literals in brackets work
everywhere, a port above 65535 is an error instead of wrapping, and in the path of a unix
socket or fifo ``\:`` stands for a colon and ``\\`` for a backslash.

``ssh://[user@]host[:port][/path]`` is a unix stream socket on another host: see :mod:`remote`.
"""

from __future__ import annotations

from . import wire
from .errors import AddressError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from typing import Optional, Tuple, Union

PROTOCOLS = {
    "unix": "unixs",
    "unixs": "unixs",
    "unixd": "unixd",
    "udp": "udp",
    "tcp": "tcp",
    "fifo": "fifo",
}

LISTED = {
    "unixs": "unix_stream",
    "unixd": "unix_dgram",
    "udp": "udp",
    "tcp": "tcp",
    "fifo": "fifo",
}
"""The names that ``ctl.listen`` and ``ctl.who`` use."""

_MAX_PATH = 107  # sun_path less its NUL


class Address:
    """One endpoint.

    :ivar protocol: ``unixs``, ``unixd``, ``udp``, ``tcp`` or ``fifo``; of the addresses in
        :mod:`remote`, ``ssh`` or ``command``.
    :ivar name: the path, or the host without brackets; ``""`` and ``"*"`` are all of IPv4.
    :ivar port: 1 to 65535; 0 asks a lab server for any free one. For paths it is None, or
        a number that Kamailio remembers and never uses.
    :ivar guessed: no protocol was written, so the shape of the name decided.
    """

    __slots__ = ("guessed", "name", "port", "protocol")

    def __init__(
        self, protocol: str, name: str, port: Optional[int] = None, guessed: bool = False
    ) -> None:
        self.protocol = protocol
        self.name = name
        self.port = port
        self.guessed = guessed

    @property
    def is_path(self) -> bool:
        """A unix socket or a fifo, as opposed to an internet address."""
        return self.protocol in ("unixs", "unixd", "fifo")

    @property
    def is_datagram(self) -> bool:
        """One packet per datagram, instead of a stream of them."""
        return self.protocol in ("unixd", "udp")

    @property
    def is_process(self) -> bool:
        """Reached through the standard input and output of a process: ssh, or a command."""
        return self.protocol in ("ssh", "command")

    def __str__(self) -> str:
        if self.is_path:
            path = self.name.replace("\\", "\\\\").replace(":", "\\:")
            return "%s:%s" % (self.protocol, path)
        host = "[%s]" % self.name if ":" in self.name else self.name or "*"
        return "%s:%s:%s" % (self.protocol, host, self.port)

    def __repr__(self) -> str:
        return "Address(%r)" % str(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Address) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))


def parse_address(text: AnyAddress) -> Address:
    """Parse an address that a client connects to; return an Address as it is.

    A path object, as of :mod:`pathlib`, stands for a unix stream socket.

    Without a protocol: ``host:port`` is udp, anything else a unix stream socket, as kamcmd
    has it. Without a port: 2049.

    :raises AddressError: says what is wrong and what to write instead.
    """
    address = _parse(text, default="unixs")
    if address.is_path or address.name not in ("", "*"):
        return address
    raise AddressError(
        "%r names no host: a client needs one, such as %s:127.0.0.1:%s"
        % (str(text), address.protocol, address.port)
    )


def parse_listen(text: AnyAddress, *, fifo: bool = False, any_port: bool = False) -> Address:
    """Parse a listen address, the value of the modparam ``binrpc`` or ``fifo``.

    An Address is returned as it is; a path object stands for a unix stream socket, or a fifo.

    Without protocol and port, a name with a slash is a unix stream socket (a fifo for the
    modparam ``fifo``), any other is a udp host (a fifo).

    :param fifo: parse as the modparam ``fifo`` does.
    :param any_port: let an explicit port 0 ask for any free port; Kamailio reads it as 2049.
    :raises AddressError: says what is wrong and what to write instead.
    """
    return _parse(text, default="fifo" if fifo else "udp", listen=True, any_port=any_port)


def _parse(text: AnyAddress, default: str, listen: bool = False, any_port: bool = False) -> Address:
    if isinstance(text, Address):
        return text
    if hasattr(text, "__fspath__"):
        path = text.__fspath__()
        path = path if isinstance(path, str) else path.decode("utf-8", "surrogateescape")
        _check_path(path, path)
        return Address("fifo" if default == "fifo" else "unixs", path)
    if not isinstance(text, str):
        raise AddressError("an address is text, not %s" % type(text).__name__)
    if not text:
        raise AddressError("an empty address; the default is %s" % wire.DEFAULT_ADDRESS)
    if text[:6].lower() == "ssh://":
        return _parse_ssh(text, listen)
    word, colon, rest = text.partition(":")
    protocol = PROTOCOLS.get(word.lower()) if colon else None
    if protocol is None:
        rest = text
    if rest.startswith("//"):
        raise AddressError("%r looks like a URL; write %s:%s" % (text, protocol or "tcp", rest[2:]))
    if protocol in ("unixs", "unixd", "fifo"):
        name, port_text = _split_path(text, rest)
    elif rest.startswith("["):
        name, port_text = _split_bracketed(text, rest)
    elif protocol is None and "/" in rest:
        name, port_text = _split_path(text, rest)
    else:
        name, port_text = _split_host(text, rest)
    guessed = protocol is None
    if protocol is None:
        if port_text:
            protocol = default if default in ("tcp", "udp") else "udp"
        elif rest.startswith("["):
            protocol = "udp"
        elif "/" in name:
            protocol = "fifo" if default == "fifo" else "unixs"
        elif listen and name.isdigit():
            protocol = "udp" if default == "udp" else default
        else:
            protocol = default
    if protocol in ("unixs", "unixd", "fifo"):
        _check_path(text, name)
        port = _parse_port(text, port_text, "tcp") if port_text else None
        return Address(protocol, name, port, guessed)
    if not port_text and (not name or name.isdigit()):
        name, port_text = "*", name
    if any(char.isspace() or char in "/[]\0" for char in name):
        raise AddressError("%r: %r is not a host name" % (text, name))
    port = _parse_port(text, port_text, protocol) if port_text else wire.DEFAULT_PORT
    if port == 0 and not any_port:
        port = wire.DEFAULT_PORT
    return Address(protocol, name, port, guessed)


def _parse_ssh(text: str, listen: bool) -> Address:
    if listen:
        raise AddressError("%r: a server cannot listen there, only clients use ssh" % text)
    # Not a statement: Ansible would ship the module to hosts, which have no use for it.
    from importlib import import_module

    try:
        remote = import_module(__name__.rpartition(".")[0] + ".remote")
    except ImportError:
        raise AddressError(
            "%r: kamrpc and the SDK use addresses of ssh; Ansible reaches the host by its own "
            "connection, so name the socket there" % text
        ) from None
    return remote.parse_ssh(text)  # type: ignore[no-any-return]


def _split_bracketed(text: str, rest: str) -> Tuple[str, str]:
    name, closed, tail = rest[1:].partition("]")
    if not closed or not name or (tail and not tail.startswith(":")):
        raise AddressError("%r: an IPv6 address is written [::1] or [::1]:2049" % text)
    return name, tail[1:]


def _split_path(text: str, rest: str) -> Tuple[str, str]:
    """Cut at the first colon without a backslash, and resolve the escapes before it."""
    name = []
    chars = iter(rest)
    port = ""
    for char in chars:
        if char == "\\":
            escaped = next(chars, "")
            # A backslash before anything else is itself, as it is for Kamailio.
            name.append(escaped if escaped in ("\\", ":") and escaped else char + escaped)
        elif char == ":":
            port = "".join(chars)
            break
        else:
            name.append(char)
    if port and not port.isdigit() and "/" in text:
        raise AddressError(
            "%r: %r is read as a port; for a colon inside a path write \\: instead" % (text, port)
        )
    return "".join(name), port


def _split_host(text: str, rest: str) -> Tuple[str, str]:
    if rest.count(":") > 1:
        raise AddressError("%r: put an IPv6 address in brackets, as in udp:[::1]:2049" % text)
    name, _colon, port = rest.partition(":")
    return name, port


def _check_path(text: str, path: str) -> None:
    if not path:
        raise AddressError("%r names no path; the default is %s" % (text, wire.DEFAULT_ADDRESS))
    if "\0" in path:
        raise AddressError("%r: a path cannot hold a NUL" % text)
    size = len(path.encode("utf-8", "surrogateescape"))
    if size > _MAX_PATH:
        raise AddressError(
            "%r: the path has %d bytes, a unix socket's limit is %d" % (text, size, _MAX_PATH)
        )


def _parse_port(text: str, port: str, protocol: str) -> int:
    if port.isascii() and port.isdigit():
        # int() refuses thousands of digits, and six tell enough.
        number = int(port.lstrip("0")[:6] or "0")
        if number > 65535:
            # Kamailio takes six digits for the name of a service.
            wraps = " (Kamailio would silently take %d)" % (number % 65536)
            raise AddressError(
                "%r: port %s is above 65535%s" % (text, port, wraps if len(port) < 6 else "")
            )
        return number
    import _socket  # only a service name needs it

    try:
        return _socket.getservbyname(port, protocol)
    except (OSError, ValueError):
        raise AddressError("%r: %r is neither a port nor a known service" % (text, port)) from None


if TYPE_CHECKING:
    AnyAddress = Union[str, Address, PathLike[str]]
