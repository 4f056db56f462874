# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Records to values: padded and odd forms, anomalies, errors with their place, limits."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamailio_binrpc.core import decoder, wire
from kamailio_binrpc.core.decoder import decode_records, fixed_to_float
from kamailio_binrpc.core.errors import BinrpcError, DecodeError, DepthLimit, RecordLimit
from kamailio_binrpc.core.packet import encode
from kamailio_binrpc.core.values import Fixed, Struct

from .strategies import thorough


@pytest.mark.parametrize(
    "record, value",
    [
        ("10 00", 0),
        ("80", 0),
        ("90 00", 0),
        ("90 01 05", 5),
        ("90 02 12 34", 0x1234),
        ("a0 00 02 12 34", 0x1234),
        ("f0 00 00 00 00 00 00 01 05", 5),
        ("20 00 05", 5),
        ("40 00 00 00 05", 5),
        ("60 00 00 ff ff ff ff", -1),
        ("70 01 02 03 04 05 06 07", 0x04050607),
        ("90 09 01 02 03 04 05 80 00 00 00", -(2**31)),
        ("a1 00 02 61 00", "a"),
        ("d1 00 00 00 00 02 61 00", "a"),
        ("f1 09 09 09 00 00 00 02 61 00", "a"),  # only the low 32 bits of a length count
        ("31 00 62 00", "\0b"),
        ("31 ff fe 00", "\udcff\udcfe"),
        ("12 00", 0.0),
        ("42 ff ff ff ff", 4294967.295),
        ("62 ff ff ff ff ff ff", 281474976710.655),
        ("92 ff 00 00 00 00 00 00 05 dc", 1.5),
        ("92 ff ff ff ff ff ff ff fa 24", -1.5),
        ("f2 01 02 03 04 05 06 07 00 00 00 00 00 00 05 dc", 1.5),
        ("86", b""),
        ("96 01 61", b"a"),
        ("04 04 84 10 01 84", [[], 1]),
        ("03 93 00", Struct()),
        ("03 93 01 00", Struct()),
        ("04 a4 00 00", []),
        ("03 03 93 00 83", Struct.of(Struct())),
        ("03 a5 00 02 61 00 00 83", Struct(a=0)),
        ("03 04 84 83", Struct.of([])),
        ("03 16 61 83", Struct.of(b"a")),
        ("03 25 61 00 16 61 83", Struct(a=b"a")),
        ("03 25 e9 00 02 25 e9 00 00 83", Struct([("\udce9", 0.0), ("\udce9", 0)])),
    ],
)
def test_tolerated_forms(record, value):
    data = bytes.fromhex(record)
    first = decode_records(data)[0]
    assert (first, type(first)) == (value, type(value))


@pytest.mark.parametrize(
    "record, value, text",
    [
        ("01", "", "a string of length 0"),
        ("81", "", "a string of length 0"),
        ("91 00", "", "a string of length 0"),
        ("a1 00 00", "", "a string of length 0"),
        ("31 61 62 63", "ab", "a string ends in 0x63, not NUL"),
        ("91 03 61 62 ff", "ab", "a string ends in 0xff, not NUL"),
    ],
)
def test_anomalies_of_strings(record, value, text):
    anomalies = []
    assert decode_records(bytes.fromhex("00" + record), anomalies=anomalies) == [0, value]
    assert anomalies == [(1, text)]
    assert decode_records(bytes.fromhex(record)) == [value]


def test_a_zero_length_string_before_another_takes_nothing_from_it():
    assert decode_records(bytes.fromhex("81 21 78 00")) == ["", "x"]


@pytest.mark.parametrize("name", ["25 61 62", "25 e9 62", "15 62", "05"])
def test_anomalies_of_names_are_noted_each_time(name):
    anomalies = []
    decode_records(bytes.fromhex("03 %s 00 %s 00 83" % (name, name)), anomalies=anomalies)
    assert [offset for offset, _text in anomalies] == [1, 2 + len(bytes.fromhex(name))]


def test_signed_and_unsigned_views():
    data = bytes.fromhex("40 ff ff ff ff 40 80 00 00 00 40 7f ff ff ff 10 ff 20 ff ff")
    assert decode_records(data) == [-1, -(2**31), 2**31 - 1, 255, 65535]
    assert decode_records(data, unsigned=True) == [2**32 - 1, 2**31, 2**31 - 1, 255, 65535]


def test_a_part_of_a_buffer():
    assert decode_records(b"\x07\x10\x05\x07", 1, 3) == [5]
    with pytest.raises(DecodeError, match="more data needed at byte 1"):
        decode_records(b"\x07\x20\x05\x07", 1, 3)


@pytest.mark.parametrize(
    "body, code, offset, path, detail",
    [
        # Cut records.
        ("91", wire.E_MORE_DATA, 0, "", "the record is cut"),
        ("00 21 61", wire.E_MORE_DATA, 1, "", "a string is cut"),
        ("91 ff 61 00", wire.E_MORE_DATA, 0, "", "a string is cut"),
        ("a1 00", wire.E_MORE_DATA, 0, "", "the record is cut"),
        ("10", wire.E_MORE_DATA, 0, "", "the record is cut"),
        ("20 01", wire.E_MORE_DATA, 0, "", "the record is cut"),
        ("30 01 02", wire.E_MORE_DATA, 0, "", "an int is cut"),
        ("82 01", wire.E_MORE_DATA, 0, "", "a double is cut"),
        ("26 01", wire.E_MORE_DATA, 0, "", "a bytes record is cut"),
        ("96", wire.E_MORE_DATA, 0, "", "the record is cut"),
        ("03 25 61 00", wire.E_MORE_DATA, 1, "[0]", "a member name or its value is cut"),
        ("03 95", wire.E_MORE_DATA, 1, "[0]", "the record is cut"),
        ("03 25", wire.E_MORE_DATA, 1, "[0]", "a member name or its value is cut"),
        ("03 93 05", wire.E_MORE_DATA, 1, "", "an end mark's length passes the end"),
        # Ends.
        ("03", wire.E_EOP, 1, "[0]", "a struct or array is not closed"),
        ("00 04", wire.E_EOP, 2, "[1]", "a struct or array is not closed"),
        ("83", wire.E_RECORD, 0, "", "no struct is open here"),
        ("84", wire.E_RECORD, 0, "", "no array is open here"),
        ("03 84", wire.E_RECORD, 1, "[0]", "no array is open here"),
        ("04 83", wire.E_RECORD, 1, "[0]", "no struct is open here"),
        ("03 04 83 84", wire.E_RECORD, 2, "[0].[0]", "no struct is open here"),
        ("03 83 83", wire.E_RECORD, 2, "", "no struct is open here"),
        ("13", wire.E_RECORD, 0, "[0]", "a start mark with a size"),
        ("14 00", wire.E_RECORD, 0, "[0]", "a start mark with a size"),
        # Names.
        ("25 61 00 00", wire.E_TYPE, 0, "", "a member name outside a struct"),
        ("04 25 61 00 00 84", wire.E_TYPE, 1, "[0]", "a member name outside a struct"),
        ("03 25 61 00 25 62 00 00 83", wire.E_RECORD, 4, "[0]", "a member's value must be"),
        ("03 25 61 00 04 84 83", wire.E_RECORD, 4, "[0]", "a member's value must be"),
        ("03 25 61 00 83", wire.E_RECORD, 4, "[0]", "a member's value must be"),
        # Types and lengths.
        ("07", wire.E_TYPE, 0, "", "unknown type 7"),
        ("0f", wire.E_TYPE, 0, "", "unknown type 15"),
        ("03 17 00 83", wire.E_RECORD, 1, "[0]", "unknown type 7"),
        ("03 25 61 00 0e 83", wire.E_RECORD, 1, "[0]", "unknown type 14"),
        ("c1 80 00 00 00", wire.E_BADPKT, 0, "", "a record length above 2^31"),
        ("21 70 00 c1 ff ff ff fb", wire.E_BADPKT, 3, "", "a record length above 2^31"),
        ("03 c5 ff ff ff fb", wire.E_BADPKT, 1, "[0]", "a record length above 2^31"),
        # The path names members, and counts those without a name.
        ("03 25 61 00 03 00 35 62 63 00 03 21", wire.E_MORE_DATA, 11, "[0].a.bc", "a string"),
        ("00 00 03 00 03 00 04 07", wire.E_TYPE, 7, "[2].[1].[1]", "unknown type"),
    ],
)
def test_errors_say_what_and_where(body, code, offset, path, detail):
    data = bytes.fromhex(body)
    with pytest.raises(DecodeError) as caught:
        decode_records(data)
    error = caught.value
    assert error.__class__ is DecodeError
    assert (error.code, error.offset, error.path) == (code, offset, path)
    assert error.detail.startswith(detail)
    assert error.reason == wire.ERROR_TEXTS[code]
    where = " at byte %d" % offset + (" in " + path if path else "")
    assert str(error) == error.reason + where + ": " + error.detail
    assert isinstance(error, ValueError)
    assert error.executed is None
    # The offset counts from the start of the buffer, whatever is before the records.
    with pytest.raises(DecodeError) as moved:
        decode_records(b"head" + data, 4)
    assert moved.value.offset == offset + 4
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.path) == (DecodeError, str(error), path)


@pytest.mark.parametrize("start, end", [("03", "83"), ("04", "84")])
def test_depth_limit(start, end):
    def body(depth):
        return bytes.fromhex(start * depth + end * depth)

    assert decode_records(body(wire.MAX_DEPTH))
    with pytest.raises(DepthLimit, match="max_depth=64") as caught:
        decode_records(body(wire.MAX_DEPTH + 1))
    assert caught.value.offset == wire.MAX_DEPTH
    with pytest.raises(DepthLimit, match="max_depth=0"):
        decode_records(body(1), max_depth=0)
    with pytest.raises(DepthLimit):
        decode_records(bytes.fromhex(start) * 1_000_000)
    # What is closed again does not count.
    assert len(decode_records(body(2) * 3, max_depth=2)) == 3


def test_record_limit():
    body = bytes.fromhex("00 03 25 61 00 00 83")  # an int, a struct, its member, its end
    assert decode_records(body, max_records=4) == [0, Struct(a=0)]
    with pytest.raises(RecordLimit, match="max_records=3") as caught:
        decode_records(body, max_records=3)
    assert caught.value.code == wire.E_OVERFLOW
    assert decode_records(b"", max_records=0) == []
    with pytest.raises(RecordLimit):
        decode_records(b"\0" * 1001, max_records=1000)


def test_limits_are_distinct_documented_errors():
    assert not issubclass(DepthLimit, RecordLimit)
    for limit in (DepthLimit, RecordLimit):
        assert issubclass(limit, DecodeError)
        assert issubclass(limit, BinrpcError)


@thorough
@given(st.integers(-(2**63), 2**63 - 1))
def test_any_fixed_point_number_survives(raw):
    data = bytes([0x82]) + (raw & (2**64 - 1)).to_bytes(8, "big")
    (value,) = decode_records(data)
    shortest = encode([Fixed(raw)])
    assert encode([value]) == shortest
    assert float(value) == raw / 1000
    assert getattr(value, "raw", raw) == raw
    assert repr(fixed_to_float(raw)) == repr(value)


@pytest.mark.parametrize("raw", [2**53 + 1, 2**60 + 1, -(2**60) - 1, 2**63 - 1])
def test_fixed_keeps_digits_that_a_float_cannot(raw):
    value = fixed_to_float(raw)
    assert isinstance(value, Fixed)
    assert value.raw == raw
    assert repr(value) == "Fixed(%d)" % raw
    copy = pickle.loads(pickle.dumps(value))
    assert (type(copy), copy.raw) == (Fixed, raw)


@pytest.mark.parametrize("raw", [0, 1, -1, 1500, 2**50 - 1, -(2**50) + 1])
def test_plain_floats_stay_plain(raw):
    assert fixed_to_float(raw).__class__ is float


# -- work ------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"\x03\x83", b"\x04\x84"])
def test_empty_structs_and_arrays_are_limited_by_the_size_of_the_body(body):
    free = decoder.FREE_CONTAINERS
    assert len(decode_records(body * free)) == free
    with pytest.raises(RecordLimit, match="more structs and arrays than") as caught:
        decode_records(body * (free + 1))
    assert caught.value.offset == 2 * free
    room = b"\x91\xff" + b"x" * 254 + b"\0"
    more = decoder.CONTAINER_BYTES * (free + 9) // len(room) + 1
    assert len(decode_records(body * (free + 9) + room * more)) == free + 9 + more


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_check_is_called_after_each_chunk(count):
    calls = []
    body = b"\x00" * (decoder.CHUNK * count + 5)
    assert len(decode_records(body, check=lambda: calls.append(1))) == len(body)
    assert len(calls) == count


def test_what_a_check_raises_ends_the_decoding():
    class Late(Exception):
        pass

    def check():
        raise Late

    with pytest.raises(Late):
        decode_records(b"\x03" + b"\x00" * decoder.CHUNK, check=check)
    assert decode_records(b"\x00" * (decoder.CHUNK - 1), check=check)
