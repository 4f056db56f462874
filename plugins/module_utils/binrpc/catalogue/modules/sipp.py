# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of sipp, in the notation of :mod:`.notation`."""

TEXT = """
*test_id: number that sipp.start_test has answered

sipp.*
 %absent=test not found|invalid=missing required|invalid=invalid
 %refused=scenario directory not configured
sipp.start_test scenario [setting:.str*] -> {test_id:int,status:str,pid:int} @master
 Starts SIPp on the server's host
 setting: caller service target_domain concurrent_calls duration total_calls max_test_duration, \
in this order, or each as name=value
 !calls are made from the server's host
sipp.stop_test test_id:int -> {test_id:int,status:str} @master
 Stops a test
sipp.get_stats test_id:int -> {test_id:int,state:str,scenario:str,caller:str,service:str,\
target_domain:str,concurrent_calls:int,...} reads @master
 Settings and counts of a test
sipp.running -> {test_id:int,state:str,scenario:str,...}* reads @master
 Tests that run or ran lately
sipp.list -> {scenario:str,size:int,...}* reads @master
 Files with scenarios
sipp.pause_test test_id:int -> {test_id:int,status:str} repeatable @master
 Pauses a test
 %refused=remote control may not be enabled
sipp.resume_test test_id:int -> {test_id:int,status:str} repeatable @master
 Lets a paused test go on
 %= sipp.pause_test
sipp.adjust_rate test_id:int change{increase|decrease} -> {test_id:int,status:str} @master
 Changes the call rate of a test
 %= sipp.pause_test
sipp.get_live_stats test_id:int -> {test_id:int,calls_active:int,calls_started:int,\
calls_completed:int,calls_failed:int} reads @master
 Counts of a test as SIPp reports them
"""
