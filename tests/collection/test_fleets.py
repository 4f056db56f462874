# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Calls from the controller, and one task for many endpoints, in real plays."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import HashTables, LabServer
from tests.collection.conftest import BIN, ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

GATEWAY = "sip:192.0.2.11:5060"
REGISTRATION = {
    "l_uuid": "trunk-9",
    "l_username": "carol",
    "l_domain": "example.com",
    "r_username": "1009",
    "r_domain": "127.0.0.1",
    "auth_username": "1009",
    "auth_password": "not-secret-9",
    "auth_proxy": "sip:127.0.0.1:9",
    "expires": 360,
}
PROBE = {"method": "htable.get", "params": ["t", "p"], "path": "item.value", "expect": 5}
SETI = {"method": "htable.seti", "params": ["t", "p", 5]}
NUMBERS = {"k": 1, "other": "two", "{{ 'a' ~ 'b' }}": "{{ 'x' }}"}

JOURNALS = TemporaryDirectory()

# Each module with its options, in check mode, for real, and once more.
STATES: list[tuple[str, dict[str, Any]]] = [
    ("cfg", {"group": "core", "name": "debug", "value": "3"}),
    ("cfg", {"variables": {"core": {"debug": 2, "memlog": 4}}}),
    ("debug_level", {"level": 1}),
    ("dialog", {"state": "absent", "match": {"key": "ruri", "operator": "sw", "value": "sip:x"}}),
    ("dialog", {"state": "drained", "wait_timeout": 0.1}),
    ("dispatcher_destination", {"set_id": 7, "uri": "sip:192.0.2.70", "priority": "3"}),
    ("dispatcher_state", {"set_id": 1, "uri": GATEWAY, "state": "inactive", "probing": "no"}),
    ("htable", {"table": "t", "items": NUMBERS}),
    ("htable_item", {"table": "t", "key": "n", "value": 5}),
    ("htable_item", {"table": "t", "key": "s", "value": "{{ 5 ~ '' }}"}),
    ("htable_item", {"table": "t", "key": "v", "value": {"type": "int", "value": "{{ '7' }}"}}),
    ("htable_item", {"table": "t", "key": "n", "state": "absent"}),
    ("pipelimit", {"name": "p1", "algorithm": "RED", "limit": 7}),
    ("reload", {"what": "dispatcher"}),
    ("rpc", {**SETI, "probe": PROBE}),
    ("rpc", {"calls": [SETI, {"method": "core.version"}, {"method": "no.such"}]}),
    ("rpc", {"method": "core.echo", "params": ["a", 1, 2.5, True, {"type": "str", "value": 5}]}),
    ("rtpengine_node", {"url": "all", "state": "disabled"}),
    ("shv", {"name": "maintenance", "value": 1}),
    (
        "state",
        {
            "document": {"version": 1, "htable": {"plan": {"items": {"state": "text", "2": 5}}}},
            "journals": f"{JOURNALS.name}/journals",
        },
    ),
    ("toggle", {"what": "siptrace", "enabled": True}),
    ("uac_registration", REGISTRATION),
    ("usrloc_contact", {"aor": "door", "contact": "sip:192.0.2.70:5060", "q": 0.5}),
    ("wait_for", {"method": "core.version", "expect": "nobody", "wait_timeout": 0.05}),
    ("ctl_facts", {"gather_subset": ["!all", "!min", "modules", "tcp"]}),
    ("ctl_info", {"gather_subset": ["!all", "!min", "modules"]}),
    ("permissions_info", {"gather_subset": ["trusted"]}),
    ("stats_info", {"names": ["core:"]}),
    ("cfg_info", {"group": "core"}),
    ("dialog_info", {"match": {"key": "furi", "operator": "sw", "value": "sip:carol"}}),
    ("dispatcher_info", {"set_id": 1}),
    ("htable_info", {"table": "t"}),
    ("pipelimit_info", {}),
    ("uac_info", {}),
    ("usrloc_info", {"aor": "static"}),
]

FAILURES: list[tuple[str, dict[str, Any]]] = [
    ("htable_item", {"table": "t", "key": "k"}),
    ("htable_item", {"table": "t", "key": "k", "value": 1, "state": "gone"}),
    ("htable_item", {"table": "t", "key": "k", "value": 1, "colour": "red"}),
    ("htable_item", {"table": "nowhere", "key": "k", "value": 1}),
    ("htable_item", {"table": "t", "key": "k", "value": 1.5}),
    ("htable_item", {"table": "t", "key": "k", "value": 1, "timeout": -1}),
    ("cfg", {"group": "core", "value": 1}),
    ("ctl_info", {"gather_subset": ["nothing"]}),
    ("dispatcher_state", {"set_id": 99, "state": "active", "all": True}),
    ("dispatcher_state", {"set_id": 1, "state": "disabled", "uri": None}),
    ("htable", {"table": "t", "mode": "replaced", "items": {}}),
    ("htable_item", {"table": "t", "key": "n", "value": None}),
    ("htable_item", {"table": "t", "key": None, "value": 1}),
    ("cfg", {"variables": None}),
    ("rpc", {"method": None}),
    ("reload", {"what": "dispatcher", "table": "t"}),
    ("rpc", {"calls": [{"method": "a.b", "params": [None]}]}),
    ("rpc", {"calls": [SETI], "method": "core.version"}),
    ("uac_registration", {**REGISTRATION, "auth_ha1": "x"}),
    ("uac_registration", {"l_uuid": "not-secret-9", "auth_password": "not-secret-9"}),
]


def oldest() -> Path:
    sys.path.insert(0, str(ROOT / "tools"))
    import ansible_test
    import venvs

    return venvs.ensure("ansible-oldest", ansible_test.controller("oldest"), "ansible-oldest")


@pytest.fixture
def labs() -> Iterator[Callable[[int], list[LabServer]]]:
    with ExitStack() as stack:

        def make(count: int) -> list[LabServer]:
            return [
                stack.enter_context(
                    LabServer(
                        "tcp:127.0.0.1:0", modules=[HashTables({"t": {}, "plan": {}})]
                    ).running_in_thread()
                )
                for _server in range(count)
            ]

        yield make


def item(lab: LabServer, key: str) -> Any:
    with Client(lab.addresses[0]) as client:
        return client.call("htable.get", "t", key)[0]["item"]["value"]


def plain(result: Any, address: str) -> Any:
    """Return a result without what differs from server to server and from run to run."""
    if isinstance(result, dict):
        return {
            name: [each["value"] for each in value] if name == "progress" else plain(value, address)
            for name, value in result.items()
            if name not in ("elapsed", "id", "tries", "discovered_interpreter_python")
        }
    if isinstance(result, list):
        return [plain(value, address) for value in result]
    return result.replace(address, "ENDPOINT") if isinstance(result, str) else result


@pytest.mark.parametrize("core", ["newest", "oldest"])
def test_action_module_and_relay_have_one_result(labs: Any, play_tasks: Any, core: str) -> None:
    tried = {f"kamailio_{name}" for name, _options in STATES}
    assert tried == {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
    first, second, third = labs(3)
    inventory = {
        "host": {"endpoint": first.addresses[0], "run_on": "host"},
        "controller": {"endpoint": second.addresses[0], "run_on": "controller"},
        "relay": {"endpoint": third.addresses[0], "run_on": "relay"},
    }
    # The oldest differs in what runs modules: there each is tried once.
    states = STATES if core == "newest" else list(dict(reversed(STATES)).items())
    failures = FAILURES if core == "newest" else FAILURES[:4]

    def steps(name: str) -> tuple[str, ...]:
        if name.endswith(("_info", "_facts")):
            return ("change",)  # nothing is
        return ("check", "change", "again") if core == "newest" else ("change",)

    tasks = {
        f"{number} {name} {step}": {
            f"kamailio.ctl.kamailio_{name}": options,
            "check_mode": step == "check",
            "diff": True,
        }
        for number, (name, options) in enumerate(states + failures)
        for step in (steps(name) if number < len(states) else ("failure",))
    }
    defaults = {"endpoint": "{{ endpoint }}", "run_on": "{{ run_on }}"}
    bin_dir = BIN if core == "newest" else oldest()
    found = play_tasks(inventory, tasks, defaults, bin_dir=bin_dir)()
    changes = failed = 0
    for name in tasks:
        host, controller, relay = (
            plain(found[side][name], inventory[side]["endpoint"])
            for side in ("host", "controller", "relay")
        )
        assert controller == host, name
        if " state " in name:  # its journal and its guardian belong to the host
            assert relay["failed"]
            assert "run_on: relay is impossible here" in relay["msg"]
        else:
            assert relay == host, name
        changes += host["changed"]
        failed += name.endswith("failure") and host["failed"]
        assert "not-secret-9" not in str(host), name
    assert changes > (30 if core == "newest" else 10)
    assert failed == len(failures)


def test_one_task_for_many_endpoints(labs: Any, play_tasks: Any, tmp_path: Path) -> None:
    servers = labs(3)
    config = tmp_path / "config.ini"
    names = {f"edge{number}": lab.addresses[0] for number, lab in enumerate(servers)}
    lines = ["[endpoints]", *(f"{name} = {text}" for name, text in names.items())]
    config.write_text("\n".join([*lines, "[groups]", f"edge = {' '.join(names)}"]))
    with Client(servers[1].addresses[0]) as client:
        client.call("htable.seti", "t", "k", 9)
    change = {"table": "t", "key": "k", "value": 9}
    module = "kamailio.ctl.kamailio_htable_item"
    nobody = {"edge0": names["edge0"], "gone": "tcp:127.0.0.1:1"}
    tasks: dict[str, dict[str, Any]] = {
        "check": {module: change | {"endpoints": "edge"}, "check_mode": True, "diff": True},
        "change": {module: change | {"endpoints": ["edge"], "run_on": "host"}, "diff": True},
        "again": {module: change | {"endpoints": list(names.values())}},
        "mapping": {module: change | {"value": 10, "endpoints": nobody}},
        "unknown": {module: change | {"endpoints": ["edge", "nowhere"]}},
        "nobody": {module: change | {"endpoints": []}},
        "rpc": {"kamailio.ctl.kamailio_rpc": {"endpoints": "edge", "method": "core.version"}},
        "info": {"kamailio.ctl.kamailio_stats_info": {"endpoints": "edge"}},
    }
    run = play_tasks(
        {"here": {}},
        tasks,
        {"endpoint": "unix:/nowhere"},
        environment={"KAMRPC_CONFIG": str(config)},
    )
    found = run()["here"]

    assert found["check"]["changed_count"] == 2
    assert [each["changed"] for each in found["check"]["results"]] == [True, False, True]
    assert [each["before_header"] for each in found["check"]["diff"]] == ["edge0", "edge2"]
    assert found["change"]["changed"] is True
    assert [each["name"] for each in found["change"]["results"]] == list(names)
    assert [each["endpoint"] for each in found["change"]["results"]] == list(names.values())
    assert found["change"]["results"][0]["diff"] == {"before": {}, "after": {"value": 9}}
    assert len(found["change"]["warnings"]) == 1
    assert found["again"]["changed"] is False
    assert [item(lab, "k") for lab in servers] == [10, 9, 9]

    failed = found["mapping"]
    assert (failed["failed"], failed["changed"]) == (True, True)
    assert (failed["changed_count"], failed["failed_count"]) == (1, 1)
    assert "1 of 2 endpoints failed. gone: " in failed["msg"]
    assert "Nothing was changed" in failed["results"][1]["msg"]
    assert "there is no endpoint or group nowhere" in found["unknown"]["msg"]
    assert found["nobody"]["skipped"] is True
    versions = {each["value"] for each in found["rpc"]["results"]}
    assert len(versions) == 1
    assert all("core" in each["stats"] for each in found["info"]["results"])


def test_where_auto_makes_its_calls(
    labs: Any, play_tasks: Any, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A connection that is not local, and fails: only calls from the controller succeed."""
    (lab,) = labs(1)
    folder = tmp_path_factory.mktemp("lab")
    unix = LabServer(f"unix:{folder}/s")
    task = {"kamailio.ctl.kamailio_rpc": {"method": "core.version"}}

    def with_options(**options: Any) -> dict[str, Any]:
        return {"kamailio.ctl.kamailio_rpc": {"method": "core.version", **options}}

    local = {"vars": {"ansible_connection": "local"}}
    tasks: dict[str, dict[str, Any]] = {
        "auto": task,
        "controller": with_options(run_on="controller"),
        "host": with_options(run_on="host"),
        "local": task | local,
        "unix": with_options(endpoint=f"unix:{folder}/s") | local,
        "elsewhere": with_options(endpoint="udp:192.0.2.1", timeout=0.1),
        "elsewhere on host": with_options(endpoint="udp:192.0.2.1", timeout=0.1, run_on="host"),
        "delegated": with_options(endpoint="udp:192.0.2.1", timeout=0.1)
        | {"delegate_to": "another"},
        "many": with_options(endpoints=["udp:192.0.2.1", "tcp:127.0.0.1:1"], timeout=0.1),
        "async": with_options(run_on="controller") | local | {"async": 20, "poll": 1},
        "async on host": task | local | {"async": 20, "poll": 1},
    }
    for each in tasks.values():
        each["ignore_unreachable"] = True
    ssh = tmp_path / "ssh"
    ssh.write_text("#!/bin/sh\nexit 255\n")  # no connection
    ssh.chmod(0o755)
    hosts = {"remote": {"endpoint": lab.addresses[0], "ansible_ssh_executable": str(ssh)}}
    with unix.running_in_thread():
        run = play_tasks(hosts, tasks, {"endpoint": "{{ endpoint }}"}, connection="ssh")
        found = run()["remote"]

    went = {
        name
        for name, result in found.items()
        if not result.get("unreachable") and not result.get("failed")
    }
    # The address is the loopback one, and so another machine's own.
    assert went == {"controller", "local", "unix", "async on host"}
    unreachable = {name for name, result in found.items() if result.get("unreachable")}
    assert unreachable == {"auto", "host", "elsewhere on host", "delegated", "many"}
    assert "run_on: host" in found["elsewhere"]["msg"]
    assert "async" in found["async"]["msg"]


def test_batches_stop_after_too_many_failures(labs: Any, play_tasks: Any) -> None:
    good = [lab.addresses[0] for lab in labs(4)]
    bad = [f"tcp:127.0.0.1:{port}" for port in (1, 2)]
    module = "kamailio.ctl.kamailio_htable_item"
    change = {"table": "t", "key": "k", "value": 1, "serial": [1, "34%"]}
    order = [good[0], bad[0], good[1], bad[1], good[2], good[3]]
    tasks = {
        "at all": {module: change | {"endpoints": order}},
        "half": {module: change | {"endpoints": order, "max_fail_percentage": 50, "value": 2}},
    }
    found = play_tasks({"here": {}}, tasks, {})()["here"]
    stopped = found["at all"]
    assert stopped["failed"] is True
    assert [each.get("skipped", False) for each in stopped["results"]] == [False] * 3 + [True] * 3
    assert [each["changed"] for each in stopped["results"]] == [True, False, True] + [False] * 3
    assert (stopped["failed_count"], stopped["skipped_count"]) == (1, 3)
    allowed = found["half"]
    assert allowed.get("failed", False) is False
    assert (allowed["changed_count"], allowed["failed_count"], allowed["skipped_count"]) == (
        4,
        2,
        0,
    )
    assert any("2 of 6 endpoints failed" in text for text in allowed["warnings"])
