# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The decoder in use: import ``decode_records`` and ``find_answers`` from here.

They are the compiled ones where the SDK has them for this Python, else the one in Python. Below a
collection they are always the latter: the name of the package tells.
"""

from __future__ import annotations

import os

from . import cut_replies, decoder

decode_records = decoder.decode_records
find_answers = cut_replies.find_answers

if (
    __name__ == "kamailio_binrpc.core.decoding"
    and os.environ.get("KAMAILIO_BINRPC_PUREPYTHON") != "1"
):
    try:
        from kamailio_binrpc import _speedups

        decode_records, find_answers = (
            _speedups.decode_records,  # type: ignore[attr-defined]
            _speedups.find_answers,  # type: ignore[attr-defined]
        )
    except (ImportError, AttributeError):  # not built for this Python, or of an earlier source
        pass


def decoder_implementation() -> str:
    """Return ``"c"`` where the compiled decoder is in use, else ``"python"``.

    Setting the environment variable ``KAMAILIO_BINRPC_PUREPYTHON=1`` asks for the latter.
    """
    return "python" if decode_records is decoder.decode_records else "c"
