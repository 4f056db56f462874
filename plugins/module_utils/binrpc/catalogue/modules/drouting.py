# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of drouting, in the notation of :mod:`.notation`."""

TEXT = """
drouting.reload -> str repeatable
 Reads routing data from the database
 ?cannot initialize database connection
 ?failed to load routing data
"""
