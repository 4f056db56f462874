# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Signals as tests expect them, also where the test run was started with some ignored.

``nohup`` ignores SIGHUP, and a shell ignores SIGINT in what it runs in the background. Processes
inherit that, and a signal that a test sends them does nothing.
"""

from __future__ import annotations

import contextlib
import signal

NUMBERS = (signal.SIGHUP, signal.SIGINT)


def stop_inheritance():
    """Let processes that this one starts take the signals that this one was started to ignore.

    A handler does not survive exec, as SIG_IGN does: this process keeps ignoring the signal, and
    its children begin with the default action.
    """
    for number in NUMBERS:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, _nothing)


def _nothing(number, frame):
    """Ignore a signal."""


@contextlib.contextmanager
def default_handlers():
    """Within it, this process itself takes the signals as a Python in the foreground does."""
    defaults = {signal.SIGHUP: signal.SIG_DFL, signal.SIGINT: signal.default_int_handler}
    before = {number: signal.signal(number, handler) for number, handler in defaults.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
