# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs playbooks with roles in a folder, with a small service manager instead of a host."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.collection.conftest import BIN
from tests.support.service_manager import ServiceManager

ALL = os.environ.get("ROLES") == "all"
LONG = pytest.mark.skipif(not ALL, reason="make roles runs it")
PLAYS = Path(__file__).parent / "roles"


class RoleHost:
    """A folder that stands for a host.

    :ivar variables: of the host.
    :ivar places: variables of the role itself, which say where its files are.
    :ivar prefix: what the command that runs a playbook begins with.
    """

    def __init__(self, folder: Path, collections: Path) -> None:
        self.folder = folder
        self.manager = ServiceManager(folder)
        self.variables: dict[str, Any] = {
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
            "folder": str(folder),
        }
        self.places: dict[str, str] = {}
        self.prefix: list[str] = []
        self.environment = {
            **{name: text for name, text in os.environ.items() if not name.startswith("ANSIBLE_")},
            **self.manager.environment,
            "ANSIBLE_COLLECTIONS_PATH": str(collections),
            "ANSIBLE_HOME": f"{folder}/home",
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PIPELINING": "1",
        }

    def __enter__(self) -> RoleHost:
        return self

    def __exit__(self, *_error: object) -> None:
        self.manager.stop()

    def play(self, name: str, *options: str) -> str:
        """Run a playbook of ``roles/``, which has to pass; return what it writes."""
        inventory = self.folder / "inventory.json"
        inventory.write_text(json.dumps({"all": {"hosts": {"localhost": self.variables}}}), "utf-8")
        places = ["-e", json.dumps(self.places)] if self.places else []
        done = subprocess.run(
            [
                *self.prefix,
                *(BIN / "ansible-playbook", "-i", inventory, *places, *options, PLAYS / name),
            ],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout
