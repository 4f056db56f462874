# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of pdb, in the notation of :mod:`.notation`."""

TEXT = """
pdb.*
 %refused=active field not initialized
pdb.status -> {active:int,status:str} reads
 Whether requests to the number database are on
pdb.activate -> - repeatable
 Switches requests to the number database on
pdb.deactivate -> - repeatable
 Switches requests to the number database off
pdb.timeout [timeout:int] -> {timeout:int} reads() repeatable @6.1
 Time to wait for the number database; with a number sets it and answers {old_timeout,new_timeout}
 timeout: milliseconds
"""
