# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc trace``: packets made readable, from hex or a capture file."""

from __future__ import annotations

import argparse
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core import wire
from ..core.errors import DecodeError, EncodeError, ProtocolError
from ..core.masking import HIDDEN, Packets, may_hold_secrets
from ..core.printable import printable
from ..core.values import Struct
from . import capture, colour, common, exit_codes, output, secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..core.packet import Message

_DESCRIPTION = """Decode packets and print their records with types.

INPUT is a file: a capture (pcap or pcapng, as written by tcpdump -w), packets as raw bytes, or text
with hex digits, plain or in the format of hexdump -C, xxd or pykamcmd -vvv. Without a file,
standard input is read; --hex takes the digits from the command line. From a capture, UDP datagrams
and TCP streams that begin as binrpc are shown.

Passwords and other secrets are shown as "(hidden)" unless --reveal is given, and so are malformed
packets that may contain secrets. Which values of a reply are secret depends on the request. If the
request is missing, the names of the members decide.
"""

# An offset if any, then groups of hex digits, then the same as text if any.
_DUMP_ROW = re.compile(
    r"(?:(?:0x)?[0-9a-f]{4,8}:?\s+)?((?:[0-9a-f]{2}){1,8}(?: {1,2}(?:[0-9a-f]{2}){1,8})*)"
    r"(?:\s{2,}.*|\s*)\Z",
    re.IGNORECASE,
)

_OFFSET = re.compile(r"0{4,8}:?\s")
_LAST_OFFSET = re.compile(r"[0-9a-f]{7,8}\Z", re.IGNORECASE)

# What is decoded: where it was seen ("" if unknown), and the bytes.
Found = tuple[str, bytes]


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "trace",
        help="decode packets from hex or a capture file",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    common.add_output_option(parser, output.FORMATS)
    parser.add_argument("--hex", metavar="DIGITS", nargs="+", help="decode these digits")
    secrets.add_reveal_option(parser)
    parser.add_argument(
        "file", metavar="INPUT", nargs="?", default="-", help="file to decode; - is standard input"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Decode; return the exit status, PROTOCOL if something does not decode."""
    try:
        return common.guarded(lambda: _trace(options))
    except OSError as error:
        common.complain(f"{options.file}: {error.strerror or error}")
        return exit_codes.USAGE


def _trace(options: argparse.Namespace) -> int:
    if options.hex:
        given = " ".join(options.hex).encode()
    elif options.file == "-":
        given = sys.stdin.buffer.read()
    else:
        given = Path(options.file).read_bytes()
    count = bad = 0
    shown: list[dict[str, Any]] = []
    packets = None if options.reveal else Packets()
    for where, packet in _found(given):
        count += 1
        try:
            message = _decode(packet)
        except ProtocolError as error:
            bad += 1
            reveal = options.reveal or not may_hold_secrets(packet)
            if options.output == "text":
                _show_bad(count, where, packet, error, reveal=reveal)
                continue
            data: dict[str, Any] = {"number": count, "error": str(error)}
            data["hex"] = packet.hex() if reveal else HIDDEN
        else:
            if packets is not None:
                message.values = packets.values(message.type, message.cookie, message.values)
            if options.output == "text":
                _show(count, where, packet, message)
                continue
            data = _data(count, message)
        if where:
            data["where"] = where
        if options.output == "jsonl":
            output.write(output.render_data(data, "jsonl"))
        else:
            shown.append(data)
    if not count:
        raise EncodeError("there is no binrpc packet in it: one starts with the byte 0xa1")
    if shown:
        output.write(output.render_data(shown, options.output))
    return exit_codes.PROTOCOL if bad else exit_codes.OK


def _found(data: bytes) -> Iterator[Found]:
    if capture.is_capture(data):
        yield from _captured(list(capture.payloads(data)))
    elif data[:1] == bytes((wire.MAGIC,)):
        yield from _cut("", data)
    else:
        yield from _cut("", from_hex(data.decode("utf-8", "replace")))


def _captured(found: list[capture.Payload]) -> list[Found]:
    shown: list[tuple[float, Found]] = []
    for payload in found:
        if payload.sequence is None and payload.data[0] == wire.MAGIC:
            where = _place(payload.time, "udp", payload)
            shown += ((payload.time, item) for item in _cut(where, payload.data))
    for piece in capture.streams(found):
        if piece.data[:1] == bytes((wire.MAGIC,)):
            offset = 0
            for _where, packet in _cut("", bytes(piece.data)):
                moment = piece.time_of(offset)
                shown.append((moment, (_place(moment, "tcp", piece.first), packet)))
                offset += len(packet)
    return [item for _time, item in sorted(shown, key=lambda pair: pair[0])]


def _place(moment: float, protocol: str, payload: capture.Payload) -> str:
    stamp = time.strftime("%H:%M:%S", time.localtime(moment))
    fraction = f"{moment % 1:.6f}"[1:]
    return f"{stamp}{fraction} {protocol} {payload.source} > {payload.destination}"


def from_hex(text: str) -> bytes:
    r"""Read hex digits, plain or in the rows of a dump.

    >>> from_hex("a1 03 01 01 00"), from_hex("0xa103\n0101")
    (b'\xa1\x03\x01\x01\x00', b'\xa1\x03\x01\x01')

    :raises EncodeError: something else than hex digits is in it.
    """
    rows = [row.strip() for row in text.splitlines() if row.strip()]
    if len(rows) > 1 and _OFFSET.match(rows[0]) and _LAST_OFFSET.match(rows[-1]):
        del rows[-1]  # hexdump ends with the size
    found = [_DUMP_ROW.match(row) for row in rows]
    if rows and all(found):
        digits = "".join(match.group(1) for match in found if match)
    else:
        digits = re.sub(r"0x|\\x|[\s:,]", "", text)
    try:
        return bytes.fromhex(digits)
    except ValueError as error:
        raise EncodeError(
            f"this is neither a capture, nor binrpc, nor hex digits: {error}"
        ) from None


def _cut(where: str, data: bytes) -> Iterator[Found]:
    """Cut bytes into packets; an incomplete packet is returned whole."""
    from ..core.packet import parse_header

    place = 0
    while place < len(data):
        try:
            header = parse_header(data, place)
        except DecodeError:
            header = None
        size = header.total if header else len(data) - place
        yield where, data[place : place + size]
        place += size


def _decode(packet: bytes) -> Message:
    from ..core.packet import decode

    return decode(packet)


def _data(number: int, message: Message) -> dict[str, Any]:
    from ..core.views import to_json

    kind = wire.MESSAGE_TYPES[message.type]
    values = [to_json(value) for value in message.values]
    return {"number": number, "type": kind, "cookie": message.cookie, "values": values}


def _show(number: int, where: str, packet: bytes, message: Message) -> None:
    kind = wire.MESSAGE_TYPES[message.type]
    style = {wire.FAULT: "red", wire.REPLY: "green"}.get(message.type, "bold")
    head = colour.paint(f"#{number} {kind}", style, sys.stdout)
    lines = [f"{head} cookie {message.cookie:#x}, {len(packet)} bytes"]
    lines[0] += f"  {where}" if where else ""
    for value in message.values:
        lines += map(printable, _typed(value, 1, ""))
    lines += [f"  tolerated at byte {place}: {text}" for place, text in message.anomalies]
    output.write("".join(line + "\n" for line in lines))


def _typed(value: Any, depth: int, label: str) -> Iterator[str]:
    start = "  " * depth + label
    if isinstance(value, Struct):
        yield start + "struct {"
        for name, member in value.items():
            yield from _typed(member, depth + 1, "" if name is None else f"{name}: ")
        yield "  " * depth + "}"
    elif isinstance(value, list):
        yield start + "array ["
        for item in value:
            yield from _typed(item, depth + 1, "")
        yield "  " * depth + "]"
    elif isinstance(value, bytes):
        yield f"{start}bytes {value.hex(' ')}"
    elif isinstance(value, str):
        quoted = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        yield f'{start}str "{quoted}"'
    else:
        yield f"{start}{'int' if isinstance(value, int) else 'double'} {value}"


def _show_bad(
    number: int, where: str, packet: bytes, error: ProtocolError, *, reveal: bool
) -> None:
    head = colour.paint(f"#{number} malformed", "red", sys.stdout)
    rows = [f"  {packet[at : at + 16].hex(' ')}" for at in range(0, len(packet), 16)]
    shown = rows[:16] + (["  ..."] if len(rows) > 16 else [])
    if not reveal:
        shown = [f"  {HIDDEN}: it may hold secrets; --reveal shows them"]
    lines = [f"{head}, {len(packet)} bytes  {where}".rstrip(), f"  {error}", *shown]
    output.write("".join(line + "\n" for line in lines))
