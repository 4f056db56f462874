# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Shared guard of the methods that reload data."""

from __future__ import annotations

from ..faults import Fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class ReloadGuard:
    """Refuses to run again within some seconds: the modparam ``reload_delta``.

    :param state: its ``clock`` tells the time.
    :ivar last: when it ran last, in seconds since 1970; 0 for never.
    """

    def __init__(self, state: Any, delta: int, text: str, code: int = 500) -> None:
        self.state = state
        self.delta = delta
        self.text = text
        self.code = code
        self.last = 0

    def enter(self) -> None:
        """Start a run.

        :raises Fault: too early.
        """
        now = int(self.state.clock())
        if self.last and self.last > now - self.delta:
            raise Fault(self.code, self.text)
        self.last = now
