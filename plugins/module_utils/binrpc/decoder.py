# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Record bytes to Python values, a whole body in one pass.

One function with an explicit stack: recursion would let a peer choose the depth, and calls
cost more than the work they would wrap. The body is viewed once as latin-1 text, so that a
string record is one slice of it. Structs of one kind come in rows, hence a name is first compared
with the one that came after the same name before.
"""

from __future__ import annotations

from itertools import repeat

from . import wire
from .errors import DecodeError, DepthLimit, RecordLimit
from .values import Fixed, Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, Tuple, Union

    # Lists that are being filled, outermost first, each with "it is a struct's"; the first byte of
    # the last record; records and containers that are still allowed.
    Opened = Tuple[List[Tuple[List[Any], bool]], int, int, int]

_int = int.from_bytes

CHUNK = 16_384
"""Number of records after which ``check`` is called."""

FREE_CONTAINERS = 65_536
"""Number of structs and arrays that a body of any size may hold."""

CONTAINER_BYTES = 16
"""Bytes of the body for each struct or array beyond that.

Those of a server hold members with names, and are longer. Empty ones take two bytes and cost as
much time as fifty bytes of other records.
"""

# Headers that cannot follow a member's name: another name, an array, an end mark.
_NO_MEMBER = bytes(head & 15 in (4, 5) or head & 0x8F == 0x83 for head in range(256))

_TOO_MANY = "more structs and arrays than %d bytes may hold"


def decode_records(
    data: bytes,
    start: int = 0,
    end: Optional[int] = None,
    *,
    unsigned: bool = False,
    max_depth: int = wire.MAX_DEPTH,
    max_records: int = wire.MAX_RECORDS,
    anomalies: Optional[List[Tuple[int, str]]] = None,
    check: Optional[Callable[[], object]] = None,
    opened: Optional[Opened] = None,
) -> List[Any]:
    """Decode the records in ``data[start:end]`` as a client reads a reply.

    That is the lenient mode of docs/protocol.md#reading-records.
    Padded lengths and over-long ints are accepted as the reference reader accepts them.
    Values without a name are accepted inside structs. Ends must match starts.

    :param unsigned: give int records as 0..2**32-1 instead of -2**31..2**31-1.
    :param max_depth: open structs and arrays allowed at once.
    :param max_records: records allowed in all; a member's name counts with its value.
    :param anomalies: receives ``(offset, text)`` for what was tolerated but lost a byte: a
        string without its final NUL, a string of length 0.
    :param check: called after each :data:`CHUNK` records; what it raises ends the decoding.
    :param opened: where the compiled decoder stopped, which goes on here.
    :raises DecodeError: the bytes are malformed; names the offset and the open members.
    :raises DepthLimit, RecordLimit: the bytes ask for more than was allowed, or consist of more
        structs and arrays than :data:`CONTAINER_BYTES` permits.
    """
    if end is None:
        end = len(data)
    if end != len(data):
        data = data[:end]  # so that reading past the end raises IndexError
    text = str(data, "latin-1")
    new_struct = Struct.__new__
    no_member = _NO_MEMBER
    noting = anomalies is not None
    names: Dict[str, str] = {}
    # Per name: the bytes, their number and the name that came after it, whatever lay between.
    nothing: Tuple[Union[bytes, Tuple[()]], int, str] = ((), 0, "")  # no value starts with ()
    follow = {"": nothing}
    last = ""
    expected, size, name = nothing
    values: List[Any] = []
    flat = values  # the list that is being filled
    stack: List[Tuple[List[Any], bool]] = []  # lists to go back to, each with its in_struct
    in_struct = False
    pos = start
    mark = start
    left = max_records
    room = max(FREE_CONTAINERS, (end - start) // CONTAINER_BYTES)
    if opened is not None:
        stack, mark, left, room = opened
        values = stack[0][0]
        flat, in_struct = stack.pop()
    try:
        while left > 0:
            turns = min(CHUNK, left)
            left -= turns
            turn = repeat(None, turns)
            for _turn in turn:
                mark = pos
                if in_struct:
                    expected, size, name = follow[last]
                if in_struct and data.startswith(expected, pos):
                    kind = 5
                    stop = pos + size
                else:
                    head = data[pos]  # IndexError here, with pos == mark, is the end of the body
                    pos += 1
                    kind = head & 15
                    if kind == 5:
                        if not in_struct:
                            raise DecodeError(wire.E_TYPE, "a member name outside a struct", mark)
                        if head < 0x80:
                            stop = pos + (head >> 4)
                        elif head == 0x95:
                            stop = pos + 1 + data[pos]
                            pos += 1
                        else:
                            pos, stop = _long(data, pos, head)
                        raw = text[pos:stop]  # with its NUL, which is thus checked once per name
                        if raw in names:
                            name = names[raw]
                            follow[last] = data[mark:stop], stop - mark, name
                        else:
                            name = raw[:-1]
                            if not name.isascii():
                                name = data[pos : stop - 1].decode("utf-8", "surrogateescape")
                            follow.setdefault(name, nothing)
                            if raw[-1:] == "\0":
                                names[raw] = name
                                follow[last] = data[mark:stop], stop - mark, name
                            else:
                                _note(anomalies, mark, raw)
                    elif in_struct and (kind != 3 or head < 0x80):
                        flat.append(None)  # a member without a name

                if kind == 5:
                    # The value's header must follow, so a name can never end at ``end``.
                    if stop >= end:
                        raise DecodeError(
                            wire.E_MORE_DATA, "a member name or its value is cut", mark
                        )
                    flat.append(name)
                    last = name
                    pos = stop + 1
                    head = data[stop]
                    # The commonest values at once; all others take the long way below.
                    if head == 0x91:
                        pos = stop + 2
                        stop = pos + data[stop + 1]
                        if stop > end:
                            raise DecodeError(wire.E_MORE_DATA, "a string is cut", mark)
                        if noting and (data[stop - 1] or stop == pos):
                            _note(anomalies, mark, text[pos:stop])
                        string = text[pos : stop - 1]
                        if string.isascii():
                            flat.append(string)
                        else:
                            flat.append(data[pos : stop - 1].decode("utf-8", "surrogateescape"))
                        pos = stop
                        continue
                    kind = head & 15
                    if no_member[head]:
                        raise DecodeError(
                            wire.E_RECORD,
                            "a member's value must be a plain value or a struct",
                            stop,
                        )

                if kind == 1:
                    if head == 0x91:
                        stop = pos + 1 + data[pos]
                        pos += 1
                    elif head == 1:
                        if noting:
                            _note(anomalies, mark, "")
                        flat.append("")
                        continue
                    elif head < 0x80:
                        stop = pos + (head >> 4)
                    else:
                        pos, stop = _long(data, pos, head)
                    if stop > end:
                        raise DecodeError(wire.E_MORE_DATA, "a string is cut", mark)
                    if noting and (data[stop - 1] or stop == pos):
                        _note(anomalies, mark, text[pos:stop])
                    string = text[pos : stop - 1]
                    if string.isascii():
                        flat.append(string)
                    else:
                        flat.append(data[pos : stop - 1].decode("utf-8", "surrogateescape"))
                    pos = stop
                elif kind == 0:
                    if head == 0x10:
                        flat.append(data[pos])
                        pos += 1
                    elif head == 0:
                        flat.append(0)
                    elif head == 0x20:
                        flat.append(data[pos] << 8 | data[pos + 1])
                        pos += 2
                    else:
                        if head < 0x80:
                            stop = pos + (head >> 4)
                        else:
                            pos, stop = _long(data, pos, head)
                        if stop > end:
                            raise DecodeError(wire.E_MORE_DATA, "an int is cut", mark)
                        value = _int(data[pos:stop], "big") & 0xFFFFFFFF
                        if value > 0x7FFFFFFF and not unsigned:
                            value -= 0x100000000
                        flat.append(value)
                        pos = stop
                elif kind == 3:
                    if head < 0x80:
                        if len(stack) >= max_depth:
                            raise DepthLimit(
                                wire.E_OVERFLOW, "nested deeper than max_depth=%d" % max_depth, mark
                            )
                        room -= 1
                        if room < 0:
                            raise RecordLimit(wire.E_OVERFLOW, _TOO_MANY % end, mark)
                        struct = new_struct(Struct)
                        flat.append(struct)
                        if head == 3 and data[pos : pos + 1] == b"\x83" and next(turn, 1) is None:
                            # Empty: its end mark is the record of the next turn.
                            struct._flat = []
                            mark = pos
                            pos += 1
                            continue
                        stack.append((flat, in_struct))
                        flat = struct._flat = []
                        in_struct = True
                    else:
                        if not in_struct:
                            raise DecodeError(wire.E_RECORD, "no struct is open here", mark)
                        flat, in_struct = stack.pop()
                    if head & 0x70:
                        pos = _skip_mark_length(data, pos, head, mark)
                elif kind == 2:
                    if head == 2:
                        flat.append(0.0)
                        continue
                    stop = pos + (head >> 4)  # no S bit: the whole nibble is the size
                    if stop > end:
                        raise DecodeError(wire.E_MORE_DATA, "a double is cut", mark)
                    fixed = _int(data[pos:stop], "big")
                    flat.append(fixed / 1000 if fixed < 0x4000000000000 else fixed_to_float(fixed))
                    pos = stop
                elif kind == 6:
                    if head == 6:
                        flat.append(b"")
                        continue
                    if head < 0x80:
                        stop = pos + (head >> 4)
                    else:
                        pos, stop = _long(data, pos, head)
                    if stop > end:
                        raise DecodeError(wire.E_MORE_DATA, "a bytes record is cut", mark)
                    flat.append(data[pos:stop])
                    pos = stop
                elif kind == 4:
                    if head < 0x80:
                        if len(stack) >= max_depth:
                            raise DepthLimit(
                                wire.E_OVERFLOW, "nested deeper than max_depth=%d" % max_depth, mark
                            )
                        room -= 1
                        if room < 0:
                            raise RecordLimit(wire.E_OVERFLOW, _TOO_MANY % end, mark)
                        stack.append((flat, in_struct))
                        array: List[Any] = []
                        flat.append(array)
                        flat = array
                        in_struct = False
                    else:
                        if in_struct or not stack:
                            raise DecodeError(wire.E_RECORD, "no array is open here", mark)
                        flat, in_struct = stack.pop()
                    if head & 0x70:
                        pos = _skip_mark_length(data, pos, head, mark)
                else:
                    raise DecodeError(
                        wire.E_RECORD if in_struct else wire.E_TYPE, "unknown type %d" % kind, mark
                    )
            if check is not None:
                check()
    except IndexError:
        if pos != mark:
            code, detail = wire.E_MORE_DATA, "the record is cut"
        elif stack:
            code, detail = wire.E_EOP, "a struct or array is not closed"
        else:
            return values
        raise DecodeError(code, detail, mark, _path(stack)) from None
    except DecodeError as error:
        raise type(error)(error.code, error.detail, error.offset, _path(stack)) from None
    if pos >= end and not stack:
        return values
    raise RecordLimit(wire.E_OVERFLOW, "more records than max_records=%d" % max_records, mark)


def fixed_to_float(raw: int) -> float:
    """Turn the number in a double record into thousandths as a float (docs/protocol.md#doubles).

    Keeps the low 64 bits as a signed number; gives a :class:`Fixed` where a float would
    not lead back to the same bytes.
    """
    raw &= 0xFFFFFFFFFFFFFFFF
    if raw > wire.FIXED_MAX:
        raw -= 0x10000000000000000
    value = raw / 1000
    # Exact far below this bound; above it, try.
    if not -0x4000000000000 < raw < 0x4000000000000 and round(value * 1000) != raw:
        return Fixed(raw)
    return value


def _long(data: bytes, pos: int, head: int) -> Tuple[int, int]:
    """Read the length of a value: 0-6 bytes inline in the header, or length bytes after it.

    Returns where the value starts and where it stops. The reference reader keeps the low
    32 bits of the length, and current Kamailio refuses one with the top bit set.
    """
    start = pos + (head >> 4 & 7)
    if start > len(data):
        raise IndexError
    size = _int(data[pos:start], "big") & 0xFFFFFFFF
    if size > 0x7FFFFFFF:
        raise DecodeError(wire.E_BADPKT, "a record length above 2^31", pos - 1)
    return start, start + size


def _skip_mark_length(data: bytes, pos: int, head: int, mark: int) -> int:
    """Step over the size that a start or end mark may carry and that nothing uses."""
    if head < 0x80:
        raise DecodeError(wire.E_RECORD, "a start mark with a size", mark)
    start, stop = _long(data, pos, head)
    if stop > len(data):
        raise DecodeError(wire.E_MORE_DATA, "an end mark's length passes the end", mark)
    return start


def _note(anomalies: Optional[List[Tuple[int, str]]], mark: int, raw: str) -> None:
    """Record that a string has no final NUL, or is too short to have one."""
    if anomalies is not None:
        text = "a string ends in 0x%02x, not NUL" % ord(raw[-1]) if raw else "a string of length 0"
        anomalies.append((mark, text))


def _path(stack: List[Tuple[List[Any], bool]]) -> str:
    """Name the open members, outermost first, as in ``[0].RECORDS.SET``, for error texts."""
    parts = []
    for container, is_struct in stack:
        if is_struct:
            name = container[-2]
            parts.append("[%d]" % (len(container) // 2 - 1) if name is None else str(name))
        else:
            parts.append("[%d]" % (len(container) - 1))
    return ".".join(parts)
