# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The socket file that a unix datagram client binds, so that the server can answer it.

Without one the server runs the command and cannot answer (docs/protocol.md#datagram-clients).
The file is removed when it is closed, when its client is collected, and at interpreter exit. A
signal that ends the process leaves it behind, unless the process asked for :data:`handle_signals`:
handlers belong to a program, and not to a library.
"""

from __future__ import annotations

import errno
import os

from .errors import ConnectError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Optional

_files: Dict[str, int] = {}  # path -> pid of the process that bound it
_replaced: Dict[int, Any] = {}  # signal -> the handler before ours

handle_signals = False
"""A program sets it, so that SIGTERM and SIGHUP remove the files before they end the process."""

ABSTRACT = "@"
"""Instead of a path: a name without a file, which Linux makes up and forgets by itself. It
is not visible from another network namespace, a container for instance."""


def bind(sock: Any, where: Optional[str] = None) -> Optional[str]:
    """Bind ``sock`` to a new file and return its path, None for an abstract name.

    The mode is 0600 until :func:`admit`, so that no other user's datagram can get in before the
    socket is connected.

    :param where: a folder (default TMPDIR or /tmp), a full path, or :data:`ABSTRACT`.
    :raises ConnectError: no file can be made there.
    """
    if where == ABSTRACT:
        sock.bind("")
        return None
    where = where or _temporary_directory()
    for _attempt in range(10):
        path = where
        if os.path.isdir(where):
            name = "kamailio_binrpc_%d_%s" % (os.getpid(), os.urandom(6).hex())
            path = os.path.join(where, name)
        try:
            _narrow(sock)
            sock.bind(path)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and path != where:
                continue
            raise ConnectError(
                "cannot bind the reply socket %s: %s. The server answers a unix datagram only "
                "to a socket of the client's own; choose another reply_socket"
                % (path, error.strerror or error),
                error.errno,
            ) from None
        _files[path] = os.getpid()
        _watch_exit()
        os.chmod(path, 0o600)
        return path
    raise ConnectError("no free name for a reply socket in %s" % where, errno.EADDRINUSE)


def _narrow(sock: Any) -> None:
    """Let bind() make a file of mode 0600, as Linux does then."""
    try:
        os.fchmod(sock.fileno(), 0o600)
    except OSError:
        pass  # it is changed after that


def admit(path: str) -> None:
    """Let the server write to the file, now that the socket is connected.

    It often runs as another user. From then on the kernel refuses datagrams of everybody else.
    """
    os.chmod(path, 0o666)  # noqa: S103 - see above


def _temporary_directory() -> str:
    named = os.environ.get("TMPDIR")
    # A folder that is not there would be taken for the socket's own path.
    return named if named and os.path.isdir(named) else "/tmp"  # noqa: S108 - as kamcmd


def remove(path: str) -> None:
    """Remove a bound file; a missing one is fine."""
    # A forked child knows the parent's files too, and must leave them alone.
    if _files.pop(path, None) == os.getpid():
        try:
            os.unlink(path)
        except OSError:
            pass
    if not _files:
        _unwatch_signals()


def _remove_all() -> None:
    for path in list(_files):
        remove(path)


def _watch_exit() -> None:
    import atexit

    atexit.unregister(_remove_all)
    atexit.register(_remove_all)
    if not handle_signals:
        return
    import signal

    for number in (signal.SIGTERM, signal.SIGHUP):
        # A program that handles the signal itself keeps its handler and ends through atexit.
        if number not in _replaced and signal.getsignal(number) is signal.SIG_DFL:
            try:
                _replaced[number] = signal.signal(number, _on_signal)
            except ValueError:  # not the main thread
                return


def _unwatch_signals() -> None:
    if not _replaced:
        return
    import signal

    for number in list(_replaced):
        before = _replaced.pop(number)
        try:
            if signal.getsignal(number) is _on_signal:
                signal.signal(number, before)
        except ValueError:  # not the main thread; the handler does no harm
            _replaced[number] = before
            return


def _on_signal(number: int, _frame: Any) -> None:
    """Remove the files, then die of the signal as if no handler were installed."""
    import signal

    _remove_all()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
