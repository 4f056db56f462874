# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of db_cluster, in the notation of :mod:`.notation`."""

TEXT = """
dbcl.list_clusters -> {cluster:str}* reads
 Database clusters
 %empty=clusters not found
dbcl.list_connections cluster -> {connection:str,url:str^(@),flags:int,state:str,ticks:int,\
ref:int}* reads
 Connections of a database cluster; urls hold passwords
dbcl.enable_connection cluster connection -> str repeatable
 Takes a database connection back into use
dbcl.disable_connection cluster connection seconds:int -> str repeatable
 Takes a database connection out of use for a time
 !on 5.6.3 dbcl.enable_connection was refused as long as that time lasted
 %refused=cannot disable last active
"""
