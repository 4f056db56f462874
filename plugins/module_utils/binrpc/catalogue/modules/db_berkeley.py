# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of db_berkeley, in the notation of :mod:`.notation`."""

TEXT = """
db_berkeley.reload path -> - repeatable @-6.0
 Reads a table, or all of a folder, from its files again
 path: of the folder, or of a file in it
 %invalid=no db or env parameter|invalid=empty parameter
"""
