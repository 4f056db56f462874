# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of uac, in the notation of :mod:`.notation`."""

TEXT = """
*attr: by which attribute to look
*value: what to look for
*uuid: l_uuid of the registration

uac.reg_dump -> {l_uuid:str,l_username:str,l_domain:str,r_username:str,r_domain:str,realm:str,\
auth_username:str,auth_password:str^,auth_ha1:str^,auth_proxy:str,expires:int,flags:int,\
diff_expires:int,timer_expires:int,reg_init:int,reg_delay:int,contact_addr:str,socket:str}* reads
 Registrations with other servers, passwords in clear
 %refused=not enabled|invalid=unsupported filter attribute
uac.reg_info attr{l_uuid|l_username|r_username|auth_username} value:.str -> {l_uuid:str,\
auth_password:str^,auth_ha1:str^,...} reads
 One registration, as in uac.reg_dump
 %= uac.reg_dump
uac.reg_add l_uuid l_username l_domain r_username r_domain realm=. auth_username auth_password^=. \
auth_ha1^=. auth_proxy expires:int flags:int=0 reg_delay:int=0 socket=. contact_addr=. \
[contact_user=.] -> -
 Adds a registration in memory; . stands for "not set"
 flags: 1 disabled
 +master: reads contact_user too
 %invalid=invalid password or ha1
uac.reg_remove uuid -> - repeatable
 Removes a registration from memory
uac.reg_enable attr{l_uuid|l_username|r_username|auth_username} value:.str -> -
 Enables a registration, and registers again
 %= uac.reg_dump
uac.reg_disable attr{l_uuid|l_username|r_username|auth_username} value:.str -> -
 Disables a registration
 %= uac.reg_dump
uac.reg_register attr{l_uuid|l_username|r_username|auth_username} value:.str -> - @6.0
 Registers at once
 %= uac.reg_dump
uac.reg_unregister attr{l_uuid|l_username|r_username|auth_username} value:.str -> -
 Takes a registration back at the other server
 %= uac.reg_dump
uac.reg_refresh uuid -> -
 Reads one registration from the database
uac.reg_reload -> - repeatable
 Reads all registrations from the database
uac.reg_active mode:int{0|1} -> {omode:int,nmode:int} repeatable
 Switches registering as a whole
 %refused=not initialized|invalid=missing parameter
"""
