# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of ims_usrloc_scscf, in the notation of :mod:`.notation`."""

TEXT = """
ulscscf.status -> {Domain:str,Size:int,Stats:{Records:int,Max-Slots:int}}* reads
 Sizes of the tables of public identities
ulscscf.showimpu impu -> {impu:str,state:str,barring:int,...} reads
 A public identity, its subscription and its contacts; an empty reply if it is not there
 %invalid=required impu argument
ulscscf.snapshot file -> -
 Appends all that is registered to a file
 file: path, as the server sees it
 !!a path that cannot be written ends the process
 %invalid=required filename
"""
