# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Completion: what it offers, and how bash, zsh and fish show it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kamailio_binrpc.cli import completion
from kamailio_binrpc.cli.names import Names

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.usefixtures("surroundings")


def words(*texts):
    return [*completion.candidates(list(texts))]


def test_commands_and_options(config):
    assert sorted(words("kamrpc", "ca")) == ["call", "calls", "cancel"]
    assert words("kamrpc", "rol") == ["rollback"]
    assert "complete" not in words("kamrpc", "")
    assert words("kamrpc", "call", "--ti") == ["--timeout"]
    assert words("kamrpc", "call", "-o", "y") == ["yaml"]
    assert words("kamrpc", "methods", "se") == ["search"]
    assert words("kamrpc", "call", "-s", "o") == ["one", "off"]
    assert words("kamrpc", "fleet", "-g", "bo") == ["both"]
    assert words("kamrpc", "completion", "z") == ["zsh"]


def test_methods_and_parameters(config, lab):
    names = Names(lab.addresses[1])
    names.refresh()
    assert words("kamrpc", "call", "-s", "two", "test.ty") == ["test.types"]
    assert words("kamrpc", "call", "test.ty") == []
    assert words("kamrpc", "call", "dispatcher.set_s") == ["dispatcher.set_state"]
    assert words("kamrpc", "call", "dispatcher.set_state", "I") == ["I", "IP"]
    assert "core" in words("kamrpc", "call", "-s", "two", "cfg.get", "")
    assert words("kamrpc", "diff", "t") == ["two"]
    assert words("kamrpc", "diff", "one", "two", "test.ty") == ["test.types"]
    assert words("pykamcmd", "-s", "two", "test.ty") == ["test.types"]
    assert words("pykamcmd", "--s") == ["--strict-exit"]
    assert words("/usr/bin/pykamcmd", "vers") == ["version"]


def test_each_has_its_meaning(config, lab):
    def meaning(*texts):
        return completion.candidates(list(texts))[texts[-1]]

    assert meaning("kamrpc", "fleet") == "call a method on many endpoints at the same time"
    assert (
        meaning("kamrpc", "fleet", "--limit")
        == "maximum number of endpoints at the same time (default: 500)"
    )
    assert meaning("kamrpc", "call", "core.uptime")
    assert meaning("kamrpc", "call", "-s", "one") == lab.addresses[0]
    assert meaning("kamrpc", "fleet", "-g", "both") == "one two"
    assert meaning("pykamcmd", "ver") == "core.version"


def test_no_meaning_breaks_the_lines(kamrpc, config):
    config.write_text(config.read_text().replace("gone = ", "gone = unix:/\x1b[2J\t/a\n#gone = "))
    _status, out, _err = kamrpc("complete", "--", "kamrpc", "call", "-s", "")
    assert "\x1b" not in out
    assert all(line.count("\t") == 1 for line in out.splitlines())


@pytest.fixture
def shell(config, tmp_path, kamrpc):
    """A folder with kamrpc and its three scripts, and an environment that finds it."""
    for name in completion.SCRIPTS:
        (tmp_path / f"script.{name}").write_text(kamrpc("completion", name)[1])
    for program in ("kamrpc", "pykamcmd"):
        path = tmp_path / program
        path.write_text(f'#!/bin/sh\nexec {sys.executable} -m kamailio_binrpc.cli.main "$@"\n')
        path.chmod(0o755)
    return tmp_path, {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}


def _needs(program):
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")


@pytest.mark.parametrize(
    "line, kind, expected",
    [
        ("kamrpc call -o js", 9, ["json", "jsonl"]),
        ("kamrpc call core.upt", 9, ["core.uptime"]),
        ("kamrpc fleet -g ", 9, ["one", "two", "gone", "lost", "off", "both", "many"]),
        (
            "kamrpc fleet --re",
            63,
            [
                "--retries  repeat failed calls where that is safe (default: 0)",
                "--reveal   show passwords and other secrets",
            ],
        ),
        ("kamrpc call core.upt", 63, ["core.uptime"]),
    ],
)
def test_bash(shell, line, kind, expected):
    folder, environment = shell
    program = f"""
        source {folder}/script.bash
        COMP_LINE='{line}' COMP_POINT={len(line)} COMP_TYPE={kind}
        _kamrpc
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(
        ["bash", "-c", program], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.splitlines() == expected


@pytest.mark.slow
def test_fish(shell):
    """Words and meanings, and files only where nothing else is known."""
    _needs("fish")
    folder, environment = shell
    (folder / "changes.txt").touch()

    def complete(line):
        program = f"source {folder}/script.fish; complete -C '{line}'"
        done = subprocess.run(
            ["fish", "--no-config", "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={**environment, "XDG_CONFIG_HOME": str(folder)},
            cwd=folder,
        )
        return done.stdout.splitlines()

    assert complete("kamrpc fleet --reve") == ["--reveal\tshow passwords and other secrets"]
    offered = complete("kamrpc call c")
    assert "core.uptime" in [line.split("\t")[0] for line in offered]
    assert not [line for line in offered if "changes.txt" in line]
    assert [line.split("\t")[0] for line in complete("kamrpc batch ch")] == ["changes.txt"]


@pytest.mark.slow
def test_zsh(shell):
    _needs("zsh")
    _needs("tmux")
    sys.path.insert(0, str(ROOT / "tools"))
    from screens import Terminal

    folder, environment = shell
    (folder / ".zshrc").write_text(
        f"PS1='$ '\nautoload -U compinit; compinit -u -D\nsource {folder}/script.zsh\n"
    )
    names = ("PATH", "KAMRPC_CONFIG")
    variables = {name: environment[name] for name in names}
    with Terminal(["zsh", "-i"], folder, variables=variables, lines=40) as terminal:
        terminal.wait(lambda shown: shown.rstrip().endswith("$"))
        terminal.type("kamrpc fleet --re", "Tab", "Tab")
        shown = terminal.wait("other secrets")
    assert "--reveal   -- show passwords and other secrets" in shown
    assert "--retries  -- repeat failed calls where that is safe" in shown


@pytest.mark.parametrize("name", ["zsh", "fish"])
def test_the_other_scripts_parse(shell, name):
    _needs(name)
    folder, _environment = shell
    subprocess.run([name, "-n", str(folder / f"script.{name}")], check=True)
