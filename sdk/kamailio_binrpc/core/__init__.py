# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The part of the SDK that the Ansible collection has a copy of.

The copy of this file is empty: what it does, choosing the decoder, is for the SDK alone.
"""

from __future__ import annotations

import os

from . import decoding

if os.environ.get("KAMAILIO_BINRPC_PUREPYTHON") != "1":
    try:
        from .._speedups import decode_records  # type: ignore[import-not-found]
    except ImportError:  # not built for this Python, or there was no compiler
        pass
    else:
        decoding.decode_records = decode_records
