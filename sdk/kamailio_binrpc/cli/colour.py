# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Colour for people: on a terminal, unless NO_COLOR is set or the terminal is dumb."""

from __future__ import annotations

import os

from .terminal import ESCAPE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

_CODES = {"red": "31", "green": "32", "yellow": "33", "blue": "34", "bold": "1", "dim": "2"}


def wanted(stream: TextIO) -> bool:
    """Does this stream take colour?"""
    return (
        stream.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM", "dumb") != "dumb"
    )


def paint(text: str, style: str, stream: TextIO) -> str:
    """Return the text in a style, plain where the stream takes no colour.

    It is to be written by :func:`output.write` or :func:`output.tell`.
    """
    return f"{ESCAPE}[{_CODES[style]}m{text}{ESCAPE}[0m" if wanted(stream) else text


def paint_lines(text: str, style: str, stream: TextIO) -> str:
    """Return lines, each in a style of its own: pagers forget a style at the end of a line."""
    return "".join(paint(line, style, stream) + "\n" for line in text.splitlines())
