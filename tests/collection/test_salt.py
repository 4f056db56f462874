# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Salt modules, installed from their package, with a Salt that has no master."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import (
    Configuration,
    Dispatcher,
    HashTables,
    LabServer,
    PipeLimit,
    SharedVariables,
)
from tests.collection.conftest import ROOT

sys.path.insert(0, str(ROOT / "tools"))

import pythons
import venvs

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

README = ROOT / "extensions" / "salt" / "README.md"
GATEWAYS = ["sip:127.0.0.1:5081", "sip:127.0.0.1:5082"]
NEW = "sip:127.0.0.1:5099"
GONE = "sip:127.0.0.2:5082"
MEDIA = "udp:192.0.2.40:2223"
SECRET = "not-secret-9"
# What kamctl's clients would send, for uac.reg_add.
TRUNK = ["carol", "example.com", "1009", "127.0.0.1", ".", "1009", SECRET, ".", "sip:127.0.0.1:9"]
REGISTRATION = {
    "l_username": "carol",
    "l_domain": "example.com",
    "r_username": "1009",
    "r_domain": "127.0.0.1",
    "auth_username": "1009",
    "auth_password": SECRET,
    "auth_proxy": "sip:127.0.0.1:9",
}
SLS = {
    "limit": {"kamailio.htable_item_present": [{"table": "t"}, {"value": 5}]},
    "stale": {"kamailio.htable_item_absent": [{"table": "t"}]},
    GATEWAYS[0]: {"kamailio.dispatcher_state_disabled": [{"set_id": 1}]},
    NEW: {"kamailio.dispatcher_destination_present": [{"set_id": 77}, {"priority": 4}]},
    "gone": {"kamailio.dispatcher_destination_absent": [{"set_id": 2}, {"uri": GONE}]},
    "max_calls": {"kamailio.cfg": [{"group": "lab"}, {"value": 25}]},
    "maintenance": {"kamailio.shv": [{"value": 1}]},
    "loud": {"kamailio.debug_level": [{"level": 3}]},
}


class Case:
    """A state, and how another client spoils it.

    :param function: without ``kamailio.``
    :param spoil: method and parameters.
    """

    def __init__(self, function: str, name: str, options: dict[str, Any], spoil: list[Any]) -> None:
        self.function = function
        self.name = name
        self.options = options
        self.spoil = ["kamailio.rpc", spoil, {}]

    def job(self, test: bool = False) -> list[Any]:
        given = {"name": self.name, **self.options, "test": test}
        return ["state.single", [f"kamailio.{self.function}"], given]


def in_state(state: str) -> Case:
    spoil = ["dispatcher.set_state", "ap" if state != "active" else "ip", 1, GATEWAYS[0]]
    return Case(f"dispatcher_state_{state}", GATEWAYS[0], {"set_id": 1}, spoil)


JOURNALS = tempfile.TemporaryDirectory()

CASES = [
    Case(
        "managed",
        "the edge",
        {
            "document": {"version": 1, "htable": {"t": {"items": {"managed": 1}}}},
            "journals": f"{JOURNALS.name}/journals",
        },
        ["htable.seti", "t", "managed", 7],
    ),
    Case("cfg", "max_calls", {"group": "lab", "value": 25}, ["cfg.seti", "lab", "max_calls", 24]),
    Case(
        "cfg",
        "several",
        {"variables": {"lab": {"max_calls": 25, "label": "x"}}},
        ["cfg.seti", "lab", "max_calls", 24],
    ),
    Case("debug_level", "loud", {"level": 3}, ["cfg.seti", "core", "debug", 1]),
    Case(
        "debug_level",
        "loud tables",
        {"module": "htable", "level": 1, "activate": True},
        ["dbg.set_mod_level", "htable", 0],
    ),
    Case(
        "dialog_absent",
        "hang up",
        {"match": {"key": "furi", "operator": "re", "value": "eve"}, "wait_timeout": 1},
        ["test.dial"],
    ),
    Case(
        "dispatcher_destination_present",
        NEW,
        {"set_id": 77, "priority": 4},
        ["dispatcher.remove", 77, NEW],
    ),
    Case(
        "dispatcher_destination_present",
        "purged",
        {"set_id": 2, "destinations": [{"uri": GATEWAYS[1]}], "mode": "replaced"},
        ["dispatcher.add", 2, NEW, 0],
    ),
    Case("dispatcher_destination_absent", GONE, {"set_id": 2}, ["dispatcher.add", 2, GONE, 0]),
    *map(in_state, ("active", "inactive", "disabled", "trying")),
    Case(
        "dispatcher_state_disabled",
        "drained",
        {"set_id": 1, "all": True},
        ["dispatcher.set_state", "ap", 1, GATEWAYS[1]],
    ),
    Case(
        "htable",
        "a",
        {"items": {"one": 1, "two": "2"}, "mode": "replaced"},
        ["htable.sets", "a", "three", "x"],
    ),
    Case(
        "htable_item_present",
        "limit",
        {"table": "t", "value": 5},
        ["htable.sets", "t", "limit", "5"],
    ),
    Case("htable_item_absent", "stale", {"table": "t"}, ["htable.sets", "t", "stale", "x"]),
    Case(
        "pipelimit_present", "p1", {"algorithm": "RED", "limit": 7}, ["pl.set_pipe", "p1", "RED", 8]
    ),
    Case("pipelimit_absent", "p9", {}, ["test.pipe"]),
    Case("rtpengine_node_enabled", MEDIA, {}, ["rtpengine.enable", MEDIA, 0]),
    Case("rtpengine_node_disabled", MEDIA, {}, ["rtpengine.enable", MEDIA, 1]),
    Case("shv", "maintenance", {"value": 1}, ["pv.shvSet", "maintenance", "str", "1"]),
    Case("toggle", "siptrace", {"enabled": True}, ["siptrace.status", "off"]),
    Case("uac_registration_present", "trunk", REGISTRATION, ["uac.reg_remove", "trunk"]),
    Case("uac_registration_absent", "old", {}, ["uac.reg_add", "old", *TRUNK, 360, 0, 0, ".", "."]),
    Case(
        "usrloc_contact_present",
        "sip:192.0.2.70:5060",
        {"aor": "door", "q": 0.5},
        ["ul.rm", "location", "door"],
    ),
    Case(
        "usrloc_contact_absent",
        "sip:192.0.2.71:5060",
        {"aor": "gate"},
        ["ul.add", "location", "gate", "sip:192.0.2.71:5060", 0, 1.0, ".", 0, 0, 0, ".", "."],
    ),
    Case("reload", "dispatcher", {}, ["dispatcher.add", 3, NEW, 0]),
]
# These change nothing, or only when they are watching; they have tests of their own.
OTHERS = {"dialog_drained", "mod_watch", "reload_on_watch", "wait_for"}


@pytest.fixture(scope="session")
def salt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the programs of an environment with Salt, the library, and the modules."""
    python = pythons.find("3.11")
    if python is None or shutil.which("cc") is None:
        pytest.skip("Salt needs Python 3.11, and a compiler for what has no wheels")
    bin_dir = venvs.ensure("salt", python, "salt", ("salt", "timelib"))
    folder = tmp_path_factory.mktemp("salt")
    dist = folder / "dist"
    checked([sys.executable, ROOT / "tools" / "salt.py", "--output", dist])
    # The README's command, in an environment of its own on top of Salt's: tests run side by side.
    checked([bin_dir / "python", "-m", "venv", "--without-pip", folder / "venv"])
    own = folder / "venv" / "bin"
    (found,) = folder.glob("venv/lib/python*/site-packages")
    (salts,) = bin_dir.parent.glob("lib/python*/site-packages")
    (found / "salt.pth").write_text(str(salts))
    (command,) = re.findall(r"^salt-pip (install .*)$", README.read_text("utf-8"), re.MULTILINE)
    install = [sys.executable, "-m", "pip", "--python", own / "python", *command.split()]
    checked([*install, "--no-index"], folder)
    return own


def checked(command: list[Any], folder: Path | None = None) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def lab() -> Iterator[LabServer]:
    """Give a server of everything that states change."""
    modules = [
        HashTables({"t": {"kept": 1}, "a": {}}, {"t": {"autoexpire": 3600}}),
        Dispatcher(
            {1: GATEWAYS, 2: ["sip:127.0.0.2:5081", GONE], 3: ["sip:127.0.0.3"]}, reload_delta=0
        ),
        Configuration({"lab": {"max_calls": 10, "label": "box"}}),
        SharedVariables({"maintenance": 0}),
        PipeLimit({"p1": {"algorithm": "TAILDROP", "limit": 100}}),
    ]
    lab = LabServer(binrpc="tcp:127.0.0.1:0", modules=modules, version="6.1")
    pipes, dialogs = lab.modules["pipelimit"].pipes, lab.modules["dialog"]
    dialog = {"call-id": "eve-1", "from_uri": "sip:eve@example.com"}
    # What no RPC can do.
    lab.registry.method("test.pipe")(lambda ctx: pipes.update(p9=pipes["p1"]))
    lab.registry.method("test.dial")(lambda ctx: dialogs.add(dialog, 99) and None)
    with lab.running_in_thread():
        yield lab


class Minion:
    """A minion without a master.

    :param folder: for its files.
    :param kamailio: its configuration for the modules.
    """

    def __init__(self, bin_dir: Path, folder: Path, kamailio: Any) -> None:
        self._bin = bin_dir
        self._folder = folder
        (folder / "files").mkdir(exist_ok=True)
        minion = {
            "file_client": "local",
            "id": "test",
            "root_dir": str(folder / "root"),
            "cachedir": str(folder / "cache"),
            "log_file": str(folder / "log"),
            "file_roots": {"base": [str(folder / "files")]},
            "pillar_roots": {"base": [str(folder / "pillar")]},
            "kamailio": kamailio,
        }
        (folder / "minion").write_text(json.dumps(minion))
        self._environment = os.environ | {"PYTHONWARNINGS": "ignore", "KAMRPC_CONFIG": ""}

    def sls(self, name: str, content: dict[str, Any]) -> None:
        (self._folder / "files" / f"{name}.sls").write_text(json.dumps(content))

    def many(self, jobs: list[list[Any]]) -> list[Any]:
        """Run functions in a single process; return what each returns, or its error's text."""
        done = subprocess.run(
            [self._bin / "python", Path(__file__).parent / "run_salt.py"],
            input=json.dumps({"config": str(self._folder), "jobs": jobs}),
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        results: list[Any] = json.loads(done.stdout)
        return results

    def states(self, *calls: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
        """Run single states: names without ``kamailio.``, and options."""
        jobs = [["state.single", [f"kamailio.{name}"], given] for name, given in calls]
        return [single(returned) for returned in self.many(jobs)]

    def call(self, *arguments: str) -> Any:
        """Run salt-call and return what it returns, or its text if it fails."""
        program = "import salt.scripts; salt.scripts.salt_call()"
        command = [self._bin / "python", "-c", program, "-c", self._folder, "--local", "--out=json"]
        done = subprocess.run(
            [*command, *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return json.loads(done.stdout)["local"] if done.stdout.strip() else done.stderr


def single(returned: Any) -> dict[str, Any]:
    """Return what the only state returned."""
    assert isinstance(returned, dict), returned
    (found,) = returned.values()
    return found  # type: ignore[no-any-return]


@pytest.fixture
def minion(salt: Path, lab: LabServer, tmp_path: Path) -> Minion:
    return Minion(salt, tmp_path, {"endpoint": lab.addresses[0]})


def outcomes(returned: dict[str, Any]) -> dict[str, tuple[Any, bool]]:
    """Map names of states to their result, and whether they changed something."""
    return {each["name"]: (each["result"], bool(each["changes"])) for each in returned.values()}


def test_states_are_those_of_the_collection(minion: Minion) -> None:
    (listed,) = minion.many([["sys.list_state_functions", ["kamailio"], {}]])
    functions = {name.partition(".")[2] for name in listed}
    assert functions == {case.function for case in CASES} | OTHERS
    modules = {path.stem.removeprefix("kamailio_") for path in (ROOT / "plugins/modules").glob("*")}
    # Those that only show something, and kamailio_rpc, which is a function of the minion here.
    changing = {
        name for name in modules if not name.endswith(("_facts", "_info")) and name != "rpc"
    } - {"__pycache__"}
    families = {
        max((name for name in changing if each.startswith(name)), key=len, default=each)
        for each in functions - {"mod_watch", "managed"}
    }
    # kamailio.state would be a state of a state.
    assert families | {"state"} == changing


def test_the_readme_lists_all_states(minion: Minion) -> None:
    (arguments,) = minion.many([["sys.state_argspec", ["kamailio"], {}]])
    text = README.read_text("utf-8").partition("\n## States\n")[2]
    common = {"name", "endpoint", "timeout", "connect_wait", "busy_timeout", "config_file"}
    rows: dict[str, list[str]] = {}
    for line in text.splitlines():
        cells = [re.findall(r"`(\w+)`", cell) for cell in line.split("|")[1:-1]]
        if len(cells) == 3 and cells[0]:
            rows.update(dict.fromkeys(cells[0], cells[2]))
    assert set(rows) == {name.partition(".")[2] for name in arguments} - {"mod_watch"}
    for name, options in rows.items():
        expected = [each for each in arguments[f"kamailio.{name}"]["args"] if each not in common]
        if name != "reload_on_watch":
            assert options == expected, f"the README's row of {name}"


def test_each_state(minion: Minion) -> None:
    """Each in a test, applied, again, spoilt by another client, and corrected."""
    jobs: list[list[Any]] = []
    for case in CASES:
        jobs += [case.spoil, case.job(test=True), case.job(), case.job(), case.spoil, case.job()]
    returned = iter(minion.many(jobs))
    problems = []
    for case in CASES:
        found = [next(returned) for _ in range(6)]
        runs = [single(found[number]) for number in (1, 2, 3, 5)]
        seen = [(run["result"], bool(run["changes"])) for run in runs]
        if seen != [(None, True), (True, True), (True, False), (True, True)]:
            problems.append(f"{case.function} {case.name}: {found}")
    assert not problems, "\n".join(problems)


def test_a_highstate_on_kamailio(
    salt: Path, make_kamailio: Any, kamcmd_program: str, tmp_path: Path
) -> None:
    address = make_kamailio().endpoints["tcp"]
    minion = Minion(salt, tmp_path, {"endpoint": address})
    minion.sls("kam", SLS)

    def kamcmd(*arguments: str) -> str:
        command = [kamcmd_program, "-s", address, *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=10, check=True
        ).stdout

    kamcmd("htable.sets", "t", "stale", "s:x")
    tested = minion.call("state.apply", "kam", "test=True")
    assert outcomes(tested) == dict.fromkeys(SLS, (None, True)), tested
    assert kamcmd("pv.shvGet", "maintenance").count("value: 0") == 1

    applied = minion.call("state.apply", "kam")
    assert outcomes(applied) == dict.fromkeys(SLS, (True, True)), applied
    assert "value: 5" in kamcmd("htable.get", "t", "limit")
    assert "doesn't exist" in kamcmd("htable.get", "t", "stale")
    listed = [line.strip() for line in kamcmd("dispatcher.list").splitlines()]
    assert listed[listed.index(f"URI: {GATEWAYS[0]}") + 1] == "FLAGS: DX"
    assert listed[listed.index(f"URI: {NEW}") + 2] == "PRIORITY: 4"
    assert f"URI: {GONE}" not in listed
    assert kamcmd("cfg.get", "lab", "max_calls").strip() == "25"
    assert "value: 1" in kamcmd("pv.shvGet", "maintenance")
    assert kamcmd("cfg.get", "core", "debug").strip() == "3"
    limit = next(each for each in applied.values() if each["name"] == "limit")
    assert limit["changes"] == {"old": {}, "new": {"value": 5}}
    assert "lost at a restart" in limit["comment"]

    again = minion.call("state.apply", "kam")
    assert outcomes(again) == dict.fromkeys(SLS, (True, False)), again


@pytest.mark.parametrize("requisite", ["watch", "listen"])
def test_a_reload_on_watch(minion: Minion, lab: LabServer, requisite: str) -> None:
    content = {
        "limit": {"kamailio.htable_item_present": [{"table": "t"}, {"value": 5}]},
        "dispatcher": {"kamailio.reload_on_watch": [{requisite: [{"kamailio": "limit"}]}]},
    }
    minion.sls("kam", content)
    apply = ["state.apply", ["kam"], {}]
    add = ["kamailio.rpc", ["dispatcher.add", 3, NEW, 0], {}]
    tested, _added, first, again = minion.many(
        [["state.apply", ["kam"], {"test": True}], add, apply, apply]
    )

    def reloads(returned: Any) -> list[Any]:
        return [each for each in returned.values() if "dispatcher" in each["name"]]

    assert {each["result"] for each in tested.values()} <= {None, True}, tested
    assert any(each["result"] is None for each in reloads(tested)), tested
    assert all(each["result"] is True for each in first.values()), first
    (change,) = [each for each in reloads(first) if each["changes"]]
    assert set(change["changes"]) == {"old", "new"}
    assert "Nothing that it watches has changed" in json.dumps(reloads(again))
    assert not any(each["changes"] for each in again.values()), again
    assert lab.calls.counts["dispatcher.reload"] == 1


def test_a_reload_that_watches_reloads_once(minion: Minion, lab: LabServer) -> None:
    content = {
        "limit": {"kamailio.htable_item_present": [{"table": "t"}, {"value": 5}]},
        "dispatcher": {"kamailio.reload": [{"watch": [{"kamailio": "limit"}]}]},
    }
    minion.sls("kam", content)
    (applied,) = minion.many([["state.apply", ["kam"], {}]])
    assert outcomes(applied) == {"limit": (True, True), "dispatcher": (True, False)}
    assert lab.calls.counts["dispatcher.reload"] == 1


def test_waiting(minion: Minion) -> None:
    size = {"name": "htable.listTables", "path": "[name=t].name"}
    short = {"wait_timeout": 0.1, "poll": 0.05}
    found, missing, tested, drained, left, in_test = minion.states(
        ("wait_for", {**size, "expect": "t"}),
        ("wait_for", {**size, "expect": "u", **short}),
        ("wait_for", {**size, "expect": "u", "wait_timeout": 999, "test": True}),
        ("dialog_drained", {"name": "no calls", "match": {"key": "furi", "value": "sip:nobody"}}),
        ("dialog_drained", {"name": "no calls", **short}),
        ("dialog_drained", {"name": "no calls", "wait_timeout": 999, "test": True}),
    )
    assert [each["result"] for each in (found, missing, tested)] == [True, False, None]
    assert "not met after 0.1 s (wait_timeout)" in missing["comment"]
    assert "It would wait: " in tested["comment"]
    assert [each["result"] for each in (drained, left, in_test)] == [True, False, None]
    assert "2 dialogs are left after 0.1 s" in left["comment"]
    assert in_test["comment"] == "It would wait: 2 dialogs are left."
    assert not any(each["changes"] for each in (found, missing, tested, drained, left, in_test))


WRONG = {
    "text is no boolean": (
        ("dispatcher_state_active", {"name": GATEWAYS[0], "set_id": 1, "probing": "no"}),
        "probing is 'no'; write true or false, without quotes",
    ),
    "text is no number": (
        ("dispatcher_state_active", {"name": GATEWAYS[0], "set_id": "1"}),
        "set_id is '1'; write a whole number, without quotes",
    ),
    "null deletes nothing": (
        ("htable_item_present", {"name": "kept", "table": "t", "value": None}),
        "state is present; give value as well",
    ),
    "an empty name chooses nothing": (
        ("dispatcher_state_disabled", {"name": "x", "set_id": 1, "duid": ""}),
        "duid is refused; it is empty",
    ),
    "a set is not emptied by the way": (
        ("htable", {"name": "t", "mode": "replaced", "items": {}}),
        "mode: replaced without items deletes the whole table",
    ),
    "null sets nothing": (("shv", {"name": "maintenance", "value": None}), "value is missing"),
    "nor a variable": (
        ("cfg", {"name": "max_calls", "group": "lab", "value": None}),
        "group, name, value belong together",
    ),
    "expire is a number": (
        ("htable_item_present", {"name": "new", "table": "t", "value": 1, "expire": "30"}),
        "expire is '30'; write a whole number, without quotes",
    ),
    "a level is a number": (
        ("debug_level", {"name": "x", "level": "loud", "test": True}),
        "level is 'loud'; write a whole number, without quotes",
    ),
    "an option that there is not": (
        ("htable_item_present", {"name": "new", "table": "t", "value": 1, "endpiont": "x"}),
        "there is no option endpiont",
    ),
    "an option that is missing": (("htable_item_absent", {"name": "kept"}), "table is missing"),
    "a list to remove": (
        (
            "dispatcher_destination_absent",
            {"name": "x", "set_id": 2, "destinations": [{"uri": NEW}]},
        ),
        "destinations has no effect with state: absent; leave it out",
    ),
    "a time is a number": (
        ("shv", {"name": "maintenance", "value": 1, "timeout": "5"}),
        "timeout is '5'; write a number, without quotes",
    ),
    "what to reload": (("reload", {"name": "everything"}), "what is 'everything'; write one of"),
    "what to reload on watch": (("reload_on_watch", {"name": "htable"}), "give table as well"),
    "a secret": (
        ("uac_registration_present", {"name": "trunk", "auth_password": [SECRET]}),
        "auth_password is not text; write text, in quotes",
    ),
    "a server's refusal": (
        ("htable_item_present", {"name": "new", "table": "none", "value": 1}),
        "No such htable",
    ),
    "no server": (
        ("shv", {"name": "maintenance", "value": 1, "endpoint": "tcp:127.0.0.1:1"}),
        "cannot connect",
    ),
    "no such endpoint": (
        ("shv", {"name": "maintenance", "value": 1, "endpoint": "edge9"}),
        "there is no endpoint or group edge9",
    ),
}


def test_what_is_refused(minion: Minion, lab: LabServer) -> None:
    """Refusals name the remedy, change nothing, and show no secrets."""
    returned = minion.states(*(call for call, _text in WRONG.values()))
    for (name, (_call, text)), each in zip(WRONG.items(), returned, strict=True):
        assert (each["result"], each["changes"]) == (False, {}), (name, each)
        assert text in each["comment"], (name, each)
        assert SECRET not in json.dumps(each)
    changing = ("htable.set", "htable.delete", "cfg.set", "pv.shvSet", "dispatcher.set_state")
    changing += ("dispatcher.add", "dispatcher.remove", "uac.reg_add", "dispatcher.reload")
    assert [method for method in lab.calls.counts if method.startswith(changing)] == []


def test_secrets_are_hidden(minion: Minion, lab: LabServer) -> None:
    options = {"name": "trunk", **REGISTRATION}
    another = {"name": "trunk", **REGISTRATION, "auth_password": "other-" + SECRET}
    returned = minion.states(
        ("uac_registration_present", {**options, "test": True}),
        ("uac_registration_present", options),
        ("uac_registration_present", another),
        ("reload", {"name": "uac"}),
    )
    assert all(each["changes"] for each in returned), returned
    assert SECRET not in json.dumps(returned)
    with Client(lab.addresses[0]) as client:
        client.call("uac.reg_add", "stored", *TRUNK, 60, 0, 0, ".", ".")
    hidden, revealed = minion.many(
        [
            ["kamailio.rpc", ["uac.reg_info", "l_uuid", "stored"], {}],
            ["kamailio.rpc", ["uac.reg_info", "l_uuid", "stored"], {"reveal": True}],
        ]
    )
    assert (hidden["auth_password"], revealed["auth_password"]) == ("(hidden)", SECRET)


def test_named_endpoints(salt: Path, lab: LabServer, tmp_path: Path) -> None:
    names = tmp_path / "config.ini"
    names.write_text(
        f"[defaults]\nendpoint = edge1\n[endpoints]\nedge1 = {lab.addresses[0]}\n"
        "edge2 = tcp:127.0.0.1:1\n[groups]\nboth = edge1 edge2\n"
    )
    # A formula may keep what it likes there.
    minion = Minion(salt, tmp_path, {"config_file": str(names), "version": "6.0"})
    item = {"name": "new", "table": "t", "value": 1}
    default, named, other, group, version = minion.many(
        [
            ["state.single", ["kamailio.htable_item_present"], item],
            ["state.single", ["kamailio.htable_item_present"], item | {"endpoint": "edge1"}],
            ["state.single", ["kamailio.htable_item_present"], item | {"endpoint": "edge2"}],
            ["state.single", ["kamailio.htable_item_present"], item | {"endpoint": "both"}],
            ["kamailio.rpc", ["core.version"], {"endpoint": "edge1"}],
        ]
    )
    assert [single(each)["result"] for each in (default, named)] == [True, True]
    assert "cannot connect" in single(other)["comment"]
    assert "both is a group of 2 endpoints; give one endpoint" in single(group)["comment"]
    assert version.startswith("kamailio ")


def test_a_server_that_is_starting_is_waited_for(salt: Path, tmp_path: Path) -> None:
    address = f"unix:{tmp_path}/ctl"
    minion = Minion(salt, tmp_path, {"endpoint": address, "connect_wait": 60})
    kamrpc = Path(sys.executable).with_name("kamrpc")
    # Without the minion's pipes, for whose end this test would wait.
    start = f"exec > /dev/null 2>&1; sleep 2; exec {kamrpc} serve --binrpc {address}"
    item = ["kamailio.rpc", ["core.version"], {}]
    refused, pid, version = minion.many(
        [
            [item[0], item[1], {"connect_wait": 0}],
            ["cmd.run_bg", [start], {"python_shell": True}],
            item,
        ]
    )
    os.kill(pid["pid"], signal.SIGTERM)
    assert "cannot connect" in refused
    assert version.startswith("kamailio ")


def test_calls(minion: Minion) -> None:
    version, _set, item, facts, destinations, none, nobody = minion.many(
        [
            ["kamailio.rpc", ["core.version"], {}],
            ["kamailio.rpc", ["htable.seti", "t", "a", 7], {}],
            ["kamailio.rpc", ["htable.get", "t", "a"], {}],
            ["kamailio.facts", ["!all", "uptime"], {}],
            ["kamailio.destinations", [], {}],
            ["kamailio.rpc", ["htable.get", "t", "none"], {}],
            ["kamailio.rpc", ["core.version"], {"endpoint": "tcp:127.0.0.1:1"}],
        ]
    )
    assert version.startswith("kamailio ")
    assert item["item"]["value"] == 7
    assert facts["uptime"]["seconds"] >= 0
    assert {each["uri"]: each["state"] for each in destinations}[GATEWAYS[0]] == "active"
    assert "Key name doesn't exist" in none
    assert "cannot connect" in nobody


class Master:
    """A master and minions on loopback, each minion with a server of its own.

    :param endpoints: addresses of the servers, by the minion's name.
    """

    def __init__(self, bin_dir: Path, folder: Path, endpoints: dict[str, str]) -> None:
        self._bin = bin_dir
        self.folder = folder
        self.output = folder / "output"
        self._names = list(endpoints)
        self._environment = os.environ | {"PYTHONWARNINGS": "ignore", "KAMRPC_CONFIG": ""}
        (folder / "files").mkdir()
        publish, returns = free_port(), free_port()
        common = {"log_file": str(folder / "log"), "user": getpass.getuser()}
        self._write(
            folder / "master",
            {
                **common,
                "interface": "127.0.0.1",
                "publish_port": publish,
                "ret_port": returns,
                "root_dir": str(folder / "root"),
                "sock_dir": "/s",  # below root_dir
                "auto_accept": True,
                "worker_threads": 3,
                "file_roots": {"base": [str(folder / "files")]},
            },
        )
        config = folder / "endpoints.ini"
        lines = [f"{name} = {address}" for name, address in endpoints.items()]
        config.write_text("\n".join(["[endpoints]", *lines, ""]))
        for name in self._names:
            (folder / name).mkdir()
            self._write(
                folder / name / "minion",
                {
                    **common,
                    "id": name,
                    "master": "127.0.0.1",
                    "master_port": returns,
                    "publish_port": publish,
                    "root_dir": str(folder / name),
                    "sock_dir": "/s",
                    "mine_enabled": False,
                    "kamailio": {"endpoint": name, "config_file": str(config)},
                    "beacons": {"kamailio": [{"interval": 1}]},
                },
            )

    @staticmethod
    def _write(path: Path, options: dict[str, Any]) -> None:
        path.write_text(json.dumps(options))

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        started = []
        try:
            started.append(self._start("salt_master", self.folder))
            started += [self._start("salt_minion", self.folder / name) for name in self._names]
            yield
        finally:
            for process in started:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _start(self, program: str, folder: Path) -> subprocess.Popen[bytes]:
        code = f"import salt.scripts; salt.scripts.{program}()"
        # Not a terminal's group: Salt starts many processes, and all of them end with it.
        with self.output.open("ab") as output:
            return subprocess.Popen(
                [self._bin / "python", "-c", code, "-c", folder],
                env=self._environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def ask(self, jobs: list[list[Any]], event: dict[str, Any]) -> dict[str, Any]:
        """Run functions on all minions, and wait for an event."""
        wanted = {"config": str(self.folder / "master"), "minions": self._names}
        done = subprocess.run(
            [self._bin / "python", Path(__file__).parent / "run_salt_master.py"],
            input=json.dumps({**wanted, "jobs": jobs, "event": event}),
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr + self.output.read_text("utf-8")
        found: dict[str, Any] = json.loads(done.stdout)
        return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_master_with_three_minions(salt: Path) -> None:
    """The states go out to all, the file comes from the master, and a beacon comes back."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="salt")))
        labs = {}
        for name in ("edge1", "edge2", "edge3"):
            lab = LabServer(
                binrpc="tcp:127.0.0.1:0",
                modules=[HashTables({"t": {}}), Dispatcher({1: GATEWAYS}, reload_delta=0)],
            )
            stack.enter_context(lab.running_in_thread())
            labs[name] = lab
        master = Master(salt, folder, {name: lab.addresses[0] for name, lab in labs.items()})
        (folder / "files" / "dispatcher.list").write_text("1 sip:127.0.0.1:5081\n")
        states = {
            "limit": {"kamailio.htable_item_present": [{"table": "t"}, {"value": 5}]},
            "list": {
                "file.managed": [
                    {"name": f"{folder}/{{{{ grains.id }}}}/dispatcher.list"},
                    {"source": "salt://dispatcher.list"},
                ]
            },
            "dispatcher": {"kamailio.reload_on_watch": [{"watch": [{"file": "list"}]}]},
        }
        (folder / "files" / "edge.sls").write_text(json.dumps(states))
        stack.enter_context(master.running())
        change = ["kamailio.rpc", ["dispatcher.set_state", "ip", 1, GATEWAYS[0]]]
        back = ["kamailio.rpc", ["dispatcher.set_state", "ap", 1, GATEWAYS[0]]]
        found = master.ask(
            [
                ["state.apply", ["edge"], {"test": True}],
                [*change, {}],  # reloading undoes it, which shows that it was reloaded
                ["state.apply", ["edge"], {}],
                ["state.apply", ["edge"], {}],
                ["grains.get", ["kamailio:version:number"], {}],
            ],
            {
                "minion": "edge2",
                "tag": "salt/beacon/edge2/kamailio/changed",
                "changes": [change, back],
            },
        )
        tested, _changed, applied, again, versions = found["returned"]
        for name, lab in labs.items():
            assert {key: each[0] for key, each in outcomes(tested[name]).items()} == {
                "limit": None,
                f"{folder}/{name}/dispatcher.list": None,
                "dispatcher": None,
            }, tested[name]
            assert all(result for result, _changed in outcomes(applied[name]).values())
            assert {key: each[1] for key, each in outcomes(applied[name]).items()} == {
                "limit": True,
                f"{folder}/{name}/dispatcher.list": True,
                "dispatcher": True,
            }
            assert not any(changed for _result, changed in outcomes(again[name]).values())
            with Client(lab.addresses[0]) as client:
                assert client.call("htable.get", "t", "limit").to_json()[0]["item"]["value"] == 5
        assert versions == dict.fromkeys(labs, versions["edge1"])
        assert versions["edge1"]
        told = found["event"]["data"]
        assert (told["endpoint"], told["method"]) == ("edge2", "dispatcher.list")
        assert told["keys"]["uri"] == GATEWAYS[0]
        assert {told["old"]["state"], told["new"]["state"]} == {"active", "inactive"}


ODD_BEACONS = {
    ("methods", "htable.flush"): "not known to change nothing",
    ("methods", 5): "at least one method",
    ("initial", "no"): "true or false",
    ("endpiont", "x"): "has no endpiont",
    ("endpoint", "tcp:127.0.0.1:x"): "port",
}
"""An option of a beacon, and what is wrong with it."""


def test_a_beacon_by_itself(minion: Minion) -> None:
    good = [{"methods": ["dispatcher.list", {"method": "htable.dump", "params": ["t"]}]}]
    every = [*good, {"initial": True}, {"interval": 5}]
    wrong = [[dict([each])] for each in ODD_BEACONS]
    spoil = ["kamailio.rpc", ["htable.seti", "t", "kept", 2], {}]
    jobs = [
        *[["beacon.validate", [config], {}] for config in (good, *wrong)],
        *[["beacon.beacon", [good], {}], ["beacon.beacon", [every], {}]],
        *[spoil, ["beacon.beacon", [good], {}], ["beacon.beacon", [good], {}]],
    ]
    valid, *others = minion.many(jobs)
    assert valid[0], valid
    refused, (first, known, _spoilt, told, quiet) = others[: len(wrong)], others[len(wrong) :]
    for why, (good_enough, comment) in zip(ODD_BEACONS.values(), refused, strict=True):
        assert not good_enough
        assert why in comment
    assert (first, quiet) == ([], [])
    assert {each["tag"] for each in known} == {"added"}
    assert [(each["tag"], each["old"]["value"], each["new"]["value"]) for each in told] == [
        ("changed", 1, 2)
    ]


def test_grains_by_themselves(minion: Minion) -> None:
    (grains,) = minion.many([["grains.get", ["kamailio"], {}]])
    assert set(grains) == {"version", "modules", "listeners"}
