# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of mohqueue, in the notation of :mod:`.notation`."""

TEXT = """
*callid: Call-ID of the dialog

mohqueue.*
 %invalid=too few parameters|busy=unable to lock
mohqueue.debug queue enable:int{0|1} -> - repeatable
 Switches debugging of a queue of calls
mohqueue.drop_call queue callid{*|...} -> -
 Ends a queued call, or all
"""
