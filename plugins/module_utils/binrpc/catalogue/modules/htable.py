# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of htable, in the notation of :mod:`.notation`."""

TEXT = """
*table: name of the hash table
*key: name of the item
*expire: seconds from now; 0 never expires

htable.*
 %invalid=no htable name
htable.get table key -> {item:{name:str,value:any,flags:int,expire:str}} reads
 One item of a hash table
htable.dump table -> {entry:int,size:int,slot:[{name:str,value:any,type:str}*]}* reads
 All items of a hash table, one struct for each slot in use
htable.listTables -> {name:str,dbtable:str,dbmode:int,expire:int,updateexpire:int,size:int,\
dmqreplicate:int}* reads
 All hash tables and their settings
 %empty=no htables
htable.stats -> {name:str,slots:int,all:int,min:int,max:int}* reads counts
 How full each hash table is
 %= htable.listTables
htable.sets table key value:.str -> str repeatable
 Sets an item to a text
htable.seti table key value:.int -> str repeatable
 Sets an item to a number
 +5.7.4 and 5.8.0 take a double only, and report "Not enough parameters" for an int
htable.setex table key expire:.int -> str repeatable
 Sets when an item expires
htable.setxs table key value:.str expire:int -> str repeatable
 Sets an item to a text, and when it expires
 %absent=failed to set the item
htable.setxi table key value:.int expire:int -> str repeatable
 Sets an item to a number, and when it expires
 %= htable.setxs
htable.delete table key -> str repeatable
 Deletes an item
htable.flush table -> str
 Deletes all items of a hash table
 !!the items are gone, and those that a database does not have for good
htable.reload table -> str repeatable
 Replaces the items of a hash table by those of the database
 %refused=no htable db_url|refused=no database htable
htable.store table -> str
 Writes the items of a hash table to the database
 %= htable.reload
htable.dmqsync [table] -> str @5.8
 Sends the items to the other DMQ nodes
htable.dmqresync table -> str @5.8
 Empties a hash table and asks the other DMQ nodes for its items
"""
