# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of db_flatstore, in the notation of :mod:`.notation`."""

TEXT = """
flatstore.rotate -> -
 Makes all processes reopen their flat files
flatstore.k_rotate = flatstore.rotate
"""
