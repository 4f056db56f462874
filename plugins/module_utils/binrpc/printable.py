# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Text that is safe to show.

A server's texts can hold anything: a SIP peer chooses its User-Agent. Control characters move a
terminal's cursor, change its title or answer for the user, and marks of direction make text look
like other text.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Sequence


def printable(value: object) -> str:
    r"""Return a text with escapes for all but characters that print, spaces, tabs and line feeds.

    Stray bytes, which are surrogates here, become escapes as well.

    >>> print(printable("a\x1b[2J\u202e\udce9"))
    a\x1b[2J\u202e\xe9
    """
    text = str(value)
    if text.isprintable():
        return text
    return "".join(char if _is_harmless(char) else _escape(char) for char in text)


def one_line(value: object) -> str:
    """Return a text as :func:`printable` does, with escapes for line feeds and tabs as well."""
    return printable(value).replace("\n", "\\n").replace("\t", "\\t")


def _is_harmless(char: str) -> bool:
    if char.isprintable() or char in "\n\t":
        return True
    import unicodedata

    # Spaces of other kinds than the usual one are not printable to Python.
    return unicodedata.category(char) == "Zs"


def _escape(char: str) -> str:
    code = ord(char)
    # A surrogate stands for the byte that was no UTF-8.
    if code < 256 or 0xDC80 <= code <= 0xDCFF:
        return "\\x%02x" % (code & 0xFF)
    return "\\u%04x" % code if code < 0x10000 else "\\U%08x" % code


def listed(names: Sequence[str], most: int) -> str:
    """Return names for a message, no more than ``most``, with the number of the others.

    >>> listed(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    more = len(names) - most
    return ", ".join(names[:most]) + (" and %d more" % more if more > 0 else "")
