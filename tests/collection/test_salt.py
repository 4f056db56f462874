# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Salt modules, installed from their package, with a Salt that has no master."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kamailio_binrpc.lab import Configuration, Dispatcher, HashTables, LabServer, SharedVariables
from tests.collection.conftest import ROOT

sys.path.insert(0, str(ROOT / "tools"))

import pythons
import venvs

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

GATEWAYS = ["sip:127.0.0.1:5081", "sip:127.0.0.1:5082"]
NEW = "sip:127.0.0.1:5099"
STATES = {
    "limit": {"kamailio.htable_item_present": [{"table": "t"}, {"value": 5}]},
    "stale": {"kamailio.htable_item_absent": [{"table": "t"}]},
    GATEWAYS[0]: {"kamailio.dispatcher_state": [{"set_id": 1}, {"status": "disabled"}]},
    NEW: {"kamailio.dispatcher_destination_present": [{"set_id": 77}, {"priority": 4}]},
    "gone": {
        "kamailio.dispatcher_destination_absent": [{"set_id": 2}, {"uri": "sip:127.0.0.2:5082"}]
    },
    "lab.max_calls": {"kamailio.cfg_set": [{"value": 25}]},
    "maintenance": {"kamailio.shv_set": [{"value": 1}]},
    "loud": {"kamailio.debug_level": [{"level": 3}]},
}


@pytest.fixture(scope="session")
def salt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the programs of an environment with Salt and the modules; the library is not there."""
    python = pythons.find("3.11")
    if python is None or shutil.which("cc") is None:
        pytest.skip("Salt needs Python 3.11, and a compiler for what has no wheels")
    bin_dir = venvs.ensure("salt", python, "salt", ("salt", "timelib"))
    wheels = tmp_path_factory.mktemp("wheels")
    build = [sys.executable, ROOT / "tools" / "salt.py", "--output", wheels]
    install = [bin_dir / "python", "-m", "pip", "install", "-q", "--no-deps", "--force-reinstall"]
    checked(build)
    checked([*install, next(wheels.glob("kamailio_salt-*.whl"))])
    return bin_dir


def checked(command: list[Any]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(params=["kamailio", "lab"])
def server(
    request: pytest.FixtureRequest, kamcmd_program: str, tmp_path: Path
) -> Iterator[tuple[str, Callable[..., str]]]:
    """Give the address of either kind of server, and a kamcmd for it."""
    if request.param == "kamailio":
        address = request.getfixturevalue("make_kamailio")().endpoints["tcp"]
        yield address, kamcmd(kamcmd_program, address)
        return
    modules = [
        HashTables({"t": {}}),
        Dispatcher({1: GATEWAYS, 2: ["sip:127.0.0.2:5081", "sip:127.0.0.2:5082"]}),
        Configuration({"lab": {"max_calls": 10}}),
        SharedVariables({"maintenance": 0}),
    ]
    with LabServer(binrpc="tcp:127.0.0.1:0", modules=modules).running_in_thread() as lab:
        yield lab.addresses[0], kamcmd(kamcmd_program, lab.addresses[0])


def kamcmd(program: str, address: str) -> Callable[..., str]:
    def call(*arguments: str) -> str:
        command = [program, "-s", address, *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=10, check=True
        ).stdout

    return call


@pytest.fixture
def call(salt: Path, server: tuple[str, Callable[..., str]], tmp_path: Path) -> Callable[..., Any]:
    """Run salt-call and return what it returns, or its text if it fails."""
    files = tmp_path / "files"
    files.mkdir()
    (files / "kam.sls").write_text(json.dumps(STATES))
    minion = {
        "file_client": "local",
        "id": "test",
        "root_dir": str(tmp_path / "root"),
        "file_roots": {"base": [str(files)]},
        "pillar_roots": {"base": [str(tmp_path / "pillar")]},
        "kamailio": {"endpoint": server[0]},
    }
    (tmp_path / "minion").write_text(json.dumps(minion))

    def run(*arguments: str) -> Any:
        command = [salt / "salt-call", "-c", tmp_path, "--local", "--out=json", *arguments]
        done = subprocess.run(
            command,
            # The library out of the tree: installing it takes a compiler once more.
            env={**os.environ, "PYTHONPATH": str(ROOT / "sdk"), "PYTHONWARNINGS": "ignore"},
            capture_output=True,
            text=True,
            check=False,
        )
        if not done.stdout.strip():
            return done.stderr
        return json.loads(done.stdout)["local"]

    return run


def outcomes(returned: dict[str, Any]) -> dict[str, tuple[Any, bool]]:
    """Map names of states to their result, and whether they changed something."""
    return {each["name"]: (each["result"], bool(each["changes"])) for each in returned.values()}


def test_states(call: Callable[..., Any], server: tuple[str, Callable[..., str]]) -> None:
    kamcmd = server[1]
    kamcmd("htable.sets", "t", "stale", "s:x")

    tested = call("state.apply", "kam", "test=True")
    assert outcomes(tested) == dict.fromkeys(STATES, (None, True)), tested
    assert "max_calls" not in kamcmd("cfg.get", "lab", "max_calls")
    assert kamcmd("pv.shvGet", "maintenance").count("value: 0") == 1

    applied = call("state.apply", "kam")
    assert outcomes(applied) == dict.fromkeys(STATES, (True, True)), applied
    assert "value: 5" in kamcmd("htable.get", "t", "limit")
    assert "doesn't exist" in kamcmd("htable.get", "t", "stale")
    listed = [line.strip() for line in kamcmd("dispatcher.list").splitlines()]
    assert listed[listed.index(f"URI: {GATEWAYS[0]}") + 1] == "FLAGS: DX"
    assert listed[listed.index(f"URI: {NEW}") + 2] == "PRIORITY: 4"
    assert "URI: sip:127.0.0.2:5082" not in listed
    assert kamcmd("cfg.get", "lab", "max_calls").strip() == "25"
    assert "value: 1" in kamcmd("pv.shvGet", "maintenance")
    assert kamcmd("cfg.get", "core", "debug").strip() == "3"
    limit = next(each for each in applied.values() if each["name"] == "limit")
    assert limit["changes"] == {"old": {}, "new": {"value": 5}}
    assert "lost at a restart" in limit["comment"]

    again = call("state.apply", "kam")
    assert outcomes(again) == dict.fromkeys(STATES, (True, False)), again


def test_calls(call: Callable[..., Any]) -> None:
    assert call("kamailio.rpc", "core.version").startswith("kamailio ")
    call("kamailio.rpc", "htable.seti", "t", "a", "7")
    assert call("kamailio.rpc", "htable.get", "t", "a")["item"]["value"] == 7
    assert call("kamailio.facts", "!all", "uptime")["uptime"]["seconds"] >= 0
    uris = {each["uri"]: each["state"] for each in call("kamailio.destinations")}
    assert uris[GATEWAYS[0]] == "active"


def test_failures(call: Callable[..., Any]) -> None:
    assert "Key name doesn't exist" in call("kamailio.rpc", "htable.get", "t", "none")
    assert "cannot connect" in call("kamailio.rpc", "core.version", "endpoint=tcp:127.0.0.1:1")
    single = ["state.single", "kamailio.htable_item_present", "name=a", "value=1"]
    (failed,) = call(*single, "table=none").values()
    assert failed["result"] is False
    assert "No such htable" in failed["comment"]
    (failed,) = call(*single, "table=t", "endpoint=tcp:127.0.0.1:1").values()
    assert failed["result"] is False
    assert "cannot connect" in failed["comment"]
    (failed,) = call(*single, "table=t", "endpiont=tcp:127.0.0.1:1").values()
    assert failed["comment"] == "there is no option endpiont"
    wrong = ["state.single", "kamailio.dispatcher_state", "name=sip:a", "set_id=1", "status=up"]
    (failed,) = call(*wrong).values()
    assert "status is one of active" in failed["comment"]
