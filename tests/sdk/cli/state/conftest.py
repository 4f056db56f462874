# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Three lab servers with names, a file of what is wanted, and journals of their own."""

from __future__ import annotations

import contextlib
import json
import os

import pytest

from kamailio_binrpc.core.state import guardian
from kamailio_binrpc.lab import Configuration, HashTables, LabServer
from tests.sdk.cli.state.support import NAMES, WANTED, Fleet


@pytest.fixture
def fleet(tmp_path, monkeypatch, surroundings):
    """Three servers in the configuration; the last is to become ill."""
    with contextlib.ExitStack() as running:
        labs = {}
        for name in NAMES:
            modules = [
                HashTables({"features": {"greeting": "hi", "old": 7}}),
                Configuration({"limits": {"max_calls": 1000}}),
            ]
            lab = LabServer(binrpc=f"unix:{tmp_path}/{name}", modules=modules)
            labs[name] = running.enter_context(lab.running_in_thread())
        lines = [f"{name} = {lab.addresses[0]}\n" for name, lab in labs.items()]
        config = tmp_path / "config.ini"
        config.write_text(
            "[endpoints]\n" + "".join(lines) + "gone = unix:/nonexistent/s\n"
            "[groups]\nwell = one two\nlabs = one two ill\n"
        )
        monkeypatch.setenv("KAMRPC_CONFIG", str(config))
        monkeypatch.delenv("KAMRPC_ENDPOINT")
        monkeypatch.chdir(tmp_path)
        found = Fleet(tmp_path, labs)
        found.write(WANTED)
        yield found
        end_guardians()


def end_guardians():
    """Let the guardians end that commands in this process have started, as its own end would."""
    pipes = guardian._pipes
    while pipes:
        os.close(pipes.pop())


@pytest.fixture
def run(kamrpc, fleet):
    """Run a command about changes; return its status, the data of its JSON, and its messages."""

    def run(command, *words):
        journals = [] if command in {"plan", "drift"} else ["--journals", fleet.journals]
        status, out, err = kamrpc(command, "-o", "json", *journals, *words)
        return status, json.loads(out) if out else None, err

    return run


@pytest.fixture
def apply(run):
    """Apply without a question; return the status and the outcome of each server."""

    def apply(*words):
        status, data, _err = run("apply", "-y", *words)
        assert data["status"] == status
        return status, {each["name"]: each["outcome"] for each in data["servers"]}

    return apply
