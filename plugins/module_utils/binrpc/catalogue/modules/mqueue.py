# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of mqueue, in the notation of :mod:`.notation`."""

TEXT = """
mqueue.get_sizes -> {name:str,size:int}* reads
 Number of entries in each queue
mqueue.get_size queue -> {name:str,size:int} reads
 Number of entries in a queue
 %invalid=no queue name|invalid=invalid queue name
mqueue.fetch queue -> {key:str,val:str}
 Takes the oldest entry out of a queue
 !consumes the entry: whoever should have got it does not
 %empty=empty queue|invalid=no queue name|invalid=invalid queue name
"""
