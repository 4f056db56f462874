# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""How ssh is called, and the masters that connections to one host share.

The first connection to a host is the plain one: it has all that the user's configuration says, and
a program that calls a host once pays for nothing else. From the second on, connections share a
master (ControlMaster in ssh_config(5)): the user's, where ``ssh -G`` says that there is one, else
one of our own. Its socket is in a folder that only this user can enter. It ends when this process
does, and a minute after its last connection at the latest.
"""

from __future__ import annotations

import atexit
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import threading

from . import stream_relay
from .conversation import READ
from .errors import ConnectError
from .process import Process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Generator, List, Optional, Tuple

    from .conversation import Wait
    from .deadline import Deadline
    from .remote import Ssh

    Key = Tuple[Optional[str], str, Optional[int]]

# Nothing is asked of a terminal; what a configuration adds for people stays away.
_OPTIONS = (
    *("-T", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "-o", "ClearAllForwardings=yes"),
    *("-o", "RemoteCommand=none"),
)
_IDLE = 60  # seconds
# ssh reads more into other characters, and adds 17 to the 107 that the name of a socket may have.
_PATH = re.compile(r"[A-Za-z0-9_./-]{1,80}\Z")
_EXIT_WAIT = 2.0  # seconds for a master to end


def arguments(address: Ssh, deadline: Deadline) -> Generator[Wait, Any, List[str]]:
    """Return the command that relays to a socket through ssh."""
    shared = yield from masters.options(address, deadline)
    command = " ".join(shlex.quote(each) for each in stream_relay.arguments(address.path))
    return ["ssh", *_OPTIONS, *shared, *_target(address), "exec " + command]


def _target(address: Ssh) -> List[str]:
    target = []
    if address.user is not None:
        target += ["-l", address.user]
    if address.port is not None:
        target += ["-p", str(address.port)]
    return [*target, "--", address.name]


def remedy(address: Ssh, said: str) -> str:
    """Say what to do about an ssh that ended before the relay had begun."""
    by_hand = " ".join(["ssh", *_target(address)])
    if "Permission denied" in said:
        return (
            "Keys alone are used, since no password is asked for: is yours in the agent (ssh-add "
            "-l), and on the host? Try: %s" % by_hand
        )
    if "Host key verification failed" in said:
        return "Connect once by hand, and check the host's key: " + by_hand
    if "Could not resolve" in said:
        return "Is the name right, and an alias in ssh's configuration of this user?"
    return "Try it by hand: " + by_hand


class Masters:
    """The hosts that this process has connected to, and our masters for them."""

    def __init__(self) -> None:
        self._forget()
        os.register_at_fork(after_in_child=self._forget)  # a child makes its own
        atexit.register(self.close)

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._known: Dict[Key, Optional[List[str]]] = {}
        self._ours: List[Tuple[str, Ssh]] = []
        self._folder: Optional[str] = None

    def options(self, address: Ssh, deadline: Deadline) -> Generator[Wait, Any, List[str]]:
        """Return the options that let a connection share a master."""
        key = (address.user, address.name, address.port)
        if key not in self._known:
            self._known[key] = None
            return []
        found = self._known[key]
        if found is None:
            has_one = yield from _has_master(address, deadline)
            with self._lock:
                found = self._known[key]
                if found is None:
                    found = self._known[key] = [] if has_one else self._make(address)
        return found

    def _make(self, address: Ssh) -> List[str]:
        try:
            if self._folder is None:
                place = os.environ.get("XDG_RUNTIME_DIR")
                usable = place and os.path.isdir(place) and os.access(place, os.W_OK)
                # With mode 0700, and by a name that cannot be guessed.
                self._folder = tempfile.mkdtemp(prefix="kamrpc-", dir=place if usable else None)
        except OSError:
            return []
        path = os.path.join(self._folder, str(len(self._ours)))
        if not _PATH.match(path):
            return []
        self._ours.append((path, address))
        return [
            *("-o", "ControlMaster=auto", "-o", "ControlPath=" + path),
            *("-o", "ControlPersist=%d" % _IDLE),
        ]

    def close(self) -> None:
        """End our masters."""
        with self._lock:
            ours, self._ours = self._ours, []
            folder, self._folder = self._folder, None
            self._known.clear()
        ending = []
        for path, address in ours:
            if os.path.exists(path):
                argv = ["ssh", "-o", "ControlPath=" + path, "-O", "exit", *_target(address)]
                try:
                    ending.append(
                        # No module runs this. pylint: disable-next=ansible-bad-function
                        subprocess.Popen(  # noqa: S603 - a list, with a host that was checked
                            argv,
                            stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL,
                        )
                    )
                except OSError:
                    continue
        for child in ending:
            try:
                child.wait(_EXIT_WAIT)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _has_master(address: Ssh, deadline: Deadline) -> Generator[Wait, Any, bool]:
    """Does the user's configuration share connections to this host?"""
    process = Process(address, ["ssh", "-G", *_target(address)])
    seen = b""
    try:
        while True:
            data = process.receive()
            if data == b"":
                break
            if data:
                seen += data
            elif not (yield READ, process, deadline.end):
                raise ConnectError("no answer of ssh -G for %s" % address)
    finally:
        process.close()
    found = dict(
        line.split(None, 1) for line in seen.decode("utf-8", "replace").splitlines() if " " in line
    )
    return found.get("controlpath", "none") != "none"


masters = Masters()
