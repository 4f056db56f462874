# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of jsonrpcs, in the notation of :mod:`.notation`."""

TEXT = """
jsonrpc.echo [value:any*] -> any* reads
 Gives strings and integers back
"""
