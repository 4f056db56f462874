# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of system, in the notation of :mod:`.notation`."""

TEXT = """
system.listMethods -> str* reads
 Names of all methods of the loaded modules, sorted
system.methodHelp method -> str reads
 The server's own help text of a method, or "undocumented"
 %absent=command not found
system.methodSignature -> - reads
 Not implemented by any release: always a fault
 %refused=not implemented yet
"""
