# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Fuzz the decoder: any bytes either decode or raise a BinrpcError, and nothing else.

What decodes is encoded and decoded again: both readings have to agree. Options are those of
libFuzzer, for example -max_total_time=60; further arguments are corpus directories.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["kamailio_binrpc"]):
    from kamailio_binrpc.core.errors import BinrpcError
    from kamailio_binrpc.core.packet import decode, encode


def check(data: bytes) -> None:
    try:
        first = decode(data)
    except BinrpcError:
        return
    second = decode(encode(first, allow_nul=True))
    if repr(second) != repr(first):
        message = f"{data.hex()} reads as {first!r}, its own encoding as {second!r}"
        raise AssertionError(message)


if __name__ == "__main__":
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()
