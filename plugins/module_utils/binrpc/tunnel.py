# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Connecting through a process: ssh to another host, or a command into a container.

With a relay (:mod:`stream_relay`) the connection counts as made when the relay has reached the
socket. Until then nothing is sent, so whatever goes wrong is a ``ConnectError``.
"""

from __future__ import annotations

import errno
import os

from . import ssh, stream_relay
from .conversation import PAUSE, READ
from .errors import ConnectError
from .printable import one_line
from .process import Process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Generator, List, Optional, Union

    from .conversation import Wait
    from .deadline import Deadline
    from .remote import Command, Ssh
    from .transport import Transport

_MOST_NOISE = 65536  # bytes of login scripts before the relay's line
_STATUS_WAIT = 0.5  # seconds for a process to end after its output has
_STATUS_PAUSE = 0.01

# Constants of the platform alone: the other side may be another system.
_NUMBERS = {
    name: getattr(errno, name)
    for name in ("ENOENT", "EACCES", "ECONNREFUSED", "EPROTOTYPE", "EAGAIN", "ENOTSOCK", "ENOTDIR")
}


def connect(address: Union[Ssh, Command], deadline: Deadline) -> Generator[Wait, Any, Transport]:
    """Start the process of an address, and wait until its relay has reached the socket.

    :raises ConnectError: with the cause and the remedy.
    """
    argv: List[str]
    if address.protocol == "ssh":
        argv = yield from ssh.arguments(address, deadline)  # type: ignore[arg-type]
    else:
        argv = list(address.argv)  # type: ignore[union-attr]
        if address.path is not None:
            argv += stream_relay.arguments(address.path)
    process = Process(address, argv)
    try:
        if address.path is not None:
            yield from _greeted(process, deadline)
        process.connected = True
    except BaseException:
        process.close()
        raise
    return process


class TunnelError(ConnectError):
    """No connection was made through a process, so nothing ran.

    :ivar step: what failed: ``login`` (ssh or the command did not get as far as the relay),
        ``relay`` (no program could run it) or ``socket`` (the relay could not connect).
    :ivar problem: what was wrong, without the address.
    :ivar remedy: what to do about it, "" if nothing is known.
    """

    def __init__(
        self,
        message: str,
        errno: Optional[int] = None,
        executed: Optional[bool] = False,
        step: str = "login",
        problem: str = "",
        remedy: str = "",
    ) -> None:
        super().__init__(message, errno, executed)
        self.step = step
        self.problem = problem
        self.remedy = remedy

    def __reduce__(self):  # type: ignore[no-untyped-def]
        kept = (self.args[0], self.errno, self.executed, self.step, self.problem, self.remedy)
        return type(self), kept


def _greeted(process: Process, deadline: Deadline) -> Generator[Wait, Any, None]:
    """Read the line that the relay begins with."""
    seen = b""
    while True:
        data = process.receive()
        if data:
            seen += data
            _before, mark, rest = seen.partition(stream_relay.MARK)
            line, ended, _after = rest.partition(b"\n")
            if mark and ended:
                words = [*line.decode("ascii", "replace").split(), "", ""]
                process.relay = words[1]
                _judge(process, words[0])
                return
            if len(seen) > _MOST_NOISE:
                raise _no_connection(
                    process, "there is no relay, but other output: " + _start(seen)
                )
            continue
        if data is not None:
            yield from _ended(process, deadline)
            raise _no_connection(process, process.last_words(), _remedy(process))
        if not (yield READ, process, deadline.end):
            text = "no answer of the relay within %g s" % deadline.seconds
            said = process.said()
            raise _no_connection(
                process, "%s: %s" % (text, said) if said else text, "", errno.ETIMEDOUT
            )


def _ended(process: Process, deadline: Deadline) -> Generator[Wait, Any, None]:
    """Give a process whose output has ended the time to end, so that its status is known."""
    end = min(deadline.clock() + _STATUS_WAIT, deadline.end)
    while process.status is None and deadline.clock() < end:
        yield PAUSE, None, min(deadline.clock() + _STATUS_PAUSE, end)


def _start(seen: bytes) -> str:
    return one_line(seen[:80].decode("utf-8", "replace"))


def _no_connection(
    process: Process,
    problem: str,
    remedy: str = "",
    number: Optional[int] = None,
    step: str = "login",
) -> TunnelError:
    text = "cannot connect to %s: %s" % (process.address, problem)
    text += ". " + remedy if remedy else ""
    return TunnelError(text, number, step=step, problem=problem, remedy=remedy)


def _judge(process: Process, word: str) -> None:
    """Go on if the relay has reached the socket.

    :raises ConnectError: it has not.
    """
    if word == "ok":
        return
    path: str = process.address.path  # type: ignore[attr-defined]
    if word == "none":
        raise _no_connection(
            process,
            "the host has no program that can reach a unix socket",
            "Install one of python3, perl, socat, netcat-openbsd and ncat there",
            step="relay",
        )
    number = _NUMBERS.get(word)
    said = process.said()
    cause = os.strerror(number) if number else said or "the relay says %s" % one_line(word)
    remedy = {
        "ENOENT": 'Is Kamailio running there, with loadmodule "ctl.so", and is this the path in '
        'modparam("ctl", "binrpc", ...)?',
        "EACCES": 'The user there may not use it: log in as another one, or set modparam("ctl", '
        '"mode", 0660) together with "user" and "group"',
        "ECONNREFUSED": "The file is there but nothing listens: Kamailio has stopped, or its ctl "
        "process has died, or the file is not a socket",
        "EPROTOTYPE": "It is a socket of datagrams (unixd:), and a process relays streams only: "
        'add modparam("ctl", "binrpc", "unix:/run/kamailio/kamailio_ctl")',
        "ENOTSOCK": "The file is not a socket",
    }.get(word, "")
    raise _no_connection(process, "%s there: %s" % (path, cause), remedy, number, "socket")


def _remedy(process: Process) -> str:
    """Say what to do about a process that ended before its relay had begun."""
    if process.address.protocol == "ssh":
        return ssh.remedy(process.address, process.said())  # type: ignore[arg-type]
    if process.status in (126, 127):
        return "Does the command run programs of the host or container, such as sh?"
    return ""
