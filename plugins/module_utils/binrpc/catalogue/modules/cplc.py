# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of cplc, in the notation of :mod:`.notation`."""

TEXT = """
cpl.*
 %invalid=no uri|invalid=invalid uri|invalid=no cpl file
cpl.get uri -> str reads
 The CPL script of a user
 %absent=no cpl script
cpl.load uri file -> str repeatable
 Stores a CPL script, and switches it on
 file: path of the XML file, as the server sees it
cpl.remove uri -> str
 Removes the CPL script of a user
"""
