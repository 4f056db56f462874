# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The command line, read as glibc's getopt reads it for kamcmd.

Options may stand behind the method, too, and ``--`` ends them. Unlike with kamcmd, a negative
number behind the method is an argument and no option.
"""

from __future__ import annotations

import os

from .errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_WITH_VALUE = "sDRftz"
_FLAGS = "UVhbjv"


class Options:
    """The request of a command line.

    :ivar show: ``"help"`` or ``"version"`` instead of a call, or "".
    :ivar seconds: how long to wait for an answer; None for the default.
    """

    def __init__(self) -> None:
        self.address = ""
        self.reply_name = ""
        self.reply_folder = ""
        self.template: str | None = None
        self.verbosity = 0
        self.udp = False
        self.jsonrpc = False
        self.strict_exit = False
        self.seconds: float | None = None
        self.show = ""
        self.words: list[str] = []


def parse(argv: Sequence[str]) -> Options:
    """Read the command line, up to a wish for help or version.

    :raises Failure: an unknown option, or one without its value.
    """
    options = Options()
    stop_at_method = "POSIXLY_CORRECT" in os.environ
    waiting = list(reversed(argv))
    while waiting and not options.show:
        word = waiting.pop()
        if word == "--":
            break
        if word == "--strict-exit":
            options.strict_exit = True
        elif len(word) > 1 and word[0] == "-" and not (options.words and _is_number(word)):
            _take(options, word[1:], waiting)
        else:
            options.words.append(word)
            if stop_at_method:
                break
    options.words += reversed(waiting)
    return options


def _take(options: Options, letters: str, waiting: list[str]) -> None:
    """Take one word of options, such as ``vv`` or ``sADDRESS``."""
    for place, letter in enumerate(letters, 1):
        if letter in _FLAGS:
            if _flag(options, letter):
                return
        elif letter in _WITH_VALUE and (place < len(letters) or waiting):
            _value(options, letter, letters[place:] or waiting.pop())
            return
        elif letter.isascii() and not letter.isprintable():
            raise Failure(f"Unknown option character `\\x{ord(letter):x}'.")
        else:
            raise Failure(f"Unknown option `-{letter}'.")


def _flag(options: Options, letter: str) -> bool:
    """Note an option without a value; True if it is the last that counts."""
    if letter == "v":
        options.verbosity += 1
    elif letter == "U":
        options.udp = True
    elif letter in "bj":
        options.jsonrpc = letter == "j"
    else:
        options.show = "version" if letter == "V" else "help"
        return True
    return False


def _value(options: Options, letter: str, value: str) -> None:
    if letter == "s":
        options.address = value
    elif letter == "R":
        options.reply_name = value
    elif letter == "D":
        options.reply_folder = value
    elif letter == "f":
        options.template = value
    elif letter == "t":
        options.seconds = _seconds(value)
    # -z sizes a buffer, and here replies of any size fit.


def _seconds(text: str) -> float | None:
    """Read ``-t``; kamcmd takes its default for what is negative or no number."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if 0 < seconds <= 31_536_000 else None


def _is_number(word: str) -> bool:
    return word[1:2].isdecimal() or (word[1:2] == "." and word[2:3].isdecimal())
