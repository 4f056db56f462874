# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of tls, in the notation of :mod:`.notation`."""

TEXT = """
tls.reload -> str repeatable
 Reloads the TLS configuration and certificates
 !takes seconds where there are many domains, and ctl answers no other call meanwhile
 %refused=no tls configuration file
tls.info -> {max_connections:int,opened_connections:int,clear_text_write_queued_bytes:int} \
reads counts
 Number of TLS connections
tls.list -> {id:int,timeout:int,src_ip:str,src_port:int,dst_ip:str,dst_port:int,cipher:str,\
ct_wq_size:int,enc_rd_buf:int,flags:int,state:str}* reads
 TLS connections
 +5.7: sni, timestamp; 6.1: dom
tls.options -> {...}^() reads
 TLS settings, by name
tls.domains -> {...}^()* reads @master
 TLS domains; in tls_wolfssl only
tls.kill id:int -> str @5.8
 Ends a TLS connection
 id: as in tls.list
 ?TLS connection id not found
"""
