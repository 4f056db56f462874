# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The decoder in use: import ``decode_records`` and ``find_answers`` from here.

They are the compiled ones where the SDK has them for this Python, else the one in Python. Below a
collection they are always the latter: the name of the package tells.
"""

from __future__ import annotations

import os

from . import cut_replies, decoder

__all__ = ("decode_records", "decoder_implementation", "find_answers")

decode_records = decoder.decode_records
find_answers = cut_replies.find_answers

if (
    __name__ == "kamailio_binrpc.core.decoding"
    and os.environ.get("KAMAILIO_BINRPC_PUREPYTHON") != "1"
):
    try:
        from kamailio_binrpc._speedups import (  # type: ignore[import-not-found, no-redef]
            decode_records,
            find_answers,
        )
    except ImportError:  # not built for this Python, or of an earlier source
        pass


def decoder_implementation() -> str:
    """Return ``"c"`` where the compiled decoder is in use, else ``"python"``.

    Setting the environment variable ``KAMAILIO_BINRPC_PUREPYTHON=1`` asks for the latter.
    """
    return "python" if decode_records is decoder.decode_records else "c"
