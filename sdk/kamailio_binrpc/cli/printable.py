# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Text that is safe to write to a terminal.

A server's texts can hold anything: a SIP peer chooses its User-Agent. Control characters move the
cursor, change the title or answer for the user, and marks of direction make text look like other
text, so no terminal gets either.
"""

from __future__ import annotations

import os
import unicodedata

ESCAPE = f"<{os.urandom(12).hex()}>"
"""Stands for the escape character in our own text, such as colours, until that is written.

No server can know it, so whatever else is an escape character is not ours.
"""


def printable(value: object) -> str:
    """Return text that any terminal takes: control characters and stray bytes escaped."""
    text = str(value)
    if text.isprintable():
        return text
    return "".join(char if _is_harmless(char) else _escape(char) for char in text)


def for_terminal(text: str) -> str:
    """Return :func:`printable` text in which our own escape characters are real ones."""
    return printable(text).replace(ESCAPE, "\x1b")


def _is_harmless(char: str) -> bool:
    # Spaces of other kinds than the usual one are not printable to Python.
    return char.isprintable() or char in "\n\t" or unicodedata.category(char) == "Zs"


def _escape(char: str) -> str:
    code = ord(char)
    # A surrogate stands for the byte that was no UTF-8.
    if code < 256 or 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code & 0xFF:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
