# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A line of the shell: words, options, and where the output goes."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..core.errors import EncodeError
from .output import FORMATS
from .words import split_line

_WITH_VALUE = {"-o": "form", "--output": "form", "--columns": "columns", "--sort": "sort"}
_ALWAYS = {"--json": "json"}


@dataclass
class Line:
    """The content of a line.

    :ivar words: a method or a command, and its arguments.
    :ivar form: of the output, "" for that of the shell.
    :ivar columns: as ``--columns``, or None.
    :ivar sort: as ``--sort``, or None.
    :ivar where: as ``--where``.
    :ivar command: the command of the system's shell that gets the output, "" for none.
    :ivar file: the file that gets the output, "" for none.
    :ivar append: add to the file.
    """

    words: list[str]
    form: str = ""
    columns: str | None = None
    sort: str | None = None
    where: list[str] = field(default_factory=list)
    command: str = ""
    file: str = ""
    append: bool = False


def read_line(text: str) -> Line:
    """Read a line: ``METHOD ARG... [-o FORMAT] [--columns ...] [| COMMAND] [> FILE]``.

    An operator or an option begins a word; within quotes, and within a word, it is a character
    like any other. Behind ``--`` there are no options.

    :raises EncodeError: a quote is not closed, or something is missing.
    """
    call, operator, rest = _parted(text)
    line = Line([])
    words = split_line(call)
    while words:
        word = words.pop(0)
        if word == "--" and line.words:
            line.words += words
            break
        if word in _WITH_VALUE or word == "--where":
            if not words:
                raise EncodeError(f"{word} needs a value")
            value = words.pop(0)
            if word == "--where":
                line.where.append(value)
            else:
                setattr(line, _WITH_VALUE[word], value)
        elif word in _ALWAYS:
            line.form = _ALWAYS[word]
        else:
            line.words.append(word)
    if line.form and line.form not in FORMATS:
        raise EncodeError(f"-o {line.form}: there are {', '.join(FORMATS)}")
    if operator == "|":
        line.command = rest.strip()
        if not line.command:
            raise EncodeError("| needs a command, such as: | grep sip:")
    elif operator:
        names = split_line(rest)
        if len(names) != 1:
            raise EncodeError(f"{operator} needs the name of one file")
        line.file, line.append = names[0], operator == ">>"
    return line


def _parted(text: str) -> tuple[str, str, str]:
    """Part a line at its first operator outside quotes."""
    quote = ""
    before = " "
    index = 0
    while index < len(text):
        char = text[index]
        if quote:
            if char == "\\" and quote == '"':
                index += 1
            elif char == quote:
                quote = ""
        elif char == "\\":
            index += 1
        elif char in "'\"":
            quote = char
        elif char == "#" and before.isspace():
            break
        elif char in "|>" and before.isspace():
            operator = ">>" if text.startswith(">>", index) else char
            return text[:index], operator, text[index + len(operator) :]
        before = text[index] if index < len(text) else ""
        index += 1
    return text, "", ""
