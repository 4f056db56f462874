# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Decoding and encoding, beside what Python itself offers for the same tree."""

from __future__ import annotations

import json
import marshal
from collections.abc import Callable
from typing import Any

from kamailio_binrpc import decode, encode
from kamailio_binrpc.core import wire
from kamailio_binrpc.core.views import reply_to_json

from bench.measure import Contender, Times, measure
from bench.report import Report, duration
from bench.shapes import SHAPES, count_values

try:
    from msgpack import fallback
except ImportError:
    fallback = None

OURS = "binrpc"
JSON_GOAL = 4.0
MSGPACK_GOAL = 3.0
COOKIE = 0x12345678


def run(report: Report, rounds: int) -> None:
    if fallback is None:
        report.line("msgpack is not installed: no comparison with its pure-Python fallback")
    for title, contenders_of in (("decode", decoders), ("encode", encoders)):
        report.heading(title)
        report.line(
            f"{'':26}{'bytes':>9}{'values':>8}{'time':>11}{'MB/s':>7}{'values/s':>10}"
            f"{'json':>8}{'marshal':>9}{'msgpack':>9}{'+-':>6}"
        )
        for name, (method, build) in SHAPES.items():
            size, values, contenders = contenders_of(method, build)
            times = measure(contenders, rounds)
            _row(report, name, size, values, times)
            if name.startswith("dlg.list"):
                _goals(report, title, times)
            del contenders


def decoders(method: str, build: Callable[[], list[Any]]) -> tuple[int, int, dict[str, Contender]]:
    values = build()
    packet = encode(values, wire.REPLY, COOKIE)
    tree = reply_to_json(values, method)
    text, marshalled = json.dumps(tree, separators=(",", ":")), marshal.dumps(tree)
    contenders: dict[str, Contender] = {
        OURS: lambda: decode(packet),
        "json": lambda: json.loads(text),
        "marshal": lambda: marshal.loads(marshalled),
    }
    if fallback is not None:
        packed = fallback.Packer().pack(tree)
        contenders["msgpack"] = lambda: fallback.unpackb(packed)
    return len(packet), count_values(values), contenders


def encoders(method: str, build: Callable[[], list[Any]]) -> tuple[int, int, dict[str, Contender]]:
    values = build()
    tree = reply_to_json(values, method)
    contenders: dict[str, Contender] = {
        OURS: lambda: encode(values, wire.REPLY, COOKIE),
        "json": lambda: json.dumps(tree, separators=(",", ":")),
        "marshal": lambda: marshal.dumps(tree),
    }
    if fallback is not None:
        contenders["msgpack"] = lambda: fallback.Packer().pack(tree)
    return len(encode(values, wire.REPLY, COOKIE)), count_values(values), contenders


def _row(report: Report, name: str, size: int, values: int, times: Times) -> None:
    seconds = times.median(OURS)
    text = f"{name:26}{size:9}{values:8}{duration(seconds):>11}{size / seconds / 1e6:7.1f}"
    text += f"{values / seconds / 1e6:8.2f} M"
    for other in ("json", "marshal", "msgpack"):
        ratio = f"{times.ratio(OURS, other):.2f} x" if other in times else "-"
        text += f"{ratio:>9}" if other != "json" else f"{ratio:>8}"
    report.line(text + f"{times.spread(OURS):6.0%}")


def _goals(report: Report, title: str, times: Times) -> None:
    if title != "decode":
        return
    json_ratio = times.ratio(OURS, "json")
    report.goal(
        json_ratio <= JSON_GOAL, f"at most {JSON_GOAL:g} times json.loads: {json_ratio:.2f} times"
    )
    if "msgpack" in times:
        faster = times.ratio("msgpack", OURS)
        report.goal(
            faster >= MSGPACK_GOAL,
            f"at least {MSGPACK_GOAL:g} times faster than msgpack's fallback: {faster:.2f} times",
        )
