# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of call_obj, in the notation of :mod:`.notation`."""

TEXT = """
call_obj.list duration:int [limit:int] -> str* reads
 Call objects older than a number of seconds
 %invalid=requires arguments|invalid=shouldn't be negative
call_obj.stats -> str* reads
 Number of call objects in use
call_obj.free object -> -
 Frees a call object by its number
 %invalid=required object number|invalid=cannot convert|absent=error freeing object
call_obj.free_all -> -
 Frees all call objects
"""
