# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Spacing between calls that rebuild data which SIP workers read.

Some modules of Kamailio keep two copies of their data. A rebuild fills the copy that is not in use
and frees what was in it. A worker that has been reading since before the last rebuild then reads
freed memory, and the server dies. Two rebuilds in a row are therefore spaced, also when they come
from different tasks, modules and processes of one user: these share a file for each server, with
a lock and the time of the last rebuild.

That file is on the machine that makes the calls. Not spaced are rebuilds by other users, other
machines and other programs, and those of one server under two addresses.
"""

from __future__ import annotations

import os
import time
from contextvars import ContextVar

from .errors import BinrpcError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, FrozenSet, Iterable, Iterator, Optional, TypeVar

    T = TypeVar("T")

SPACING = 0.5
"""Seconds between two rebuilds; ``docs/load.md`` has the measurement."""

PATIENCE = 30.0
"""Seconds to wait for other processes whose turn it is; afterwards it goes on without them."""

_POLL = 0.02

_own: ContextVar[FrozenSet[str]] = ContextVar("own", default=frozenset())
"""Servers where it is the turn of this thread or task."""


class Turn:
    """One rebuilding call at a server, in turn with those of other threads and processes.

    :param address: the endpoint; anything but an address is spaced by waiting beforehand, as is
        everything where there is no place for the file.
    :param folder: where the file is, None for :func:`folder_of_user`.

    Sleep for what :meth:`waits` yields, make the call, and :meth:`end` the turn.
    """

    def __init__(
        self,
        address: object,
        spacing: float = SPACING,
        folder: Optional[str] = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._spacing = spacing
        self._clock = clock
        self._file = _open(str(address), folder)

    def waits(self) -> Iterator[float]:
        """Yield seconds to sleep, one after another; then it is this turn."""
        if self._file is None:
            yield self._spacing
            return
        import fcntl

        for _attempt in range(int(PATIENCE / _POLL)):
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:  # another one's turn
                yield _POLL
        state = os.fstat(self._file)
        if state.st_size:
            # A clock that was set back makes the last rebuild a future one.
            past = max(self._clock() - state.st_mtime, 0)
            if past < self._spacing:
                yield self._spacing - past

    def end(self, rebuilt: bool = True) -> None:
        """Note the time and let the next one go.

        :param rebuilt: the call may have rebuilt something; False after a refusal.
        """
        if self._file is None:
            return
        file, self._file = self._file, None
        try:
            if rebuilt:
                os.pwrite(file, b"\n", 0)
                os.utime(file, times=(self._clock(),) * 2)
        except OSError:
            pass  # a full disk: the next one does not wait
        finally:
            os.close(file)  # and with it the lock


class Taking:
    """A context manager: a turn around one call. Inside a turn at the same server it has no wait.

    Sleep for what :meth:`waits` yields, :meth:`begin`, and make the call. The server counts as
    rebuilt unless the call certainly did not run.
    """

    def __init__(self, address: object) -> None:
        self._server = _name_of(str(address))
        self._turn = None if self._server in _own.get() else Turn(address)
        self._begun = False

    def waits(self) -> Iterable[float]:
        return () if self._turn is None else self._turn.waits()

    def begin(self) -> None:
        self._begun = True
        self._token = _own.set(_own.get() | {self._server})

    def __enter__(self) -> Taking:
        return self

    def __exit__(self, _kind: object, error: Optional[BaseException], _trace: object) -> None:
        if self._begun:
            _own.reset(self._token)
        if self._turn is not None:
            unused = isinstance(error, BinrpcError) and error.executed is False
            self._turn.end(self._begun and not unused)


def in_turn(
    address: object, call: Callable[[], T], pause: Callable[[float], object] = time.sleep
) -> T:
    """Make a call that rebuilds what SIP workers read when it is its turn; return what it returns.

    Modules, :func:`ensure` and clients with ``paced=True`` do so by themselves. Inside a turn at
    the same server the call is made at once.

    :param address: the client's.
    :param call: makes the call; its errors are raised.
    :param pause: sleeps for some seconds.

    >>> from kamailio_binrpc import Client
    >>> with Client("unix:/run/kamailio/kamailio_ctl") as kamailio:  # doctest: +SKIP
    ...     in_turn(kamailio.address, lambda: kamailio.call("dispatcher.reload"))
    """
    with Taking(address) as taking:
        for seconds in taking.waits():
            pause(seconds)
        taking.begin()
        return call()


def folder_of_user() -> str:
    """Return the folder of this user's files, which need not be there yet.

    It does not depend on the environment, for a task has another one than a login.
    """
    user = os.geteuid()
    if user == 0:
        return "/run/kamailio-binrpc"
    return "/tmp/kamailio-binrpc-%d" % user  # noqa: S108  (owner and mode are checked)


def _name_of(address: str) -> str:
    """Return what names the server of an address: of a socket the path without links."""
    protocol, _colon, rest = address.partition(":")
    return "%s:%s" % (protocol, os.path.realpath(rest) if rest.startswith("/") else rest)


def _open(address: str, folder: Optional[str]) -> Optional[int]:
    """Open the file of a server; None if there is no safe place for it."""
    if not address or os.name != "posix":
        return None
    from hashlib import sha256

    name = sha256(_name_of(address).encode("utf-8", "surrogateescape")).hexdigest()
    folder = folder_of_user() if folder is None else folder
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
        state = os.lstat(folder)
        # Anybody may have made it in /tmp, and a link or a shared folder could mislead.
        if state.st_uid != os.geteuid() or state.st_mode & 0o170077 != 0o040000:
            return None
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.open(os.path.join(folder, name[:32]), flags, 0o600)
    except OSError:
        return None
