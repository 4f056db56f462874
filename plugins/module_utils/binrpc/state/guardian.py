# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The guardian: a process of its own that undoes a change unless it is confirmed in time.

It is started before the first write and outlives its starter: a lost session, a killed command or
a cut network do not stop it. It holds a pipe of the starter, whose end says that the starter is
gone; then a change that the starter had not finished is undone at once. It ends when nothing is
left to guard.

If the guardian itself is killed, the change stays pending beyond its time, and the next command on
the machine undoes it (:func:`.transaction.expired`).
"""

from __future__ import annotations

import json
import os
import select
import sys
from contextlib import contextmanager

from ..client import Client
from ..desired import kinds as _kinds  # noqa: F401  (loaded now: later it may be gone)
from ..desired.calls import Calls
from . import journal as states
from .journal import JournalError, Journals
from .outcome import UNKNOWN_END
from .references import Reference, resolve
from .transaction import is_expired, roll_back

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, ContextManager, Dict, Iterator, List, Mapping, Optional, Set

    from ..desired.drive import Endpoint
    from .journal import Entry

POLL = 0.25
"""Longest time in seconds between two checks."""

RETRY = 5.0
"""Seconds between two attempts to undo a change at a server that does not answer."""

TRIES = 720
"""How many times to try: an hour at RETRY seconds."""

START = 60.0
"""Seconds that a guardian may take to start."""

_PROGRAM = """
import os, sys
if os.fork():
    os._exit(0)  # the guardian has no parent that waits for it
sys.path[:] = %r
from %s import main
main()
"""

_pipes: List[int] = []
"""Are open as long as this process lives."""


def start(journals: Journals, id_: str, client: Optional[Mapping[str, Any]] = None) -> int:
    """Start a guardian for a change, and return its pid once it watches.

    :param id_: of the change.
    :param client: keywords of :class:`Client`: numbers, texts and booleans.
    :raises OSError: it did not start.
    """
    import subprocess

    job = {"folder": journals.folder, "id": id_, "client": dict(client or {})}
    alive, pipe = os.pipe()
    try:
        # It outlives the module. pylint: disable-next=ansible-bad-function
        process = subprocess.Popen(  # noqa: S603  (this interpreter, this module)
            [sys.executable, "-c", _PROGRAM % (list(map(os.path.abspath, sys.path)), __name__)],
            stdin=alive,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
        )
        if process.stdout is None:  # it never is, with a pipe asked for
            raise OSError("the guardian has no output")
        with process.stdout as answer:
            os.write(pipe, json.dumps(job).encode("ascii") + b"\n")
            ready, _write, _error = select.select([answer], [], [], START)
            word = answer.readline() if ready else b""
            process.wait()
        if not word.strip().isdigit():
            raise OSError("the guardian ended at once, or did not start within %g s" % START)
    except BaseException:
        os.close(pipe)  # with which a guardian that is late ends
        raise
    finally:
        os.close(alive)
    _pipes.append(pipe)
    return int(word)


def main() -> None:
    """Guard what the first line of standard input says. Its end is the end of the starter."""
    job = json.loads(_line(0))
    journals = Journals(job["folder"])
    if not journals.entries(job["id"]):
        raise SystemExit("no journal of %s in %s" % (job["id"], journals.folder))
    os.write(1, b"%d\n" % os.getpid())
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    guard(journals, job["id"], connector(job["client"]), _watch(0))


def _line(file: int) -> bytes:
    found = b""
    while not found.endswith(b"\n"):
        piece = os.read(file, 1)
        if not piece:
            raise EOFError("the starter has gone")
        found += piece
    return found


def _watch(file: int) -> Callable[[float], bool]:
    """Return a function that waits some seconds at most, and says whether the starter lives."""
    import time

    alive = [True]

    def wait(seconds: float) -> bool:
        if not alive[0]:
            time.sleep(seconds)
            return False
        ready, _write, _error = select.select([file], [], [], seconds)
        if ready and not os.read(file, 4096):
            alive[0] = False
        return alive[0]

    return wait


def connector(client: Mapping[str, Any]) -> Callable[[str], ContextManager[Endpoint]]:
    """Return what :func:`roll_back` connects with.

    :param client: keywords of :class:`Client`.
    """

    @contextmanager
    def connect(address: str) -> Iterator[Endpoint]:
        with Client(address, **client) as found:
            yield Calls(found)

    return connect


def secret_at(source: Mapping[str, Any]) -> str:
    """Return the secret at a source that a journal names.

    :raises LookupError: there is none.
    :raises OSError: the file cannot be read.
    """
    ((kind, name),) = source.items()
    if kind not in ("env", "file"):
        raise LookupError("a secret of the kind %s cannot be had again" % kind)
    return resolve(Reference(kind, name))


def guard(
    journals: Journals,
    id_: str,
    connect: Callable[[str], ContextManager[Endpoint]],
    wait: Callable[[float], bool],
    undo: Callable[..., Any] = roll_back,
) -> None:
    """Watch the journals of a change until all of them are finished.

    :param connect: as :func:`roll_back` takes it.
    :param wait: gets the longest time to wait; returns whether the starter lives.
    :param undo: as :func:`roll_back`.
    """
    alive = True
    tries: Dict[str, int] = {}
    given_up: Set[str] = set()
    while True:
        watched = [
            each
            for each in journals.entries(id_)
            if each.state in (states.APPLYING, states.PENDING, states.CANCELLING)
            and each.server not in given_up
        ]
        if not watched and not alive:
            return
        pause = POLL
        for entry in watched:
            if not is_expired(entry, alive):
                continue
            reason = "unconfirmed" if entry.state == states.PENDING else "interrupted"
            if not _undone(journals, entry, connect, reason, undo):
                tries[entry.server] = tries.get(entry.server, 0) + 1
                pause = max(pause, RETRY)
                if tries[entry.server] >= TRIES:
                    given_up.add(entry.server)
        alive = wait(pause)


def _undone(
    journals: Journals,
    entry: Entry,
    connect: Callable[[str], ContextManager[Endpoint]],
    reason: str,
    undo: Callable[..., Any],
) -> bool:
    """Undo a change. Is there nothing more to try?"""
    try:
        outcome = undo(journals, entry, connect, reason, resolve=secret_at, retry=True)
    except JournalError:
        return True  # another process was faster, or it is looked at again
    return bool(outcome.outcome != UNKNOWN_END or outcome.reason == "restarted")
