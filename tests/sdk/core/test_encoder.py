# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Values to records: the reference encoder's minimal form, and what is refused."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core.decoder import decode_records
from kamailio_binrpc.core.encoder import Encoder
from kamailio_binrpc.core.errors import BinrpcError, EncodeError
from kamailio_binrpc.core.values import Avp, Fixed, Struct


def record(value, **options):
    encoder = Encoder(**options)
    encoder.add(value)
    return bytes(encoder.out)


def nested(depth, inner=0):
    for _other in range(depth):
        inner = [inner]
    return inner


INTS = {
    0: "00",
    1: "10 01",
    255: "10 ff",
    256: "20 01 00",
    0x1234: "20 12 34",
    0xFFFF: "20 ff ff",
    0x10000: "30 01 00 00",
    0xFFFFFF: "30 ff ff ff",
    0x1000000: "40 01 00 00 00",
    0x7FFFFFFF: "40 7f ff ff ff",
    -1: "40 ff ff ff ff",
    -256: "40 ff ff ff 00",
    -(2**31): "40 80 00 00 00",
}
DOUBLES = {
    0.0: "02",
    0.001: "12 01",
    0.255: "12 ff",
    1.5: "22 05 dc",
    33554432.0: "52 07 d0 00 00 00",
    12345678901.0: "62 0b 3a 73 ce 2f 08",
    -0.001: "82 ff ff ff ff ff ff ff ff",
    -1.5: "82 ff ff ff ff ff ff fa 24",
}
STRINGS = {  # length of the text: header
    0: "11",
    1: "21",
    6: "71",
    7: "91 08",
    254: "91 ff",
    255: "a1 01 00",
    65534: "a1 ff ff",
    65535: "b1 01 00 00",
}


@pytest.mark.parametrize("value, expected", [*INTS.items(), *DOUBLES.items()])
def test_numbers_both_ways(value, expected):
    data = bytes.fromhex(expected)
    assert record(value) == data
    (back,) = decode_records(data)
    assert (back, type(back)) == (value, type(value))


@pytest.mark.parametrize("size, head", STRINGS.items())
def test_strings_both_ways(size, head):
    data = bytes.fromhex(head) + b"x" * size + b"\0"
    assert record("x" * size) == data
    assert decode_records(data) == ["x" * size]


@pytest.mark.parametrize(
    "value, expected",
    [
        (True, "10 01"),
        (False, "00"),
        (2**31, "40 80 00 00 00"),
        (2**32 - 1, "40 ff ff ff ff"),
        (-0.0, "02"),
        ("é", "31 c3 a9 00"),
        ("\udcff\udc80", "31 ff 80 00"),
        (b"", "06"),
        (b"\0\1", "26 00 01"),
        (b"12345678", "96 08 31 32 33 34 35 36 37 38"),
        (bytearray(b"a"), "16 61"),
        (memoryview(b"a"), "16 61"),
        ([], "04 84"),
        ((1, [2]), "04 10 01 04 10 02 84 84"),
        (Struct(), "03 83"),
        ({"a": 1}, "03 25 61 00 10 01 83"),
        (Struct(seventh=0), "03 95 08 73 65 76 65 6e 74 68 00 00 83"),
        (
            Struct([("a", 1), (None, "b"), ("a", Struct())]),
            "03 25 61 00 10 01 21 62 00 25 61 00 03 83 83",
        ),
        (Struct.of([1]), "03 04 10 01 84 83"),
        (Avp("a", 5), "25 61 00 10 05"),
        (Fixed(2**63 - 1), "82 7f ff ff ff ff ff ff ff"),
        (Fixed(-(2**63)), "82 80 00 00 00 00 00 00 00"),
        (type("Port", (int,), {})(5), "10 05"),
        (type("Name", (str,), {})("a"), "21 61 00"),
        (type("Ratio", (float,), {})(1.5), "22 05 dc"),
    ],
)
def test_other_values(value, expected):
    assert record(value) == bytes.fromhex(expected)


@pytest.mark.parametrize(
    "value, rounded, truncated",
    [
        (1.001, 1001, 1000),  # x 1000 is 1000.9999999999999
        (0.0009, 1, 0),
        (0.0004, 0, 0),
        (1.0019, 1002, 1001),
        (-1.0019, -1002, -1001),
    ],
)
def test_doubles_round_or_truncate(value, rounded, truncated):
    assert record(value) == record(Fixed(rounded))
    assert record(value, truncate=True) == record(Fixed(truncated))


@pytest.mark.parametrize(
    "value, why",
    [
        (None, "no null"),
        (object(), "no binrpc form for object"),
        ({1, 2}, "no binrpc form for set"),
        (1j, "no binrpc form for complex"),
        (2**32, "does not fit a 32-bit int; send a float"),
        (-(2**31) - 1, "does not fit a 32-bit int; send a float"),
        (float("inf"), "does not fit a double"),
        (float("-inf"), "does not fit a double"),
        (float("nan"), "does not fit a double"),
        (9.3e15, "does not fit a double"),
        (-9.3e15, "does not fit a double"),
        (1e308, "does not fit a double"),
        (Fixed(2**63), "does not fit a double"),
        (Fixed(-(2**63) - 1), "does not fit a double"),
        ("a\0b", "holds a NUL"),
        ("\ud800", "lone surrogate"),
        (Struct([("a\0", 1)]), "holds a NUL"),
        (Struct([(5, 1)]), "a member name must be str or None, not int"),
        (Struct([(b"a", 1)]), "a member name must be str or None, not bytes"),
        (Struct(a=[1]), "member 'a': binrpc refuses an array"),
        (Struct(a=(1,)), "member 'a': binrpc refuses an array"),
        (Struct(a=Struct(b=None)), "member 'a': member 'b': binrpc has no null"),
        (nested(65), "nested deeper than max_depth=64"),
    ],
)
def test_refused(value, why):
    with pytest.raises(EncodeError, match=why) as caught:
        record(value)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, BinrpcError)
    assert caught.value.executed is False


def test_the_deepest_nesting_allowed():
    assert decode_records(record(nested(64))) == [nested(64)]
    with pytest.raises(EncodeError, match="max_depth=2"):
        record(nested(3), max_depth=2)


def test_nul_on_demand():
    assert record("a\0", allow_nul=True) == b"\x31a\0\0"
    assert decode_records(b"\x31a\0\0") == ["a\0"]


def test_add_all_says_which_value():
    with pytest.raises(EncodeError, match=r"^value 1: binrpc has no null"):
        Encoder().add_all([1, None])


def test_repeated_names_are_encoded_alike():
    struct = Struct([("name", 1), ("name", 2), ("other", Struct(name=3))])
    assert decode_records(record(struct)) == [struct]
