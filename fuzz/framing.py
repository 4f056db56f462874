# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Fuzz the framing: however a stream is cut, it gives the same packets and the same end, and
any datagrams give packets or a documented error.

The first byte of an input says how many of the bytes behind it are places to cut at. Options as
for decode.py.
"""

from __future__ import annotations

import importlib
import sys
from itertools import pairwise
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["kamailio_binrpc"]):
    importlib.import_module("kamailio_binrpc.core.framing")

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.sdk.core import golden, properties


def check(data: bytes) -> None:
    count = data[0] % 16 if data else 0
    cuts, stream = data[1 : count + 1], data[count + 1 :]
    properties.check_stream(stream, cuts)
    marks = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    parts = [stream[start:stop] for start, stop in pairwise(marks)]
    properties.check_datagrams(parts, None)
    properties.check_datagrams(parts, 0x1234)


def add_golden_packets(corpus: Path) -> None:
    for number, packet in enumerate([*golden.PACKETS.values(), golden.PIPELINED]):
        (corpus / f"golden-{number:02}").write_bytes(b"\2\12\24" + packet)


if __name__ == "__main__":
    for folder in [argument for argument in sys.argv[1:] if not argument.startswith("-")][:1]:
        add_golden_packets(Path(folder))
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()
