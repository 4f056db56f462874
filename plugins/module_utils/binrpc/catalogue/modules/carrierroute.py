# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of carrierroute, in the notation of :mod:`.notation`."""

TEXT = """
*options: one text of options such as "-d domain -p prefix -h host -w 0.5"

cr.*
 %refused=not running in config file mode|invalid=get argument failed|invalid=get options failed
 %absent=update options failed
cr.dump_routes -> {routes:[{carrier:str,id:int,domains:[{domain:str,id:int,data:[{...,\
backup_for:[...]}*]}*]}*]} reads
 Routing tree of carrierroute; the member prefix occurs twice
cr.reload_routes -> - repeatable
 Reloads the routing tree
cr.add_host options -> str
 Adds a host to the routing file; not with a database
cr.delete_host options -> str repeatable
 Deletes a host from the routing file; not with a database
cr.replace_host options -> str
 Replaces a host in the routing file; not with a database
cr.activate_host options -> str repeatable
 Activates a host in the routing file; not with a database
cr.deactivate_host options -> str repeatable
 Deactivates a host in the routing file; not with a database
"""
