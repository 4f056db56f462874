# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of http_client, in the notation of :mod:`.notation`."""

TEXT = """
httpclient.listcon -> {CONNECTION:{NAME:str,SCHEMA:str,URI:str,USERNAME:str,PASSWORD:str^,\
FAILOVER:str,TIMEOUT:int}*} reads
 Connections that are configured
 %empty=no connection definitions
"""
