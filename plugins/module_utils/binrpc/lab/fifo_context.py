# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A call over the text protocol (docs/protocol.md#fifo-parameters, docs/protocol.md#fifo-values).

Its scan reads a line per format character. With ``faithful`` that includes ``*``, and the
empty line at the end passes for a parameter, as in the original; what the original reads
from freed or foreign memory is not imitated.
"""

from __future__ import annotations

import logging

from ..fifo import (
    MAX_PIECES,
    read_struct,
    read_text,
    status_line,
    write_member,
    write_value,
)
from .context import Context, Scanned
from .convert import strtod, strtol
from .output import to_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List, Optional

    from .state import LabState

log = logging.getLogger(__name__)

_PRINTING = frozenset(
    [
        "cfgutils",
        "dialplan",
        "dispatcher",
        "htable",
        "mtree",
        "nathelper",
        "permissions",
        "pl",
        "rl",
        "siptrace",
        "stats",
    ]
)
_NOT_PRINTING = frozenset(("cfgutils.is_gflag", "mtree.match"))
"""Modules whose texts Kamailio prints with rpl_printf, which here adds no line end, and their
methods that do not.
"""


def _format(char: str, value: Any) -> Optional[bytes]:
    """Print a plain value; None for the formats that this protocol lacks."""
    if char in "sS":
        return to_bytes(value, char)
    if char in "dt":
        # Sign-extended and then printed unsigned.
        number = int(value) & 0xFFFFFFFF
        number -= 0x100000000 if number > 0x7FFFFFFF else 0
        return b"%d" % (number & 0xFFFFFFFFFFFFFFFF)
    if char == "f":
        return b"%f" % value
    if char == "b":
        return b"1" if value else b"0"
    return None


class TextHandle:
    """A struct or array of a text reply; see :class:`~.context.Handle`."""

    __slots__ = ("_context", "_plain", "_structs")

    def __init__(self, context: TextContext) -> None:
        self._context = context
        self._plain: List[bytes] = []
        self._structs: List[Any] = []

    def add(self, fmt: str, *pairs: Any) -> Any:
        items = iter(pairs)
        for char in fmt:
            name = write_member(to_bytes(next(items), "s"))
            if char in "{[":
                return self._open(name + b":")
            data = _format(char, next(items))
            if data is None:
                return self._context.no_format(char)
            self._plain.append(name + b":" + write_member(data))
        return True

    def append(self, fmt: str, *values: Any) -> Any:
        items = iter(values)
        for char in fmt:
            if char in "{[":
                return self._open(b"")
            data = _format(char, next(items))
            if data is None:
                return self._context.no_format(char)
            self._plain.append(write_member(data))
        return True

    def printf(self, name: str, text: str) -> bool:
        return bool(self.add("S", name, text))

    def _open(self, name: bytes) -> TextHandle:
        inner = TextHandle(self._context)
        self._structs.append((name, inner))
        return inner

    def parts(self) -> List[bytes]:
        """Plain members, the last one first, and then the structs."""
        parts = self._plain[::-1]
        for name, inner in self._structs:
            inside = inner.parts() or [b""]
            inside[0] = name + inside[0]
            parts += inside
        return parts


class TextContext(Context):
    """One call; ``pieces`` is the answer once ``replied``."""

    __slots__ = ("_code", "_lines", "_next", "_out", "_reason", "_room", "pieces")

    def __init__(self, method: str, state: LabState, caller: Any, lines: List[bytes]) -> None:
        super().__init__(method, state, caller)
        self._lines = lines if state.sane else [*lines, b""]
        self._next = 0
        self._code = 200
        self._reason = b"OK"
        self._out: List[Any] = []
        self._room = MAX_PIECES
        self.pieces: List[bytes] = []

    def scan(self, fmt: str) -> Scanned:
        values = Scanned()
        optional = False
        for char in fmt:
            if char == "*" and self.state.sane:
                optional = True
                continue
            if self._next >= len(self._lines):
                break
            line = self._lines[self._next]
            self._next += 1
            if char == "*":
                optional = True
            elif not self._read(char, line, optional, values):
                values.count = -len(values)
                return values
        values.count = len(values)
        return values

    @property
    def params(self) -> List[Any]:
        rest = self._lines[self._next :]
        lines = rest if self.state.sane else rest[:-1]  # without the line at the end
        return [read_text(line).decode("utf-8", "surrogateescape") for line in lines]

    def _read(self, char: str, line: bytes, optional: bool, values: Scanned) -> bool:
        number = self._next + 1  # the command is line 1
        if char in "btdf":
            if not line:
                if not optional:
                    self.fault(400, "Invalid parameter value on line %d" % number)
                return False
            values.append(strtod(line)[0] if char == "f" else strtol(line))
        elif char in "sS":
            try:
                text = read_text(line)
            except ValueError:
                self.fault(500, "Internal Server Error")
                return False
            if char == "s":
                text = text.partition(b"\0")[0]
            values.append(text.decode("utf-8", "surrogateescape"))
        elif char == "{":
            if not line:
                if not optional:
                    self.fault(400, "Line %d Empty - Structure Expected" % number)
                return False
            try:
                values.append(read_struct(line))
            except ValueError:
                self.fault(400, "Colon missing in struct on line %d" % number)
                return False
        else:
            self.fault(500, "Server Internal Error (Invalid Formatting Character '%s')" % char)
            return False
        return True

    def add(self, fmt: str, *values: Any) -> Any:
        items = iter(values)
        result: Any = True
        for char in fmt:
            if char in "{[":
                result = TextHandle(self)
                self._out.append(result)
                continue
            data = _format(char, next(items))
            if data is None:
                return self.no_format(char)
            self._out.append(write_value(data) + b"\n")
        return result

    def add_value(self, value: Any) -> None:
        printing = self.method.partition(".")[0] in _PRINTING
        if isinstance(value, str) and printing and self.method not in _NOT_PRINTING:
            self.printf(value)
        else:
            super().add_value(value)

    def no_format(self, char: str) -> bool:
        """Fault for a format that this protocol cannot print."""
        self.fault(500, "Bug In SER (Invalid formatting character %s)" % char)
        return False

    def printf(self, text: str) -> bool:
        self._out.append(write_value(to_bytes(text)))
        return True

    def take_room(self) -> None:
        self._room = 0

    def fault(self, code: int, text: str) -> None:
        # The last one wins, and what was added is printed all the same.
        self._code = code
        self._reason = to_bytes(text, "s")

    def send(self) -> None:
        if self.replied:
            return
        self.replied = True
        count = 4
        pieces = [status_line(self._code, self._reason)]
        for item in self._out:
            if isinstance(item, TextHandle):
                parts = item.parts()
                count += 4 * len(parts)
                if parts:
                    pieces.append(b",".join(parts) + b"\n")
            else:
                count += 2
                pieces.append(item)
        if self._out and count > self._room and not (self.state.sane and self._room):
            log.error("%s: a text reply of %d pieces cannot be sent", self.method, count)
            return
        self.pieces = [b"".join(pieces)]

    def conclude(self) -> List[bytes]:
        """Answer unless the method did."""
        self.send()
        return self.pieces
