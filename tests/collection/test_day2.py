# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's playbooks for daily work, by their names, on a fleet of lab servers."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.dispatcher import destinations
from kamailio_binrpc.core.faults import NotFound
from kamailio_binrpc.core.views import reply_to_json
from kamailio_binrpc.lab import Dialogs, Dispatcher, HashTables, LabServer, Permissions, RtpEngine
from tests.collection.conftest import BIN, Run

GATEWAYS = ["sip:192.0.2.11:5060", "sip:192.0.2.12:5060"]
MEDIA = ["udp:192.0.2.40:2223", "udp:192.0.2.41:2223"]

SPELLINGS = [
    ("192.0.2.11:5060", "SIP:192.0.2.11", "sip:192.0.2.11:05060;transport=UDP"),
    ("192.0.2.11", "sip:192.0.2.11:5060;lr", "sip:192.000.002.011"),
]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


class Fleet:
    """Three servers, each behind another transport, and ansible-playbook."""

    def __init__(self, labs: dict[str, Any], collections: Path, folder: Path) -> None:
        self.labs = labs
        self._folder = folder
        self._environment = {
            **{name: text for name, text in os.environ.items() if not name.startswith("ANSIBLE_")},
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_HOME": str(folder / "home"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PIPELINING": "1",
        }
        self.write_inventory({})

    def write_inventory(self, variables: dict[str, str]) -> None:
        """Write the inventory, with a line of further variables for some of the servers."""
        lines = [
            f"{name} kamailio_endpoint={lab.addresses[0]} {variables.get(name, '')}"
            for name, lab in self.labs.items()
        ]
        common = ["ansible_connection=local", f"ansible_python_interpreter={sys.executable}"]
        text = "\n".join(["[kamailio]", *lines, "", "[kamailio:vars]", *common, ""])
        (self._folder / "hosts.ini").write_text(text, encoding="utf-8")

    def play(self, name: str, *options: str, **variables: Any) -> Run:
        """Run one of the collection's playbooks."""
        command = [str(BIN / "ansible-playbook"), "--inventory", "hosts.ini", *options]
        command += ["--extra-vars", json.dumps(variables), f"kamailio.ctl.{name}"]
        done = subprocess.run(
            command,
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Run(done.returncode, done.stdout)

    def changes(self, name: str, *options: str, **variables: Any) -> int:
        """Run one that ends well; return how many tasks changed something, on all servers."""
        run = self.play(name, *options, **variables)
        assert run.returncode == 0, run.output
        assert sorted(run.recap) == sorted(self.labs), run.output
        return run.counter("changed")

    def each(self, look: Callable[[LabServer], Any]) -> list[Any]:
        return [look(lab) for lab in self.labs.values()]


@pytest.fixture
def fleet(collections: Path, tmp_path: Path) -> Iterator[Fleet]:
    addresses = {"a": f"unix:{tmp_path}/ctl", "b": "udp:127.0.0.1:0", "c": "tcp:127.0.0.1:0"}
    with contextlib.ExitStack() as stack:
        labs = {}
        for name, address in addresses.items():
            lab = LabServer(
                address,
                modules=[
                    Dispatcher({1: GATEWAYS}),
                    Dialogs([], {"gateway": True}),
                    HashTables({"features": {}}),
                    Permissions([], []),
                    RtpEngine([{"url": url} for url in MEDIA]),
                ],
            )
            labs[name] = stack.enter_context(lab.running_in_thread())
        yield Fleet(labs, collections, tmp_path)


def states(lab: LabServer) -> dict[str, str]:
    """The dispatcher's destinations and their letters, as the server shows them."""
    with Client(lab.addresses[0]) as client:
        reply = reply_to_json(client.call("dispatcher.list"), "dispatcher.list")
    return {
        row["uri"]: row["state"] + (" probed" if row["probing"] else "")
        for row in destinations(reply)
    }


def test_a_gateway_is_drained_and_comes_back(fleet: Fleet) -> None:
    chosen = {"gateway_set": 1, "gateway_uri": GATEWAYS[1]}
    assert fleet.changes("gateway_drain", **chosen, gateway_profile="gateway") == 3
    drained = {GATEWAYS[0]: "active", GATEWAYS[1]: "disabled"}
    assert fleet.each(states) == [drained] * 3
    assert fleet.changes("gateway_drain", **chosen) == 0
    # The last one that is left stays, however its URI is written.
    for spellings in SPELLINGS:
        variables = [f"gateway_uri='{each}'" for each in spellings]
        fleet.write_inventory(dict(zip(fleet.labs, variables, strict=True)))
        run = fleet.play("gateway_drain", gateway_set=1)
        assert [run.recap[name]["failed"] for name in fleet.labs] == [1, 1, 1], run.output
        assert "only 0 active destinations would be left in set 1" in run.output
    assert fleet.each(states) == [drained] * 3
    assert fleet.changes("gateway_undrain", **chosen) == 3
    assert fleet.each(states) == [{GATEWAYS[0]: "active", GATEWAYS[1]: "active probed"}] * 3
    assert fleet.changes("gateway_undrain", **chosen, gateway_answers=5) == 0


def test_a_media_node_is_drained_and_comes_back(fleet: Fleet) -> None:
    def in_use(lab: LabServer) -> list[str]:
        return [node.url for node in lab.modules["rtpengine"].nodes if not node.disabled]

    assert fleet.changes("media_drain", media_url=MEDIA[0]) == 3
    assert fleet.each(in_use) == [MEDIA[1:]] * 3
    for url in (MEDIA[1], MEDIA[1].upper()):
        run = fleet.play("media_drain", media_url=url)
        assert "only 0 working nodes would be left in set 0" in run.output
        assert run.counter("failed") == 3
    assert fleet.each(in_use) == [MEDIA[1:]] * 3
    assert fleet.changes("media_drain", "--check", media_url=MEDIA[0]) == 0
    assert fleet.changes("media_undrain", media_url=MEDIA[0]) == 3
    assert fleet.each(in_use) == [MEDIA] * 3


def test_all_or_nothing(fleet: Fleet) -> None:
    """Where one server has no other gateway or node left, none is changed."""
    fleet.labs["c"].modules["dispatcher"].find(1, GATEWAYS[0]).flags = 4
    run = fleet.play("gateway_drain", gateway_set=1, gateway_uri=GATEWAYS[1])
    assert run.recap["c"]["failed"] == 1
    assert [states(lab)[GATEWAYS[1]] for lab in fleet.labs.values()] == ["active"] * 3
    node = fleet.labs["b"].modules["rtpengine"].nodes[1]
    node.reachable, node.disabled = False, True
    run = fleet.play("media_drain", media_url=MEDIA[0])
    assert run.recap["b"]["failed"] == 1
    nodes = [lab.modules["rtpengine"].nodes[0] for lab in fleet.labs.values()]
    assert [each.disabled for each in nodes] == [False] * 3


NEW = [{"uri": GATEWAYS[0]}, {"uri": "sip:192.0.2.13:5060"}]


def test_destinations_are_rolled_out_one_server_after_the_other(fleet: Fleet) -> None:
    rollout = {"rollout_set": 1, "rollout_destinations": NEW}
    assert fleet.changes("dispatcher_rollout", "--check", **rollout) == 3
    assert fleet.each(states) == [dict.fromkeys(GATEWAYS, "active")] * 3
    assert fleet.changes("dispatcher_rollout", **rollout) == 3
    wanted = {each["uri"]: "active" for each in NEW}
    assert fleet.each(states) == [wanted] * 3
    # What is drained stays drained, and is not waited for.
    for lab in fleet.labs.values():
        lab.modules["dispatcher"].find(1, GATEWAYS[0]).flags = 4
    rollout["rollout_destinations"] = [
        {"uri": each["uri"][4:].replace(":5060", "")} for each in NEW
    ]
    assert fleet.changes("dispatcher_rollout", **rollout, rollout_serial="100%") == 0
    assert fleet.each(states) == [{**wanted, GATEWAYS[0]: "disabled"}] * 3


def test_a_rollout_ends_with_the_first_server_that_is_not_well(fleet: Fleet) -> None:
    fleet.labs["b"].failures.add("busy", method="dispatcher.add")
    run = fleet.play("dispatcher_rollout", rollout_set=1, rollout_destinations=NEW)
    assert run.returncode != 0
    assert run.recap["b"]["failed"] == 1
    assert "c" not in run.recap
    before = dict.fromkeys(GATEWAYS, "active")
    assert states(fleet.labs["a"]) == {each["uri"]: "active" for each in NEW}
    assert states(fleet.labs["c"]) == before


REFUSED = [
    {"uri": "sip:gone.example"},
    {"uri": "sip:192.0.2.13", "attrs": "duid=gw 1"},
    {"uri": "sip:192.0.2.14", "attrs": "socket=udp:192.0.2.99:5060"},
]


def test_a_rollout_never_empties_a_set(fleet: Fleet) -> None:
    """Destinations that the server answers with Ok and does not take leave the old ones alone."""
    for lab in fleet.labs.values():
        lab.modules["dns"].addresses["gone.example"] = ""
        lab.modules["dispatcher"].find(1, GATEWAYS[1]).flags = 4
    run = fleet.play("dispatcher_rollout", rollout_set=1, rollout_destinations=REFUSED)
    assert run.recap["a"]["failed"] == 1, run.output
    assert fleet.each(states) == [{GATEWAYS[0]: "active", GATEWAYS[1]: "disabled"}] * 3


def test_a_rollout_waits_for_health(fleet: Fleet) -> None:
    inactive = [{"uri": GATEWAYS[0]}, {"uri": GATEWAYS[1], "flags": 1}]
    options = {
        "rollout_set": 1,
        "rollout_destinations": [*inactive, {"uri": "sip:192.0.2.14", "flags": 1}],
    }
    run = fleet.play("dispatcher_rollout", **options, rollout_least=3, rollout_wait=1)
    assert run.returncode != 0
    assert sorted(run.recap) == ["a"]
    assert fleet.changes("dispatcher_rollout", **options, rollout_least=2) == 2


def test_debugging_ends_by_itself(fleet: Fleet) -> None:
    def level(lab: LabServer) -> list[Any]:
        return [call.params for call in lab.calls.of("cfg.seti")]

    assert fleet.changes("debug_for_a_while", "--check", debug_minutes=10) == 3
    assert fleet.each(level) == [[]] * 3
    assert fleet.changes("debug_for_a_while", debug_minutes=0.02) == 6
    for levels in fleet.each(level):
        (_core, _debug, raised), (_also, _same, back) = levels
        assert (raised, back < 3) == (3, True)


def test_a_feature_flag(fleet: Fleet) -> None:
    def flag(lab: LabServer) -> Any:
        with Client(lab.addresses[0]) as client:
            try:
                return client.call("htable.get", "features", "recording")[0]["item"]["value"]
            except NotFound:
                return None

    assert fleet.changes("feature_flag", flag_name="recording", flag_value=1) == 3
    assert fleet.each(flag) == [1] * 3
    assert fleet.changes("feature_flag", flag_name="recording", flag_value="1") == 0
    assert fleet.changes("feature_flag", flag_name="recording", flag_state="absent") == 3
    assert fleet.each(flag) == [None] * 3


def test_a_reload_after_the_database_has_changed(fleet: Fleet) -> None:
    row = {"grp": 1, "ip_addr": "192.0.2.99", "mask": 32, "port": 0, "tag": "new"}
    for lab in fleet.labs.values():
        lab.modules["permissions"].addresses.append(row)
    # Its first reload is refused, as one that comes too soon.
    fleet.labs["b"].failures.add("busy", method="permissions.addressReload", count=1)
    assert fleet.changes("reload_after_database_change", reload_what=["permissions"]) == 3
    reloads = fleet.each(lambda lab: len(lab.calls.of("permissions.addressReload")))
    assert [number >= 1 for number in reloads] == [True] * 3
    run = fleet.play("reload_after_database_change", reload_what="permissions")
    assert run.returncode != 0
    assert "reload_what" in run.output
