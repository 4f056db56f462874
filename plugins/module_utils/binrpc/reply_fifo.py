# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The fifo that a client of the text protocol makes, so that the server can answer it.

It has a random name in a folder that all users share, and whoever may write to it can answer in
the server's place. So it is opened to others only where the server could not write otherwise.
"""

from __future__ import annotations

import os
import select

from .errors import ConnectError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Optional, Tuple

_LONGEST_POLL = 2**31 - 1  # milliseconds; a C int
_READ_SIZE = 65536

LOOKS = 20_000
"""How many descriptors of other programs than kamailio to look at for the reader of a fifo."""


class ReplyFifo:
    """A new fifo, open for reading; :meth:`close` removes it.

    :param folder: where the server looks for it.
    :param server: the path of the fifo that the server reads, to find out as whom it runs.
    :raises ConnectError: it cannot be made there.
    """

    def __init__(self, folder: str, server: str) -> None:
        self.name = "kamailio_binrpc_%d_%s" % (os.getpid(), os.urandom(8).hex())
        self._path = os.path.join(folder, self.name)
        self._fd = -1
        self._pid = os.getpid()
        made = False
        try:
            # Fails if anything has that name already, a symbolic link included.
            os.mkfifo(self._path, 0o600)
            made = True
            # Open for reading before the server looks: without a reader it waits 0.3 s, and
            # with it everybody else (docs/protocol.md#reply-fifos).
            flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
            self._fd = os.open(self._path, flags)
            self._admit(reader_of(server))
        except OSError as error:
            if made:
                self.close()
            raise ConnectError(
                "cannot make the reply fifo %s: %s" % (self._path, error.strerror), error.errno
            ) from None
        self._poll = select.poll()
        self._poll.register(self._fd, select.POLLIN)

    def _admit(self, user: Optional[int]) -> None:
        """Let the server write; user is its, or None where that cannot be found out."""
        if user in (0, os.geteuid()):
            return  # root needs no permission
        if user is not None and os.geteuid() == 0:
            os.fchown(self._fd, user, -1)
        else:
            os.fchmod(self._fd, 0o622)

    def fileno(self) -> int:
        """The descriptor, for event loops."""
        return self._fd

    def wait(self, seconds: float, writing: bool = False) -> bool:
        """Wait until it can be read; return False once ``seconds`` have passed.

        Hang-up is only reported once a writer has come and gone.
        """
        return bool(self._poll.poll(min(int(seconds * 1000 + 0.999), _LONGEST_POLL)))

    def receive(self) -> Optional[bytes]:
        """Read what is there: None if nothing is, ``b""`` at the end of the reply.

        :raises OSError: it cannot be read.
        """
        try:
            return os.read(self._fd, _READ_SIZE)
        except BlockingIOError:
            return None

    def close(self) -> None:
        """Close and remove it; may be called again."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        if self._path and self._pid == os.getpid():
            try:
                os.unlink(self._path)
            except OSError:
                pass  # another process has removed it
        self._path = ""

    def __del__(self) -> None:
        if getattr(self, "_path", ""):
            self.close()


_known: Dict[str, Tuple[str, int]] = {}  # path -> the descriptor in /proc, and its user


def reader_of(path: str, looks: int = LOOKS) -> Optional[int]:
    """Return the user of a process that reads the fifo; None if none is seen.

    Root sees all processes, others only their own. It takes time where there are many, so it is
    remembered, processes of the usual name come first, and among the others the search has an end.
    That is a number and not a time: on a busy machine the fifo would be open to more users.

    :param looks: how many descriptors of other processes to look at.
    """
    try:
        fifo = os.stat(path)
        found = _known.get(path)
        if found is not None and _is_reader(found[0], fifo):
            return found[1]
        processes = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return None
    usual = set(filter(_has_usual_name, processes))
    for process in sorted(processes, key=lambda each: each not in usual):
        folder = "/proc/%s/fd" % process
        try:
            for fd in os.listdir(folder):
                if process not in usual:
                    looks -= 1
                    if looks < 0:
                        return None
                place = "%s/%s" % (folder, fd)
                if _is_reader(place, fifo):
                    user = os.stat("/proc/" + process).st_uid
                    _known[path] = place, user
                    return user
        except OSError:
            continue  # it has ended, or is another user's
    return None


def _has_usual_name(process: str) -> bool:
    try:
        with open("/proc/%s/comm" % process, "rb") as file:
            return file.read().startswith(b"kamailio")
    except OSError:
        return False


def _is_reader(place: str, fifo: os.stat_result) -> bool:
    """Is this descriptor in /proc the fifo, open for reading?"""
    try:
        info = os.stat(place)
        if (info.st_dev, info.st_ino) != (fifo.st_dev, fifo.st_ino):
            return False
        with open(place.replace("/fd/", "/fdinfo/"), "rb") as file:
            words = file.read().split()
        # Another client has it open for writing alone.
        return int(words[words.index(b"flags:") + 1], 8) & os.O_ACCMODE != os.O_WRONLY
    except (OSError, ValueError):
        return False
