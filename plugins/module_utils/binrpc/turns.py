# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Large replies of a process: one at a time is decoded, and one at a time asked for again.

ctl drops what a client does not read within 10 ms (docs/protocol.md#short-writes). A thread that
decodes holds Python's lock for 5 ms before a thread that reads may go on; several would do so one
after another.
"""

from __future__ import annotations

import os
from _thread import RLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

    from .call_record import AnyCall
    from .connection import Outcome

LARGE = 64 * 1024
"""Bytes of a reply from which its decoding takes long enough to matter."""

TRIES = 4
"""How many times a call asks again for a reply whose end the server dropped."""

_lock = RLock()


class Attempts:
    """The attempts of one call, with all its retries.

    :ivar made: how many there have been.
    :ivar again: how many more times a reply that was cut may be asked for again.
    """

    __slots__ = ("again", "made")

    def __init__(self) -> None:
        self.made = 0
        self.again = TRIES

    def begin(self) -> int:
        """Count an attempt and return its number."""
        self.made += 1
        return self.made


def outcome_of(request: AnyCall) -> Optional[Outcome]:
    """Return the outcome of a request; a large reply is decoded when no other is."""
    if request.undecoded < LARGE:
        return request.outcome
    with _lock:
        return request.outcome


def take(seconds: float) -> bool:
    """Wait for the turn, in which no other thread decodes; return False if it did not come."""
    return _lock.acquire(timeout=min(seconds, 4_000_000.0))


def give() -> None:
    """End the turn."""
    _lock.release()


def _forked() -> None:
    global _lock  # noqa: PLW0603 - a thread that the child does not have may have held it
    _lock = RLock()


os.register_at_fork(after_in_child=_forked)
