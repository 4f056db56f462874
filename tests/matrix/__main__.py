# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Try the relay over each connection, with each interpreter, to each transport: make matrix.

    python -m tests.matrix [--only CONNECTION]

Connections are ssh, the same with sudo and its password, this machine with sudo, chroot, podman's
connection plugin, and podman exec as the command of an endpoint of kamrpc. The root folder that all
of them reach is made of Debian's packages. Needs root. Prints for each cell that it works, or why
not, and exits with 1 if that is not what the documentation says. Exits with 77, and says NOT
TESTED, on a machine that cannot make the folder or run the container.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from kamailio_binrpc.core.relay.programs import able

from . import machine
from .machine import CONTAINER, FOLDER, INTERPRETERS, KINDS, ROOT, path_of, user_of

BIN = Path(sys.executable).parent
WORKS = "works"
SUDO = {
    "ansible_become": True,
    "ansible_become_method": "sudo",
    "ansible_become_password": machine.PASSWORD,
}
INSIDE = ("ssh", "ssh and sudo", "local and sudo")
"""Connections for which ansible-playbook runs in the container, where there are users and sudo."""


def variables(connection: str, interpreter: str) -> dict[str, Any]:
    """Return an Ansible host's variables."""
    ssh = {
        "ansible_connection": "ssh",
        "ansible_host": "127.0.0.1",
        "ansible_port": int((FOLDER / "srv/ssh/port").read_text()),
        "ansible_ssh_private_key_file": "/srv/ssh/user_key",
        "ansible_ssh_common_args": "-F none -o StrictHostKeyChecking=no -o IdentitiesOnly=yes "
        "-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR",
    }
    chroot = machine.WORK / f"chroot-{interpreter}"
    chroot.write_text(f'#!/bin/sh\nPATH={path_of(interpreter)} exec /usr/sbin/chroot "$@"\n')
    chroot.chmod(0o755)
    # A host is known by its address, and keeps what was found there: so each has one of its own.
    number = INTERPRETERS.index(interpreter)
    alias = machine.WORK / f"root-{interpreter}"
    alias.unlink(missing_ok=True)
    alias.symlink_to(FOLDER)
    user = user_of(interpreter)
    return {
        "ssh": ssh | {"ansible_user": user},
        "ssh and sudo": ssh
        | SUDO
        | {"ansible_user": machine.OPERATOR, "ansible_become_user": user},
        "local and sudo": SUDO | {"ansible_connection": "local", "ansible_become_user": user},
        "chroot": {
            "ansible_connection": "community.general.chroot",
            "ansible_host": str(alias),
            "ansible_chroot_exe": str(chroot),
        },
        "podman": {
            "ansible_connection": "containers.podman.podman",
            "ansible_host": machine.identity()[: 20 + number],
            "ansible_podman_extra_env": {"PATH": path_of(interpreter)},
        },
    }[connection]


def play(connections: list[str], lab: dict[str, str], folder: Path, inside: bool) -> dict[str, Any]:
    """Run all tasks over some connections, and return their results by host, kind and word."""
    names = {
        f"{connection} {interpreter}": variables(connection, interpreter)
        for connection in connections
        for interpreter in INTERPRETERS
        if machine.has(interpreter)
    }
    tasks, results = [], {}
    for kind, address in lab.items():
        where = {"endpoint": address, "run_on": "relay", "timeout": 60}
        item = {"table": "t", "key": "{{ inventory_hostname }}", "value": kind}
        words = {
            "ask": {"kamailio.ctl.kamailio_rpc": where | {"method": "core.version"}},
            "change": {"kamailio.ctl.kamailio_htable_item": where | item},
            "again": {"kamailio.ctl.kamailio_htable_item": where | item},
        }
        for word, task in words.items():
            key = f"{kind}_{word}"
            results[key] = key
            tasks.append({"name": key, "register": key, "ignore_errors": True} | task)
    pairs = ", ".join(f"'{key}': {key}" for key in results)
    written: dict[str, Any] = {
        "content": "{{ {%s} | to_json }}" % pairs,
        "dest": "%s/{{ inventory_hostname }}.json" % folder,
    }
    tasks.append(
        {
            "name": "Write down the results",
            "ansible.builtin.copy": written,
            "delegate_to": "localhost",
            "become": False,
            "vars": {
                "ansible_connection": "local",
                "ansible_python_interpreter": "/usr/bin/python3",
            },
        }
    )
    (folder / "play.yml").write_text(
        json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}])
    )
    (folder / "hosts.json").write_text(json.dumps({"all": {"hosts": names}}))
    environment = {
        "ANSIBLE_COLLECTIONS_PATH": str(machine.molecule.WORK / "collections"),
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_SSH_CONTROL_PATH_DIR": str(folder / "cp"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_FORKS": "4",
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(folder),
    }
    words = [str(BIN / "ansible-playbook"), "-i", "hosts.json", "play.yml"]
    if inside:
        given = [f"--env={name}={text}" for name, text in environment.items()]
        user = f"--user={machine.OPERATOR}"
        words = ["podman", "exec", user, f"--workdir={folder}", *given, CONTAINER, *words]
        environment = {}
    done = subprocess.run(
        words,
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    missing = [name for name in names if not (folder / f"{name}.json").is_file()]
    if missing:
        sys.exit(f"no results of {missing}:\n{done.stdout[-5000:]}{done.stderr[-2000:]}")
    return {name: json.loads((folder / f"{name}.json").read_text()) for name in names}


def outcome(results: dict[str, Any], kind: str) -> str:
    """Say that a cell works, or why not."""
    asked, changed, again = (results[f"{kind}_{word}"] for word in ("ask", "change", "again"))
    failed = next((each for each in (asked, changed, again) if each.get("failed")), None)
    if failed:
        return " ".join(str(failed.get("msg")).split())
    if "kamailio" in str(asked["value"]) and (changed["changed"], again["changed"]) == (
        True,
        False,
    ):
        return WORKS
    return f"wrong: {asked['value']}, {changed['changed']}, {again['changed']}"


def by_command(lab: dict[str, str], folder: Path) -> dict[str, dict[str, str]]:
    """Call through endpoints of kamrpc with podman exec as their command."""
    found: dict[str, dict[str, str]] = {}
    lines = []
    path = lab["unixs"].partition(":")[2]
    for each in filter(machine.has, INTERPRETERS):
        command = ["podman", "exec", "-i", "--env", f"PATH={path_of(each)}", CONTAINER]
        lines += [f"[endpoint {user_of(each)}]", f"command = {shlex.join(command)}"]
        lines += [f"socket = {path}"]
    (folder / "config.ini").write_text("\n".join(lines) + "\n")
    (folder / "config.ini").chmod(0o600)
    for each in filter(machine.has, INTERPRETERS):
        done = subprocess.run(
            [BIN / "kamrpc", "call", "-t", "60", "-s", user_of(each), "core.version"],
            env={**os.environ, "KAMRPC_CONFIG": str(folder / "config.ini")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        works = not done.returncode and "kamailio" in done.stdout
        found[each] = {"unixs": WORKS if works else " ".join(done.stderr.split())}
    return found


def reason(text: str) -> str:
    """Shorten a message to its cause."""
    return text if len(text) < 110 else text[:107] + "..."


def show(found: dict[str, dict[str, dict[str, str]]]) -> bool:
    """Print the matrix and the reasons; return whether it is as documented."""
    counts: Counter[str] = Counter()
    reasons: dict[str, int] = {}
    wrong = []
    print(f"{'':18}{'':12}" + "".join(f"{kind:10}" for kind in KINDS))
    for connection, rows in found.items():
        for interpreter, cells in rows.items():
            first = interpreter == next(iter(rows))
            line = f"{connection if first else '':18}{interpreter:12}"
            for kind in KINDS:
                if kind not in cells:
                    line += f"{'-':10}"
                    continue
                text = cells[kind]
                works = text == WORKS
                relay = machine.PYTHONS.get(interpreter, interpreter)
                expected = interpreter != "none" and bool(able(kind, [relay]))
                if connection == "command" and interpreter == "bash":
                    expected = False
                if works != expected:
                    wrong.append(f"{connection}, {interpreter}, {kind}: {text}")
                counts["works" if works else "does not"] += 1
                number = "" if works else f"({reasons.setdefault(reason(text), len(reasons) + 1)})"
                line += f"{number or text:10}"
            print(line)
    for text, number in reasons.items():
        print(f"({number}) {text}")
    print(f"{counts['works']} work, {counts['does not']} say why not")
    for text in wrong:
        print(f"not as documented: {text}")
    return not wrong


def run(only: list[str]) -> bool:
    machine.make()
    machine.molecule.collections()
    outside = [name for name in ("chroot", "podman") if name in only]
    inside = [name for name in INSIDE if name in only]
    found: dict[str, dict[str, dict[str, str]]] = {}
    with tempfile.TemporaryDirectory(prefix="matrix-") as name, machine.lab() as lab:
        folder = Path(name)
        folder.chmod(0o777)
        with machine.container(ROOT, Path(sys.base_prefix), folder):
            results = play(inside, lab, folder, inside=True) if inside else {}
            results |= play(outside, lab, folder, inside=False) if outside else {}
            for host, tasks in results.items():
                connection, _blank, interpreter = host.rpartition(" ")
                cells = {kind: outcome(tasks, kind) for kind in KINDS}
                found.setdefault(connection, {})[interpreter] = cells
            if "command" in only:
                found["command"] = by_command(lab, folder)
    return show(found)


def main() -> int:
    connections = [*INSIDE, "chroot", "podman", "command"]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=connections, default=connections)
    options = parser.parse_args()
    needs = "chroot and for users with passwords"
    return machine.attempt(lambda: run(options.only), needs)


if __name__ == "__main__":
    sys.exit(main())
