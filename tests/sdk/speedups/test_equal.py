# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Compiled and Python decoder: equal values, equal errors, equal anomalies."""

from __future__ import annotations

import inspect
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamailio_binrpc.core import cut_replies, decoder, wire
from kamailio_binrpc.core.errors import DecodeError
from kamailio_binrpc.core.packet import encode, parse_header
from tests.sdk.core import golden
from tests.sdk.core.strategies import bodies, messages, thorough

from . import differential
from .differential import compare

pytestmark = pytest.mark.slow

NESTED = bytes.fromhex("03 35 61 62 00 03 25 63 00 10 05 83 83")


@pytest.fixture(scope="module")
def compiled(speedups):
    return speedups.decode_records


def body_of(packet):
    return packet[parse_header(packet).size :]


def test_it_compares_two_decoders(compiled):
    assert compiled is not decoder.decode_records
    assert inspect.isbuiltin(compiled)
    assert inspect.isfunction(decoder.decode_records)


def test_the_comparison_sees_any_difference(compiled):
    def off_by_one(data, *args, **options):
        values = compiled(data, *args, **options)
        return [1.0 if value == 1 else value for value in values]

    def wordless(data, *args, anomalies, **options):
        return compiled(data, *args, **options)

    def lazy(*args, **options):
        return decoder.decode_records(*args, **options)

    compare(compiled, b"\x10\x01")
    for wrong in (off_by_one, lazy):
        with pytest.raises(AssertionError):
            compare(wrong, b"\x10\x01")
    with pytest.raises(AssertionError):
        compare(wordless, b"\x11a", noting=True)
    with pytest.raises(AssertionError):
        compare(compiled, b"\x10\x01", usual=False)


def test_signatures_are_equal(compiled):
    ours = inspect.signature(compiled).parameters.values()
    theirs = inspect.signature(decoder.decode_records).parameters.values()
    assert [(p.name, p.kind, p.default) for p in ours] == [
        (p.name, p.kind, p.default) for p in theirs
    ]


@pytest.mark.parametrize("noting", [False, True])
@pytest.mark.parametrize("name", golden.PACKETS)
def test_golden_bodies_and_all_their_truncations(compiled, name, noting):
    packet = golden.PACKETS[name]
    body = body_of(packet)
    result, anomalies = compare(compiled, body, noting=noting)
    assert result == repr(golden.MESSAGES[name].values)
    assert not anomalies
    for size in range(len(body)):
        compare(compiled, body[:size], noting=noting)
        compare(compiled, packet, len(packet) - len(body), len(packet) - size, noting=noting)


@pytest.mark.parametrize("name", golden.PACKETS)
def test_golden_bodies_with_any_byte_changed(compiled, name):
    body = body_of(golden.PACKETS[name])
    for place in range(min(len(body), 40)):
        for byte in range(256):
            compare(compiled, body[:place] + bytes([byte]) + body[place + 1 :], noting=True)


def test_every_header_byte_before_many_lengths(compiled):
    for head in range(256):
        for size in (*range(9), 15, 16):
            for opening in (b"", b"\x03", b"\x04", b"\x03\x25a\0"):
                for closing in (b"", b"\x83", b"\x84\x83"):
                    compare(compiled, opening + bytes([head]) + b"\x01" * size + closing)


@pytest.mark.parametrize(
    "body",
    [
        "03 25 61 00 04 84 83",  # an array as a member's value
        "03 25 61 00 25 62 00 00 83",  # a name as one
        "03 25 61 00 83 83",  # an end mark as one
        "03 04 83 84",  # ends in the wrong order
        "04 03 84 83",
        "03 84",
        "04 83",
        "13 00 83",  # a start mark with a size
        "03 25 61 00 83",
        "03 25 61 00",  # nothing after a name
        "c1 80 00 00 00",  # a length of 2**31
        "c1 7f ff ff ff",
        "f1 00 00",  # cut in the midst of a length
        "03 f5 00 00",
    ],
)
def test_bodies_with_one_thing_wrong(compiled, body):
    result, _anomalies = compare(compiled, bytes.fromhex(body))
    assert isinstance(result, tuple)


@pytest.mark.parametrize("seed", range(4))
def test_random_cases(compiled, seed):
    good, bad = differential.run(compiled, seed, 3000)
    assert good > 1000
    assert bad > 1000


@thorough
@given(messages)
def test_messages(compiled, message):
    packet = encode(message)
    result, _anomalies = compare(compiled, packet, parse_header(packet).size)
    assert result == repr(message.values)


@thorough
@given(bodies, st.booleans(), st.booleans())
def test_bodies(compiled, body, noting, unsigned):
    compare(compiled, body, noting=noting, unsigned=unsigned)


@pytest.mark.parametrize("limit", range(4))
def test_depth_limit(compiled, limit):
    result, _anomalies = compare(compiled, NESTED, max_depth=limit)
    assert isinstance(result, str) == (limit >= 2)


@pytest.mark.parametrize("limit", range(7))
def test_record_limit(compiled, limit):
    result, _anomalies = compare(compiled, NESTED, max_records=limit)
    assert isinstance(result, str) == (limit >= 5)


def test_the_limits_that_hold_without_asking(compiled):
    deep = wire.MAX_DEPTH
    assert isinstance(compare(compiled, b"\x04" * deep + b"\x84" * deep)[0], str)
    deep += 1
    assert isinstance(compare(compiled, b"\x04" * deep + b"\x84" * deep)[0], tuple)
    assert isinstance(compare(compiled, bytes(wire.MAX_RECORDS))[0], str)
    assert isinstance(compare(compiled, bytes(wire.MAX_RECORDS + 1))[0], tuple)


@pytest.mark.parametrize("count", [31, 32, 33, 64, 65, 1000])
def test_stacks_that_grow(compiled, count):
    compare(compiled, b"\x10\x01" * count)
    compare(compiled, b"\x03\x83" * count)
    depth = min(count, 200)  # what repr() can tell apart on every Python
    compare(compiled, b"\x04" * depth + b"\x84" * depth, max_depth=depth)
    compare(compiled, (b"\x04" * 40 + b"\x84" * 40) * count)


def test_many_names(compiled):
    """More than the table holds, twice, so that it forgets some in between."""
    names = [b"%d" % number for number in range(3000)] * 2
    body = b"".join(bytes([0x95, len(name) + 1]) + name + b"\0\x10\x07" for name in names)
    compare(compiled, b"\x03" + body + b"\x83")


def test_names_that_start_alike(compiled):
    """A NUL does not end a name; some of these pairs meet in one place of the table."""
    pairs = [name + rest for name in map(b"%d\0".__mod__, range(2000)) for rest in (b"x\0", b"")]
    body = b"".join(bytes([0x95, len(name)]) + name + b"\x10\x07" for name in pairs)
    compare(compiled, b"\x03" + body + b"\x83")


@pytest.mark.parametrize("size", [*range(20), 62, 63, 64, 65])
def test_where_a_text_stops_being_ascii(compiled, size):
    for place in range(size):
        text = bytearray(b"t" * size + b"\0")
        text[place] = 0xE9
        compare(compiled, bytes([0x91, size + 1]) + text)
        compare(compiled, bytes([0x03, 0x95, size + 1]) + text + b"\x00\x83")


@pytest.mark.parametrize(
    "args, options",
    [
        ((b"\x10\x01", -1), {}),
        ((b"\x10\x01", 0, -1), {}),
        ((b"\x10\x01", 0, 3), {}),
        ((b"\x10\x01", 2, 1), {}),
        ((b"\x10\x01", 3), {}),
        ((b"\x10\x01", 0, 2**70), {}),
        ((b"\x10\x01", "0"), {}),
        ((b"\x10\x01", 0, None, 1), {}),
        ((bytearray(b"\x10\x01"),), {}),
        ((bytearray(b"\x16\x01\x21a\0"),), {}),
        (("text",), {}),
        ((), {}),
        ((b"\x10\x01",), {"max_records": -1}),
        ((b"\x10\x01",), {"max_records": 2**70}),
        ((b"\x03\x83",), {"max_depth": -1}),
        ((b"\x03\x83",), {"max_depth": 1.5}),
        ((b"\x03\x83",), {"max_depth": 2**70}),
        ((b"\x10\x01",), {"no_such_option": 1}),
        ((b"\x10\x01",), {"data": b""}),
    ],
)
def test_unusual_calls_go_to_the_python_decoder(compiled, args, options):
    try:
        compare(compiled, *args, usual=False, **options)
    except TypeError:
        assert "data" in options  # compare() itself has no parameter of that name


@pytest.mark.parametrize(
    "args, options",
    [
        ((b"\x10\x01", True), {}),
        ((b"\x10\x01\x10\x02", 2, None), {}),
        ((b"\x10\x01\x10\x02", 0, 2), {}),
        ((b"\x10\x01\x10\x02",), {"start": 2, "end": 4}),
        ((b"", 0, 0), {}),
        ((), {"data": b"\x10\x01"}),
        ((b"\x40\xff\xff\xff\xff",), {"unsigned": "yes"}),
        ((b"\x40\xff\xff\xff\xff",), {"unsigned": None}),
        ((b"\x10\x01",), {"max_records": 1}),
    ],
)
def test_usual_calls_do_not(compiled, args, options):
    compare(compiled, *args, **options)


def test_a_truth_value_that_raises(compiled):
    class Undecided:
        def __bool__(self):
            raise ValueError("undecided")

    compare(compiled, b"\x40\xff\xff\xff\xff", usual=False, unsigned=Undecided())


def test_names_are_shared_within_a_message(compiled):
    body = b"\x03\x35ab\0\x00\x83"
    first, second = compiled(body * 2)
    assert first.keys()[0] is second.keys()[0]


def test_short_texts_are_python_s_own(compiled):
    empty, one = compiled(b"\x11\0\x21x\0")
    assert empty is str()  # noqa: UP018 - a literal would be another module's
    assert one is chr(ord("x"))


# -- work and limits -------------------------------------------------------------------


@pytest.mark.parametrize("mark", [b"\x03\x83", b"\x04\x84", b"\x03\x03\x83\x83"])
def test_the_limit_of_structs_and_arrays(compiled, mark):
    room = decoder.FREE_CONTAINERS * 2 // len(mark)
    assert isinstance(compare(compiled, mark * room)[0], str)
    assert isinstance(compare(compiled, mark * (room + 1))[0], tuple)


@pytest.mark.parametrize("count", [0, 1, 2, decoder.CHUNK, decoder.CHUNK + 1, 3 * decoder.CHUNK])
def test_checks_are_called_as_often(compiled, count):
    calls = [0, 0]

    def counted(number):
        calls[number] += 1

    for number, decode in enumerate((compiled, decoder.decode_records)):
        decode(b"\0" * count, check=lambda number=number: counted(number))
    assert calls[0] == calls[1] == count // decoder.CHUNK


def test_what_a_check_raises_comes_out(compiled):
    def check():
        raise LookupError("late")

    with pytest.raises(LookupError, match="late"):
        compiled(b"\x03" * 10 + b"\0" * decoder.CHUNK, check=check)


@pytest.mark.parametrize("end", [b"\x04", b"\x83" * 3, b"\x25a\0\x83", b"\x13", b"\x91\x05x", b""])
def test_what_was_read_is_not_read_again(compiled, monkeypatch, end):
    starts = []

    def watched(data, start, *args, opened=None, **options):
        starts.append(start)
        return differential.pure(data, start, *args, opened=opened, **options)

    body = b"\x03" + b"\x25a\0\x91\x05text\0" * 1000 + b"\x25b\0\x03" + b"\x25c\0\x10\x05" * 3
    monkeypatch.setattr(decoder, "decode_records", watched)
    with pytest.raises(DecodeError):
        compiled(body + end)
    assert len(starts) == 1
    assert starts[0] >= len(body)


@pytest.mark.parametrize("bits", [50, 51, 52, 53, 54, 55, 60, 62, 63])
def test_doubles_at_the_limits_of_a_float(compiled, bits):
    pick = random.Random(bits)
    near = [2**bits + offset for offset in range(-9, 10)]
    near += [pick.getrandbits(bits) + 2**bits for _turn in range(300)]
    for raw in near:
        for number in (raw, -raw):
            compare(compiled, b"\x82" + (number & (2**64 - 1)).to_bytes(8, "big"))


@pytest.mark.parametrize(
    "text",
    ["c2", "c280", "c3a1", "e0a080", "e08080", "eda080", "edbfbf", "f0908080", "f4908080", "ff"],
)
@pytest.mark.parametrize("before", ["", "61", "c3a1", "e282ac", "f09f9880"])
@pytest.mark.parametrize("length", [0, 3, 120, 126, 127, 128, 129, 300])
def test_texts_that_are_utf_8_and_texts_that_are_not(compiled, text, before, length):
    raw = bytes.fromhex(before) + b"x" * length + bytes.fromhex(text)
    compare(compiled, b"\xa1" + (len(raw) + 1).to_bytes(2, "big") + raw + b"\0")


@pytest.mark.parametrize("seed", range(4))
def test_answers_inside_an_answer(speedups, seed):
    pick = random.Random(seed)
    found = 0
    for _turn in range(2000):
        packet, start, cookies, limit = differential.cut_reply(pick)
        expected = cut_replies.find_answers(packet, start, cookies, limit)
        assert speedups.find_answers(packet, start, cookies, limit) == expected
        found += bool(expected)
    assert found > 300


def test_a_check_of_the_search(speedups):
    text = "á?".encode() * 1_200_000
    calls = []
    assert speedups.find_answers(text, 0, [5], 9, lambda: calls.append(1)) == []
    assert len(calls) == 3
    with pytest.raises(ZeroDivisionError):
        speedups.find_answers(text, 0, [5], 9, lambda: 1 // 0)
    with pytest.raises(TypeError):
        speedups.find_answers(text, 0, ["x"], 9)
