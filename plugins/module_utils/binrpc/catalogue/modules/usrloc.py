# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of usrloc, in the notation of :mod:`.notation`."""

TEXT = """
*table: name of the location table
*aor: address of record
*contact: URI of the contact

ul.*
 %invalid=domain missing in aor
ul.dump [mode{brief|...}] -> {Domains:[Domain:{Domain:str,Size:int,AoRs:[Info:{AoR:str,HashID:int,\
Contacts:[Contact:{Address:str,Expires:any,Q:float,Call-ID:str,CSeq:int,User-Agent:str,\
Received:str,Path:str,State:str,Flags:int,CFlags:int,Socket:str,Methods:int,Ruid:str,Instance:str,\
Reg-Id:int,Server-Id:int,Tcpconn-Id:int,Keepalive:int,Last-Keepalive:int,KA-Roundtrip:int,\
Last-Modified:int}*]}*],Stats:{Records:int,Max-Slots:int}}*]} reads
 All registered contacts; brief shows addresses of record only
ul.lookup table aor -> {AoR:str,Contacts:[Contact:{...}*]} reads
 Contacts of an address of record
 %empty=aor has no contacts
ul.add table aor contact expires:int q:float path=. flags:int=0 cflags:int=0 methods:int=-1 \
received=. socket=. -> - repeatable
 Registers a contact, or renews it
 expires: seconds; 0 is permanent
 q: preference, 0 to 1; -1 for none
 path: . for none
 methods: bit mask of the allowed methods, -1 for all
 received: . for none
 socket: . for none
ul.rm table aor -> - repeatable
 Removes all contacts of an address of record; also succeeds when there is none
ul.rm_contact table aor contact -> - repeatable
 Removes a contact
ul.flush -> - repeatable
 Writes contacts from memory to the database
ul.db_users table -> int reads
 Number of users in the database
 %refused=not supported in db_mode|refused=does not support raw queries
ul.db_contacts table -> int reads
 Number of contacts in the database
 %= ul.db_users
ul.db_expired_contacts table -> int reads
 Number of expired contacts in the database
 %= ul.db_users
"""
