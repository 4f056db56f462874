# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Lines of calls, split into words as a shell does."""

from __future__ import annotations

import shlex

from ..core.errors import EncodeError


def split_line(text: str) -> list[str]:
    """Split a line into words; quotes and backslashes work as in a POSIX shell.

    A ``#`` at the start of a word begins a comment. Within a word, as in ``sip:gw#1@host``, it is
    a character like any other.

    :raises EncodeError: a quote is not closed, or the line ends in a backslash.
    """
    try:
        return shlex.split(text[: _comment(text)])
    except ValueError as error:
        raise EncodeError(f"{error}; quotes come in pairs") from None


def _comment(text: str) -> int:
    """Return where the comment begins, the length of the text if there is none."""
    quote = ""
    escaped = False
    before = " "
    for index, char in enumerate(text):
        word_begins = before.isspace()
        before = "x" if escaped else char
        if escaped:
            escaped = False
        elif char == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "#" and word_begins:
            return index
    return len(text)
