# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The driver that blocks: it waits for one conversation at a time, with poll."""

from __future__ import annotations

from time import monotonic, sleep

from .conversation import LOOK_UP, PAUSE, WRITE
from .transport import find

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Generator, List, TypeVar

    from .address import Address
    from .conversation import Wait
    from .deadline import Clock

    T = TypeVar("T")


def run(
    steps: Generator[Wait, Any, T],
    clock: Clock = monotonic,
    pause: Callable[[float], object] = sleep,
) -> T:
    """Do the waiting of a conversation until it ends, and return its result.

    :param clock: the one of its deadline.
    """
    answer: Any = None
    try:
        while True:
            kind, subject, end = steps.send(answer)
            seconds = max(0.0, end - clock())
            if kind > 0:
                answer = subject.wait(seconds, kind == WRITE)
            elif kind == PAUSE:
                answer = pause(seconds)
            elif kind == LOOK_UP:
                answer = look_up_within(subject, seconds)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    finally:
        steps.close()


def look_up_within(address: Address, seconds: float) -> Any:
    """Look a host up in a thread, so that the wait has an end; return None if it came first."""
    import threading

    found: List[Any] = []
    worker = threading.Thread(target=lambda: found.append(find(address)), daemon=True)
    worker.start()
    worker.join(seconds)
    return found[0] if found else None
