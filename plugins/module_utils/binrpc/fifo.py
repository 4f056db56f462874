# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
r"""ctl's line-based text protocol, for clients and servers, without a file or socket.

See docs/protocol.md#fifo-protocol.

A request is ``:method:replyname``, a line per parameter and an empty line; a reply is
``code reason`` and lines of text. The server prints ``\o`` for a colon and ``\c`` for a
comma, and reads the two the other way round.
"""

from __future__ import annotations

from . import wire
from .errors import EncodeError, ProtocolError
from .values import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable, List, Optional

MIN_REQUEST = 6
"""Bytes that a server waits for before it looks at a request."""

MAX_PIECES = 1024
"""Parts of a reply: 4 for the status, 2 per value, 4 per member; more are not sent."""

_PLAIN = ((b"\\", b"\\\\"), (b"\n", b"\\n"), (b"\r", b"\\r"), (b"\t", b"\\t"), (b"\0", b"\\0"))
_READ = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"\\": b"\\", b"0": b"\0"}
_SERVER_READS = {**_READ, b"c": b":", b"o": b","}
_SERVER_WRITES = {**_READ, b"o": b":", b"c": b","}


def _escape(data: bytes, colon: bytes = b":", comma: bytes = b",") -> bytes:
    for char, text in _PLAIN:
        if char in data:
            data = data.replace(char, text)
    return data.replace(b":", colon).replace(b",", comma)


def _unescape(data: bytes, meanings: Any) -> bytes:
    parts = data.split(b"\\")
    out = [parts[0]]
    rest = iter(parts[1:])
    for part in rest:
        if part:
            char = meanings.get(part[:1])
            if char is None:
                raise ValueError("no such escape: \\%s" % part[:1].decode("latin-1"))
            out += (char, part[1:])
        else:  # "\\\\": the next part follows a backslash that was meant
            tail = next(rest, None)
            if tail is None:
                raise ValueError("a backslash at the end")
            out += (b"\\", tail)
    return b"".join(out)


# --- the server's side


class TextRequest:
    """A request as a server reads it.

    :ivar method: its name; "" if the first line is malformed.
    :ivar reply_name: of the reply fifo, "" for none.
    :ivar lines: parameters, not unescaped.
    :ivar size: bytes up to and including the empty line.
    """

    __slots__ = ("lines", "method", "reply_name", "size")

    def __init__(self, method: bytes, reply_name: bytes, lines: List[bytes], size: int) -> None:
        self.method = method
        self.reply_name = reply_name
        self.lines = lines
        self.size = size


def parse_request(data: Any, offset: int = 0, carriage_return: bool = False) -> Any:
    """Read the request at ``offset``; None while it is incomplete.

    It ends at the first two line ends in a row, CR or LF in any mix.

    :param carriage_return: a CR ends a line, as in newer releases; else it belongs to it.
    """
    text = bytes(memoryview(data)[offset:])
    if len(text) < MIN_REQUEST:
        return None
    marks = text.replace(b"\r", b"\n")
    end = marks.find(b"\n\n")
    if end < 0:
        return None
    lines = (marks if carriage_return else text)[: end + 1].split(b"\n")
    if not lines[-1]:
        lines.pop()
    first = lines[0] if lines else b""
    method = reply_name = b""
    if len(first) >= 3 and first[:1] == b":":
        # A C string: what follows a NUL is not seen.
        method, colon, reply_name = first[1:].partition(b"\0")[0].partition(b":")
        if not colon:
            method = b""
    return TextRequest(method, reply_name, lines[1:], end + 2)


def read_text(line: bytes) -> bytes:
    """Unescape a parameter as the server does.

    :raises ValueError: an escape that does not exist.
    """
    return _unescape(line, _SERVER_READS)


def read_struct(line: bytes) -> Struct:
    """Split a struct parameter, ``name:value,name:value``; the values stay bytes.

    :raises ValueError: a colon is missing, or an escape does not exist.
    """
    struct = Struct()
    for member in line.split(b","):
        name, colon, value = member.partition(b":")
        if not colon:
            raise ValueError("a colon is missing")
        struct.add(read_text(name).decode("utf-8", "surrogateescape"), read_text(value))
    return struct


def status_line(code: int, reason: bytes) -> bytes:
    """Build the first line of a reply."""
    return b"%d %b\n" % (code, reason[:1023])


def write_value(data: bytes) -> bytes:
    """Escape a value at the top of a reply, where colons and commas are plain."""
    return _escape(data)


def write_member(data: bytes) -> bytes:
    """Escape a name or a value inside a struct."""
    return _escape(data, b"\\o", b"\\c")


# --- the client's side


def build_request(method: str, params: Iterable[Any] = (), reply_name: str = "") -> bytes:
    """Build a request; a Struct or dict becomes a struct line.

    :param reply_name: of a fifo in the server's reply directory; "" on sockets.
    :raises EncodeError: something has no form in this protocol.
    """
    for text, what in ((method, "method"), (reply_name, "reply name")):
        if any(char in text for char in "\n\r:\0"):
            raise EncodeError("%r cannot be a %s here" % (text, what))
    if any(char in reply_name for char in "./\\"):
        raise EncodeError("a reply name cannot hold . / or \\: %r" % reply_name)
    lines = [":%s:%s" % (method, reply_name)]
    request = lines[0].encode("utf-8", "surrogateescape")
    for value in params:
        request += b"\n" + _write_param(value)
    request += b"\n\n"
    if not method or not MIN_REQUEST <= len(request) <= wire.MAX_REQUEST:
        raise EncodeError(
            "%r: a request of %d bytes; ctl reads %d to %d"
            % (method, len(request), MIN_REQUEST, wire.MAX_REQUEST)
        )
    return request


def _write_param(value: Any) -> bytes:
    if hasattr(value, "items"):
        return b",".join(
            _escape(_to_bytes(name), b"\\c", b"\\o")
            + b":"
            + _escape(_to_bytes(each), b"\\c", b"\\o")
            for name, each in value.items()
        )
    data = _escape(_to_bytes(value))
    if not data:
        raise EncodeError("an empty parameter would end the request")
    return data


def _to_bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise EncodeError("no text form for %s" % type(value).__name__)
    text = "%f" % value if isinstance(value, float) else str(value)
    return text.encode("utf-8", "surrogateescape")


OVERWRITTEN = 16
"""Bytes at the start of a value that a server with the defect D1 may overwrite."""

_ADDRESS = 8  # bytes of the first thing that it writes there; the upper ones of an address are 0


class Damaged:
    """A value whose start the server overwrote before it sent it.

    It is not a text, so it is never taken for a value.

    :ivar data: the bytes as they came.
    :ivar rest: the text behind what may have been overwritten, "" if there is none.
    """

    __slots__ = ("data", "rest")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.rest = data[OVERWRITTEN:].decode("utf-8", "surrogateescape")

    def __repr__(self) -> str:
        return "<Damaged %r>" % self.data

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Damaged) and self.data == other.data

    def __hash__(self) -> int:
        return hash(self.data)


class TextReply:
    """A reply as a client reads it: status ``code`` and ``reason``, and the ``lines`` after it.

    Values of released servers may start with up to 16 bytes of rubbish
    (docs/protocol.md#fifo-defects, D1), which is why lines are bytes.
    """

    __slots__ = ("code", "lines", "reason")

    def __init__(self, code: int, reason: str, lines: List[bytes]) -> None:
        self.code = code
        self.reason = reason
        self.lines = lines

    def is_damaged(self) -> Optional[bool]:
        """Does the server overwrite values? None if this reply does not tell.

        A sound server escapes NUL, and the rubbish is an address of memory, whose upper bytes
        are NUL: any value long enough to hold one tells.
        """
        found: Optional[bool] = None
        for line in self.lines:
            if b"\0" in line:
                return True
            pieces = [piece for member in line.split(b",") for piece in member.split(b":")]
            if any(len(piece) >= _ADDRESS for piece in pieces):
                found = False
        return found

    def texts(self) -> List[str]:
        """The lines, unescaped."""
        return [_decode(line) for line in self.lines]

    def members(self) -> List[Struct]:
        """The lines as structs of text, their members in the order in which they were added.

        A member of an inner struct carries the outer names before its own, with colons
        between; which of several equal inner structs it belongs to, the protocol does not say.
        """
        structs = []
        for line in self.lines:
            pairs = [each.rpartition(b":") for each in line.split(b",")]
            plain = [(_decode(name), _decode(value)) for name, _colon, value in pairs]
            structs.append(Struct(reversed(plain)))
        return structs


def parse_reply(data: bytes) -> TextReply:
    """Read a whole reply; its end is that of the datagram or the stream.

    :raises ProtocolError: there is no status line.
    """
    first, newline, body = data.partition(b"\n")
    code, _blank, reason = first.partition(b" ")
    # int() refuses thousands of digits, and nine are more than any code has.
    if not newline or not code.isdigit() or len(code) > 9:
        raise ProtocolError("not a reply of ctl's text protocol: %r" % first[:40])
    lines = body.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return TextReply(int(code), reason.decode("utf-8", "surrogateescape"), lines)


def _decode(data: bytes) -> str:
    try:
        data = _unescape(data, _SERVER_WRITES)
    except ValueError:
        pass  # rubbish of D1: shown as it came
    return data.decode("utf-8", "surrogateescape")
