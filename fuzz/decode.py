# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Fuzz the decoder: any bytes give values or a documented error, in bounded memory.

What decodes is encoded and decoded again: both readings have to agree. Options are those of
libFuzzer, for example -max_total_time=60; further arguments are corpus directories. The golden
packets of the tests are added to the first one.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["kamailio_binrpc"]):
    from kamailio_binrpc.core import packet as packet_module

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.sdk.core import golden, properties


def check(data: bytes) -> None:
    properties.check_decoder(data)
    # The same bytes as a body, so that the header is no hurdle.
    properties.check_decoder(properties.in_reply(data))


def add_golden_packets(corpus: Path) -> None:
    for number, packet in enumerate(golden.PACKETS.values()):
        (corpus / f"golden-{number:02}").write_bytes(packet)
        size = packet_module.parse_header(packet).size
        (corpus / f"golden-{number:02}-body").write_bytes(packet[size:])


if __name__ == "__main__":
    for folder in [argument for argument in sys.argv[1:] if not argument.startswith("-")][:1]:
        add_golden_packets(Path(folder))
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()
