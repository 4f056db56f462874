# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
#
# Generated from sdk/kamailio_binrpc/core/decoding.py by tools/vendor.py. Do not edit: change the
# source and run "make vendor". Private to this collection.
"""The decoder in use: import ``decode_records`` from here.

It is the one in Python. In the SDK the package file of the core puts the compiled one in its
place, before any other module can have taken it, if there is one and it is wanted.
"""

from __future__ import annotations

from . import decoder

decode_records = decoder.decode_records


def decoder_implementation() -> str:
    """Return ``"c"`` where the compiled decoder is in use, else ``"python"``.

    Setting the environment variable ``KAMAILIO_BINRPC_PUREPYTHON=1`` asks for the latter.
    """
    return "python" if decode_records is decoder.decode_records else "c"
