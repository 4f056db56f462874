# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Without a method: commands are read line by line.

On a terminal with line editing, as kamcmd has it from the same library. Otherwise the lines
are echoed behind the prompt, because that library does so and what reads kamcmd's output
through a pipe counts on it.
"""

from __future__ import annotations

import os
import sys

from .arguments import MAX_ARGUMENTS
from .errors import Failure
from .session import Leave
from .texts import BANNER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .output import Output
    from .session import Session

PROMPT = "kamcmd> "


def converse(session: Session, output: Output, verbosity: int) -> None:
    """Read and run commands to the end of the input, or until ``quit``."""
    terminal = os.isatty(0) and os.isatty(1)
    names = None
    if terminal or verbosity > 1:
        from .completion import Names

        names = Names(session)
    if verbosity > 1 and names is not None:
        # kamcmd asks for the names to complete before anything else, and -vv shows it.
        names.fetch()
    for text in BANNER:
        output.line(text)
    output.flush()
    if terminal and names is not None:
        names.install()
    try:
        for line in _edited() if terminal else _piped(output):
            _command(line, session, output)
            output.flush()
    except Leave:
        pass


def _command(line: str, session: Session, output: Output) -> None:
    words = line.replace("\t", " ").split(" ")
    words = [word for word in words if word]
    if not words:
        return
    if len(words) > MAX_ARGUMENTS:
        output.line(
            f"ERROR: too many arguments ({MAX_ARGUMENTS}), no more than {MAX_ARGUMENTS} allowed"
        )
        return
    try:
        session.run(words)
    except Failure as failure:
        output.fail(failure)


def _edited() -> Iterator[str]:
    while True:
        try:
            yield input(PROMPT)
        except EOFError:
            return


def _piped(output: Output) -> Iterator[str]:
    while True:
        output.add(PROMPT.encode())
        output.flush()
        raw = sys.stdin.buffer.readline()
        if not raw:
            return
        # Line editing takes a carriage return for the end of a line, too.
        lines = raw.removesuffix(b"\n").split(b"\r")
        for number, line in enumerate(lines):
            if number:
                output.add(PROMPT.encode())
            output.add(line, b"\n")
            yield os.fsdecode(line)
