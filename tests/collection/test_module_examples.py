# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every example in the documentation of a module runs, in one ansible-playbook, on lab servers."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.vars.reserved import get_reserved_names

from kamailio_binrpc.lab import (
    Configuration,
    Dialogs,
    Dispatcher,
    HashTables,
    LabServer,
    Permissions,
    PipeLimit,
    Registrations,
    RtpEngine,
    UserLocation,
)

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "plugins" / "modules").glob("*.py"))

GATEWAYS = [
    {"uri": f"sip:192.0.2.{number}:5060", "attrs": f"duid=gw{number - 9}"}
    for number in (10, 11, 12, 14)
]
PROBED = [{**GATEWAYS[0], "flags": 8}, *GATEWAYS[1:]]
TRUNK = {
    "l_uuid": "trunk1",
    "l_username": "trunk1",
    "l_domain": "example.com",
    "r_username": "trunk1",
    "r_domain": "example.net",
    "realm": "example.net",
    "auth_username": "trunk1",
    "auth_password": "secret",
    "auth_proxy": "sip:example.net",
    "expires": 360,
}
GROUP = "group/kamailio.ctl.kamailio"
VARIABLES = {
    "customer": "acme",
    "lifetime": "30",
    "max_calls": "10",
    "routes": {"49": "gw1", "43": "gw2"},
    "trunk_password": "secret",
}
DOCUMENT = {"version": 1, "dispatcher": {"1": {"destinations": [{"uri": GATEWAYS[0]["uri"]}]}}}


def examples(path: Path) -> list[dict[str, Any]]:
    """Return the tasks of a module's EXAMPLES."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "EXAMPLES":
            tasks: list[dict[str, Any]] = yaml.safe_load(ast.literal_eval(node.value))
            return tasks
    raise AssertionError(f"{path.name} has no EXAMPLES")


def lab_server() -> LabServer:
    """Make a server that has what the examples name."""
    modules = [
        HashTables(
            {
                "features": {"obsolete": 1, "old": 1, "recording": 0},
                "limits": {},
                "greetings": {},
            },
            {"blocked": {"autoexpire": 7200}, "routes": {"dbtable": "routes"}},
            {"routes": {"49": "gw2"}},
        ),
        Dispatcher({1: PROBED, 2: GATEWAYS[:2]}, reload_delta=0),
        Configuration(
            {
                "core": {"debug": 2, "memlog": 3},
                "drain": {"level": 0},
                "limits": {"max_calls": 10, "message": "Busy"},
            }
        ),
        Dialogs(profiles={"trunk": True}, dialogs=[]),
        Permissions([{"grp": 1, "ip_addr": "192.0.2.10", "mask": 32}], reload_delta=0),
        PipeLimit({"tenant-7": {"algorithm": "TAILDROP", "limit": 10}}),
        Registrations([TRUNK]),
        RtpEngine([{"url": "udp:192.0.2.40:2223"}, {"url": "udp:192.0.2.41:2223"}]),
        UserLocation({"location": {"alice": [{"Address": "sip:192.0.2.80:5060"}]}}),
    ]
    return LabServer("tcp:127.0.0.1:0", modules=modules)


def play_of(path: Path, first: str, second: str, folder: Path) -> dict[str, Any]:
    """Return a play with a module's examples, for the server at hand and "another server"."""
    config = folder / f"{path.stem}.ini"
    config.write_text(f"[endpoints]\nedge1 = {first}\n[groups]\neveryone = edge1\n", "utf-8")
    config.chmod(0o600)
    text = json.dumps(examples(path))
    for shown, real in (
        ("tcp:192.0.2.2:2049", second),
        ("tcp:127.0.0.1:2049", first),
        ("tcp:10.0.0.5:2049", first),
        ("/usr/local/bin/test-call", "/bin/true"),
        # Nothing is waited for here; a mistake should not take an hour.
        ('"wait_timeout": 3600', '"wait_timeout": 20'),
    ):
        text = text.replace(shown, real)
    defaults = {"endpoint": first, "timeout": 20, "config_file": str(config)}
    return {
        "hosts": "sbc",
        "name": path.stem,
        "connection": "local",
        "gather_facts": False,
        "module_defaults": {GROUP: defaults},
        # One that fails does not hide the others.
        "ignore_errors": True,
        "tasks": json.loads(text),
    }


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_example_runs(play: Any, tmp_path: Path) -> None:
    with ExitStack() as stack:
        plays = []
        for path in MODULES:
            labs = [stack.enter_context(lab_server().running_in_thread()) for _other in range(2)]
            plays.append(play_of(path, *(lab.addresses[0] for lab in labs), tmp_path))
        playbook = tmp_path / "examples.yml"
        playbook.write_text(json.dumps(plays), "utf-8")
        (tmp_path / "gateways.yml").write_text(json.dumps(DOCUMENT), "utf-8")
        inventory = tmp_path / "inventory.yml"
        hosts = {"edge1": {"ctl_endpoint": plays[0]["module_defaults"][GROUP]["endpoint"]}}
        inventory.write_text(json.dumps({"sbc": {"hosts": hosts, "vars": VARIABLES}}), "utf-8")
        run = play(playbook, "--inventory", str(inventory))
    tasks = sum(len(each["tasks"]) for each in plays)
    print(f"{tasks} examples of {len(plays)} modules: {run.recap}")
    assert run.counter("ignored") == 0, run.output
    # Blocks count as the tasks in them.
    assert run.counter("ok") + run.counter("skipped") >= tasks


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_example_uses_a_reserved_name(path: Path) -> None:
    reserved = get_reserved_names() - {"name"}

    def variables(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from value.get("vars", {})
            yield value.get("register", "")
            for each in value.values():
                yield from variables(each)
        elif isinstance(value, list):
            for each in value:
                yield from variables(each)

    assert not reserved & set(variables(examples(path)))
