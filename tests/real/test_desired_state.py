# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc plan``, ``apply``, ``drift`` and ``rollback`` on a running Kamailio."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kamailio_binrpc import Client

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(300)]

KAMRPC = Path(sys.executable).parent / "kamrpc"
WANTED = """version: 1
name: routing
htable:
  t: {items: {recording: 1, greeting: "hello \\u00e9"}, absent: [old]}
pv: {shv: {maintenance: 1, banner: closed}}
cfg: {core: {debug: 1}}
dispatcher:
  "1":
    destinations:
      - {uri: "sip:127.0.0.1:5091", attrs: "weight=50;duid=a", state: enabled}
      - {uri: "sip:127.0.0.1:5092", state: disabled}
"""


@pytest.fixture
def server(make_kamailio):
    eager = 'modparam("dispatcher", "reload_delta", 0)'
    server = make_kamailio(extra_config=eager)
    with Client(server.endpoints["unix"]) as client:
        client.call("htable.sets", "t", "old", "7")
        yield server


@pytest.fixture
def run(server, tmp_path):
    """Run kamrpc with a server; return its status and the data of its JSON."""
    (tmp_path / "wanted.yml").write_text(WANTED)
    environment = {**os.environ, "KAMRPC_CONFIG": "", "KAMRPC_ENDPOINT": server.endpoints["unix"]}

    def run(command, *words):
        journals = [] if command in {"plan", "drift"} else ["--journals", str(tmp_path / "j")]
        found = subprocess.run(
            [KAMRPC, command, "-o", "json", "-t", "30", *journals, *words],
            check=False,
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=200,
        )
        assert found.stdout, found.stderr.decode()
        return found.returncode, json.loads(found.stdout)

    return run


def addresses(data):
    return {change["address"] for server in data["servers"] for change in server["changes"]}


def picture(server):
    """Return what the server holds, as kamcmd shows it, without what it sets by itself."""
    with Client(server.endpoints["unix"], 30.0) as client:
        sets = client.call("dispatcher.list").to_json()
        return {
            "t": client.call("htable.dump", "t").to_json(),
            "shv": client.call("pv.shvGet").to_json(),
            "debug": client.call("cfg.get", "core", "debug").to_json(),
            "dispatcher": sorted(
                (each["SET"]["ID"], dest["DEST"]["URI"], dest["DEST"]["FLAGS"])
                for each in sets[0]["RECORDS"]
                for dest in each["SET"]["TARGETS"]
            ),
        }


def test_from_a_plan_to_a_rollback(server, run):
    before = picture(server)
    status, data = run("plan", "wanted.yml")
    wanted = addresses(data)
    assert status == 9
    assert {"htable.t.recording", "htable.t.old", "pv.shv.maintenance"} < wanted
    assert picture(server) == before

    status, data = run("apply", "-y", "wanted.yml")
    assert (status, data["servers"][0]["outcome"]) == (0, "changed"), data
    id_ = data["id"]
    assert run("plan", "wanted.yml")[0] == 0
    status, data = run("apply", "-y", "wanted.yml")
    assert (status, data["servers"][0]["outcome"]) == (0, "unchanged")

    server.kamcmd("htable.seti", "t", "recording", "0")
    server.kamcmd("dispatcher.set_state", "a", "1", "sip:127.0.0.1:5092")
    status, data = run("drift", "wanted.yml")
    assert status == 9
    assert len(addresses(data)) == 2
    assert "htable.t.recording" in addresses(data)

    status, data = run("apply", "-y", "wanted.yml")
    assert (status, data["servers"][0]["outcome"]) == (0, "changed"), data
    assert run("drift", "wanted.yml")[0] == 0
    assert run("rollback", "-y", data["id"])[0] == 0
    status, data = run("drift", "wanted.yml")
    assert len(addresses(data)) == 2

    server.kamcmd("htable.seti", "t", "recording", "1")
    server.kamcmd("dispatcher.set_state", "d", "1", "sip:127.0.0.1:5092")
    status, data = run("rollback", "-y", id_)
    assert (status, data["servers"][0]["outcome"]) == (0, "undone"), data
    assert picture(server) == before


@pytest.mark.parametrize(
    "old, new",
    [
        pytest.param("debug: 1", "debug: 1, nosuch: 1", id="before the first write"),
        pytest.param("sip:127.0.0.1:5092", "sip:nosuch.invalid:5092", id="by the server"),
    ],
)
def test_a_change_that_is_refused_leaves_nothing(server, run, tmp_path, old, new):
    before = picture(server)
    (tmp_path / "wanted.yml").write_text(WANTED.replace(old, new))
    status, data = run("apply", "-y", "wanted.yml")
    assert (status, data["servers"][0]["outcome"]) in ((12, "refused"), (10, "undone")), data
    assert data["servers"][0]["error"]
    assert picture(server) == before


def test_after_a_restart_nothing_is_undone(server, run):
    status, data = run("apply", "-y", "wanted.yml")
    assert status == 0
    server.restart()
    fresh = picture(server)
    run("rollback", "-y", data["id"])
    assert picture(server) == fresh
    rows = run("history")[1]["changes"]
    assert [row["state"] for row in rows] == ["restarted"]
