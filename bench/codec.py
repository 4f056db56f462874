# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Decoding and encoding, beside what Python itself offers for the same tree.

Processor time, not time on the clock: nothing here waits. The decoder is called as the clients
call it; the compiled one has a line of its own where it is built.
"""

from __future__ import annotations

import json
import marshal
from time import process_time
from typing import TYPE_CHECKING, Any

from bench.measure import Rounds, Times, measure
from bench.report import Report, duration
from bench.shapes import SHAPES, count_values
from kamailio_binrpc import encode
from kamailio_binrpc.core import wire
from kamailio_binrpc.core.decoder import decode_records
from kamailio_binrpc.core.packet import parse_header
from kamailio_binrpc.core.views import reply_to_json

try:
    from msgpack import fallback
except ImportError:
    fallback = None
try:
    from kamailio_binrpc import _speedups
except ImportError:
    _speedups = None

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.measure import Contender

PYTHON, COMPILED = "Python", "compiled"
OTHERS = ("json", "marshal", "msgpack")
JSON_GOAL = 4.0
MSGPACK_GOAL = 3.0
LARGE = "dlg.list"
COOKIE = 0x12345678


def run(report: Report, rounds: Rounds) -> None:
    if fallback is None:
        report.line("msgpack is not installed: no comparison with its pure-Python fallback")
    for title, contenders_of in (("decode", decoders), ("encode", encoders)):
        report.heading(f"{'':73}{'times as long as':>30}")
        report.line(
            f"{title:26}{'bytes':>9}{'values':>8}{'time':>10}{'MB/s':>8}{'values/s':>12}"
            + "".join(f"{name:>10}" for name in OTHERS)
            + f"{'+-':>6}"
        )
        for name, (method, build) in SHAPES.items():
            size, values, contenders = contenders_of(method, build)
            times = measure(contenders, rounds, clock=process_time)
            del contenders
            for ours in (PYTHON, COMPILED):
                if ours in times:
                    label = name if ours == PYTHON else "  compiled"
                    _row(report, label, size, values, times, ours)
            if name.startswith(LARGE) and title == "decode":
                _goals(report, times)


def decoders(method: str, build: Callable[[], list[Any]]) -> tuple[int, int, dict[str, Contender]]:
    values = build()
    packet = encode(values, wire.REPLY, COOKIE)
    tree = reply_to_json(values, method)
    text, marshalled = json.dumps(tree, separators=(",", ":")), marshal.dumps(tree)
    contenders: dict[str, Contender] = {
        PYTHON: _decoder(decode_records, packet),
        "json": lambda: json.loads(text),
        "marshal": lambda: marshal.loads(marshalled),
    }
    if _speedups is not None:
        contenders[COMPILED] = _decoder(_speedups.decode_records, packet)
    if fallback is not None:
        packed = fallback.Packer().pack(tree)
        contenders["msgpack"] = lambda: fallback.unpackb(packed)
    return len(packet), count_values(values), contenders


def _decoder(decode: Callable[..., list[Any]], packet: bytes) -> Contender:
    def work() -> list[Any]:
        header = parse_header(packet)
        assert header is not None
        return decode(packet, header.size)

    return work


def encoders(method: str, build: Callable[[], list[Any]]) -> tuple[int, int, dict[str, Contender]]:
    values = build()
    tree = reply_to_json(values, method)
    contenders: dict[str, Contender] = {
        PYTHON: lambda: encode(values, wire.REPLY, COOKIE),
        "json": lambda: json.dumps(tree, separators=(",", ":")),
        "marshal": lambda: marshal.dumps(tree),
    }
    if fallback is not None:
        contenders["msgpack"] = lambda: fallback.Packer().pack(tree)
    return len(encode(values, wire.REPLY, COOKIE)), count_values(values), contenders


def _row(report: Report, label: str, size: int, values: int, times: Times, ours: str) -> None:
    seconds = times.median(ours)
    text = f"{label:26}{size:9}{values:8}{duration(seconds):>10}{size / seconds / 1e6:8.1f}"
    text += f"{values / seconds:12.0f}"
    for other in OTHERS:
        text += f"{times.ratio(ours, other):10.2f}" if other in times else f"{'-':>10}"
    report.line(text + f"{times.spread(ours):6.0%}")


def _goals(report: Report, times: Times) -> None:
    ratio = times.ratio(PYTHON, "json")
    report.goal(ratio <= JSON_GOAL, f"at most {JSON_GOAL:g} times json.loads: {ratio:.2f} times")
    if "msgpack" in times:
        faster = times.ratio("msgpack", PYTHON)
        report.goal(
            faster >= MSGPACK_GOAL,
            f"at least {MSGPACK_GOAL:g} times faster than msgpack's fallback: {faster:.2f} times",
        )
