# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of auth_xkeys, in the notation of :mod:`.notation`."""

TEXT = """
*expire: seconds from now; 0 never expires

auth_xkeys_.list -> {KID:str,KEYS:[KEY:{NAME:str,VALUE:str,EXPIRES:int}*]}^* reads
 Shared keys of auth_xkeys, in clear
 %empty=no keys
auth_xkeys_.set kid:.str name value^ expire:int -> -
 Adds a shared key
 !!on 5.6 the whole server dies when its configuration has no key
"""
