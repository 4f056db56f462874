# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Processes whose standard input and output speak binrpc, in the place of a socket.

Both are one end of a socket pair, so that whoever waits for a :class:`transport.Transport` waits
for a process alike. Standard error goes to a file in memory: nothing has to read it while the
process runs, and it says why one ended.

A process gets the end of its input when its transport is closed. One that does not end of itself
is terminated; a thread sees to that, and to it that none is left as a zombie.
"""

from __future__ import annotations

import _socket
import errno
import os
import subprocess
import sys

from .errors import ConnectError
from .printable import one_line
from .reaper import reaper
from .transport import _FIRST_READ, Transport

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional, Sequence, Union

    from .remote import Command, Ssh

_ERRORS = 4096  # bytes of standard error that are looked at
_SHOWN = 400  # characters of it in a message
_MOST_ERRORS = 1024 * 1024  # a process that says more loses what it said


class Process(Transport):
    """A running process, as a transport.

    :param address: whom it leads to.
    :param argv: the program and its arguments.
    :raises ConnectError: it cannot be started.
    """

    def __init__(self, address: Union[Ssh, Command], argv: Sequence[str]) -> None:
        self.address = address
        self.program = argv[0]
        self._reply_path = None
        self._poll = None
        self._read_size = _FIRST_READ
        self._child: Optional[subprocess.Popen[bytes]] = None
        self._pid = os.getpid()
        self.connected = False
        """Has a relay reached the socket? A process that is closed before is terminated."""
        self.relay = ""
        """The program that runs the relay."""
        self._errors = _memory_file()
        self._socket, theirs = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_STREAM)
        self._socket.setblocking(False)
        try:
            # No module runs this. pylint: disable-next=ansible-bad-function
            self._child = subprocess.Popen(  # noqa: S603 - a list that no server wrote
                argv,
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=self._errors,
                # Ctrl-C at a terminal is for the caller, who then closes the connection. Other
                # programs may need the terminal, sudo for its password.
                start_new_session=address.protocol == "ssh",
            )
        except OSError as error:
            self.close()
            raise ConnectError(
                "cannot start %s for %s: %s%s"
                % (one_line(argv[0]), address, error.strerror, _remedy_of_start(argv[0], error)),
            ) from None
        except BaseException:
            self.close()
            raise
        finally:
            theirs.close()

    @property
    def status(self) -> Optional[int]:
        """The status with which it ended, negative for a signal; None while it runs."""
        return None if self._child is None else self._child.poll()

    def said(self) -> str:
        """Return the end of what it wrote to standard error, on one line."""
        if self._errors < 0:
            return ""
        size = os.fstat(self._errors).st_size
        data = os.pread(self._errors, _ERRORS, max(0, size - _ERRORS))
        lines = [line.strip(" .\r") for line in data.decode("utf-8", "replace").splitlines()]
        text = one_line("; ".join(line for line in lines if line))
        return text if len(text) <= _SHOWN else "..." + text[-_SHOWN:]

    def last_words(self) -> str:
        """Say how it ended, as far as that is known."""
        status = self.status
        program = one_line(self.program.rpartition("/")[2])
        if status is None:
            ended = "%s closed its output" % program
        elif status < 0:
            ended = "%s was ended by signal %d" % (program, -status)
        else:
            ended = "%s ended with status %d" % (program, status)
        said = self.said()
        return "%s: %s" % (ended, said) if said else ended

    def unread(self, error: OSError) -> bool:
        """Does this failure mean that the last bytes sent have not been read?"""
        # Linux says so on the one end of a pair when the other was closed with bytes in it.
        return (
            error.errno == errno.ECONNRESET
            and self.address.path is None  # type: ignore[attr-defined]
            and sys.platform == "linux"
        )

    def connect_error(self, number: int) -> ConnectError:
        """Describe that it ended before a request was handed over."""
        return ConnectError("cannot connect to %s: %s" % (self.address, self.last_words()), number)

    def receive(self) -> Optional[bytes]:
        if os.fstat(self._errors).st_size > _MOST_ERRORS:
            os.ftruncate(self._errors, 0)
        return super().receive()

    def close(self) -> None:
        super().close()
        errors, self._errors = self._errors, -1
        if errors >= 0:
            os.close(errors)
        child, self._child = self._child, None
        if child is None:
            return
        if self._pid == os.getpid():
            reaper.take(child, at_once=not self.connected)
        else:
            child.returncode = 0  # another process's; Popen would complain about it


def _memory_file() -> int:
    """Return the descriptor of a file without a name that is written at its end."""
    if hasattr(os, "memfd_create"):
        number = os.memfd_create("kamrpc-stderr")
    else:
        import tempfile

        with tempfile.TemporaryFile() as file:
            number = os.dup(file.fileno())
    import fcntl

    fcntl.fcntl(number, fcntl.F_SETFL, fcntl.fcntl(number, fcntl.F_GETFL) | os.O_APPEND)
    return number


def _remedy_of_start(program: str, error: OSError) -> str:
    if error.errno == errno.ENOENT and program == "ssh":
        return ". Install the OpenSSH client"
    return ""
