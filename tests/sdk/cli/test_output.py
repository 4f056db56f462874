# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Every command has the same forms of output, and each form is what it says."""

from __future__ import annotations

import argparse
import json

import pytest

from kamailio_binrpc.cli import output
from kamailio_binrpc.cli.main import build_parser

yaml = pytest.importorskip("yaml")
pytest.importorskip("rich")
pytestmark = pytest.mark.usefixtures("surroundings")

WITHOUT = {
    "config path": "one path",
    "config inventory": "the form is Ansible's",
    "record": "writes a recording",
    "completion": "prints a script",
    "complete": "is for the scripts",
    "serve": "prints its addresses",
}
COMMANDS = (
    "core.uptime",
    "methods list",
    "methods search uptime",
    "methods help core.uptime",
    "methods signature core.uptime",
    "facts version",
    "gateways",
    "gateways -g both",
    "calls",
    "regs",
    "config show",
    "config check",
    "config check --call",
    "fleet -g both core.uptime",
    "fleet -g both --diff test.where",
    "diff one two test.where",
    "watch --count 1 core.uptime",
    "top --count 1",
    "doctor",
    "drain --dry-run 1 sip:192.0.2.11:5060",
    "debug --dry-run 3",
    "snapshot dispatcher",
    "history --journals {folder}/journals",
    "plan {folder}/wish.yml",
    "drift {folder}/wish.yml",
    "apply --yes --journals {folder}/journals {folder}/wish.yml",
    "batch {folder}/calls.txt",
    "trace --hex a10301010041",
)


def parsers(parser, name=""):
    inner = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    if not inner:
        yield name.strip(), parser
    for action in inner:
        for word, each in action.choices.items():
            yield from parsers(each, f"{name} {word}")


def test_every_command_has_all_forms():
    found = {}
    for name, parser in parsers(build_parser()):
        option = next((each for each in parser._actions if "--output" in each.option_strings), None)
        found[name] = sorted(option.choices or ()) if option else []
    forms = sorted(output.FORMATS)
    assert {name: each for name, each in found.items() if each != forms} == {
        name: [] for name in WITHOUT
    }


def test_every_command_is_tried():
    tried = {command.replace("core.uptime", "call", 1).split()[0] for command in COMMANDS}
    pending = {"confirm", "cancel", "rollback", "undrain", "shell"}  # share the code of others
    names = {name.split()[0] for name, _parser in parsers(build_parser())}
    assert names - tried - pending == {name for name in WITHOUT if " " not in name}


@pytest.fixture
def try_(kamrpc, config, tmp_path):
    (tmp_path / "wish.yml").write_text("version: 1\nhtable: {t: {items: {a: 1}}}\n")
    (tmp_path / "calls.txt").write_text("core.uptime\ncore.version\n")

    def run(command, form):
        words = [word.format(folder=tmp_path) for word in command.split()]
        if "test.where" in words or words[0].endswith(".uptime"):
            words.insert(0 if words[0].endswith(".uptime") else 1, f"-o{form}")
            if words[0] == f"-o{form}":
                words.insert(0, "call")
        else:
            words += ["-o", form]
        if words[0] == "history":
            journals = f"{tmp_path}/journals"
            kamrpc("apply", "--yes", "--journals", journals, f"{tmp_path}/wish.yml")
        return kamrpc(*words)

    return run


@pytest.mark.parametrize("command", COMMANDS)
def test_each_form_is_what_it_says(try_, command):
    shown = {}
    for form in output.FORMATS:
        status, out, err = try_(command, form)
        assert status != 2, (form, err)
        assert out.endswith("\n"), form
        assert "\x1b" not in out
        shown[form] = out
    lines = [json.loads(line) for line in shown["jsonl"].splitlines()]
    assert lines
    one = json.loads(shown["json"])
    assert one or one == []
    assert all(document is not None for document in yaml.safe_load_all(shown["yaml"]))
