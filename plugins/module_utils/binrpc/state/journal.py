# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Journals: what is needed to undo a change, on disk before anything is sent.

A journal is a file of lines. Each is a checksum and a JSON object with a number and an event; the
first has the server, its boot id, how to make the resources again, and what they were. Then
follow the intent of each step before it is sent, and its outcome. A journal holds no secrets.

Its state stands in the name of the file, and changes by renaming: of two who want to change it,
one succeeds. The process that writes a journal holds a lock on the file.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import time
from zlib import crc32

from ..address import parse_address
from ..desired.leaf import load_leaves
from ..desired.recipe import load_resource
from ..desired.record import Record
from ..desired.resource import Resource, StateError
from ..desired.step import Step
from ..errors import AddressError, BinrpcError
from .outcome import CHANGED
from .seals import Seal, seal_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import (
        Any,
        Callable,
        Dict,
        Iterable,
        Iterator,
        List,
        Mapping,
        Optional,
        Sequence,
        Type,
    )

    from ..desired.drive import Ask, Save
    from ..desired.leaf import Address, Leaves, Resolve
    from ..desired.resource import Answers
    from .boot import Boot

FORMAT = 1
"""Version of the format of journals."""

APPLYING, PENDING, CANCELLING, OPEN = "applying", "pending", "cancelling", "open"
APPLIED, CONFIRMED, UNDONE = "applied", "confirmed", "undone"
REFUSED, RESTARTED, FORGOTTEN = "refused", "restarted", "forgotten"

UNFINISHED = (APPLYING, PENDING, CANCELLING, OPEN)
"""States in which no other change may be made at the same server."""

FINISHED = (APPLIED, CONFIRMED, UNDONE, REFUSED, RESTARTED, FORGOTTEN)

STATES = (*UNFINISHED, *FINISHED)
"""``applying``: a run writes it, or died doing so. ``pending``: made, and not confirmed yet.
``cancelling``: being undone. ``open``: not all was undone. ``applied``: made. ``confirmed``: made
and confirmed. ``undone``: everything is as before. ``refused``: nothing was sent. ``restarted``:
the server was restarted, and with it the change has gone. ``forgotten``: given up."""

LARGEST = 256 * 1024 * 1024
"""Bytes of a journal that are read."""

_NAME = re.compile(
    r"(?P<id>[A-Za-z0-9][A-Za-z0-9-]{0,63})_(?P<server>[0-9a-f]{16})\.(?P<state>[a-z]+)"
)


_BROKEN = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)
"""Exceptions that data of an unexpected structure leads to."""

_LATER = ("begin", "outcome", "refused", "settled")
"""Events that need not be on disk before the next one."""


class JournalError(BinrpcError):
    """The journal cannot be written or read: the message says why."""


class Taken(JournalError):
    """Another process, or another change, has the server or the journal.

    :ivar reason: ``lock``, ``pending`` or ``open``.
    """

    def __init__(self, message: str, reason: str = "lock") -> None:
        super().__init__(message)
        self.reason = reason

    def __reduce__(self):  # type: ignore[no-untyped-def]
        return type(self), (self.args[0], self.reason)


class Entry:
    """A journal as its name tells, without reading it.

    :ivar id: of the change; several servers may share it.
    :ivar server: a digest of the endpoint.
    :ivar state: one of STATES.
    :ivar changed: when the file was written last, in seconds since 1970.
    """

    def __init__(self, folder: str, name: str, changed: float) -> None:
        match = _NAME.fullmatch(name)
        if match is None or match.group("state") not in STATES:
            raise ValueError("%r is not the name of a journal" % name)
        self.folder = folder
        self.id = match.group("id")
        self.server = match.group("server")
        self.state = match.group("state")
        self.changed = changed

    @property
    def path(self) -> str:
        return os.path.join(self.folder, "%s_%s.%s" % (self.id, self.server, self.state))

    def __repr__(self) -> str:
        return "Entry(%s, %s, %s)" % (self.id, self.server, self.state)


class Lock:
    """A server that this process may change, as far as this machine is concerned.

    :ivar server: as :func:`server_of` names it.
    """

    def __init__(self, file: int, server: str) -> None:
        self._file: Optional[int] = file
        self.server = server

    def close(self) -> None:
        """Release it."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class Listing:
    """The names of journals in a folder, by server.

    Several threads that ask at the same time get one listing. It is never older than the question.
    """

    def __init__(self, folder: str) -> None:
        from threading import Lock as Mutex

        self._folder = folder
        self._turn = Mutex()
        self._begun = 0
        self._names: Dict[str, List[str]] = {}

    def from_now_on(self) -> Dict[str, List[str]]:
        """Return the names as they were at some moment after the call."""
        # While the turn is taken, a listing is under way that may have begun too early.
        needed = self._begun + 1
        with self._turn:
            if self._begun < needed:
                self._begun += 1
                self._names = self._read()
            return self._names

    def _read(self) -> Dict[str, List[str]]:
        names: Dict[str, List[str]] = {}
        try:
            found = os.listdir(self._folder)
        except OSError:
            return names
        for name in found:
            match = _NAME.fullmatch(name)
            if match:
                names.setdefault(match.group("server"), []).append(name)
        return names


def _in_the_way(folder: str, names: Iterable[str]) -> Optional[Taken]:
    """Return the first unfinished change of these journals as an error."""
    for name in sorted(names):
        try:
            other = Entry(folder, name, 0.0)
        except ValueError:
            continue
        if other.state == PENDING:
            return Taken(
                "The change %s of this server waits to be confirmed. Confirm or cancel it first"
                % other.id,
                "pending",
            )
        if other.state in UNFINISHED:
            return Taken(
                "The change %s of this server was not completed or not undone completely. "
                "Roll it back first, or forget it" % other.id,
                "open",
            )
    return None


class Journals:
    """The journals of this user on this machine.

    :param folder: where they are; None for ``/var/lib/kamailio-binrpc`` of root, and
        ``.local/state/kamailio-binrpc`` in the home of others.
    """

    def __init__(self, folder: Optional[str] = None) -> None:
        # From the root on: a guardian has a working folder of its own.
        self.folder = folder_of_user() if folder is None else os.path.abspath(folder)
        self._listing = Listing(self.folder)

    def lock(self, server: str) -> Lock:
        """Lock a server for other changes from this machine.

        :param server: as :func:`server_of` names it.
        :raises Taken: it is locked.
        :raises JournalError: there is no safe place for the lock.
        """
        self._make_folder()
        path = os.path.join(self.folder, server + ".lock")
        try:
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise JournalError("%s: %s" % (path, error.strerror)) from error
        lock = Lock(file, server)
        if not _locked(file):
            lock.close()
            raise Taken("Another process on this machine is changing this server. Try again later")
        return lock

    def seal(self) -> Seal:
        """Return what makes seals of secrets for these journals.

        :raises JournalError: there is no safe place for the key.
        """
        self._make_folder()
        try:
            seal = seal_of(self.folder, create=True)
        except OSError as error:
            raise JournalError("%s: %s" % (self.folder, error.strerror)) from error
        if seal is None:
            raise JournalError(
                "The key of secrets in %s is broken. Delete the file seal.key: passwords in older "
                "journals are not recognised any more then" % self.folder
            )
        return seal

    def check_free(self, lock: Lock) -> None:
        """Check that no other change of a locked server is unfinished.

        Threads that check their servers at the same time share one listing of the folder.

        :raises Taken: one waits to be confirmed, or was not undone.
        """
        problem = self.check_all_free([lock])[0]
        if problem is not None:
            raise problem

    def check_all_free(self, locks: Sequence[Lock]) -> List[Optional[Taken]]:
        """Check as :meth:`check_free` does, with one listing of the folder for all.

        :return: for each locked server what is in the way, or None.
        """
        # Listed with the locks held: no other process begins a change of these servers.
        names = self._listing.from_now_on()
        return [_in_the_way(self.folder, names.get(lock.server, ())) for lock in locks]

    def create(self, id_: str, lock: Lock) -> Journal:
        """Make the journal of a locked server.

        :param id_: letters, digits and hyphens; :func:`new_id` makes one.
        :raises JournalError: it cannot be made.
        """
        name = "%s_%s.%s" % (id_, lock.server, APPLYING)
        try:
            entry = Entry(self.folder, name, time.time())
        except ValueError as error:
            raise JournalError("%r cannot be the id of a change" % id_) from error
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        try:
            file = os.open(entry.path, flags, 0o600)
            _locked(file)
            _sync_folder(self.folder)
        except OSError as error:
            raise JournalError(
                "No journal can be written, so nothing is changed: %s: %s"
                % (entry.path, error.strerror)
            ) from error
        return Journal(entry, file, lock, 0)

    def resume(self, entry: Entry, state: str = CANCELLING) -> Journal:
        """Open an unfinished journal to go back; it moves to another state first.

        :raises Taken: another process writes it, has moved it, or is changing the server.
        :raises JournalError: it cannot be opened.
        """
        lock = self.lock(entry.server)
        try:
            file = os.open(entry.path, os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError as error:
            lock.close()
            raise Taken("The change %s is not %s any more" % (entry.id, entry.state)) from error
        except OSError as error:
            lock.close()
            raise JournalError("%s: %s" % (entry.path, error.strerror)) from error
        journal = Journal(entry, file, lock, 0)
        try:
            if not _locked(file):
                raise Taken("Another process is busy with the change %s" % entry.id)
            journal.continue_()
            journal.move(state)
        except BaseException:
            journal.close()
            raise
        return journal

    def entries(self, id_: str = "", server: str = "") -> List[Entry]:
        """Return journals, the oldest first.

        :param id_: those of this change alone.
        :param server: those of this server alone, as :func:`server_of` names it.
        """
        found = []
        try:
            with os.scandir(self.folder) as folder:
                places = list(folder)
        except OSError:
            return []
        for place in places:
            # Cheap, as there may be thousands of others.
            if server not in place.name or not place.name.startswith(id_):
                continue
            try:
                entry = Entry(self.folder, place.name, place.stat().st_mtime)
            except (OSError, ValueError):
                continue
            if id_ in ("", entry.id) and server in ("", entry.server):
                found.append(entry)
        return sorted(found, key=lambda each: (each.id, each.server, each.state))

    def purge(self, seconds: float = 30 * 86400.0) -> int:
        """Delete finished journals that are older than that; return how many."""
        count = 0
        for entry in self.entries():
            if entry.state not in UNFINISHED and entry.changed < time.time() - seconds:
                try:
                    os.unlink(entry.path)
                    count += 1
                except OSError:
                    pass  # another process was faster
        return count

    def _make_folder(self) -> None:
        try:
            os.makedirs(self.folder, 0o700, exist_ok=True)
            state = os.lstat(self.folder)
        except OSError as error:
            raise JournalError(
                "No journal can be written, so nothing is changed: %s: %s"
                % (self.folder, error.strerror)
            ) from error
        if state.st_uid != os.geteuid() or state.st_mode & 0o170077 != 0o040000:
            raise JournalError(
                "No journal can be written, so nothing is changed: %s has to be a folder that "
                "only its owner can read (mode 0700), and the owner has to be this user"
                % self.folder
            )


class Journal:
    """A journal that this process writes.

    :ivar entry: its name and state.
    """

    def __init__(self, entry: Entry, file: int, lock: Lock, number: int) -> None:
        self.entry = entry
        self._file: Optional[int] = file
        self._lock = lock
        self._number = number

    def save(self, need: Save) -> None:
        """Write an event; one that must be there before the next call is on disk then.

        :raises JournalError: it was not written.
        """
        self.write(need.event, need.what, need.event not in _LATER)

    def write(self, event: str, data: Mapping[str, Any], sync: bool = True) -> None:
        """Append a line.

        :param data: what JSON has, without secrets.
        :param sync: is it to be on disk when this returns?
        :raises JournalError: it was not written.
        """
        if self._file is None:
            raise JournalError("The journal is closed")
        line = {"n": self._number, "at": round(time.time(), 3), "event": event}
        text = json.dumps({**line, **data}, separators=(",", ":")).encode("ascii")
        rest = b"%08x %s\n" % (crc32(text), text)
        try:
            size = os.fstat(self._file).st_size
            try:
                while rest:
                    rest = rest[os.write(self._file, rest) :]
                if sync:
                    os.fsync(self._file)
            except OSError:
                os.ftruncate(self._file, size)
                raise
        except OSError as error:
            raise JournalError(
                "The journal %s cannot be written: %s" % (self.entry.path, error.strerror)
            ) from error
        self._number += 1

    def continue_(self) -> None:
        """Go on behind what is there. A line that was cut was never acted upon: it goes.

        :raises JournalError: the file cannot be read or written.
        """
        if self._file is None:
            return
        try:
            data = _bytes_of(self._file)
            os.ftruncate(self._file, data.rfind(b"\n") + 1)
        except OSError as error:
            raise JournalError("%s: %s" % (self.entry.path, error.strerror)) from error
        self._number = data.count(b"\n")

    def move(self, state: str) -> None:
        """Change the state.

        :raises Taken: another process has changed it.
        :raises JournalError: it cannot be changed.
        """
        move(self.entry, state)

    def pend(self, seconds: Optional[float]) -> None:
        """Wait for a confirmation from now on.

        :param seconds: until it is undone; None if that is to be said later, with
            :meth:`set_deadline`.
        :raises JournalError: it was not written.
        """
        if seconds is not None:
            self.set_deadline(seconds)
        self.move(PENDING)

    def set_deadline(self, seconds: float) -> None:
        """Write down when it is undone unless it is confirmed.

        :raises JournalError: it was not written.
        """
        moments = {"up": _up() + seconds, "machine": _machine(), "wall": time.time() + seconds}
        self.write("deadline", moments)

    def close(self) -> None:
        """Let go of the journal and the server."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        self._lock.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def move(entry: Entry, state: str) -> None:
    """Change the state of a journal by renaming its file.

    :raises Taken: another process has changed it.
    :raises JournalError: it cannot be changed.
    """
    old = entry.path
    new = os.path.join(entry.folder, "%s_%s.%s" % (entry.id, entry.server, state))
    if old == new:
        return
    try:
        os.rename(old, new)
    except FileNotFoundError as error:
        raise Taken("The change %s is not %s any more" % (entry.id, entry.state)) from error
    except OSError as error:
        raise JournalError("%s: %s" % (old, error.strerror)) from error
    entry.state = state
    _sync_folder(entry.folder)


def is_held(entry: Entry) -> bool:
    """Does a process hold the journal?"""
    try:
        file = os.open(entry.path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not _locked(file, fcntl.LOCK_SH)
    finally:
        os.close(file)


class Reading:
    """The content of a journal.

    :ivar endpoint: address of the server; "" if that line is lost.
    :ivar name: who wanted the change.
    :ivar boot: which run of the server it was; None if that line is lost.
    :ivar records: what is known of each resource, to undo what was done.
    :ivar ledger: what all records together may have left.
    :ivar steps: the steps of the change, as results show them.
    :ivar deadline: ``up``, seconds since the machine ``machine`` was started, and ``wall``,
        seconds since 1970; None if there is none.
    :ivar outcome: what the last run ended with, as it was shown; None if it did not end.
    :ivar options: what the change was made with.
    :ivar started: when, in seconds since 1970; 0 if that line is lost.
    :ivar damaged: is a line missing or broken?
    :ivar sent: may anything have been sent?
    :ivar seal: makes seals with the key of the journal; None if there is none.
    """

    def __init__(self) -> None:
        self.endpoint = ""
        self.name = ""
        self.digest = ""
        self.boot: Optional[Boot] = None
        self.options: Dict[str, Any] = {}
        self.records: List[Record] = []
        self.ledger: Dict[Address, List[Any]] = {}
        self.steps: List[Dict[str, Any]] = []
        self.deadline: Optional[Dict[str, Any]] = None
        self.outcome: Optional[Dict[str, Any]] = None
        self.started = 0.0
        self.damaged = False
        self.sent = False
        self.seal: Optional[Seal] = None

    def left(self) -> Optional[float]:
        """Return the seconds until it is undone unless it is confirmed; None without a deadline."""
        if self.deadline is None:
            return None
        if self.deadline["machine"] == _machine():
            return float(self.deadline["up"]) - _up()
        return float(self.deadline["wall"]) - time.time()


def read(
    path: str,
    resolve: Optional[Resolve] = None,
    classes: Optional[Mapping[str, Type[Resource]]] = None,
) -> Reading:
    """Read a journal, whatever is in it.

    :param resolve: gets the source of a secret and returns its value.
    :raises JournalError: the file cannot be opened.
    """
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise JournalError("%s: %s" % (path, error.strerror)) from error
    try:
        seal = seal_of(os.path.dirname(path))
        return parse(_bytes_of(file), resolve, classes, seal)
    except OSError as error:
        raise JournalError("%s: %s" % (path, error.strerror)) from error
    finally:
        os.close(file)


def parse(
    data: bytes,
    resolve: Optional[Resolve] = None,
    classes: Optional[Mapping[str, Type[Resource]]] = None,
    seal: Optional[Seal] = None,
) -> Reading:
    """Return what the bytes of a journal say. Never fails: what is broken is passed over.

    :param seal: makes seals with the key of the journal.
    """
    found = Reading()
    found.seal = seal
    lines = _lines(data)
    expected = 0
    for place, line in enumerate(lines):
        event = _event(line)
        if event is None:
            # A line that was cut at the end was never acted upon.
            cut = place == len(lines) - 1 and not data.endswith(b"\n")
            found.damaged = found.damaged or not cut
            continue
        if event["n"] != expected:
            found.damaged = True
        expected = event["n"] + 1
        try:
            _take(found, event, resolve, classes, seal)
        except (
            LookupError,
            TypeError,
            ValueError,
            AttributeError,
            ArithmeticError,
            RecursionError,
        ):
            found.damaged = True
    if not lines:
        found.damaged = bool(data)
    return found


def _take(
    found: Reading,
    event: Mapping[str, Any],
    resolve: Optional[Resolve],
    classes: Optional[Mapping[str, Type[Resource]]],
    seal: Optional[Seal],
) -> None:
    kind = event["event"]
    if kind == "begin":
        started, pid = event["boot"]
        found.boot = str(started), int(pid)
        found.endpoint = str(event["endpoint"])
        found.name, found.digest = str(event["name"]), str(event["digest"])
        found.started = float(event["at"])
        found.options = dict(event.get("options", {}))
    elif kind == "before":
        for each in event["parts"]:
            seen = load_leaves(each["seen"], resolve, seal)
            seen.neighbours.update(load_leaves(each["neighbours"], resolve, seal))
            found.records.append(Record(_made(each, resolve, classes), seen, found.ledger))
    elif kind == "read":
        record = found.records[_index(event["part"], found)]
        record.before = load_leaves(event["seen"], resolve, seal)
        record.before.neighbours.update(load_leaves(event["neighbours"], resolve, seal))
    elif kind == "intent":
        found.sent = True
        step = Step.load(event["step"], resolve, seal)
        found.steps.append(step.shown)
        record = found.records[_index(event["part"], found)]
        if event.get("back"):
            record.may_have_put_back(step)
        else:
            record.may_have_left(step)
        for other in found.records:
            other.may_be_disturbed(step)
    elif kind == "refused":
        # The server did not run it.
        step = Step.load(event["step"], resolve, seal)
        record = found.records[_index(event["part"], found)]
        record.withdraw(step)
        if found.steps and found.steps[-1] == step.shown:
            found.steps.pop()
    elif kind == "neighbour":
        found.sent = True
        step = Step.load(event["step"], resolve, seal)
        found.steps.append(step.shown)
        record = found.records[_index(event["part"], found)]
        record.disturbing = True
        for other in found.records:
            other.may_be_disturbed(step)
    elif kind == "undo":
        for record, theirs in zip(found.records, event["theirs"]):
            record.theirs.update(map(tuple, theirs))
    elif kind == "settled":
        found.records[_index(event["part"], found)].disturbing = False
    elif kind == "deadline":
        found.deadline = {
            "machine": str(event["machine"]),
            "up": float(event["up"]),
            "wall": float(event["wall"]),
        }
    elif kind == "end":
        found.outcome = dict(event["outcome"])
        if found.outcome.get("outcome") == CHANGED:
            for record in found.records:
                record.verified()


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _index(value: Any, found: Reading) -> int:
    if not _is_number(value) or not 0 <= value < len(found.records):
        raise LookupError("there is no part %r" % (value,))
    return int(value)


class _Lost(Resource):
    """A resource that cannot be made again: nothing of it can be undone."""

    def __init__(self, why: str) -> None:
        self.why = why

    def questions(self, answers: Answers) -> Iterable[Ask]:
        return ()

    def observe(self, answers: Answers) -> Leaves:
        raise StateError(self.why)


def _made(
    data: Mapping[str, Any],
    resolve: Optional[Resolve],
    classes: Optional[Mapping[str, Type[Resource]]],
) -> Resource:
    try:
        return load_resource(data["resource"], resolve, classes)
    except (LookupError, TypeError, ValueError, OSError) as error:
        return _Lost("it cannot be read: %s" % (error,))


def new_id() -> str:
    """Return an id that sorts by time: ``20261201-143000-1a2b3c``.

    Of the last six digits three are the fraction of the second and three are random.
    """
    now = time.time()
    fraction = int(now % 1 * 0x1000)
    luck = int.from_bytes(os.urandom(2), "big") % 0x1000
    return "%s-%03x%03x" % (time.strftime("%Y%m%d-%H%M%S", time.gmtime(now)), fraction, luck)


def lasting(endpoint: str) -> str:
    """Return an address as a process in another folder has to write it: paths from the root on."""
    return _with_path(endpoint, os.path.abspath)


def server_of(endpoint: str) -> str:
    """Return the name of an endpoint in the names of files, one for all ways to write it."""
    from hashlib import sha256

    text = _with_path(endpoint, os.path.realpath)
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _with_path(endpoint: str, change: Callable[[str], str]) -> str:
    try:
        address = parse_address(endpoint)
    except AddressError:  # of a process, which only its configuration can start
        return endpoint
    if address.is_path:
        address = type(address)(address.protocol, change(address.name))
    return str(address)


def folder_of_user() -> str:
    """Return the folder of this user's journals, which need not be there yet.

    It does not depend on the environment, for a task has another one than a login.
    """
    from pwd import getpwuid

    user = os.geteuid()
    if user == 0:
        return "/var/lib/kamailio-binrpc"
    try:
        home = getpwuid(user).pw_dir
    except KeyError:
        home = os.path.expanduser("~")
    return os.path.join(home, ".local", "state", "kamailio-binrpc")


def _up() -> float:
    """Return seconds since this machine was started; they go on while it sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def _machine() -> str:
    """Return which run of this machine it is."""
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:
            return file.read().strip()
    except OSError:
        return ""


def _event(line: bytes) -> Optional[Dict[str, Any]]:
    """Return the object of a line; None if it is broken."""
    checksum, _space, text = line.partition(b" ")
    try:
        if int(checksum, 16) != crc32(text) or len(checksum) != 8:
            return None
        event = json.loads(text.decode("ascii"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(event, dict) or not _is_number(event.get("n")):
        return None
    return event if isinstance(event.get("event"), str) else None


def _lines(data: bytes) -> List[bytes]:
    return [line for line in data.split(b"\n") if line]


def _bytes_of(file: int) -> bytes:
    size = min(os.fstat(file).st_size, LARGEST)
    return b"".join(_pieces(file, size))


def _pieces(file: int, size: int) -> Iterator[bytes]:
    place = 0
    while place < size:
        piece = os.pread(file, min(1 << 20, size - place), place)
        if not piece:
            return
        place += len(piece)
        yield piece


def _locked(file: int, kind: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return False
        raise
    return True


def _sync_folder(folder: str) -> None:
    file = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
