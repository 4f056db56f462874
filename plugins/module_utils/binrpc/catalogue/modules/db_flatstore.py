# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of db_flatstore, in the notation of :mod:`.notation`."""

TEXT = """
flatstore.rotate -> -
 Makes all processes open their flat files anew
flatstore.k_rotate = flatstore.rotate
"""
