# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A finding of ``kamrpc doctor``."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from . import exit_codes


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    :ivar check: its name, such as ``path``.
    :ivar state: ``ok``, ``warning`` or ``failed``.
    :ivar text: what was found.
    :ivar remedy: what to do about it, "" if nothing.
    :ivar status: the exit status that a failure stands for.
    """

    check: str
    state: str
    text: str
    remedy: str = ""
    status: int = exit_codes.OK

    def to_json(self) -> dict[str, Any]:
        """Return the finding as plain data."""
        return {name: value for name, value in asdict(self).items() if name != "status"}


def ok(check: str, text: str) -> Finding:
    return Finding(check, "ok", text)


def failed(check: str, text: str, remedy: str, status: int = exit_codes.CONNECT) -> Finding:
    return Finding(check, "failed", text, remedy, status)
