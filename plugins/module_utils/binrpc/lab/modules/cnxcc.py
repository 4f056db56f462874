# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``cnxcc.*``: calls that are charged (upstream ``cnxcc/cnxcc_rpc.c``).

No package of Debian has the module, so this follows its sources; clients come in the given order.
"""

from __future__ import annotations

from ...faults import Fault
from ...values import Struct
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Mapping, Optional

    Row = Mapping[str, Any]

SAMPLE: Dict[str, Dict[str, Any]] = {
    "alice": {"max_amount": 600, "calls": [{"callid": "lab-call-1", "max_amount": 600}]},
    "bob": {
        "type": "money",
        "max_amount": 25.0,
        "calls": [{"callid": "lab-call-2", "max_amount": 25.0, "cost_per_second": 0.01}],
    },
}
TYPES = ("time", "money", "channel")
ROW = (
    "id:%(id)d,confirmed:%(confirmed)s,local_consumed_amount:%(local)@,"
    "global_consumed_amount:%(all)@,local_max_amount:%(local_max)@,"
    "global_max_amount:%(all_max)@,call_id:%(callid)s,start_timestamp:%(start)d"
)
MONEY = ",inip:%(initial_pulse)d,finp:%(final_pulse)d,connect:%(connect_cost)f,cps:%(cps)f"


class Cnxcc(Module):
    """The module cnxcc.

    :param clients: name to ``type`` (time, money or channel), ``max_amount`` and
        ``consumed_amount`` (seconds, or money), and ``calls``, each with ``callid``, ``confirmed``
        (true or false), ``max_amount``, ``consumed_amount``, ``start_timestamp`` (seconds since
        1970) and, for money, ``initial_pulse``, ``final_pulse``, ``connect_cost`` and
        ``cost_per_second``; None for samples.
    :param dropped: calls that ended because the credit was used up.
    :ivar clients: the same, with all members.
    """

    name = "cnxcc"
    loads = ("cnxcc",)

    def __init__(
        self, clients: Optional[Mapping[str, Mapping[str, Any]]] = None, dropped: int = 0
    ) -> None:
        self.clients: Dict[str, Dict[str, Any]] = {}
        for name, given in (SAMPLE if clients is None else clients).items():
            client = {"type": "time", "max_amount": 0, "consumed_amount": 0, **given}
            if client["type"] not in TYPES:
                kinds = ", ".join(TYPES)
                raise ValueError("no credit of type %r; there are %s" % (client["type"], kinds))
            client["calls"] = [dict(call) for call in client.get("calls", ())]
            self.clients[name] = client
        self.dropped = dropped

    @method("cnxcc.active_clients", "", help="List of clients with active calls")
    def active_clients(self) -> str:
        return "".join(
            _client(name, client)
            for kind in ("time", "money")
            for name, client in self.clients.items()
            if client["type"] == kind
        )

    @method("cnxcc.check_client", "S", help="Check specific client calls")
    def check_client(self, name: str) -> Optional[str]:
        if name not in self.clients:
            raise Fault(404, "Not Found")
        client = self.clients[name]
        rows = [_call(number, call, client) for number, call in enumerate(client["calls"])]
        return "".join(rows) if rows else None

    @method("cnxcc.kill_call", "S", help="Kill call using its call ID")
    def kill_call(self, callid: str) -> None:
        for name, client in self.clients.items():
            left = [call for call in client["calls"] if call["callid"] != callid]
            if len(left) < len(client["calls"]):
                client["calls"] = left
                if not left:
                    del self.clients[name]
                return
        raise Fault(404, "CallID Not Found")

    @method("cnxcc.stats", "", help="List credit control stats")
    def stats(self) -> Struct:
        active = sum(_confirmed(call) for each in self.clients.values() for call in each["calls"])
        # The number of all calls falls with each that ends.
        return Struct(info="CNX Credit Control", active=active, dropped=self.dropped, total=active)


def _confirmed(call: Row) -> bool:
    return bool(call.get("confirmed", True))


def _amount(text: str, kind: str) -> str:
    return text.replace("@", "f" if kind == "money" else "d")


def _client(name: str, client: Row) -> str:
    form = "client_id:%s,number_of_calls:%d,concurrent_calls:%d,type:%d,max_amount:%@,"
    form += "consumed_amount:%@;"
    calls: List[Row] = client["calls"]
    return _amount(form, client["type"]) % (
        *(name, len(calls), sum(map(_confirmed, calls)), TYPES.index(client["type"])),
        *(client["max_amount"], client["consumed_amount"]),
    )


def _call(number: int, call: Row, client: Row) -> str:
    money = client["type"] == "money"
    return _amount(ROW + (MONEY if money else "") + ";", client["type"]) % {
        "id": number,
        "confirmed": "yes" if _confirmed(call) else "no",
        "local": call.get("consumed_amount", 0),
        "all": client["consumed_amount"],
        "local_max": call.get("max_amount", 0),
        "all_max": client["max_amount"],
        "callid": call["callid"],
        "start": call.get("start_timestamp", 0),
        "initial_pulse": call.get("initial_pulse", 0),
        "final_pulse": call.get("final_pulse", 0),
        "connect_cost": call.get("connect_cost", 0),
        "cps": call.get("cost_per_second", 0),
    }
