# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of sl, in the notation of :mod:`.notation`."""

TEXT = """
sl.stats -> {...} reads counts
 Number of stateless replies by code
 +5.7: doubles; ints up to 5.6
"""
