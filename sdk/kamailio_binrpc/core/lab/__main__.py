# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``python3 -m binrpc.lab``, see :mod:`.run`."""

from __future__ import annotations

if __name__ == "__main__":
    from .run import main

    raise SystemExit(main())
