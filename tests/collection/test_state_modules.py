# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state modules against a real Kamailio and the lab server in several versions.

Each goes through: check mode, change, once more, changed by another client, corrected, absent
(or as it was), once more. What the servers hold is read back through kamcmd. The real server gets
a play for the first two steps; the rest of the time, and for the lab servers, the same modules run
without ansible-playbook, which takes a tenth of the time.
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from kamailio_binrpc.lab import Configuration, Dispatcher, HashTables, LabServer
from tests.support.sip import Call

HERE = Path(__file__).parent

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

LABS = ("5.6", "5.8", "6.1", "master")
GATEWAYS = ["sip:127.0.0.1:5081", "sip:127.0.0.1:5082"]
STEPS = ("check", "change", "again", "correct", "absent", "absent again")
CHANGES = {"check": True, "change": True, "again": False, "correct": True}
CHANGES |= {"absent": True, "absent again": False}
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
    "enabled": True,
}
CONTACT = {"aor": "door", "contact": "sip:192.0.2.70:5060", "q": 0.5}
NEW = "sip:127.0.0.1:5099"
JOURNALS = TemporaryDirectory()


class Case:
    """One module, its options, and how kamcmd sees that.

    :param want: options of the wanted state, :param back: of the state at the end.
    :param outside: arguments of the kamcmd with which another client spoils it.
    :param probe: arguments of the kamcmd that shows it.
    :param shown: regular expression for the wanted state in what the probe shows.
    """

    def __init__(
        self,
        module: str,
        want: dict[str, Any],
        back: dict[str, Any],
        outside: list[str],
        probe: list[str],
        shown: str,
    ) -> None:
        self.module = module
        self.want = want
        self.back = back
        self.outside = outside
        self.probe = probe
        self.shown = re.compile(shown, re.DOTALL)


def both(common: dict[str, Any], want: dict[str, Any], back: dict[str, Any]) -> tuple[Any, Any]:
    return common | want, common | back


CASES = {
    "dispatcher_state": Case(
        "dispatcher_state",
        *both({"set_id": 1, "uri": GATEWAYS[0]}, {"state": "disabled"}, {"state": "active"}),
        ["dispatcher.set_state", "ip", "1", GATEWAYS[0]],
        ["dispatcher.list"],
        r"URI: sip:127.0.0.1:5081\s+FLAGS: DX",
    ),
    "dispatcher_state (set)": Case(
        "dispatcher_state",
        *both(
            {"set_id": 2, "all": True}, {"state": "trying", "probing": True}, {"state": "disabled"}
        ),
        ["dispatcher.set_state", "a", "2", "sip:127.0.0.2:5081"],
        ["dispatcher.list"],
        r"URI: sip:127.0.0.2:508.\s+FLAGS: TP.*URI: sip:127.0.0.2:508.\s+FLAGS: TP",
    ),
    "dispatcher_destination": Case(
        "dispatcher_destination",
        {"set_id": 77, "uri": NEW, "priority": 4, "attrs": "duid=new;weight=5", "flags": 8},
        {"set_id": 77, "uri": NEW, "state": "absent", "at_least_active": 0},
        ["dispatcher.remove", "77", NEW],
        ["dispatcher.list"],
        r"ID: 77\s.*URI: sip:127.0.0.1:5099\s+FLAGS: AP\s+PRIORITY: 4.*weight=5",
    ),
    "htable_item (int)": Case(
        "htable_item",
        *both({"table": "t", "key": "limit"}, {"value": 5}, {"state": "absent"}),
        ["htable.sets", "t", "limit", "s:5"],
        ["htable.dump", "t"],
        r"name: limit\s+value: 5\s+type: int",
    ),
    "htable_item (text)": Case(
        "htable_item",
        *both({"table": "t", "key": "digits"}, {"value": "0049"}, {"state": "absent"}),
        ["htable.delete", "t", "digits"],
        ["htable.dump", "t"],
        r"name: digits\s+value: 0049\s+type: str",
    ),
    "htable_item (expire)": Case(
        "htable_item",
        *both({"table": "exp", "key": "x"}, {"value": "v", "expire": 500}, {"state": "absent"}),
        ["htable.setex", "exp", "x", "0"],
        ["htable.get", "exp", "x"],
        r"value: v\s.*expire: 2\d\d\d-",
    ),
    "htable": Case(
        "htable",
        {"table": "a", "mode": "replaced", "items": {"one": 1, "two": "2"}},
        {"table": "a", "mode": "replaced", "allow_empty": True},
        ["htable.seti", "a", "three", "3"],
        ["htable.dump", "a"],
        r"\A(?=.*name: one\s+value: 1\s+type: int)(?=.*name: two\s+value: 2\s+type: str)"
        r"(?!.*three)",
    ),
    "cfg": Case(
        "cfg",
        *both({"group": "core", "name": "debug"}, {"value": 1}, {"value": "2"}),
        ["cfg.seti", "core", "debug", "3"],
        ["cfg.get", "core", "debug"],
        r"\A1\s",
    ),
    "cfg (several)": Case(
        "cfg",
        {"variables": {"lab": {"max_calls": 25, "label": "x"}, "drain": {"level": 2}}},
        {"variables": {"lab": {"max_calls": 10, "label": "box"}, "drain": {"level": 0}}},
        ["cfg.seti", "lab", "max_calls", "24"],
        ["cfg.get", "lab"],
        r"label: x.*max_calls: 25",
    ),
    "shv": Case(
        "shv",
        *both({"name": "maintenance"}, {"value": 1}, {"value": 0}),
        ["pv.shvSet", "maintenance", "str", "s:1"],
        ["pv.shvGet", "maintenance"],
        r"type: int\s+value: 1",
    ),
    "state": Case(
        "state",
        *both(
            {"journals": f"{JOURNALS.name}/journals"},
            {"document": {"version": 1, "pv": {"shv": {"banner": "busy"}}}},
            {"document": {"version": 1, "pv": {"shv": {"banner": "hello"}}}},
        ),
        ["pv.shvSet", "banner", "str", "s:other"],
        ["pv.shvGet", "banner"],
        r"type: string\s+value: busy|type: str\s+value: busy",
    ),
    "debug_level (module)": Case(
        "debug_level",
        *both({"module": "htable"}, {"level": 3, "activate": True}, {"level": 2}),
        ["dbg.set_mod_level", "htable", "0"],
        ["dbg.get_mod_level", "htable"],
        r"\A3\s",
    ),
    "uac_registration": Case(
        "uac_registration",
        REGISTRATION,
        {"l_uuid": "trunk-9", "state": "absent"},
        ["uac.reg_disable", "l_uuid", "trunk-9"],
        ["uac.reg_info", "l_uuid", "trunk-9"],
        r"auth_password: not-secret-9.*expires: 360\s+flags: \d*[02468]\s",
    ),
    "rtpengine_node": Case(
        "rtpengine_node",
        {"url": "{{ media }}", "state": "disabled"},
        {"url": "{{ media }}", "state": "enabled", "must_answer": False},
        ["rtpengine.enable", "{{ media }}", "1"],
        ["rtpengine.show", "{{ media }}"],
        r"disabled: 1\(permanent\)|disabled: 1\s+active: 0\s+recheck_ticks: -1",
    ),
    "usrloc_contact": Case(
        "usrloc_contact",
        CONTACT,
        {"aor": "door", "contact": CONTACT["contact"], "state": "absent"},
        ["ul.rm", "location", "door"],
        ["ul.lookup", "location", "door"],
        r"Address: sip:192.0.2.70:5060\s+Expires: permanent\s+Q: 0.5",
    ),
    "pipelimit": Case(
        "pipelimit",
        *both({"name": "p1"}, {"algorithm": "RED", "limit": 7}, {"algorithm": "TAILDROP"}),
        ["pl.set_pipe", "p1", "RED", "8"],
        ["pl.list", "p1"],
        r"algorithm: RED\s+limit: 7\s",
    ),
    "toggle": Case(
        "toggle",
        *both({"what": "siptrace"}, {"enabled": True}, {"enabled": False}),
        ["siptrace.status", "off"],
        ["siptrace.status", "check"],
        r"Enabled",
    ),
}


class Host:
    """A server, seen through kamcmd."""

    def __init__(self, program: str, endpoint: str) -> None:
        self.endpoint = endpoint
        self._program = program
        self.media = self._first_media()

    def _first_media(self) -> str:
        """Return a node of rtpengine, which answers "try later" right after the start."""
        for _other in range(100):
            output = self.kamcmd("rtpengine.show", "all")
            if found := re.search(r"url: (\S+)", output):
                return found[1]
            assert "try later" in output, output
            time.sleep(0.1)
        raise AssertionError(output)

    def kamcmd(self, *arguments: str) -> str:
        words = [self.media if word == "{{ media }}" else word for word in arguments]
        done = subprocess.run(
            [self._program, "-s", self.endpoint, *words],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
            stdin=subprocess.DEVNULL,
        )
        return done.stdout

    def spoil(self, *arguments: str) -> None:
        """Change something from outside; reloads have to be some seconds apart."""
        for _other in range(100):
            output = self.kamcmd(*arguments)
            if "reload" not in output:
                assert "error" not in output, output
                return
            time.sleep(0.2)
        raise AssertionError(output)


@pytest.fixture
def hosts(
    kamcmd_program: str, make_kamailio: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Host]]:
    with ExitStack() as stack:
        servers = {"Kamailio": Host(kamcmd_program, make_kamailio().endpoints["unix"])}
        for version in LABS:
            folder = tmp_path_factory.mktemp("lab")
            modules = [
                HashTables({"t": {}, "a": {}}, {"exp": {"autoexpire": 3600}}),
                Dispatcher({1: GATEWAYS, 2: ["sip:127.0.0.2:5081", "sip:127.0.0.2:5082"]}),
                Configuration(),
            ]
            lab = LabServer(binrpc=[f"unix:{folder}/s"], modules=modules, version=version)
            stack.enter_context(lab.running_in_thread())
            servers[f"lab {version}"] = Host(kamcmd_program, lab.addresses[0])
        yield servers


@pytest.fixture
def run_tasks(play_tasks: Any) -> Callable[..., dict[str, Any]]:
    """Run tasks on all hosts at once, and return the result of each by host and name."""

    def start(hosts: dict[str, Host], tasks: dict[str, dict[str, Any]]) -> Any:
        names = {f"host{number}": name for number, name in enumerate(hosts)}
        inventory = {
            name: {"endpoint": hosts[real].endpoint, "media": hosts[real].media}
            for name, real in names.items()
        }
        defaults = {"endpoint": "{{ endpoint }}", "timeout": 20}
        finish = play_tasks(inventory, tasks, defaults)
        return lambda: {names[host]: found for host, found in finish().items()}

    def run(hosts: dict[str, Host], tasks: dict[str, dict[str, Any]]) -> dict[str, Any]:
        result: dict[str, Any] = start(hosts, tasks)()
        return result

    run.start = start  # type: ignore[attr-defined]
    return run


@pytest.fixture
def run_modules(run_jobs: Callable[..., list[Any]]) -> Callable[..., dict[str, Any]]:
    """Do as run_tasks, one module after another in a single process."""

    def run(hosts: dict[str, Host], tasks: dict[str, dict[str, Any]]) -> dict[str, Any]:
        jobs = []
        for server in hosts.values():
            for wanted in tasks.values():
                (name,) = (key for key in wanted if key.startswith("kamailio.ctl."))
                text = json.dumps(wanted[name]).replace("{{ media }}", server.media)
                options = json.loads(text) | {"endpoint": server.endpoint, "timeout": 20}
                options["_ansible_check_mode"] = wanted.get("check_mode", False)
                options["_ansible_diff"] = wanted.get("diff", False)
                jobs.append([name.rpartition(".")[2], options])
        results = iter(run_jobs(jobs))
        return {host: {name: next(results) for name in tasks} for host in hosts}

    return run


def task(case: Case, step: str) -> dict[str, Any]:
    options = case.back if step.startswith("absent") else case.want
    return {
        f"kamailio.ctl.kamailio_{case.module}": options,
        "check_mode": step == "check",
        "diff": True,
    }


def within(part: Any, whole: Any) -> bool:
    """Is all of a predicted state in the result?"""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(name in whole and within(part[name], whole[name]) for name in part)
    return bool(part == whole)


class Matrix:
    """Return the result of each case at each server, step by step."""

    def __init__(self, hosts: dict[str, Host]) -> None:
        self.hosts = hosts
        self.problems: dict[tuple[str, str], list[str]] = {}
        self._predicted: dict[tuple[str, str], Any] = {}

    def note(self, key: tuple[str, str], problem: str) -> None:
        self.problems.setdefault(key, []).append(problem)

    def spoil(self) -> None:
        for host, server in self.hosts.items():
            for name, case in CASES.items():
                server.spoil(*case.outside)
                if case.shown.search(server.kamcmd(*case.probe)):
                    self.note((name, host), "was not spoilt")

    def judge(self, step: str, key: tuple[str, str], result: dict[str, Any]) -> None:
        name, host = key
        shown = self.hosts[host].kamcmd(*CASES[name].probe)
        there = bool(CASES[name].shown.search(shown))
        if there is (step == "check" or step.startswith("absent")):
            self.note(key, f"{step}: kamcmd shows {shown}")
        if result.get("failed"):
            self.note(key, f"{step}: {result.get('msg')}")
            return
        if result["changed"] is not CHANGES[step]:
            self.note(key, f"{step}: changed is {result['changed']}")
        if (result["diff"]["before"] != result["diff"]["after"]) is not CHANGES[step]:
            self.note(key, f"{step}: the diff is {result['diff']}")
        if "not-secret-9" in json.dumps(result["diff"]):
            self.note(key, f"{step}: the diff tells a secret")
        # A whole state has changes by their addresses, and no state as one value.
        after = result.get("after", result["diff"]["after"])
        if step == "check":
            self._predicted[key] = result["diff"]["after"]
        elif step == "change" and not within(self._predicted.get(key), after):
            self.note(key, f"predicted {self._predicted.get(key)}, came {after}")

    def show(self) -> None:
        width = max(map(len, CASES))
        print()
        print("".ljust(width), *(host.ljust(10) for host in self.hosts))
        for name in CASES:
            cells = ("FAILED" if (name, host) in self.problems else "ok" for host in self.hosts)
            print(name.ljust(width), *(cell.ljust(10) for cell in cells))


def test_modules_by_servers(
    hosts: dict[str, Host], run_tasks: Any, run_modules: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    matrix = Matrix(hosts)
    real = {host: server for host, server in hosts.items() if host == "Kamailio"}
    labs = {host: server for host, server in hosts.items() if host not in real}
    for step in STEPS:
        if step == "correct":
            matrix.spoil()
        tasks = {name: task(case, step) for name, case in CASES.items()}
        run_real = run_tasks if step in ("check", "change") else run_modules
        results = run_real(real, tasks) | run_modules(labs, tasks)
        for host in hosts:
            for name in CASES:
                matrix.judge(step, (name, host), results[host][name])
    with capsys.disabled():
        matrix.show()
    assert not matrix.problems, "\n".join(f"{k}: {text}" for k, text in matrix.problems.items())


def test_two_plays_at_once(hosts: dict[str, Host], run_tasks: Any) -> None:
    """Nothing gets lost, and what both want is done once."""
    only = {name: hosts[name] for name in ("Kamailio", "lab master")}

    def tasks(own: str) -> dict[str, dict[str, Any]]:
        add = "kamailio.ctl.kamailio_dispatcher_destination"
        both_want = {"set_id": 88, "uri": "sip:127.0.0.8:5060"}
        return {
            "common": {add: both_want},
            "own": {add: {"set_id": 88, "uri": f"sip:127.0.0.{own}:5060"}},
            "item": {
                "kamailio.ctl.kamailio_htable": {"table": "t", "items": {f"own{own}": int(own)}}
            },
            "cfg": {
                "kamailio.ctl.kamailio_cfg": {
                    "variables": {"lab": {"max_calls": 31, "label": "same"}}
                }
            },
        }

    first = run_tasks.start(only, tasks("6"))
    second = run_tasks.start(only, tasks("7"))
    results = first(), second()
    for host, server in only.items():
        for result in results:
            for name, each in result[host].items():
                assert not each.get("failed"), (host, name, each)
        uris = re.findall(r"URI: (\S+)", server.kamcmd("dispatcher.list"))
        assert [uris.count(f"sip:127.0.0.{number}:5060") for number in (6, 7, 8)] == [1, 1, 1]
        assert all(result[host]["own"]["changed"] for result in results)
        assert any(result[host]["common"]["changed"] for result in results)
        dump = server.kamcmd("htable.dump", "t")
        assert "own6" in dump
        assert "own7" in dump
        assert server.kamcmd("cfg.get", "lab", "max_calls").strip() == "31"
        assert server.kamcmd("cfg.get", "lab", "label").strip() == "same"
        assert server.kamcmd("cfg.diff").strip() == ""


def test_a_server_that_dies_between_tasks(
    make_kamailio: Any, kamcmd_program: str, run_tasks: Any
) -> None:
    real = make_kamailio()
    host = {"Kamailio": Host(kamcmd_program, real.endpoints["unix"])}
    item = {"kamailio.ctl.kamailio_htable_item": {"table": "t", "key": "k", "value": 1}}
    kill = ["kill", "-KILL", *map(str, real.processes())]
    tasks = {"first": item, "kill": {"ansible.builtin.command": {"argv": kill}}, "second": item}
    found = run_tasks(host, tasks)["Kamailio"]
    assert found["first"]["changed"] is True
    assert found["second"]["failed"] is True
    assert found["second"]["changed"] is False
    assert "Nothing was changed" in found["second"]["msg"]
    real.kill()
    real.restart()
    found = run_tasks(host, {"again": item})["Kamailio"]
    assert found["again"]["changed"] is True
    assert "value: 1" in host["Kamailio"].kamcmd("htable.get", "t", "k")


def test_reloads_tell_whether_they_changed_something(
    make_kamailio: Any, kamcmd_program: str, run_modules: Any
) -> None:
    real = make_kamailio()
    host = {"Kamailio": Host(kamcmd_program, real.endpoints["unix"])}
    areas: dict[str, dict[str, Any]] = {
        "dispatcher": {},
        "permissions": {},
        "trusted": {},
        "domain": {},
        "mtree": {"tree": "pstn"},
        "htable": {"table": "stored"},
        "lcr": {},
        "dialplan": {"dialplans": [1]},
        "pdt": {},
        "userblocklist": {},
        "drouting": {},
    }

    def reload(check_mode: bool = False) -> dict[str, Any]:
        tasks = {
            what: {
                "kamailio.ctl.kamailio_reload": {"what": what, **options},
                "check_mode": check_mode,
                "diff": True,
            }
            for what, options in areas.items()
        }
        found: dict[str, Any] = run_modules(host, tasks)["Kamailio"]
        for what, result in found.items():
            assert not result.get("failed"), (what, result)
        return found

    reload()
    again = reload()
    assert [what for what in areas if again[what]["changed"]] == ["drouting"]
    assert [what for what in areas if not again[what]["compared"]] == ["drouting"]

    path = real.directory / "dispatcher.list"
    path.write_text(path.read_text() + "91 sip:127.0.0.9:5060\n")
    assert all(result["changed"] for result in reload(check_mode=True).values())
    assert "127.0.0.9" not in host["Kamailio"].kamcmd("dispatcher.list")
    found = reload()
    assert [what for what in areas if found[what]["changed"]] == ["dispatcher", "drouting"]
    assert "127.0.0.9" in json.dumps(found["dispatcher"]["diff"]["after"])
    assert "127.0.0.9" in host["Kamailio"].kamcmd("dispatcher.list")


def test_dialogs_of_real_calls(make_kamailio: Any, kamcmd_program: str, run_tasks: Any) -> None:
    real = make_kamailio()
    host = {"Kamailio": Host(kamcmd_program, real.endpoints["unix"])}
    match = {"key": "furi", "operator": "re", "value": "."}
    wait = {"kamailio.ctl.kamailio_dialog": {"state": "drained", "wait_timeout": 0.1}}
    end = {"kamailio.ctl.kamailio_dialog": {"state": "absent", "match": match}}
    with Call(real):
        tasks = {"check": {**end, "check_mode": True}, "wait": wait, "end": end, "again": end}
        found = run_tasks(host, tasks)["Kamailio"]
        assert len(found["check"]["before"]) == 1
        assert found["wait"]["failed"] is True
        assert found["wait"]["remaining"] == 1
        assert found["end"]["changed"] is True, found["end"]
        assert found["again"]["changed"] is False
    listed = host["Kamailio"].kamcmd("dlg.list")
    assert re.findall(r"state: (\d)", listed) in ([], ["5"])
