# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of tsilo, in the notation of :mod:`.notation`."""

TEXT = """
ts.dump [mode{brief|...}] -> {...} reads
 Requests that wait for a registration
ts.lookup ruri -> {...} reads
 Transactions that wait for one address
 %invalid=no ruri to lookup
"""
