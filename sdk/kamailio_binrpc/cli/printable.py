# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Text that is safe to write to a terminal."""

from __future__ import annotations


def printable(value: object) -> str:
    """Return text that any terminal takes: control characters and stray bytes escaped."""
    text = str(value)
    return "".join(char if char.isprintable() or char in "\n\t" else _escape(char) for char in text)


def _escape(char: str) -> str:
    code = ord(char)
    # A surrogate stands for the byte that was no UTF-8.
    return f"\\x{code & 0xFF:02x}" if code < 256 or 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"
