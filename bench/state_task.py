# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""One ``kamailio_state`` task beside the same twelve settings as tasks of their own.

One host of an sshd on loopback with a Kamailio of its own, and both ways take turns in one run of
ansible-playbook. Each round sets other values. The whole state always is a module on the host,
where its journal is; single tasks are that, too, or go through a relay.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from bench.plays import run_play
from bench.relay import CALLBACK
from tests.support.kamailio import Kamailio, find_kamailio
from tests.support.sshd import Sshd, find_sshd

if TYPE_CHECKING:
    from bench.report import Report

ROOT = Path(__file__).resolve().parent.parent
GOAL = 6.0
ITEMS = tuple(f"setting{number}" for number in range(7))
NAMES = ("maintenance", "banner")
VARIABLES = ("debug", "memlog", "mem_join")


def document(number: int) -> dict[str, Any]:
    """Return twelve settings of a round."""
    return {
        "version": 1,
        "htable": {"t": {"items": dict.fromkeys(ITEMS, number)}},
        "pv": {"shv": dict.fromkeys(NAMES, number)},
        "cfg": {"core": dict.fromkeys(VARIABLES, number % 3)},
    }


def single(number: int) -> list[dict[str, Any]]:
    """Return the same as the arguments of one task each."""
    wanted = document(number)
    return [
        *(
            {"kamailio.ctl.kamailio_htable_item": {"table": "t", "key": key, "value": value}}
            for key, value in wanted["htable"]["t"]["items"].items()
        ),
        *(
            {"kamailio.ctl.kamailio_shv": {"name": name, "value": value}}
            for name, value in wanted["pv"]["shv"].items()
        ),
        *(
            {"kamailio.ctl.kamailio_cfg": {"group": "core", "name": name, "value": value}}
            for name, value in wanted["cfg"]["core"].items()
        ),
    ]


def tasks(rounds: int, where: dict[str, Any], of_state: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the tasks of all rounds, after one whose times do not count.

    :param where: further arguments of single tasks; ``of_state`` those of the whole.
    """
    found: list[dict[str, Any]] = [{"name": "first", "ansible.builtin.raw": "true"}]
    number = 10
    for turn in range(rounds + 1):
        kind = "warm" if not turn else ""
        for each in single(number := number + 1):
            ((module, given),) = each.items()
            found.append({"name": f"{kind}single {turn}", module: {**given, **where}})
        given = {"document": document(number := number + 1), **of_state}
        found.append({"name": f"{kind}whole {turn}", "kamailio.ctl.kamailio_state": given})
    return found


def run(report: Report, rounds: int) -> None:
    """Measure both ways."""
    report.heading("one kamailio_state task beside twelve tasks, one host over ssh")
    if not (find_sshd() and find_kamailio()):
        report.line("not measured, since sshd or Kamailio is missing")
        return
    with Kamailio() as kamailio, tempfile.TemporaryDirectory(prefix="state-") as name:
        folder = Path(name)
        above = folder / "ansible_collections" / "kamailio"
        above.mkdir(parents=True)
        (above / "ctl").symlink_to(ROOT)
        (folder / "callbacks").mkdir()
        (folder / "callbacks" / "times.py").write_text(CALLBACK)
        keys = folder / "keys"
        keys.mkdir()
        with Sshd(keys, 1) as server:
            (folder / "hosts").write_text(f"h1 {server.variables('127.0.0.1')}\n")
            for way in ("host", "relay"):
                where = {"endpoint": kamailio.endpoints["unix"], "warn_lost": False}
                own = {"run_on": "host", "journals": str(folder / "journals")}
                found = tasks(rounds, {**where, "run_on": way}, {**where, **own})
                _compare(report, folder, server.pid, way, found)


def _compare(report: Report, folder: Path, pid: int, way: str, found: list[dict[str, Any]]) -> None:
    run_play(
        folder,
        {"hosts": "all", "gather_facts": False, "tasks": found},
        1,
        "hosts",
        ANSIBLE_PYTHON_INTERPRETER="/usr/bin/python3",
        ANSIBLE_PIPELINING="True",
        ANSIBLE_CALLBACK_PLUGINS=str(folder / "callbacks"),
        ANSIBLE_CALLBACKS_ENABLED="times",
        ANSIBLE_SSH_CONTROL_PATH_DIR=str(folder / "cp"),
        SSHD=str(pid),
        TIMES=str(folder / "times.json"),
    )
    rounds: dict[str, dict[str, float]] = {"single": {}, "whole": {}}
    for name, seconds, _used in json.loads((folder / "times.json").read_text()):
        kind, _space, turn = name.partition(" ")
        if kind in rounds:
            rounds[kind][turn] = rounds[kind].get(turn, 0.0) + seconds
    one, all_of = (median(rounds[kind].values()) for kind in ("whole", "single"))
    report.line(f"  run_on: {way:8}{all_of * 1000:7.0f} ms for twelve{one * 1000:9.0f} ms for one")
    if way == "host":
        report.goal(all_of / one >= GOAL, f"{all_of / one:.1f} times faster, at least {GOAL:g}")
    else:
        report.line(f"  {all_of / one:.1f} times as fast as twelve through a relay")
