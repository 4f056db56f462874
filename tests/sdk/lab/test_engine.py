# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The RPC API as methods see it, without a socket."""

from __future__ import annotations

import asyncio
import math

import pytest

from kamailio_binrpc.core import wire
from kamailio_binrpc.core.errors import EncodeError
from kamailio_binrpc.core.faults import Fault, MethodNotFound
from kamailio_binrpc.core.lab import output
from kamailio_binrpc.core.lab.context import BinrpcContext, Context
from kamailio_binrpc.core.lab.convert import strtod, strtol, to_int32
from kamailio_binrpc.core.lab.engine import build
from kamailio_binrpc.core.lab.output import fault_packet, writes
from kamailio_binrpc.core.lab.reader import ReadError, RecordReader
from kamailio_binrpc.core.lab.registry import Module, method
from kamailio_binrpc.core.lab.state import LabState, parse_version
from kamailio_binrpc.core.packet import decode
from kamailio_binrpc.core.values import Struct

from .duel import body_request, call, string


def answer(engine, packet):
    return b"".join(engine.process(packet).pieces)


def scanner(fmt, **state):
    """An engine whose method "m" scans once and answers with the count and the values."""
    engine = build(state=LabState(**state))

    @engine.registry.method("m")
    def scan(ctx):
        values = ctx.scan(fmt)
        ctx.add("d", values.count)
        return [*values]

    return engine


def test_a_method_in_five_lines():
    engine = build()

    @engine.registry.method("my.add", "dd*d", help="Adds numbers.", missing=(400, "Two numbers"))
    def add(left, right, more=0):
        return left + right + more

    assert engine.call("my.add", 1, 2) == [3]
    assert engine.call("my.add", 1, 2, 3) == [6]
    for wrong in ((), (1,), (1, "x"), (1, 2, "x")):
        with pytest.raises(Fault, match="Two numbers"):
            engine.call("my.add", *wrong)
    assert engine.call("system.methodHelp", "my.add") == ["Adds numbers."]
    assert [each.params for each in engine.calls.of("my.add")][:2] == [[1, 2], [1, 2, 3]]
    assert engine.calls.counts["my.add"] == 6


def test_without_a_text_of_its_own_the_prepared_fault_is_sent():
    engine = build()
    engine.registry.method("my.pair", "sd")(lambda text, number: None)
    with pytest.raises(Fault, match="error at parameter 1: expected integer type but end of"):
        engine.call("my.pair", "x")
    with pytest.raises(Fault, match="parameter 1: expected integer type but record doesn't match"):
        engine.call("my.pair", "x", "y")
    assert engine.call("my.pair", "x", 1) == []


def test_the_log_of_calls_is_bounded():
    engine = build()
    for number in range(400):
        engine.call("core.prints", "%05d" % number + "x" * 32000)
    assert engine.calls.total == 400
    assert len(engine.calls) == 4 * 1024 * 1024 // 32033
    assert engine.calls.last.params[0].startswith("00399")
    engine.calls.clear()
    for number in range(10_100):
        engine.call("core.printi", number)
    assert [len(engine.calls), *engine.calls.of("core.printi")[0].params] == [10_000, 100]


def test_only_optional_parameters_of_a_wrong_type_are_left_out():
    assert build().call("core.shmmem", 7) == build().call("core.shmmem")


RESULTS = [
    (None, []),
    (7, [7]),
    (True, [1]),
    (1.0015, [1.001]),
    ("text", ["text"]),
    (b"\xff", ["\udcff"]),
    ([1, "a", 2.0], [1, "a", 2.0]),
    ((), []),
    ({"a": 1, "b": {"c": [1, "x", {"d": 2}]}}, None),
    (Struct([("n", 1), ("n", 2), (None, 3)]), None),
]


@pytest.mark.parametrize("result, values", RESULTS)
def test_results(result, values):
    engine = build()
    engine.registry.method("m", "")(lambda: result)
    if values is None and isinstance(result, Struct):
        values = [result]
    elif values is None:
        inner = Struct.of(1, "x", Struct(d=2))
        values = [Struct(a=1, b=Struct(c=inner))]
    assert engine.call("m") == values


def test_what_has_no_record_is_a_fault():
    engine = build()
    engine.registry.method("m", "")(lambda: 2**40)
    with pytest.raises(Fault, match="does not fit an int record"):
        engine.call("m")


def test_a_bug_in_a_method_is_a_fault_that_fits():
    engine = build()

    @engine.registry.method("m", "")
    def broken():
        raise RuntimeError("x" * 1000)

    with pytest.raises(Fault, match="Internal error: RuntimeError: xxx"):
        engine.call("m")


def test_faults_drop_what_was_added_and_come_once():
    engine = build()

    @engine.registry.method("m")
    def twice(ctx):
        ctx.add("s", "lost")
        ctx.fault(404, "first")
        ctx.add("s", "too late")
        ctx.fault(500, "second")
        ctx.send()

    with pytest.raises(Fault, match="first"):
        engine.call("m")


def test_a_handle_may_be_filled_late():
    engine = build()

    @engine.registry.method("m")
    def late(ctx):
        outer = ctx.add("s{", "head")
        ctx.add("d", 9)
        inner = outer.add("s{", "name", "x", "inner")
        outer.add("d", "after", 1)
        items = outer.add("[", "items")
        inner.add("f", "half", 0.5)
        items.append("sd", "one", 2)
        items.append("{").add("s", "deep", None)

    inside = Struct.of("one", 2, Struct(deep="<null string>"))
    expected = Struct(name="x", inner=Struct(half=0.5), after=1, items=inside)
    assert engine.call("m") == ["head", expected, 9]


def test_an_unknown_output_format_is_a_fault():
    engine = build()
    engine.registry.method("m")(lambda ctx: ctx.add("x", 1) and None)
    with pytest.raises(Fault, match="Internal server error: invalid formatting character 'x'"):
        engine.call("m")


@pytest.mark.parametrize(
    "fmt, text",
    [
        ("{", "internal server error, type 3 not supported"),
        ("x", "internal server error, invalid format char 'x'"),
    ],
)
def test_an_unknown_scan_format_is_a_fault(fmt, text):
    with pytest.raises(Fault, match=text):
        scanner(fmt).call("m", 1)


def test_counts_and_positions():
    assert scanner("dd").call("m", 1, 2, 3) == [2, 1, 2]
    assert scanner("dd").call("m", 1, "x") == [-1, 1]
    assert scanner("d*dd").call("m", 1, 2) == [2, 1, 2]
    assert scanner("d*dd").call("m", 1, "x") == [-1, 1]
    assert scanner(".dd").call("m", "7", "8") == [-1, 7]
    assert scanner("u").call("m", -1) == [1, -1]  # the same record either way
    assert scanner("dS").call("m", 1, "a\0b") == [2, 1, "a\0b"]
    assert scanner("ds").call("m", 1, "a\0b") == [2, 1, "a"]


def test_int_as_double_depends_on_the_version():
    for version, expected in [("5.6.3", [0]), ("5.6.6", [1, 7.0]), ("6.0", [1, 7.0])]:
        assert scanner("f", version=version).call("m", 7) == expected
    assert scanner("l", version="master").call("m", 7) == [1, 7]


def test_method_names_are_c_strings_up_to_5_6():
    packet = call("core.version\0junk")
    assert decode(answer(build(), packet)).type == wire.REPLY
    newer = build(state=LabState(version="5.7"))
    assert decode(answer(newer, packet)).values == [500, "command core.version not found"]


def test_shmmem_is_made_of_doubles_since_5_7():
    assert build().call("core.shmmem")[0].get("total") == 67108864
    value = build(state=LabState(version="5.8")).call("core.shmmem")[0].get("total")
    assert isinstance(value, float)


def test_methods_come_and_go_with_versions():
    class Door(Module):
        name = "door"

        @method("door.new", since=(5, 7))
        @method("door.old", until=(5, 7))
        def open(self, ctx):
            ctx.add("s", "open")

    old = build([Door()])
    assert old.call("door.old") == ["open"]
    with pytest.raises(MethodNotFound):
        old.call("door.new")
    new = build([Door()], LabState(version="5.7"))
    assert new.call("door.new") == ["open"]
    assert "door.old" not in new.registry


def test_versions():
    assert parse_version("5.8") == ("5.8.8", (5, 8, 8))
    assert parse_version("master")[1] == (6, 2, 0)
    for text in ("", "5", "latest", "5.6.x"):
        with pytest.raises(ValueError, match="version"):
            parse_version(text)


@pytest.mark.parametrize(
    "code, size, sent",
    [
        (0xFFFFFF, 6, True),
        (0x1000000, 6, False),
        (0xFFFF, 7, True),
        (0x10000, 7, False),
        (500, 254, True),
        (500, 255, False),
        (-1, 3, False),
        (0, 0, True),
    ],
)
def test_faults_that_vanish(code, size, sent):
    assert bool(fault_packet(7, code, b"x" * size)) == sent


def test_a_vanished_fault_is_a_success_unless_sane():
    for faithful in (True, False):
        engine = build(state=LabState(faithful=faithful))

        @engine.registry.method("m")
        def fail(ctx):
            ctx.add("d", 5)
            raise Fault(500, "x" * 300)

        if faithful:
            assert engine.call("m") == [5]
        else:
            with pytest.raises(Fault, match="x" * 254):
                engine.call("m")


def test_printf_limits():
    engine = build(state=LabState(printf_limit=16))
    engine.registry.method("m", "s")(lambda text: None)

    @engine.registry.method("p")
    def printf(ctx):
        (text,) = ctx.scan("s")
        ctx.printf(text)
        ctx.add("{").printf("name", text)

    assert engine.call("p", "x" * 15) == ["x" * 15, Struct(name="x" * 15)]
    assert engine.call("p", "x" * 16) == ["x" * 15 + "\0", Struct(name="x" * 15 + "\0")]
    assert engine.call("p", "x" * 17) == [Struct()]
    fixed = build(state=LabState(printf_limit=16, version="6.1.4"))
    fixed.registry.method("p")(printf)
    assert fixed.call("p", "x" * 16) == [Struct()]


def test_a_struct_add_stops_at_what_does_not_fit():
    engine = build(state=LabState(struct_limit=64))

    @engine.registry.method("m")
    def fill(ctx):
        handle = ctx.add("{")
        assert handle.add("sd", "long", "x" * 100, "lost", 1) is False
        assert handle.add("d", "kept", 2) is True

    assert engine.call("m") == [Struct(kept=2)]


def test_a_double_outside_the_range_is_the_smallest():
    engine = build()
    engine.registry.method("m", "")(lambda: [math.inf, math.nan, 1e300])
    body = b"\x82\x80" + bytes(7)
    assert answer(engine, call("m")).endswith(body * 3)


def test_writes_are_cut_every_96_pieces():
    assert [len(each) for each in writes([b"x"] * 200)] == [96, 96, 8]
    assert writes([b"a", b"", b"b"]) == [b"ab"]


def test_dangerous_inputs_are_faults():
    engine = build()
    looping = engine.process(bytes.fromhex("a10c8000000005"))
    assert not looping.keep
    assert decode(looping.pieces[0]).values == [400, "bad request: corrupted packet"]
    assert decode(looping.pieces[0]).cookie == 0
    # Up to here the reader of a release would go backwards.
    packet = call("core.echo", string("p"), bytes.fromhex("c1fffffffb"))
    assert decode(answer(engine, packet)).values == ["p"]
    packet = call("core.echo", bytes.fromhex("c1fffffffb"))
    text = "error at parameter 0: expected any type but corrupted packet"
    assert decode(answer(engine, packet)).values == [400, text]


def test_strings_without_a_nul_stay_within_their_record():
    packet = call("core.echo", b"\x31abc", string("zz"))
    assert decode(answer(build(), packet)).values == ["abc", "zz"]
    assert decode(answer(build(), call("core.echo", b"\x81", string("x")))).values == ["", "x"]


def test_async_methods():
    engine = build()

    @engine.registry.method("m", "d")
    async def double(number):
        await asyncio.sleep(0)
        if not number:
            raise Fault(404, "no number")
        return number * 2

    assert engine.call("m", 4) == [8]
    with pytest.raises(Fault, match="no number"):
        engine.call("m", 0)
    with pytest.raises(Fault, match="error at parameter 0"):
        engine.call("m")


def test_a_stopping_engine_answers_nothing():
    engine = build()
    engine.stopping = True
    got = engine.process(call("core.version"))
    assert (got.pieces, got.keep) == ([], False)


def test_uptime_follows_the_clock():
    engine = build()
    engine.state.clock = lambda: engine.state.started + 90061
    assert engine.call("core.uptime")[0]["uptime"] == 90061
    assert engine.call("core.runinfo")[0]["utime_days"] == "1d 1h 1m 1s"


def test_kill_is_only_noted():
    engine = build()
    assert engine.call("core.kill", 9) == []
    assert engine.call("core.kill") == []
    assert engine.state.modules["core"].signals == [9, 15]


@pytest.mark.parametrize(
    "text, number, used",
    [
        (b"1.5x", 1.5, 3),
        (b" -2e3", -2000.0, 5),
        (b"0x1p3", 8.0, 5),
        (b"0x", 0.0, 1),
        (b"1e", 1.0, 1),
        (b"", 0.0, 0),
        (b"-infinity", -math.inf, 9),
        (b"1e999", math.inf, 5),
        (b"0x1p9999", math.inf, 8),
    ],
)
def test_strtod(text, number, used):
    assert strtod(text) == (number, used)


def test_strtol_and_casts():
    texts = [b"0x10", b"010", b"-5", b"junk", b" 7x", b"08", b"9" * 5000, b"4294967295"]
    assert [strtol(text) for text in texts] == [16, 8, -5, 0, 7, 0, -1, -1]
    assert [to_int32(value) for value in (2147483647.9, 2147483648.0, math.nan, -1.9)] == [
        2147483647,
        -2147483648,
        -2147483648,
        -1,
    ]


class Slowly(BinrpcContext):
    """As the API of Kamailio adds values: one record after the other."""

    add_result = Context.add_result
    add_value = Context.add_value


ADDED = [
    *["text", "", "x" * 100, ["a", "b" * 70, ""], ["a"] * 30, ["a", 1], [1, "a"], ["a", None]],
    *[Struct(a=1, b="x", c=1.5), Struct(), Struct(a=-1, b=2**32 - 1, c="caf\udce9"), []],
    *[Struct([(None, 1), ("n" * 70, "y" * 70)]), Struct(a=True), Struct(a=2**40), math.nan],
    *[Struct(a=Struct(b=1), c=[1, 2]), [Struct(a=1), Struct(b="x"), "end"], [Struct(a=1), 5]],
    *[[Struct(n=number, t="text") for number in range(9)], {"a": 1}, ("a", "b"), [1.5, -0.0]],
    *[[True, 1, 1.0, "1"], [Struct(a=1, b=True), Struct(a=1, b=1.0)], Struct(a=b"x\0y")],
]


@pytest.mark.slow
@pytest.mark.parametrize("result", ADDED, ids=lambda each: ascii(each)[:30])
@pytest.mark.parametrize("struct_limit", [8192, 25, 4])
def test_what_is_added_at_once_is_as_if_added_one_by_one(result, struct_limit, monkeypatch):
    monkeypatch.setattr(output, "_KEPT_TEXTS", 20)
    for limit in (*range(40), 20_000):
        found = []
        for kind in (BinrpcContext, Slowly):
            state = LabState(body_limit=limit, struct_limit=struct_limit)
            context = kind("m", state, None, b"", 0, 0, 7)
            errors = []
            for _twice in range(2):  # the second time, records may be remembered
                try:
                    context.add_result(result)
                except EncodeError as error:
                    errors.append(str(error))
            found.append((errors, [bytes(piece) for piece in context.conclude()]))
        assert found[0] == found[1], limit


@pytest.mark.parametrize("name", ["core.fl", "core.flag", "core.flags", "core.flags" + "x" * 240])
@pytest.mark.parametrize("version", ["5.6.3", "5.7.7"])
def test_the_name_of_a_method_in_every_form(name, version):
    """Long or short, with a NUL in it or without one at its end, cut or with more behind it."""
    engine = build(state=LabState(version))
    engine.registry.method("core.flag", "")(lambda: "short")
    data = name.encode()
    records = [string(name), string(name[:4] + "\0" + name[4:]), string(name + "\0")]
    records += [string(name) + b"\x10\x01", b"\x91%c%b" % (len(data) % 256, data[:250])]
    records += [b"\x91\0", b"\x91\1\0", b"\xa1\0%c%b\0" % ((len(data) + 1) % 256, data)]
    for record in records:
        for cut in (0, 1, len(record) - 1, len(record) - 2):
            packet = body_request(record[: len(record) - cut])
            reader = RecordReader(packet, len(packet) - len(record) + cut, len(packet))
            try:
                read = reader.read(wire.STR)
            except ReadError as error:
                assert wire.ERROR_TEXTS[error.code].encode() in answer(engine, packet)
                continue
            text = read.c_text if version == "5.6.3" else read.text
            known = text.decode() in ("core.flag", "core.flags")
            got = answer(engine, packet)  # none, if the fault has no room for the name
            assert (got[1:2] != b"" and got[1] >> 4 == wire.REPLY) is known
