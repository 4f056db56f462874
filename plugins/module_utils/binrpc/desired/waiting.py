# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Checking a condition until it holds."""

from __future__ import annotations

from ..errors import TransportError
from .drive import Now, Sleep
from .outcome import message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, Tuple

    from .drive import Talk


class Waited:
    """The result of a wait.

    :ivar met: the condition holds.
    :ivar seen: ``{"after": seconds, "value": ...}`` for each value that differs from the one
        before.
    :ivar tries: how many times the condition was checked.
    :ivar elapsed: seconds.
    """

    def __init__(self) -> None:
        self.met = False
        self.seen: List[Dict[str, Any]] = []
        self.tries = 0
        self.elapsed = 0.0


def wait_until(
    check: Callable[[], Talk[Tuple[bool, Any]]],
    timeout: float,
    interval: float,
    on_change: Optional[Callable[[Dict[str, Any]], None]] = None,
) -> Talk[Waited]:
    """Check a condition until it holds or the time is up.

    A server that does not answer, for instance because it is starting, is asked again.

    :param check: returns whether the condition holds, and the value found.
    :param on_change: gets each entry of ``seen`` as it comes.
    :raises TransportError: the server did not answer until the end.
    """
    result = Waited()
    start = yield Now()
    while True:
        problem: Optional[TransportError] = None
        result.tries += 1
        try:
            result.met, value = yield from check()
        except TransportError as error:
            problem = error
            value = message(error)
        result.elapsed = (yield Now()) - start
        if not result.seen or result.seen[-1]["value"] != value:
            result.seen.append({"after": round(result.elapsed, 3), "value": value})
            if on_change:
                on_change(result.seen[-1])
        if result.met:
            return result
        if result.elapsed >= timeout:
            if problem:
                raise problem
            return result
        yield Sleep(max(0.0, min(interval, timeout - result.elapsed)))
