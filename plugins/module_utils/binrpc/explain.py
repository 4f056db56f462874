# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Errors of the operating system, in the words of someone who runs Kamailio."""

from __future__ import annotations

import errno
import os
import stat

from . import wire
from .errors import ConnectError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .address import Address

_KNOWN_SOCKETS = (
    wire.DEFAULT_SOCKET,
    "/var/run/kamailio/kamailio_ctl",
    "/tmp/kamailio_ctl",  # noqa: S108 - the default of source builds before 5.0
)

CLOSED_AT_ONCE = (
    "ctl does so when it serves 128 stream connections already (leaked ones never time out), "
    "while Kamailio shuts down, and after a request it cannot read"
)

_NOT_LISTENING = (
    "The socket file is there but nothing listens: Kamailio has stopped, or its ctl process "
    "has died"
)
_IS_IT_THERE = (
    'Is Kamailio running, with loadmodule "ctl.so", and is this the address in '
    'modparam("ctl", "binrpc", ...)?'
)
_PATH_ELSEWHERE = {
    errno.ENOENT: _IS_IT_THERE,
    errno.ECONNREFUSED: _NOT_LISTENING,
    errno.EACCES: "Run as the user of Kamailio, or in a group that may use the socket",
}


def connect_error(address: Address, number: int, elsewhere: bool = False) -> ConnectError:
    """Describe a failed connect to ``address``; ``number`` is its errno.

    :param elsewhere: another machine tried it, whose files are not those of this one.
    """
    text = "cannot connect to %s: %s" % (address, os.strerror(number))
    if number in (errno.EPIPE, errno.ECONNRESET):
        advice = "The server closed the connection at once; " + CLOSED_AT_ONCE
    elif address.is_path and elsewhere:
        advice = _PATH_ELSEWHERE.get(number, "")
    elif address.is_path:
        advice = _path_advice(address, number)
    else:
        advice = _inet_advice(address, number)
    if address.guessed and address.is_path and "/" not in address.name:
        guess = (
            "Without a protocol %r is a socket file in the current directory; for a host write "
            "udp:%s or tcp:%s" % (address.name, address.name, address.name)
        )
        end = "" if not advice or advice.endswith("?") else "."
        advice = "%s%s %s" % (advice, end, guess) if advice else guess
    return ConnectError(text + (". " + advice if advice else ""), number)


def resolve_error(address: Address, reason: str) -> ConnectError:
    """Describe a host name that has no address."""
    return ConnectError("cannot resolve the host of %s: %s" % (address, reason))


def connect_timeout(address: Address, seconds: float) -> ConnectError:
    """Describe a connect that got no answer in time."""
    return ConnectError(
        "cannot connect to %s: no answer within %g s" % (address, seconds), errno.ETIMEDOUT
    )


def _path_advice(address: Address, number: int) -> str:
    path = address.name
    if number == errno.ENOENT:
        return _missing(path)
    if number == errno.EACCES:
        return _denied(path)
    if number == errno.ECONNREFUSED:
        try:
            is_socket = stat.S_ISSOCK(os.stat(path).st_mode)
        except OSError:
            is_socket = True
        if not is_socket:
            return "%s is %s, not a socket" % (path, _file_kind(path))
        return _NOT_LISTENING
    if number == errno.EPROTOTYPE:
        other = "unixd" if address.protocol == "unixs" else "unixs"
        return "It is a socket of the other kind; write %s:%s" % (other, path)
    return ""


def _missing(path: str) -> str:
    advice = _IS_IT_THERE
    found = [known for known in _KNOWN_SOCKETS if known != path and os.path.exists(known)]
    if found:
        advice += " There is a socket at " + " and ".join(found)
    return advice


def _denied(path: str) -> str:
    """Name the owner and mode of whatever refuses: the socket, or a folder above it."""
    folder = os.path.dirname(os.path.abspath(path))
    while len(folder) > 1 and not os.access(os.path.dirname(folder), os.X_OK):
        folder = os.path.dirname(folder)
    blocked = path if os.access(folder, os.X_OK) else folder
    try:
        info = os.stat(blocked)
    except OSError:
        return "The owner and mode of %s cannot be read either" % blocked
    return (
        "%s belongs to %s:%s with mode %04o, and this process runs as %s. Run as that user or "
        'in that group, or set modparam("ctl", "mode", 0660) together with both "user" and '
        '"group"; a folder above must allow passage too'
    ) % (
        blocked,
        _user(info.st_uid),
        _group(info.st_gid),
        stat.S_IMODE(info.st_mode),
        _user(os.geteuid()),
    )


def _inet_advice(address: Address, number: int) -> str:
    if number == errno.ECONNREFUSED:
        return (
            "Nothing listens there. Is Kamailio running, with %s:...:%s in "
            'modparam("ctl", "binrpc", ...)?' % (address.protocol, address.port)
        )
    return ""


def _file_kind(path: str) -> str:
    mode = os.stat(path).st_mode
    if stat.S_ISFIFO(mode):
        return "a fifo (of ctl's text protocol, or of jsonrpcs)"
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a file"


def _user(uid: int) -> str:
    try:
        import pwd

        return pwd.getpwuid(uid).pw_name
    except (ImportError, KeyError):
        return str(uid)


def _group(gid: int) -> str:
    try:
        import grp

        return grp.getgrgid(gid).gr_name
    except (ImportError, KeyError):
        return str(gid)
