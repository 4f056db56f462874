# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The decoder in use: import ``decode_records`` from here.

It is the compiled one where the SDK has it for this Python, else the one in Python. Below a
collection it is always the latter: the name of the package tells.
"""

from __future__ import annotations

import os

from . import decoder

decode_records = decoder.decode_records

if (
    __name__ == "kamailio_binrpc.core.decoding"
    and os.environ.get("KAMAILIO_BINRPC_PUREPYTHON") != "1"
):
    try:
        from kamailio_binrpc._speedups import decode_records  # type: ignore[import-not-found, no-redef]
    except ImportError:  # not built for this Python, or there was no compiler
        pass


def decoder_implementation() -> str:
    """Return ``"c"`` where the compiled decoder is in use, else ``"python"``.

    Setting the environment variable ``KAMAILIO_BINRPC_PUREPYTHON=1`` asks for the latter.
    """
    return "python" if decode_records is decoder.decode_records else "c"
