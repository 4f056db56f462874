# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of auth_ephemeral, in the notation of :mod:`.notation`."""

TEXT = """
autheph.dump_secrets -> str^* reads
 Secrets of auth_ephemeral, in clear, as lines "ID n: secret"
autheph.add_secret secret^ -> str
 Adds a secret; the numbers of the others change
autheph.rm_secret id:int -> str
 Removes a secret; the numbers of the others change
 %absent=failed removing secret
"""
