# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Changes under load, as state modules make them, and back again.

`python -m tests.load.changes ENDPOINT` reads a kind and its options from standard input as JSON,
makes the change and prints the result. Another process takes no time from the generator.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any

from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.desired import reload
from kamailio_binrpc.core.desired.calls import Calls
from kamailio_binrpc.core.desired.drive import drive
from kamailio_binrpc.desired import KINDS, NotEnsured, ensure
from tests.load.proxy import SET, Proxy

Options = dict[str, Any]


REGISTRATION = {
    "l_username": "load",
    "l_domain": "lab.example.com",
    "r_username": "load",
    "r_domain": "lab.example.com",
    "realm": "lab.example.com",
    "auth_username": "load",
    "auth_password": "load",
    "auth_proxy": "sip:127.0.0.1:9",
    "expires": 3600,
}


@dataclass
class Change:
    """A change and the way back.

    :ivar kind: the name of the module without its prefix, or ``play`` for a playbook.
    """

    kind: str
    forth: Options
    back: Options | None = None
    name: str = ""

    def __str__(self) -> str:
        return self.name or self.kind


def modules(proxy: Proxy) -> list[Change]:
    """Return a change by each state module."""
    old, new = proxy.uris(proxy.gateways), proxy.uris(proxy.others)
    first = {"set_id": SET, "uri": old[0]}
    contact = {"aor": "load", "contact": "sip:load@127.0.0.1:9"}
    record = {"l_uuid": "load"}
    table = {"table": "t", "mode": "replaced"}
    return [
        Change("cfg", {"variables": {"lab": {"max_calls": 20}}}),
        Change("htable_item", {"table": "t", "key": "k", "value": 1}),
        Change("htable", table | {"items": {str(at): at for at in range(500)}}),
        Change("shv", {"name": "maintenance", "value": 1}, {"name": "maintenance", "value": 0}),
        Change("debug_level", {"level": 1}, {"level": 2}),
        Change(
            "toggle", {"what": "siptrace", "enabled": True}, {"what": "siptrace", "enabled": False}
        ),
        Change("dispatcher_state", first | {"state": "disabled"}, first | {"state": "active"}),
        Change(
            "dispatcher_destination",
            {"set_id": SET, "uri": new[0]},
            {"set_id": SET, "uri": new[0], "state": "absent"},
            "dispatcher_destination, one more",
        ),
        Change(
            "dispatcher_destination",
            first | {"priority": 5},
            first | {"priority": 0},
            "dispatcher_destination, another priority",
        ),
        Change(
            "dispatcher_destination",
            {"set_id": SET, "mode": "replaced", "destinations": [{"uri": uri} for uri in new]},
            {"set_id": SET, "mode": "replaced", "destinations": [{"uri": uri} for uri in old]},
            f"dispatcher_destination, {len(old)} replaced by {len(new)}",
        ),
        Change("usrloc_contact", contact | {"state": "present"}, contact | {"state": "absent"}),
        Change("uac_registration", record | REGISTRATION, record | {"state": "absent"}),
        Change("pipelimit", {"name": "p1", "algorithm": "TAILDROP", "limit": 900}),
        Change(
            "rtpengine_node",
            {"url": "all", "state": "disabled"},
            {"url": "all", "state": "enabled", "must_answer": False},
        ),
        Change("dialog", {"state": "absent", "match": {"key": "furi", "value": "sip:none"}}),
        Change("reload", {"what": "dispatcher"}, None, "reload of dispatcher"),
        Change("reload", {"what": "permissions"}, None, "reload of permissions"),
    ]


def playbooks(proxy: Proxy) -> list[Change]:
    """Return a run of each playbook."""
    old, new = proxy.uris(proxy.gateways), proxy.uris(proxy.others)
    gateway = {"gateway_set": SET, "gateway_uri": old[0]}
    flag = {"flag_table": "t", "flag_name": "f", "flag_value": 1}
    return [
        Change(
            "play",
            {"playbook": "gateway_drain", **gateway},
            {"playbook": "gateway_undrain", **gateway, "gateway_probing": False},
            "gateway_drain, gateway_undrain",
        ),
        Change(
            "play",
            {"playbook": "media_drain", "media_url": proxy.media},
            {"playbook": "media_undrain", "media_url": proxy.media},
            "media_drain, media_undrain",
        ),
        Change(
            "play",
            {
                "playbook": "dispatcher_rollout",
                "rollout_set": SET,
                "rollout_destinations": [{"uri": uri} for uri in new],
            },
            {
                "playbook": "dispatcher_rollout",
                "rollout_set": SET,
                "rollout_destinations": [{"uri": uri} for uri in old],
            },
            "dispatcher_rollout, and back",
        ),
        Change("play", {"playbook": "feature_flag", **flag}, None, "feature_flag"),
        Change(
            "play",
            {"playbook": "debug_for_a_while", "debug_minutes": 0.02},
            None,
            "debug_for_a_while",
        ),
        Change(
            "play",
            {"playbook": "reload_after_database_change", "reload_what": ["permissions"]},
            None,
            "reload_after_database_change",
        ),
    ]


def make(kind: str, options: Options, endpoint: str) -> dict[str, Any]:
    """Make a change, and return ``calls`` and ``failed``, a text."""
    with Client(endpoint) as client:
        if kind == "reload":
            reloading = reload.build(reload.OPTIONS.check(options))
            result = drive(reload.run(reloading, False, 60), Calls(client))
            return {"calls": result["rpc_calls"], "failed": result.get("msg", "")}
        resource = KINDS[kind].make(options)
        try:
            return {"calls": ensure(client, resource, busy_timeout=60).calls, "failed": ""}
        except NotEnsured as error:
            return {"calls": error.outcome.calls, "failed": str(error)}


if __name__ == "__main__":
    json.dump(make(*json.load(sys.stdin), sys.argv[1]), sys.stdout)
