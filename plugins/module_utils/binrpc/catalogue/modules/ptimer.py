# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of ptimer, in the notation of :mod:`.notation`."""

TEXT = """
*timer: name of the timer in the configuration
*worker: its number, from 0; all workers of the timer if left out

ptimer.*
 %invalid=invalid arguments|invalid=invalid timer name|absent=could not find timer
ptimer.list -> {...} reads @6.1
 Timers by name, with their workers
ptimer.pause timer [worker:.int] -> str repeatable @6.1
 Pauses the workers of a timer
 !a worker that does not exist: the server writes outside its table
ptimer.continue timer [worker:.int] -> str repeatable @6.1
 Lets paused workers of a timer go on
 !a worker that does not exist: the server writes outside its table
ptimer.start timer [worker:.int] -> str @6.1
 Has the workers of a timer begin again with the start route
 !a worker that does not exist: the server writes outside its table
ptimer.loop timer [worker:.int] -> str @6.1
 Has the workers of a timer go on with the loop route
 !a worker that does not exist: the server writes outside its table
ptimer.end timer [worker:.int] -> str @6.1
 Has the workers of a timer run the end route and pause
 !a worker that does not exist: the server writes outside its table
"""
