# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The operations as coroutines; ``blocking`` is made from this folder by ``tools/typed.py``."""
