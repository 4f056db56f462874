# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""No password, neither a given nor a stored one, in anything that a play shows or leaves.

All modules run at -vvv on the controller, on the host and through a relay, in check mode and for
real, and fail, too. What ansible-playbook prints, what it registers, and what modules write to the
host's log is searched for markers.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import (
    Configuration,
    HashTables,
    LabServer,
    Registrations,
    SharedVariables,
)
from tests.collection.conftest import BIN, ROOT
from tests.collection.test_fleets import JOURNALS, STATES, oldest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PLACES = ("host", "controller", "relay")

# Instead of the host's log: each process that Python starts writes to a file.
SITE = """
import os, syslog
def note(*args):
    with open(os.environ["SYSLOG_FILE"], "a", encoding="utf-8", errors="surrogateescape") as file:
        file.write(" ".join(map(str, args)) + "\\n")
syslog.syslog = note
"""
RECORD = {
    "l_username": "carol",
    "l_domain": "example.com",
    "r_username": "1009",
    "r_domain": "127.0.0.1",
    "auth_username": "1009",
    "auth_proxy": "sip:127.0.0.1:9",
    "expires": 360,
}
PARAMS = ["carol", "example.com", "1009", "127.0.0.1", ".", "1009"]


class Markers:
    """Passwords that occur nowhere else, each with what it is."""

    def __init__(self) -> None:
        self.all: dict[str, str] = {}

    def __call__(self, what: str, odd: str = "") -> str:
        text = f"m{secrets.token_hex(6)}{odd}"
        self.all[text] = what
        return text

    def found_in(self, text: str) -> dict[str, str]:
        # The letters and digits of each are in all of its escaped forms, but for hexadecimal.
        cores = {re.split(r"\W", text)[0]: what for text, what in self.all.items()}
        return {
            core: what
            for core, what in cores.items()
            if core in text or core.encode().hex() in text
        }


@pytest.fixture
def markers() -> Markers:
    return Markers()


@pytest.fixture
def play(collections: Path, tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Run tasks on a host and on the controller; return all that they leave, by its name."""

    def run(tasks: list[dict[str, Any]], endpoint: str, bin_dir: Path = BIN) -> dict[str, str]:
        folder = tmp_path / "play"
        (folder / "site").mkdir(parents=True)
        (folder / "site" / "sitecustomize.py").write_text(SITE)
        syslog = folder / "syslog"
        registered = folder / "registered"
        steps = [
            {"name": f"task {number}", "ignore_errors": True, "register": f"r{number}", **task}
            for number, task in enumerate(tasks)
        ]
        results = ", ".join(f"r{number}" for number in range(len(tasks)))
        steps.append(
            {
                "ansible.builtin.copy": {
                    "content": "{{ [%s] | to_json }}" % results,
                    "dest": f"{registered}-{{{{ inventory_hostname }}}}",
                    "mode": "0600",
                },
                "vars": {"ansible_connection": "local"},
                "no_log": True,
            }
        )
        plays = [
            {
                "hosts": "all",
                "connection": "local",
                "gather_facts": False,
                "module_defaults": {
                    "group/kamailio.ctl.kamailio": {
                        "endpoint": endpoint,
                        "run_on": "{{ run_on }}",
                    }
                },
                "tasks": steps,
            }
        ]
        (folder / "play.yml").write_text(json.dumps(plays))
        (folder / "hosts.json").write_text(
            json.dumps({"all": {"hosts": {each: {"run_on": each} for each in PLACES}}})
        )
        environment = {
            **{name: text for name, text in os.environ.items() if not name.startswith("ANSIBLE_")},
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_HOME": str(folder / "home"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "ANSIBLE_LOG_PATH": str(folder / "ansible.log"),
            "PYTHONPATH": str(folder / "site"),
            "SYSLOG_FILE": str(syslog),
        }
        done = subprocess.run(
            [str(bin_dir / "ansible-playbook"), "-vvv", "-i", "hosts.json", "play.yml"],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=False,
        )
        assert "PLAY RECAP" in done.stdout, done.stdout + done.stderr
        left = {
            "output": done.stdout + done.stderr,
            "log": (folder / "ansible.log").read_text(errors="surrogateescape"),
            "syslog": syslog.read_text(errors="surrogateescape"),
            **{
                f"registered: {each}": (folder / f"registered-{each}").read_text()
                for each in PLACES
            },
        }
        # The search means something only if the tasks and their options are in there.
        assert left["syslog"].count("Invoked with") > len(tasks) * 2 // 3
        assert left["output"].count('"invocation"') > len(tasks)
        return left

    return run


def rpc(method: str, *params: Any, **options: Any) -> dict[str, Any]:
    return {"kamailio.ctl.kamailio_rpc": {"method": method, "params": list(params), **options}}


def state(name: str, /, **options: Any) -> dict[str, Any]:
    return {f"kamailio.ctl.kamailio_{name}": options, "diff": True}


def with_passwords(markers: Markers) -> list[dict[str, Any]]:
    """Tasks that give passwords, or that ask for stored ones."""

    def add(uuid: str, password: Any, ha1: str = ".") -> dict[str, Any]:
        return rpc(
            "uac.reg_add", uuid, *PARAMS, password, ha1, "sip:127.0.0.1:9", 60, 0, 0, ".", "."
        )

    def registration(**options: Any) -> dict[str, Any]:
        return state("uac_registration", l_uuid="trunk-9", **{**RECORD, **options})

    odd = "'\" \\é%$"
    raw = add("trunk-8", markers("in a raw call"))
    as_text = {"type": "str", "value": markers("in a forced type")}
    as_bytes = {"type": "bytes", "value": markers("as bytes", "x").encode().hex()}
    probe = {
        "method": "uac.reg_info",
        "params": ["l_uuid", "trunk-8"],
        "path": "auth_password",
        "expect": markers("expected by a probe"),
    }
    whole = {**probe, "path": "", "expect": {"auth_password": markers("expected in a mapping")}}
    wrong = add("trunk-8", markers("in a call with a wrong option"))
    wrong["kamailio.ctl.kamailio_rpc"]["colour"] = "red"
    no_list = {"kamailio.ctl.kamailio_rpc": {"calls": raw["kamailio.ctl.kamailio_rpc"]}}
    as_words = rpc("uac.reg_add")
    as_words["kamailio.ctl.kamailio_rpc"]["params"] = (
        f"trunk-7,{','.join(PARAMS)},{markers('in a text with commas')},.,sip:h,60,0,0,.,."
    )
    url = f"mysql://kamailio:{markers('in the URL of a database')}@db/kamailio"
    return [
        raw,
        add("trunk-7", markers("with odd characters", odd)),
        add("trunk-6", as_text),
        add("trunk-5", as_bytes),
        add("trunk-8", markers("where the record exists")),
        add("refused", markers("in the text of a fault", odd)),
        wrong,
        no_list,
        as_words,
        rpc("uac.reg_add", "x", *PARAMS, [markers("in a list")], {"a": markers("nested")}),
        rpc("uac.reg_add", "x", *PARAMS, "x\0" + markers("behind a NUL"), "\0" + markers("NUL")),
        {**add("trunk-4", markers("in check mode")), "check_mode": True},
        {**rpc("uac.reg_enable", "l_uuid", "trunk-8", probe=probe), "diff": True},
        {**rpc("uac.reg_enable", "l_uuid", "trunk-8", probe=whole), "diff": True},
        {**rpc("uac.reg_enable", "l_uuid", "trunk-8", probe=whole), "check_mode": True},
        rpc("uac.reg_dump"),
        rpc("uac.reg_info", "l_uuid", "trunk-1"),
        {
            "kamailio.ctl.kamailio_rpc": {
                "calls": [raw["kamailio.ctl.kamailio_rpc"], {"method": "uac.reg_dump"}]
            }
        },
        registration(auth_password=markers("of a registration")),
        registration(auth_password=markers("of a registration, odd", odd)),
        registration(auth_ha1=secrets.token_hex(16)),
        registration(auth_ha1=markers("no hash")),
        {**registration(auth_password=markers("in check mode")), "check_mode": True},
        registration(auth_password=[markers("of a wrong type")]),
        registration(auth_password=markers("beside a wrong option"), expires="soon"),
        state("uac_registration", l_uuid="trunk-1", expires=77),
        state("uac_registration", l_uuid="trunk-1", state="absent"),
        state("reload", what="uac"),
        state("wait_for", method="uac.reg_info", params=["l_uuid", "trunk-1"], wait_timeout=0),
        state(
            "wait_for",
            **{**probe, "expect": markers("that is waited for")},
            wait_timeout=0.01,
        ),
        rpc("cfg.get", "lab", "db_password"),
        rpc("cfg.get", "lab", "db_url"),
        rpc("cfg.get", "lab"),
        rpc("cfg.sets", "lab", "db_password", markers("of a variable")),
        rpc("cfg.sets", "lab", "db_url", url),
        state("cfg", group="lab", name="db_password", value=markers("of a variable")),
        state("cfg", variables={"lab": {"db_password": markers("of variables"), "db_url": url}}),
        state("cfg", variables={"lab": {"api_token": [markers("of a wrong variable")]}}, colour=1),
        rpc("pv.shvGet"),
        rpc("pv.shvGet", "api_token"),
        state("shv", name="api_token", value=markers("of a shared variable")),
        state("shv", name="api_token", value=markers("of a shared variable"), colour=1),
        *(
            state(
                "state",
                journals=f"{JOURNALS.name}/journals",
                allow_irreversible=allowed,
                document={
                    "version": 1,
                    "uac": {
                        "registrations": {"trunk-2": {"auth_password": markers("in a document")}}
                    },
                    "pv": {"shv": {"api_token": markers("of a variable in a document")}},
                    wrong: {},
                },
            )
            for allowed in (False, True)
            for wrong in ("cfg", "nothing")
        ),
        {
            "ansible.builtin.debug": {
                "msg": "{{ query('kamailio.ctl.kamailio_rpc', 'uac.reg_dump', endpoint=where) }}"
            }
        },
    ]


@pytest.mark.parametrize("core", ["newest", "oldest"])
def test_no_password_leaves_a_play(
    play: Callable[..., dict[str, str]], markers: Markers, core: str
) -> None:
    stored = [
        {
            "l_uuid": f"trunk-{number}",
            **RECORD,
            "auth_password": markers("stored", odd),
            "r_username": "100",
        }
        for number, odd in enumerate(["", "'\"\\é%"], 1)
    ]
    values = {
        "db_password": markers("stored in a variable"),
        "db_url": f"postgres://k:{markers('stored in a URL')}/@x@db/k",
        "api_token": markers("stored in another variable"),
    }
    modules = [
        HashTables({"t": {}}),
        Registrations(stored),
        Configuration({"lab": values}),
        SharedVariables({"api_token": markers("stored in a shared variable"), "maintenance": 0}),
    ]
    tasks = with_passwords(markers)
    if core == "newest":
        # Each module once: how often it changes something is for other tests.
        tasks += [state(name, **options) for name, options in dict(reversed(STATES)).items()]
    with LabServer("tcp:127.0.0.1:0", modules=modules).running_in_thread() as lab:
        text = f"cannot add {' and '.join(markers.all)}"[:3000]
        lab.failures.add("busy", method="uac.reg_add", probability=0.2, code=500, text=text)
        for task in tasks:
            task["vars"] = {"where": lab.addresses[0]}
        left = play(tasks, lab.addresses[0], BIN if core == "newest" else oldest())
        assert lab.calls.counts["uac.reg_add"] > 10
        assert lab.calls.counts["uac.reg_dump"] > 5
    assert len(markers.all) > 30
    assert {name: markers.found_in(text) for name, text in left.items()} == {
        name: {} for name in left
    }
    assert left["registered: host"].count("(hidden)") > 50


@pytest.mark.real
def test_no_password_leaves_a_play_with_kamailio(
    make_kamailio: Callable[..., Any], play: Callable[..., dict[str, str]], markers: Markers
) -> None:
    stored = markers("stored")
    extra = f'lab.db_password = "{markers("stored in a variable")}" desc "x"\n'
    extra += f'lab.db_url = "mysql://k:{markers("stored in a URL")}@db/k" desc "x"\n'
    server = make_kamailio(extra_config=extra)
    with Client(server.endpoints["unix"]) as client:
        trunk = ["trunk-77", *PARAMS, stored, ".", "sip:127.0.0.1:9", 60, 0, 0, ".", "."]
        client.call("uac.reg_add", *trunk)
    tasks = with_passwords(markers)
    for task in tasks:
        task["vars"] = {"where": server.endpoints["unix"]}
    left = play(tasks, server.endpoints["unix"])
    # They did reach the server, until the registrations were reloaded from the database.
    assert left["output"].count('"executed": "yes"') > 10
    assert {name: markers.found_in(text) for name, text in left.items()} == {
        name: {} for name in left
    }


def test_all_modules_are_tried() -> None:
    tried = {f"kamailio_{name}" for name, _options in STATES}
    assert tried == {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
