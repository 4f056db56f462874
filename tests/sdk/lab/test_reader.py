# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The strict record reader: its codes, and that an error leaves the position alone."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core import wire
from kamailio_binrpc.core.lab.reader import ReadError, RecordReader


def reader(text, **options):
    data = b"??" + bytes.fromhex(text)
    return RecordReader(data + b"\x21beyond", 2, len(data), **options)


@pytest.mark.parametrize(
    "text, want, code, kind",
    [
        ("", wire.ANY, wire.E_EOP, None),
        ("31", wire.STR, wire.E_MORE_DATA, None),
        ("31", wire.INT, wire.E_MORE_DATA, None),  # before the type is looked at
        ("a1ff", wire.ANY, wire.E_MORE_DATA, None),
        ("c1fffffffb", wire.ANY, wire.E_BADPKT, None),
        ("d10080000000", wire.ANY, wire.E_BADPKT, None),
        ("1001", wire.STR, wire.E_TYPE, None),
        ("1001", wire.DOUBLE, wire.E_TYPE, None),
        ("2161", wire.ANY, wire.E_MORE_DATA, None),
        ("83", wire.ANY, wire.E_RECORD, wire.STRUCT),
        ("84", wire.ANY, wire.E_RECORD, wire.ARRAY),
        ("256100", wire.ANY, wire.E_TYPE, wire.AVP),
        ("0f", wire.ANY, wire.E_TYPE, 15),
        ("07", wire.ANY, wire.E_TYPE, 7),
    ],
)
def test_errors_at_the_top(text, want, code, kind):
    records = reader(text)
    with pytest.raises(ReadError) as caught:
        records.read(want)
    assert (caught.value.code, caught.value.type) == (code, kind)
    assert records.offset == 2


@pytest.mark.parametrize(
    "member, code",
    [
        ("1001", wire.E_RECORD),  # a value without a name
        ("03", wire.E_RECORD),
        ("04", wire.E_RECORD),
        ("84", wire.E_RECORD),
        ("07", wire.E_RECORD),
        ("256100" + "256200", wire.E_RECORD),
        ("256100" + "04", wire.E_RECORD),
        ("256100" + "83", wire.E_RECORD),
        ("256100", wire.E_MORE_DATA),
        ("256100" + "31", wire.E_MORE_DATA),
    ],
)
def test_errors_inside_a_struct(member, code):
    records = reader("03" + member)
    records.read()
    with pytest.raises(ReadError) as caught:
        records.read()
    assert caught.value.code == code
    assert records.offset == 3


def test_a_struct():
    values = ["1001", "2162" + "00", "12ff", "1661"]
    text = "03" + "".join("256100" + value for value in values) + "25620003" + "83" + "83" + "1007"
    records = reader(text)
    kinds = [(record.type, record.end) for record in (records.read() for _other in range(9))]
    # A member is read as its value, as the reference's scan sees it.
    inner, end = (wire.STRUCT, False), (wire.STRUCT, True)
    members = [(kind, False) for kind in (wire.INT, wire.STR, wire.DOUBLE, wire.BYTES)]
    assert kinds == [(wire.STRUCT, False), *members, inner, end, end, (wire.INT, False)]


@pytest.mark.parametrize(
    "text, value",
    [
        ("00", 0),
        ("10ff", 255),
        ("40ffffffff", -1),
        ("9002ffff", 65535),
        ("7001020304050607", 0x04050607),
        ("f00000000000000100", 0),
    ],
)
def test_ints(text, value):
    assert reader(text).read(wire.INT).int == value


def test_doubles():
    assert reader("2205dc").read(wire.DOUBLE).float == 1.5
    assert reader("82fffffffffffffa24").read(wire.DOUBLE).float == -1.5
    assert reader("f2" + "ff" * 7 + "00000000000005dc").read().float == 1.5
    assert reader("1007", int_as_double=True).read(wire.DOUBLE).float == 7.0


def test_texts():
    record = reader("4161006200").read(wire.STR)
    assert (record.text, record.c_text) == (b"a\0b", b"a")
    assert reader("81").read(wire.STR).text == b""
    assert reader("d100000000026100").read(wire.STR).text == b"a"
