# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs playbooks with the collection as users get it: built, and installed elsewhere.

With RUN_ON=relay in the environment, tasks that do not say where they run use the relay, those over
the connection local as well. Tests about other places fail then, and those of kamailio_state, which
has no relay.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
RECAP = re.compile(r"^(\S+)\s+: ok=\d+.*$", re.MULTILINE)


class Run:
    """One run of ansible-playbook; ``recap`` maps hosts to their counters."""

    def __init__(self, returncode: int, output: str) -> None:
        self.returncode = returncode
        self.output = output
        self.recap = {
            line.group(1): {
                name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", line.group(0))
            }
            for line in RECAP.finditer(output)
        }

    def counter(self, name: str) -> int:
        """Add up a counter over all hosts."""
        assert self.recap, self.output
        return sum(counters[name] for counters in self.recap.values())


@pytest.fixture(scope="session")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the collection is installed from a fresh artefact."""
    folder = tmp_path_factory.mktemp("collections")
    environment = os.environ | {"ANSIBLE_HOME": str(folder / "home")}
    for command in (
        ["build", "--output-path", folder, ROOT],
        ["install", "--offline", "--collections-path", folder, next_artefact(folder)],
    ):
        galaxy = [str(BIN / "ansible-galaxy"), "collection", *map(str, command)]
        done = subprocess.run(galaxy, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    if "RUN_ON" in os.environ:
        force_place(folder, os.environ["RUN_ON"])
    return folder


def force_place(folder: Path, place: str) -> None:
    """Make another value the default of run_on."""
    source = folder / "ansible_collections" / "kamailio" / "ctl" / "plugins/module_utils/_task.py"
    text = source.read_text("utf-8")
    forced = re.sub(r'("run_on": Option\(.*default=)"auto"', rf'\1"{place}"', text)
    assert forced != text
    source.write_text(forced, "utf-8")


def run_ansible(folder: Path, collections: Path, *arguments: str) -> str:
    """Run ansible-playbook in a folder with the collection, and return what it printed.

    It has to succeed.
    """
    environment = os.environ | {
        "ANSIBLE_COLLECTIONS_PATH": str(collections),
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_NOCOLOR": "1",
    }
    done = subprocess.run(
        [BIN / "ansible-playbook", *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def next_artefact(folder: Path) -> Path:
    version = re.search(r"^version: (\S+)", (ROOT / "galaxy.yml").read_text("utf-8"), re.MULTILINE)
    assert version
    return folder / f"kamailio-ctl-{version.group(1)}.tar.gz"


@pytest.fixture
def run_jobs(collections: Path) -> Callable[[list[Any]], list[dict[str, Any]]]:
    """Run modules, each a name and its options, one after another in a single process."""

    def run(jobs: list[Any]) -> list[dict[str, Any]]:
        done = subprocess.run(
            [sys.executable, str(Path(__file__).parent / "run_modules.py"), str(collections)],
            input=json.dumps(jobs),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        results: list[dict[str, Any]] = json.loads(done.stdout)
        return results

    return run


@pytest.fixture
def play(collections: Path, tmp_path: Path) -> Callable[..., Run]:
    """Run a playbook; it has to end without failures."""

    def run(playbook: Path, *options: str, bin_dir: Path = BIN, **variables: str) -> Run:
        command = [str(bin_dir / "ansible-playbook"), "--inventory", "server,", *options]
        for name, value in variables.items():
            command += ["--extra-vars", f"{name}={value}"]
        environment = {
            **{name: text for name, text in os.environ.items() if not name.startswith("ANSIBLE_")},
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_ROLES_PATH": str(ROOT / "tests" / "integration" / "targets"),
            "ANSIBLE_HOME": str(tmp_path / "home"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "ANSIBLE_PIPELINING": "1",
        }
        done = subprocess.run(
            [*command, str(playbook)],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        result = Run(done.returncode, done.stdout)
        assert result.returncode == 0, result.output
        assert result.counter("failed") == 0, result.output
        return result

    return run


@pytest.fixture
def play_tasks(collections: Path, tmp_path: Path) -> Callable[..., Any]:
    """Start a play, and return a function that awaits the result of each task by host and name.

    :param inventory: variables by host.
    :param tasks: tasks by name.
    :param defaults: of all modules of the collection.
    :param play: further keywords of the play.
    """
    numbers = itertools.count()

    def start(
        inventory: dict[str, dict[str, Any]],
        tasks: dict[str, dict[str, Any]],
        defaults: dict[str, Any],
        *,
        environment: dict[str, str] | None = None,
        bin_dir: Path = BIN,
        **play: Any,
    ) -> Callable[[], dict[str, Any]]:
        folder = Path(os.path.realpath(tmp_path)) / f"play{next(numbers)}"
        folder.mkdir()
        keys = {f"result{number}": name for number, name in enumerate(tasks)}
        play = {
            "hosts": "all",
            "connection": "local",
            "gather_facts": False,
            "module_defaults": {"group/kamailio.ctl.kamailio": defaults},
            "tasks": [
                {"name": name, "register": key, "ignore_errors": True, **tasks[name]}
                for key, name in keys.items()
            ]
            + [
                {
                    "name": "Write down the results",
                    "ansible.builtin.copy": {
                        "content": "{{ {%s} | to_json }}"
                        % ", ".join(f"'{key}': {key}" for key in keys),
                        "dest": f"{folder}/{{{{ inventory_hostname }}}}.json",
                        "mode": "0600",
                    },
                    "delegate_to": "localhost",
                    "vars": {"ansible_connection": "local"},
                }
            ],
            **play,
        }
        (folder / "play.yml").write_text(json.dumps([play]))
        (folder / "hosts.json").write_text(json.dumps({"all": {"hosts": inventory}}))
        variables = {
            **{name: text for name, text in os.environ.items() if not name.startswith("ANSIBLE_")},
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_HOME": str(folder / "home"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "ANSIBLE_PIPELINING": "1",
            **(environment or {}),
        }
        command = [str(bin_dir / "ansible-playbook"), "-i", "hosts.json", "play.yml"]
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

        def finish() -> dict[str, Any]:
            output = process.communicate()[0]
            found = {}
            for host in inventory:
                path = folder / f"{host}.json"
                assert path.is_file(), output
                found[host] = {
                    keys[key]: result for key, result in json.loads(path.read_text()).items()
                }
            return found

        return finish

    return start


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name: the path of a socket has at most 107 bytes."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)
