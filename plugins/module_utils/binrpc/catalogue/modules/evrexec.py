# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of evrexec, in the notation of :mod:`.notation`."""

TEXT = """
evrexec.run event [data] -> -
 Runs an event route of the configuration
 event: name of the event route, as evrexec:name
 !does whatever the configuration's event route does
 %absent=event route not found
"""
