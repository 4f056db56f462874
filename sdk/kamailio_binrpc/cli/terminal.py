# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Output to a terminal: printable text, and escape sequences that are our own."""

from __future__ import annotations

import os

from ..core.printable import printable

ESCAPE = f"<{os.urandom(12).hex()}>"
"""Stands for the escape character in our own text, such as colours, until that is written.

No server can know it, so whatever else is an escape character is not ours.
"""


def for_terminal(text: str) -> str:
    """Return :func:`printable` text in which our own escape characters are real ones."""
    return printable(text).replace(ESCAPE, "\x1b")
