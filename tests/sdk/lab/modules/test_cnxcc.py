# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.lab import Cnxcc
from tests.sdk.lab.modules.support import fault, lab

CALL = {"callid": "b-1", "max_amount": 20, "consumed_amount": 1.5, "start_timestamp": 1_700_000_000}
PULSES = {"initial_pulse": 30, "final_pulse": 6, "connect_cost": 0.25, "cost_per_second": 0.01}
CLIENTS = {
    "bob": {"type": "money", "max_amount": 25, "consumed_amount": 2, "calls": [{**CALL, **PULSES}]},
    "al": {
        "max_amount": 600,
        "calls": [{"callid": "a-1", "confirmed": False}, {"callid": "a-2", "max_amount": 600}],
    },
    "eve": {"type": "channel", "calls": [{"callid": "e-1"}]},
    "idle": {},
}


def test_clients_by_time_come_first_and_those_by_channel_not_at_all():
    engine, _clock = lab(Cnxcc(CLIENTS))
    assert engine.call("cnxcc.active_clients")[0].split(";") == [
        "client_id:al,number_of_calls:2,concurrent_calls:1,type:0,max_amount:600,consumed_amount:0",
        "client_id:idle,number_of_calls:0,concurrent_calls:0,type:0,max_amount:0,consumed_amount:0",
        "client_id:bob,number_of_calls:1,concurrent_calls:1,type:1,max_amount:25.000000,"
        "consumed_amount:2.000000",
        "",
    ]


def test_calls_of_a_client():
    engine, _clock = lab(Cnxcc(CLIENTS))
    assert engine.call("cnxcc.check_client", "bob") == [
        "id:0,confirmed:yes,local_consumed_amount:1.500000,global_consumed_amount:2.000000,"
        "local_max_amount:20.000000,global_max_amount:25.000000,call_id:b-1,"
        "start_timestamp:1700000000,inip:30,finp:6,connect:0.250000,cps:0.010000;"
    ]
    assert engine.call("cnxcc.check_client", "al")[0].startswith(
        "id:0,confirmed:no,local_consumed_amount:0,global_consumed_amount:0,local_max_amount:0,"
    )
    assert engine.call("cnxcc.check_client", "idle") == []
    assert fault(engine, "cnxcc.check_client", "nobody") == (404, "Not Found")


def test_a_call_is_ended():
    engine, _clock = lab(Cnxcc(CLIENTS, dropped=3))
    assert [engine.call("cnxcc.stats")[0][name] for name in ("active", "dropped")] == [3, 3]
    engine.call("cnxcc.kill_call", "b-1")
    assert fault(engine, "cnxcc.kill_call", "b-1") == (404, "CallID Not Found")
    assert fault(engine, "cnxcc.check_client", "bob") == (404, "Not Found")
    engine.call("cnxcc.kill_call", "a-2")
    stats = {"info": "CNX Credit Control", "active": 1, "dropped": 3, "total": 1}
    assert dict(engine.call("cnxcc.stats")[0].items()) == stats


def test_a_type_that_does_not_exist():
    with pytest.raises(ValueError, match="no credit of type 'gold'; there are time, money"):
        Cnxcc({"a": {"type": "gold"}})
