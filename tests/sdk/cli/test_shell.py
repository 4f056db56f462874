# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The shell's inside: lines, commands, completion."""

from __future__ import annotations

import argparse
import os
import signal
import stat
import threading
import time

import pytest

from kamailio_binrpc.cli.shell import Shell
from kamailio_binrpc.cli.shell_line import Line, read_line
from kamailio_binrpc.core.errors import EncodeError

pytestmark = pytest.mark.usefixtures("surroundings")


@pytest.fixture
def make_shell():
    made = []

    def make(endpoint, **more):
        options = {"config": None, "timeout": 30.0, "connect_wait": None, "output": "text"}
        options |= {"no_pager": True, "yes": False, "dry_run": False, "endpoint": endpoint, **more}
        made.append(Shell(argparse.Namespace(**options)))
        return made[-1]

    yield make
    for shell in made:
        shell._client.close()


@pytest.fixture
def shell(make_shell, lab):
    return make_shell(lab.addresses[0])


# --- lines


@pytest.mark.parametrize(
    "text, line",
    [
        ("", Line([])),
        ("# nothing", Line([])),
        ("core.echo 'a b' # x | y", Line(["core.echo", "a b"])),
        ("core.echo a|b c>d sip:a#1", Line(["core.echo", "a|b", "c>d", "sip:a#1"])),
        ("core.echo '|' \"> x\" \\| \\>", Line(["core.echo", "|", "> x", "|", ">"])),
        ("core.psx -o table", Line(["core.psx"], form="table")),
        ("-o json core.psx", Line(["core.psx"], form="json")),
        ("core.psx --json", Line(["core.psx"], form="json")),
        ("htable.seti t k -1", Line(["htable.seti", "t", "k", "-1"])),
        ("core.echo -- -o table", Line(["core.echo", "-o", "table"])),
        (
            "core.psx --where 'dsc~a b' --where pid>1 --sort -pid --columns pid",
            Line(["core.psx"], columns="pid", sort="-pid", where=["dsc~a b", "pid>1"]),
        ),
        ("core.psx | grep 'a b' > x", Line(["core.psx"], command="grep 'a b' > x")),
        ("core.psx > 'a b'", Line(["core.psx"], file="a b")),
        ("core.psx >>b", Line(["core.psx"], file="b", append=True)),
        ("core.psx >b # c", Line(["core.psx"], file="b")),
    ],
)
def test_lines(text, line):
    assert read_line(text) == line


@pytest.mark.parametrize(
    "text, error",
    [
        ("core.psx |", "needs a command"),
        ("core.psx >", "the name of one file"),
        ("core.psx > a b", "the name of one file"),
        ("core.psx -o", "needs a value"),
        ("core.psx --where", "needs a value"),
        ("core.psx -o xml", "there are text"),
        ("core.echo 'a", "quotes come in pairs"),
    ],
)
def test_lines_that_are_wrong(text, error):
    with pytest.raises(EncodeError, match=error):
        read_line(text)


# --- running them


def test_a_cancelled_call_leaves_the_shell_alive(shell, capfd):
    def interrupt():
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        threading.Thread(target=interrupt, daemon=True).start()
        assert shell.line("test.stuck") is True
    finally:
        signal.signal(signal.SIGINT, before)
    assert shell.line("core.echo 'a b'") is True
    assert shell.line("no.such") is True
    assert shell.line("output json") is True
    assert shell.line('core.echo "x"') is True
    assert shell.line("quit") is False
    out, err = capfd.readouterr()
    assert out == 'a b\n["x"]\n'
    assert "cancelled" in err
    assert "no.such: fault 500" in err


def test_forms_and_rows(shell, capfd):
    pytest.importorskip("rich")
    shell.line("core.echo a -o jsonl")
    shell.line("core.psx --where dsc=timer --columns dsc")
    shell.line("core.echo b")
    out, err = capfd.readouterr()
    assert (out, err) == ('"a"\nDSC\ntimer\nb\n', "")


def test_output_into_a_file(shell, capfd, tmp_path):
    """It gets the bytes as they came."""
    shell.line(f"core.echo ab\udce9 > {tmp_path}/a")
    shell.line(f"core.echo x >> {tmp_path}/a")
    assert (tmp_path / "a").read_bytes() == b"ab\xe9\nx\n"
    shell.line(f"core.echo y > {tmp_path}/none/b")
    out, err = capfd.readouterr()
    assert out == ""
    assert "No such file or directory" in err


def test_output_into_a_command(shell, capfd):
    shell.line("core.echo a b | grep b")
    shell.line("core.echo a | exit 3")
    assert capfd.readouterr().out == "b\n"


def test_other_commands_at_this_endpoint(shell, capfd):
    pytest.importorskip("rich")
    shell.line("watch --count 1 core.echo x")
    shell.line("calls alice --columns from")
    shell.line("facts nosuch")
    shell.line("watch --nosuch")
    shell.line("calls | cat")
    assert shell.line("core.echo still") is True
    out, err = capfd.readouterr()
    assert out.splitlines() == ["x", "FROM", "sip:alice@example.com", "still"]
    assert "nosuch" in err
    assert "| and > are for methods" in err


def test_pasted_lines_run_one_after_another_and_an_error_ends_them(shell, capfd):
    assert shell._run_all("core.echo a\n\ncore.echo b\nno.such\ncore.echo c\n") is True
    out, err = capfd.readouterr()
    assert [line for line in out.splitlines() if not line.startswith("(")] == ["a", "b"]
    assert "1 lines were not run" in err
    assert shell._run_all("core.echo a\nquit\ncore.echo b") is False


def test_it_says_whom_it_calls(make_shell, config, lab, capfd):
    shell = make_shell("one")
    shell._greet()
    shell.line("use two")
    shell.line("use gone")
    assert shell.line("core.echo x") is True
    out, err = capfd.readouterr()
    assert f"one ({lab.addresses[0]}): kamailio 5.6.3" in out
    assert f"two ({lab.addresses[1]}): kamailio 5.6.3" in out
    assert err.startswith("kamrpc: gone (unixs:/nonexistent/a): cannot connect")


# --- completion


def names(shell, before, start):
    return [name for name, _meaning in shell.candidates(before, start)]


def test_it_completes_names_of_the_server(shell):
    shell._names.wait(30)
    assert names(shell, [], "test.t") == ["test.types"]
    assert names(shell, [], "he") == ["help"]
    assert names(shell, [], "gat") == ["gateways"]
    assert names(shell, ["help"], "core.upt") == ["core.uptime"]
    assert names(shell, ["output"], "js") == ["json", "jsonl"]
    assert names(shell, ["core.psx", "-o"], "ta") == ["table"]
    assert names(shell, ["watch"], "core.upt") == ["core.uptime"]
    assert "core" in names(shell, ["cfg.get"], "co")
    assert names(shell, ["dispatcher.set_state"], "A") == ["A", "AP"]
    assert names(shell, ["no.such"], "x") == []
    assert dict(shell.candidates([], "core.upt"))["core.uptime"] != ""


@pytest.mark.parametrize(
    "before, place",
    [
        ([], ("", (), -1)),
        (["no.such"], ("", (), -1)),
        (["htable.get"], ("htable.get", ["table", "key"], 0)),
        (["htable.get", "t"], ("htable.get", ["table", "key"], 1)),
    ],
)
def test_the_place_in_a_call(shell, before, place):
    assert shell.place(before)[:3] == place


def test_the_prompt(shell):
    """Pasted lines wait for Enter, and what was typed is kept where only its owner reads it."""
    pytest.importorskip("prompt_toolkit")
    from prompt_toolkit.application import create_app_session
    from prompt_toolkit.input import create_pipe_input
    from prompt_toolkit.output import DummyOutput

    from kamailio_binrpc.cli.shell_prompt import history_file, make_reader

    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        read = make_reader(shell, lambda: "kamrpc x")
        keys.send_text("core.uptime\n")
        assert read() == "core.uptime"
        keys.send_text("\x1b[200~core.echo a\ncore.echo b\x1b[201~")
        keys.send_text("\n")
        assert read() == "core.echo a\ncore.echo b"
        keys.send_text("\x04")
        with pytest.raises(EOFError):
            read()
    assert "+core.uptime" in history_file().read_text()
    assert stat.S_IMODE(history_file().stat().st_mode) == 0o600


def test_completion_at_the_prompt(shell):
    pytest.importorskip("prompt_toolkit")
    from prompt_toolkit.document import Document

    from kamailio_binrpc.cli.shell_prompt import _Completer

    found = list(_Completer(shell).get_completions(Document("help core.upt"), None))
    assert [(each.text, each.start_position) for each in found] == [("core.uptime", -8)]
    found = list(_Completer(shell).get_completions(Document("core.upt"), None))
    assert found[0].display_meta_text != ""
