# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Fuzz the compiled decoder against the Python one: equal values, errors and anomalies.

The first byte chooses options, the rest is the body. The compiled one is built from the source.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["kamailio_binrpc"]):
    from kamailio_binrpc.core import packet as packet_module

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.sdk.core import golden  # noqa: E402
from tests.sdk.speedups import building  # noqa: E402
from tests.sdk.speedups.differential import compare  # noqa: E402

BUILD = ROOT / "build" / "fuzz" / "compare"


def check(data: bytes) -> None:
    choice, body = data[:1] or b"\0", data[1:]
    options = {"noting": bool(choice[0] & 1), "unsigned": bool(choice[0] & 2)}
    if choice[0] & 4:
        options |= {"max_depth": choice[0] >> 4, "max_records": choice[0]}
    if choice[0] & 8:
        compare(compiled, data, 1, len(data) - (choice[0] >> 6 if len(data) > 4 else 0), **options)
    else:
        compare(compiled, body, **options)


def add_golden_bodies(corpus: Path) -> None:
    for number, packet in enumerate(golden.PACKETS.values()):
        size = packet_module.parse_header(packet).size
        (corpus / f"golden-{number:02}").write_bytes(bytes([number % 16]) + packet[size:])


if __name__ == "__main__":
    if reason := building.why_not():
        print(reason)
        sys.exit()
    BUILD.mkdir(parents=True, exist_ok=True)
    compiled = building.load(building.build(BUILD, "-O1")).decode_records
    for folder in [argument for argument in sys.argv[1:] if not argument.startswith("-")][:1]:
        add_golden_bodies(Path(folder))
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()
