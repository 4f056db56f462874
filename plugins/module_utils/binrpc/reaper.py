# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Sees to the end of processes that are no longer used, so that none is left."""

from __future__ import annotations

import atexit
import os
import threading
from time import monotonic, sleep

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess
    from typing import Callable, List, Tuple

    Child = subprocess.Popen[bytes]

GRACE = 2.0
"""Seconds that a process has to end of itself, and again after it was terminated."""

_FIRST_PAUSE = 0.001
_LONGEST_PAUSE = 0.1


class Reaper:
    """Awaits processes in a thread that runs while there are any.

    What is left when this process exits is terminated.
    """

    # Tests replace it, so that time passes without waiting.
    _clock = staticmethod(monotonic)

    def __init__(self) -> None:
        self._forget()
        self._at_exit: List[Callable[[], object]] = []
        os.register_at_fork(after_in_child=self._after_fork)
        atexit.register(self.finish)

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._ending: List[Tuple[Child, float]] = []
        self._runs = False

    def _after_fork(self) -> None:
        """In a child: they are the children of another process."""
        for child, _since in self._ending:
            child.returncode = 0  # Popen would complain about one that runs
        self._forget()

    @property
    def idle(self) -> bool:
        """Has every process ended?"""
        return not self._ending

    def take(self, child: Child, at_once: bool = False) -> None:
        """See to it that a process ends.

        :param at_once: terminate it; else it has time to end of itself first.
        """
        if child.poll() is not None:
            return
        since = self._clock()
        if at_once:
            child.terminate()
            since -= GRACE
        with self._lock:
            self._ending.append((child, since))
            if self._runs:
                return
            self._runs = True
        try:
            threading.Thread(target=self._work, name="kamrpc-reaper", daemon=True).start()
        except RuntimeError:  # this process exits
            self._runs = False
            self.finish()

    def _work(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            with self._lock:
                self._step()
                if not self._ending:
                    self._runs = False
                    return
            sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _step(self) -> None:
        now = self._clock()
        left = []
        for child, since in self._ending:
            if child.poll() is not None:
                continue
            if now >= since + 2 * GRACE:
                child.kill()
            elif now >= since + GRACE:
                child.terminate()
            left.append((child, since))
        self._ending = left

    def finish(self) -> None:
        """Terminate what is left, and wait for it."""
        with self._lock:
            ending, self._ending = self._ending, []
        for child, _since in ending:
            child.terminate()
        for child, _since in ending:
            try:
                child.wait(GRACE)
            except Exception:  # noqa: BLE001 - subprocess may be half gone when Python exits
                child.kill()
                child.wait()


reaper = Reaper()
