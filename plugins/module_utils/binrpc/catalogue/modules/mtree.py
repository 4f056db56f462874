# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of mtree, in the notation of :mod:`.notation`."""

TEXT = """
*tree: name of the tree

mtree.*
 %empty=empty tree list|empty=no mtrees defined|absent=no tree|absent=can not find
mtree.summary [tree] -> {table:str,item:{ttype:int,memsize:int,nrnodes:int,nritems:int,\
reload_count:int,reload_time:int}}* reads
 Size of each tree
 +5.7: reload_count and reload_time are doubles
mtree.list [tree:.str] -> {tname:str,tprefix:str,tvalue:[str*]}* reads
 Prefixes of a tree with their values
mtree.match tree:.str number mode:int{0|2} -> (str,{PREFIX:str,TVALUE:str})* reads
 Looks a number up in a tree
 mode: 0 longest prefix, 2 all prefixes
mtree.reload [tree{.|...}] -> str repeatable
 Reads trees whose name starts so (. is all) from the database
"""
