# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""docs/protocol.md tells the truth: its tables are compared with what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kamailio_binrpc.core import decoder, decoding, wire
from kamailio_binrpc.core.address import parse_address, parse_listen
from kamailio_binrpc.core.encoder import Encoder
from kamailio_binrpc.core.errors import AddressError, DecodeError
from kamailio_binrpc.core.lab.engine import build
from kamailio_binrpc.core.lab.fifo_engine import TextEngine
from kamailio_binrpc.core.lab.output import MAX_FAULT_TEXT, NULL_TEXT, PIECES_PER_WRITE
from kamailio_binrpc.core.lab.reader import ReadError, RecordReader
from kamailio_binrpc.core.lab.state import LabState
from kamailio_binrpc.core.packet import Message, decode, encode
from kamailio_binrpc.core.values import Fixed, Struct

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "protocol.md").read_text("utf-8")
NAMES = {
    "Fixed": Fixed,
    "Message": Message,
    "Struct": Struct,
    "REQUEST": wire.REQUEST,
    "REPLY": wire.REPLY,
    "FAULT": wire.FAULT,
}
HEX = re.compile(r"[0-9a-f]{2}( [0-9a-f]{2})+")


def section(title):
    """Return the text below a heading, up to the next one."""
    _before, found, rest = PAGE.partition("# %s\n" % title)
    assert found, title
    return re.split(r"^#+ ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def rows(title):
    """Yield the cells of a section's tables, without backticks."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    for index, line in enumerate(lines):
        is_head = index + 1 < len(lines) and lines[index + 1].startswith("| ---")
        if not is_head and not line.startswith("| ---"):
            yield [cell.strip().strip("`") for cell in line.strip("|").split(" | ")]


def value(text):
    """Evaluate a cell: literals and the names above."""
    return eval(text, {"__builtins__": {}}, NAMES)


def table(*titles):
    """Parametrize a test with the rows of tables, which must not be empty."""
    found = [row for title in titles for row in rows(title)]
    assert found, titles
    return pytest.mark.parametrize("row", found, ids=lambda row: row[0][:40])


def same(got, wanted):
    """Equality that tells 1 from 1.0 and a Fixed from a float."""
    return repr(got) == repr(wanted)


@table("Constants")
def test_constants(row):
    name, number, _meaning = row
    assert getattr(wire, name) == int(number, 0)


def test_parser_errors():
    listed = list(rows("Parser errors"))
    assert {int(code): text for _name, code, text in listed} == wire.ERROR_TEXTS
    for name, code, _text in listed:
        assert name == "" or getattr(wire, name) == int(code)


@table("Values both ways")
def test_values_both_ways(row):
    data, wanted = bytes.fromhex(row[0]), value(row[1])
    encoder = Encoder()
    encoder.add(wanted)
    assert bytes(encoder.out) == data
    for decode_records in (decoder.decode_records, decoding.decode_records):
        anomalies = []
        assert same(decode_records(data, anomalies=anomalies), [wanted])
        assert anomalies == []


@table("Values read only")
def test_values_read_only(row):
    data, wanted = bytes.fromhex(row[0]), value(row[1])
    encoder = Encoder()
    encoder.add(wanted)
    assert bytes(encoder.out) != data
    for decode_records in (decoder.decode_records, decoding.decode_records):
        assert same(decode_records(data), [wanted])


def refusal_of_client(decode_records, data):
    try:
        decode_records(data)
    except DecodeError as error:
        return error.code
    return None


def refusal_of_server(data):
    reader = RecordReader(data, 0, len(data))
    try:
        while reader.offset < len(data):
            reader.read()
    except ReadError as error:
        return error.code
    return None


@table("Refused records")
def test_refused_records(row):
    data = bytes.fromhex(row[0])
    client, server = (None if name == "accepted" else getattr(wire, name) for name in row[1:])
    assert refusal_of_client(decoder.decode_records, data) == client
    assert refusal_of_client(decoding.decode_records, data) == client
    assert refusal_of_server(data) == server


@table("Packets both ways")
def test_packets_both_ways(row):
    data, wanted = bytes.fromhex(row[0]), value(row[1])
    assert decode(data) == wanted
    assert encode(wanted) == data


@table("Requests and their answers")
def test_requests_and_their_answers(row):
    request, wanted, stream = row
    answer = build().process(bytes.fromhex(request))
    if wanted == "nothing":
        assert answer.pieces == []
    else:
        assert decode(b"".join(answer.pieces)) == value(wanted)
    assert answer.keep is (stream == "open")


@table("Text requests and their answers")
def test_text_requests_and_their_answers(row):
    request, wanted = row
    answer = TextEngine(build()).process(value(request))
    assert b"".join(answer.pieces) == (b"" if wanted == "nothing" else value(wanted))


@table("Addresses")
def test_addresses(row):
    text, listens, connects = row
    for parse, wanted in ((parse_listen, listens), (parse_address, connects)):
        if wanted == "error":
            with pytest.raises(AddressError):
                parse(text)
        else:
            assert str(parse(text)) == wanted


def test_limits_of_the_server():
    state = LabState()
    text = " ".join(section("Reply limits").split())
    assert "`binrpc_max_body_size`, %d KiB" % (state.body_limit // 1024) in text
    assert "`binrpc_struct_max_body_size`, %d KiB" % (state.struct_limit // 1024) in text
    assert "`binrpc_buffer_size`, %d bytes" % state.printf_limit in text
    assert "at most %d pieces" % PIECES_PER_WRITE in " ".join(section("Split replies").split())
    assert "a text of %d bytes or more" % (MAX_FAULT_TEXT + 1) in section("Fault limits")
    assert "`%s`" % NULL_TEXT in section("Output formats")


@pytest.mark.parametrize(
    "change, switch",
    [
        ("an int is accepted where a double is wanted", "int_as_double"),
        ("looked up by its whole name", "c_string_lookup"),
        ("a printf text that fills the buffer", "printf_off_by_one"),
    ],
)
def test_releases(change, switch):
    """The lab server changes its behaviour in the releases that the page names, and only there."""
    (first,) = [row[1].split(", ") for row in rows("Releases") if change in row[0]]
    candidates = [(5, 6, 0), (5, 6, 5), (5, 6, 6), (5, 7, 0), (5, 7, 6), (5, 7, 7), (5, 8, 0)]
    candidates += [(5, 8, 1), (5, 8, 2), (6, 0, 0), (6, 0, 6), (6, 0, 7), (6, 1, 0), (6, 1, 3)]
    candidates += [(6, 1, 4), (6, 2, 0)]
    # A fix stays within its series; the last one named also holds for all that came later.
    fixed = [tuple(int(part) for part in release.split(".")) for release in first]
    for release in candidates:
        wanted = release >= fixed[-1] or any(
            each[:2] == release[:2] and release >= each for each in fixed
        )
        state = LabState(".".join(map(str, release)))
        assert (getattr(state, switch) is wanted) is (switch == "int_as_double"), release


def test_every_hex_sequence_is_a_vector():
    """Hex in the text is from a table, so that it is tried too."""
    vectors = {
        row[0]
        for title in (
            "Values both ways",
            "Values read only",
            "Refused records",
            "Packets both ways",
            "Requests and their answers",
        )
        for row in rows(title)
    }
    assert len(vectors) > 60
    shown = {found for found in re.findall(r"`([^`\n]+)`", PAGE) if HEX.fullmatch(found)}
    assert shown - vectors == set()
