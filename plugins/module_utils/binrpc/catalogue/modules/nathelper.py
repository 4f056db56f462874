# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of nathelper, in the notation of :mod:`.notation`."""

TEXT = """
nathelper.enable_ping enable:int{0|1} -> - repeatable
 Switches the pinging of contacts behind NAT
 %refused=natping disabled|invalid=no parameter
"""
