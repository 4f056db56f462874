# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of ctl, in the notation of :mod:`.notation`."""

TEXT = """
ctl.*
 %refused=rpc available only over binrpc
ctl.listen -> (str,str,str,str)* reads
 Addresses on which ctl listens: protocol, transport, name, port (text)
ctl.connections -> int reads
 Number of open stream connections to ctl, this one included
ctl.who -> (str,str,str,str,str,str)* reads
 Open stream connections to ctl: protocol, transport, peer, its port, listener, its port
 %empty=no open stream connection
"""
