# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of ims_dialog, in the notation of :mod:`.notation`."""

TEXT = """
dlg2.list -> {Size:int,Dialogs:[Dialog:{Entry:int,Id:int,...}*]} reads
 Dialogs
dlg2.end_dlg entry:int id:int [headers] -> -
 Ends a dialog by its numbers
 headers: to add to the BYE requests, each with its end of line
 %absent=dialog not found|invalid=invalid parameters
dlg2.end_all_active_dlg -> -
 Ends all confirmed dialogs
 !!every call is ended
"""
