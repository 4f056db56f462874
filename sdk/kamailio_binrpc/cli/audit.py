# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A line for each call that may change a server, where the configuration asks for it.

In a file each line is a JSON object. The file is opened before the call: a call that could not be
written down is not made.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.config import ConfigError
from ..core.faults import Fault
from ..core.masking import hide_params

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..core.errors import BinrpcError

_MODE = 0o600
_FACILITY = re.compile(r"(user|daemon|auth|authpriv|syslog|local[0-7])\Z")


class Audit:
    """Where calls are written down.

    :param wanted: the section of the configuration, ``file`` and ``syslog``.
    :raises ConfigError: the file cannot be written, or there is no such facility.
    """

    def __init__(self, wanted: Mapping[str, str], config: str) -> None:
        self._path = wanted.get("file", "")
        self._file = -1
        self._facility: int | None = None
        if self._path:
            self._file = self._open(config)
        if "syslog" in wanted:
            self._facility = _facility(wanted["syslog"], config)

    def _open(self, config: str) -> int:
        try:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            return os.open(Path(self._path).expanduser(), flags, _MODE)
        except OSError as error:
            raise ConfigError(
                f"{config}: [audit] file = {self._path}: {error.strerror}; nothing was sent. Make "
                "the file writable, or take the line out"
            ) from None

    def write(
        self,
        endpoint: str,
        method: str,
        params: Sequence[Any],
        error: BinrpcError | None = None,
    ) -> None:
        """Write a call down, with its outcome; secrets are hidden."""
        self.note(endpoint, method, params, _outcome(error))

    def note(self, endpoint: str, what: str, params: Sequence[Any], outcome: str) -> None:
        """Write something down, with its outcome.

        :param what: a method, whose secrets are hidden, or a command such as ``kamrpc confirm``.
        """
        data = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "user": _user(),
            "endpoint": endpoint,
            "method": what,
            "params": [_plain(value) for value in hide_params(what, params)],
            "outcome": outcome,
        }
        line = json.dumps(data)
        if self._file >= 0:
            try:
                os.write(self._file, (line + "\n").encode())  # one write: lines do not mix
            except OSError as problem:
                sys.stderr.write(f"kamrpc: audit: {self._path}: {problem.strerror}: {line}\n")
        if self._facility is not None:
            import syslog

            syslog.openlog("kamrpc", 0, self._facility)
            syslog.syslog(syslog.LOG_NOTICE, line)


def _facility(name: str, config: str) -> int:
    import syslog

    if not _FACILITY.match(name):
        raise ConfigError(
            f"{config}: [audit] syslog = {name}: not a facility, such as authpriv, user or local0"
        )
    return int(getattr(syslog, f"LOG_{name.upper()}"))


def _user() -> str:
    """Return who runs this, and who became that by sudo."""
    number = os.getuid()
    try:
        name = pwd.getpwuid(number).pw_name
    except KeyError:
        name = str(number)
    before = os.environ.get("SUDO_USER")
    return f"{before} as {name}" if before and before != name else name


def _plain(value: Any) -> Any:
    return value if isinstance(value, (int, float, str)) else str(value)


def _outcome(error: BinrpcError | None) -> str:
    if error is None:
        return "ok"
    if isinstance(error, Fault):
        return f"fault {error.code}: {error.text}"
    if error.executed is False:
        return "not executed"
    return "executed, but failed" if error.executed else "not known"
