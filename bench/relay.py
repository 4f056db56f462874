# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Tasks over ssh: through a relay, as a module, and with `command: kamcmd`.

Ten hosts of one sshd on loopback, and one Kamailio behind them. All ways take turns in one run of
ansible-playbook; the time of a task is that until all hosts have answered. The processor time is
that of the hosts: of sshd and all that it started.

The same with sudo and its password, in a container that tests/matrix makes: with root and podman.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from bench.plays import run_play
from tests.matrix import machine
from tests.support.kamailio import Kamailio, find_kamailio, find_kamcmd
from tests.support.sshd import Sshd, find_sshd

if TYPE_CHECKING:
    from bench.report import Report

    Times = tuple[float, float]

ROOT = Path(__file__).resolve().parent.parent
HOSTS = 10
WAYS = {"kamcmd": "command: kamcmd", "relay": "run_on: relay", "host": "run_on: host"}
KINDS = {"read": "a reading kamailio_rpc", "same": "an unchanged item", "change": "a changed item"}
GOALS = {"read": 0.6, "same": 0.6, "change": 1.0}
LESS_PROCESSOR = 1 / 3

CALLBACK = """
import json, os, time
from pathlib import Path
from ansible.plugins.callback import CallbackBase

class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "times"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        self.name = None
        self.taken = []

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._end()
        self.name, self.used = task.get_name(), used()
        self.start = time.perf_counter()

    def v2_playbook_on_stats(self, stats):
        self._end()
        with open(os.environ["TIMES"], "w") as file:
            json.dump(self.taken, file)

    def _end(self):
        if self.name:
            seconds = time.perf_counter() - self.start
            self.taken.append((self.name.rpartition(" : ")[2], seconds, used() - self.used))

def used():
    "Processor time of sshd, of its sessions, and of what they waited for."
    pids, ticks = [int(os.environ["SSHD"])], 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            pids += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        except OSError:
            continue
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")
"""


def task(way: str, kind: str, number: int, endpoint: str) -> dict[str, Any]:
    """Return a task whose name says what it measures."""
    name = {"name": f"{way} {kind}"}
    if way == "kamcmd":
        words = {
            "read": ["core.version"],
            "same": ["htable.get", "t", "same"],
            "change": ["htable.sets", "t", "{{ inventory_hostname }}", f"{way}{number}"],
        }
        call = [find_kamcmd(), "-s", endpoint, *words[kind]]
        return name | {"ansible.builtin.command": {"argv": call}}
    where = {"endpoint": endpoint, "run_on": way}
    if kind == "read":
        return name | {"kamailio.ctl.kamailio_rpc": where | {"method": "core.version"}}
    item = {"table": "t", "key": "same", "value": "same", "warn_lost": False}
    if kind == "change":
        item |= {"key": "{{ inventory_hostname }}", "value": f"{way}{number}"}
    return name | {"kamailio.ctl.kamailio_htable_item": where | item}


class Bench:
    """Hosts that differ in nothing but their address.

    :param hosts: the variables of each.
    :param pid: of the sshd of all.
    """

    def __init__(self, folder: Path, hosts: list[str], pid: int, endpoint: str) -> None:
        self._folder = folder
        self._pid = pid
        self._endpoint = endpoint
        above = folder / "ansible_collections" / "kamailio"
        above.mkdir(parents=True)
        (above / "ctl").symlink_to(ROOT)
        (folder / "callbacks").mkdir()
        (folder / "callbacks" / "times.py").write_text(CALLBACK)
        lines = [f"h{number} {each}\n" for number, each in enumerate(hosts)]
        (folder / "hosts").write_text("".join(lines))

    def run(self, ways: list[str], rounds: int, pipelining: bool) -> dict[str, list[Times]]:
        """Run all kinds of tasks in all these ways, and return the times of each."""
        # The first one connects, the second finds an interpreter and compiles.
        tasks: list[dict[str, Any]] = [
            {"name": "first", "ansible.builtin.raw": "true"},
            task(ways[0], "read", 0, self._endpoint) | {"name": "second"},
            task("relay", "read", 0, self._endpoint) | {"name": "third"},
        ]
        tasks += [
            task(way, kind, number, self._endpoint)
            for number in range(rounds)
            for kind in KINDS
            for way in ways
        ]
        play = {"hosts": "all", "gather_facts": False, "tasks": tasks}
        sockets = self._folder / "cp"
        run_play(
            self._folder,
            play,
            HOSTS,
            "hosts",
            ANSIBLE_PYTHON_INTERPRETER="/usr/bin/python3",
            ANSIBLE_PIPELINING=str(pipelining),
            ANSIBLE_TIMEOUT="300",  # for sudo's question, on a busy machine
            ANSIBLE_CALLBACK_PLUGINS=str(self._folder / "callbacks"),
            ANSIBLE_CALLBACKS_ENABLED="times",
            ANSIBLE_SSH_CONTROL_PATH_DIR=str(sockets),
            SSHD=str(self._pid),
            TIMES=str(self._folder / "times.json"),
        )
        for socket in sockets.iterdir():
            command = ["ssh", "-o", f"ControlPath={socket}", "-O", "exit", "any"]
            subprocess.run(command, capture_output=True, check=False)
        taken: dict[str, list[Times]] = {}
        for name, seconds, used in json.loads((self._folder / "times.json").read_text()):
            taken.setdefault(name, []).append((seconds, used))
        return taken


def run(report: Report, rounds: int, short: bool) -> None:
    if not (find_sshd() and find_kamailio() and find_kamcmd()):
        report.heading("relay: not measured, since sshd or Kamailio is missing")
        return
    with Kamailio() as kamailio, tempfile.TemporaryDirectory(prefix="relay-") as folder:
        endpoint = kamailio.endpoints["unix"]
        keys = Path(folder, "keys")
        keys.mkdir()
        kamailio.kamcmd("htable.sets", "t", "same", "same")
        with Sshd(keys, HOSTS) as server:
            hosts = [server.variables(f"127.0.0.{number}") for number in range(1, HOSTS + 1)]
            bench = Bench(Path(folder, "plain"), hosts, server.pid, endpoint)
            _compare(report, bench, rounds, True)
            if not short:
                _compare(report, bench, rounds, False)
        if not short:
            with_sudo(report, Path(folder, "sudo"), kamailio, rounds)


def with_sudo(report: Report, folder: Path, kamailio: Kamailio, rounds: int) -> None:
    """Measure the same as a user who becomes root by sudo with a password."""
    if os.geteuid():
        report.heading("relay: not measured with sudo, since only root makes users with passwords")
        return
    try:
        machine.make()
        kamcmd = find_kamcmd()
        assert kamcmd
        with machine.container(Path(kamcmd), kamailio.directory):
            key = folder.with_name("user_key")
            key.write_bytes((machine.FOLDER / "srv" / "ssh" / "user_key").read_bytes())
            key.chmod(0o600)
            hosts = [
                f"ansible_host=127.0.0.{number} {machine.variables(key)}"
                for number in range(1, HOSTS + 1)
            ]
            bench = Bench(folder, hosts, machine.pid(), kamailio.endpoints["unix"])
            for pipelining in (True, False):
                _compare(report, bench, rounds, pipelining, "sudo with a password, ")
    except machine.Unavailable as error:
        report.heading(f"relay: not measured with sudo: {error}")


def _compare(report: Report, bench: Bench, rounds: int, pipelining: bool, become: str = "") -> None:
    taken = bench.run(list(WAYS), rounds, pipelining)
    way = f"over ssh, {become}pipelining {'on' if pipelining else 'off'}"
    report.heading(f"relay: tasks on {HOSTS} hosts {way}, {rounds} rounds")
    report.line(f"{'':44}{'clock':>10}{'of kamcmd':>12}{'processor':>12}{'of kamcmd':>12}")
    for kind, meaning in KINDS.items():
        clocks = {way: median(each[0] for each in taken[f"{way} {kind}"]) for way in WAYS}
        used = {
            way: sum(each[1] for each in taken[f"{way} {kind}"]) / rounds / HOSTS for way in WAYS
        }
        for way, name in WAYS.items():
            report.line(
                f"  {meaning if way == 'kamcmd' else '':24}{name:18}"
                f"{clocks[way] * 1000:7.0f} ms{clocks[way] / clocks['kamcmd']:12.2f}"
                f"{used[way] * 1000:9.1f} ms{used[way] / used['kamcmd']:12.2f}"
            )
        ratio = clocks["relay"] / clocks["kamcmd"]
        report.goal(
            ratio <= GOALS[kind], f"{ratio:.2f} of kamcmd by the clock, at most {GOALS[kind]}"
        )
        less = used["relay"] / used["kamcmd"]
        report.goal(less <= LESS_PROCESSOR, f"{less:.2f} of kamcmd's processor, at most a third")
