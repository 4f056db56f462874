# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of pua, in the notation of :mod:`.notation`."""

TEXT = """
pua.cleanup -> -
 Removes expired publications
"""
