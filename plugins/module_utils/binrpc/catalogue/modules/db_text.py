# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of db_text, in the notation of :mod:`.notation`."""

TEXT = """
db_text.dump -> str
 Writes changed tables of db_text to their files
 ?Dump failed
db_text.query sql -> str*
 Runs an SQL statement on db_text
 !!can change any table
 ?invalid connection
 ?error executing sql statement
 ?error opening stream
"""
