# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules on a managed host that has Python 3.8 and no library at all."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kamailio_binrpc.core import turns
from kamailio_binrpc.lab import LabServer
from tests.collection.conftest import ROOT

sys.path.insert(0, str(ROOT / "tools"))

import ansible_test
import pythons
import venvs

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def lab() -> Iterator[LabServer]:
    with LabServer("tcp:127.0.0.1:0").running_in_thread() as server:
        yield server


@pytest.fixture
def run(play_tasks: Callable[..., Any], lab: LabServer, tmp_path: Path) -> Callable[..., Any]:
    """Run tasks on such a host; return their results by name."""
    python = pythons.find("3.8")
    if python is None:
        pytest.skip(
            "NOT TESTED: no Python 3.8 on this machine, which runs modules without libraries"
        )
    # The oldest ansible-core is the one that manages hosts with Python 3.8.
    bin_dir = venvs.ensure("ansible-oldest", ansible_test.controller("oldest"), "ansible-oldest")
    bare = tmp_path / "python3.8"
    bare.write_text(f'#!/bin/sh\nexec {python} -I -S "$@"\n')
    bare.chmod(0o755)
    host = {"ansible_python_interpreter": str(bare)}
    defaults = {"endpoint": lab.addresses[0], "run_on": "host", "timeout": 20}

    def run(tasks: dict[str, Any]) -> Any:
        return play_tasks({"bare": host}, tasks, defaults, bin_dir=bin_dir)()["bare"]

    return run


def call(retries: int) -> dict[str, Any]:
    return {"kamailio.ctl.kamailio_rpc": {"method": "core.uptime", "retries": retries}}


def test_a_call_is_retried(run: Callable[..., Any], lab: LabServer) -> None:
    lab.failures.add("close", method="core.uptime", count=2)
    found = run({"retried": call(2), "version": {"ansible.builtin.command": "true"}})
    assert found["retried"].get("failed", False) is False, found["retried"]
    assert len(lab.calls) == 3


def test_the_error_names_the_cause(run: Callable[..., Any], lab: LabServer) -> None:
    lab.failures.add("close", method="core.uptime")
    error = run({"failed": call(2)})["failed"]
    assert error["failed"] is True
    assert "bytes of the reply arrived" in error["msg"]  # how many is a matter of chance
    assert "tenacity" not in str(error)
    # In each attempt a reply that was cut is asked for again, since the method only reads.
    assert len(lab.calls) == 3 * (1 + turns.TRIES)
