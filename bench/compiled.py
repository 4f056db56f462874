# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Replies of several megabytes: the compiled decoder beside the others, compiled ones too, and
models beside the decoding that they begin with.

`python bench/compiled.py [--quick] [--typed]`. All decode the same tree, each from its own format.
Times are of the processor; with the cyclic collector on they hold its pass over what was made,
unless Python puts that off until after the call, as 3.10 and 3.11 do.
"""

from __future__ import annotations

import argparse
import gc
import json
import marshal
import sys
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent

if __package__ in {None, ""}:  # started as a file
    sys.path[0] = str(ROOT)

from bench.measure import Rounds, Times, measure  # noqa: E402
from bench.report import Report, duration, machine  # noqa: E402
from bench.shapes import count_values, dialogs  # noqa: E402
from kamailio_binrpc import Struct, encode  # noqa: E402
from kamailio_binrpc.core import decoding  # noqa: E402
from kamailio_binrpc.core.decoder import decode_records  # noqa: E402
from kamailio_binrpc.core.packet import parse_header  # noqa: E402
from kamailio_binrpc.core.reply import Reply  # noqa: E402
from kamailio_binrpc.core.views import reply_to_json  # noqa: E402
from kamailio_binrpc.typed import reading  # noqa: E402
from kamailio_binrpc.typed.models import quick  # noqa: E402
from kamailio_binrpc.typed.models.dialog import Dialog  # noqa: E402
from kamailio_binrpc.typed.models.usrloc import Location  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

COMPILED, BASE = "compiled", "marshal"
GOAL = 1.0
MODELS, MODELS_PYTHON = "models", "models, Python"
MODELS_GOAL = 5.0
ADDRESSES = 10_000


def registrations(count: int = ADDRESSES) -> list[Any]:
    """The reply of ul.dump: one domain, and the same names in every address and contact."""
    return [
        Struct(
            Domain=Struct(
                Domain="location",
                Size=1024,
                AoRs=Struct(("Info", _address(number)) for number in range(count)),
                Stats=Struct(Records=count, **{"Max-Slots": 18}),
            )
        )
    ]


def _address(number: int) -> Struct:
    host = f"198.51.100.{number % 250}"
    name = f"user{number:05d}"
    contact = Struct(
        {
            "Address": f"sip:{name}@{host}:{1024 + number};transport=udp",
            "Expires": 60 + number % 3600,
            "Q": -1,
            "Call-ID": f"{number * 2654435761 % 2**32:08x}@{host}",
            "CSeq": number % 500,
            "User-Agent": f"Phone {number % 7}.{number % 10}",
            "Received": f"sip:{host}:{1024 + number}",
            "Path": "[not set]",
            "State": "CS_SYNC",
            "Flags": 0,
            "CFlags": 64,
            "Socket": "udp:192.0.2.1:5060",
            "Methods": 5951,
            "Ruid": f"uloc-{number:08x}-1",
            "Instance": "[not set]",
            "Reg-Id": 0,
            "Server-Id": 0,
            "Tcpconn-Id": -1,
            "Keepalive": 1,
            "Last-Keepalive": 1_795_400_000 + number,
            "KA-Roundtrip": 0,
            "Last-Modified": 1_795_400_000 + number,
        }
    )
    return Struct(AoR=name, HashID=number * 40503, Contacts=Struct(Contact=contact))


SHAPES = {
    f"dlg.list, {ADDRESSES} dialogs": ("dlg.list", dialogs),
    f"ul.dump, {ADDRESSES} contacts": ("ul.dump", registrations),
}
READ: dict[str, Callable[[Reply], object]] = {
    "dlg.list": lambda reply: reading.each(reply, Dialog),
    "ul.dump": lambda reply: reading.inside(reply, Location, "Domain"),
}


def contenders(
    method: str, build: Callable[[], list[Any]], compiled: Callable[..., list[Any]]
) -> tuple[int, int, dict[str, Callable[[], object]]]:
    values = build()
    packet = encode(values, 1, 1)
    header = parse_header(packet)
    assert header is not None
    start = header.size
    assert repr(compiled(packet, start)) == repr(values) == repr(decode_records(packet, start))
    tree = reply_to_json(values, method)
    marshalled, text = marshal.dumps(tree), json.dumps(tree, separators=(",", ":"))
    all_of_them: dict[str, Callable[[], object]] = {
        COMPILED: lambda: compiled(packet, start),
        BASE: lambda: marshal.loads(marshalled),
        "json": lambda: json.loads(text),
        "Python": lambda: decode_records(packet, start),
    }
    try:
        import msgpack
    except ImportError:
        pass
    else:
        packed = msgpack.packb(tree)
        all_of_them["msgpack"] = lambda: msgpack.unpackb(packed)
    try:
        import msgspec
    except ImportError:
        pass
    else:
        encoded = msgspec.msgpack.encode(tree)
        decoder = msgspec.msgpack.Decoder()
        all_of_them["msgspec"] = lambda: decoder.decode(encoded)
    return len(packet), count_values(values), all_of_them


def typed(method: str, build: Callable[[], list[Any]]) -> dict[str, Callable[[], object]]:
    """From the bytes of a reply to the models that the typed client returns."""
    packet = encode(build(), 1, 1)
    header = parse_header(packet)
    assert header is not None
    start = header.size

    def models(read: Callable[[Any, Struct], Any]) -> Callable[[], object]:
        def work() -> object:
            quick.read = read
            return READ[method](Reply(decoding.decode_records(packet, start), method))

        return work

    return {
        COMPILED: lambda: decoding.decode_records(packet, start),
        MODELS: models(quick.read),
        MODELS_PYTHON: models(quick.read_model),
    }


def run_typed(report: Report, rounds: Rounds) -> None:
    """Measure lists of models beside the decoding of the same bytes, which they hold too."""
    in_use = quick.read
    for name, (method, build) in SHAPES.items():
        gc.collect()
        try:
            times = measure(typed(method, build), rounds, clock=process_time)
        finally:
            quick.read = in_use
        report.heading(f"{name} as models, the decoding included")
        for which in (COMPILED, MODELS, MODELS_PYTHON):
            seconds, ratio = times.median(which), times.ratio(which, COMPILED)
            report.line(f"{which:16}{duration(seconds):>10}{ratio:8.2f} times the decoding")
        ratio = times.ratio(MODELS, COMPILED)
        report.goal(
            ratio <= MODELS_GOAL, f"at most {MODELS_GOAL:g} times the decoding: {ratio:.2f} times"
        )


def run(report: Report, rounds: Rounds) -> bool:
    """Measure; False if there is no compiled decoder."""
    try:
        from kamailio_binrpc._speedups import decode_records as compiled
    except ImportError:
        report.line("the compiled decoder is not built here")
        return False
    for name, (method, build) in SHAPES.items():
        size, count, decoders = contenders(method, build, compiled)
        for missing in {"msgpack", "msgspec"} - decoders.keys():
            report.line(f"{missing} is not installed")
        for collecting in (True, False):
            gc.collect()
            (gc.enable if collecting else gc.disable)()
            try:
                times = measure(decoders, rounds, clock=process_time)
            finally:
                gc.enable()
            report.heading(
                f"{name}: {size} bytes, {count} values; "
                f"cyclic collector {'on' if collecting else 'off'}"
            )
            _table(report, size, list(decoders), times)
            if collecting:
                ratio = times.ratio(COMPILED, BASE)
                report.goal(ratio <= GOAL, f"no slower than marshal.loads: {ratio:.2f} times")
    run_typed(report, rounds)
    return True


def _table(report: Report, size: int, names: list[str], times: Times) -> None:
    report.line(f"{'':10}{'time':>10}{'MB/s':>8}{'of marshal':>12}{'+-':>6}")
    for name in names:
        seconds = times.median(name)
        report.line(
            f"{name:10}{duration(seconds):>10}{size / seconds / 1e6:8.1f}"
            f"{times.ratio(name, BASE):12.2f}{times.spread(name):6.0%}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure the compiled decoder.")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--typed", action="store_true", help="only the lists of models")
    options = parser.parse_args()
    rounds = Rounds(5, 5, 0) if options.quick else Rounds(31, 31, 0)
    report = Report()
    report.line(machine())
    report.line(f"medians of {rounds.least} rounds in which all take turns; bytes are of binrpc")
    if options.typed:
        run_typed(report, rounds)
        return 0
    return 0 if run(report, rounds) else 1


if __name__ == "__main__":
    sys.exit(main())
