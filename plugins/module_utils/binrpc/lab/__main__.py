# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
#
# Generated from sdk/kamailio_binrpc/core/lab/__main__.py by tools/vendor.py. Do not edit: change the
# source and run "make vendor". Private to this collection.
"""``python3 -m binrpc.lab``, see :mod:`.run`."""

from __future__ import annotations

if __name__ == "__main__":
    from .run import main

    raise SystemExit(main())
