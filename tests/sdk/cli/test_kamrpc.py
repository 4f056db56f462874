# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The subcommands of kamrpc against lab servers."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from kamailio_binrpc import Fault, LabServer
from kamailio_binrpc.cli import exit_codes
from kamailio_binrpc.cli.config import inventory_of
from kamailio_binrpc.core import spacing
from kamailio_binrpc.core.config import load_config

yaml = pytest.importorskip("yaml")


pytestmark = pytest.mark.usefixtures("surroundings")


# --- call


def test_call_prints_what_kamcmd_does(kamrpc):
    assert kamrpc("call", "core.echo", "a b", "5") == (0, "a b\n5\n", "")


def test_calls_that_rebuild_take_turns(kamrpc, monkeypatch, tmp_path):
    """With those of other programs at the same server: a loop over it must not crash the server."""
    turns = []

    def in_turn(address, call, pause):
        turns.append(str(address))
        return call()

    monkeypatch.setattr(spacing, "in_turn", in_turn)
    kamrpc("call", "dispatcher.reload")
    kamrpc("call", "core.echo", "a")
    (tmp_path / "lines").write_text("dispatcher.remove 1 sip:x\ncore.echo a\n")
    kamrpc("batch", str(tmp_path / "lines"))
    server = os.environ["KAMRPC_ENDPOINT"]
    kamrpc("fleet", "-g", server, "core.echo", "a")
    assert len(turns) == 2
    kamrpc("fleet", "-g", server, "dispatcher.reload")
    assert len(turns) == 3
    assert len(set(turns)) == 1


@pytest.mark.parametrize(
    "words, shown",
    [
        ("core.echo a", "a\n"),
        ("-t 3 core.echo a", "a\n"),
        ("-t 3 call core.echo a", "a\n"),
        ("-o json core.echo call", '["call"]\n'),
        ("--json -t 3 call core.echo call", '["call"]\n'),
    ],
)
def test_options_may_come_before_the_command_as_with_kamcmd(kamrpc, words, shown):
    assert kamrpc(*words.split()) == (0, shown, "")


def test_a_name_of_an_endpoint_is_no_command(kamrpc, tmp_path):
    file = tmp_path / "other.ini"
    file.write_text("[endpoints]\ntop = unix:%s/none\n" % tmp_path)
    status, out, err = kamrpc("-s", "top", "call", "core.version", "-c", str(file))
    assert (status, out) == (exit_codes.CONNECT, "")
    assert "cannot connect" in err


def test_options_alone_are_no_command(kamrpc):
    status, _out, err = kamrpc("-s", "edge1")
    assert status == exit_codes.USAGE
    assert "kamrpc COMMAND [OPTION ...]" in err


@pytest.mark.parametrize(
    "form, text",
    [
        ("json", '["a", "b"]\n'),
        ("jsonl", '"a"\n"b"\n'),
        ("yaml", "- a\n- b\n"),
        ("table", "a\nb\n"),
        ("text", "a\nb\n"),
    ],
)
def test_every_form_of_output(kamrpc, form, text):
    assert kamrpc("call", "-o", form, "core.echo", "a", "b")[1] == text


def test_bytes_that_are_no_utf8_go_through(kamrpc):
    word = os.fsdecode(b"caf\xe9")
    assert kamrpc("call", "core.echo", word)[1] == word + "\n"
    assert json.loads(kamrpc("call", "--json", "core.echo", word)[1]) == [word]


def test_unknown_methods_get_types_by_look_and_prefix(kamrpc):
    words = ["5", "s:5", "i:7", "d:1", "1.5", "x", 'j:"5"', "j:5"]
    _other, out, _other = kamrpc("call", "--raw", "test.types", *words)
    assert kamrpc("call", "test.types", *words)[1] == out
    assert out.split() == [
        *("int:5", "str:5", "int:7", "float:1.0", "float:1.5", "str:x", "str:5", "int:5"),
    ]


@pytest.fixture
def telling(tmp_path, monkeypatch):
    """A server that tells the types of a method; both are unknown to the catalogue."""
    lab = LabServer(f"unix:{tmp_path}/telling")
    with lab.running_in_thread() as server:

        @server.registry.method("system.methodSignature")
        def signature(ctx):
            (name,) = ctx.scan("s")
            if name != "my.told":
                raise Fault(500, "Not Implemented Yet")
            return "string string int string"

        for name in ("my.told", "my.untold"):

            @server.registry.method(name)
            def method(ctx):
                return None

        monkeypatch.setenv("KAMRPC_ENDPOINT", server.addresses[0])
        yield server


def sent_to(server):
    return [(call.method, *call.params) for call in server.calls]


def test_a_server_that_knows_types_is_asked_for_those_that_the_catalogue_lacks(kamrpc, telling):
    assert kamrpc("call", "my.told", "5", "5", "d:5") == (0, "", "")
    signature = ("system.methodSignature", "my.told")
    assert repr(sent_to(telling)) == repr([signature, ("my.told", "5", 5, 5.0)])


def test_types_that_nothing_tells_bring_one_warning(kamrpc, telling):
    status, out, err = kamrpc("call", "my.untold", "a", "5", "s:7")
    assert (status, out, err.count("\n")) == (0, "", 1)
    assert "my.untold is not in the catalogue" in err
    assert "sent: parameter 2 as a whole number. s: before one sends it as text" in err
    assert sent_to(telling)[-1] == ("my.untold", "a", 5, "7")


@pytest.mark.parametrize(
    "words",
    [
        ("core.echo", "5"),  # known
        ("my.untold",),
        ("my.untold", "a", "s:5", "i:7", "j:5"),  # no doubt
        ("--raw", "my.untold", "5"),  # as wished
    ],
)
def test_calls_whose_types_are_known_cost_no_other_call(kamrpc, telling, words):
    assert kamrpc("call", *words)[2] == ""
    assert len(telling.calls) == 1


def test_a_method_that_does_not_exist_is_only_said_to_be_missing(kamrpc, telling):
    status, _out, err = kamrpc("call", "my.missing", "5")
    assert status == exit_codes.METHOD_NOT_FOUND
    assert "warning" not in err


def test_known_methods_get_the_types_that_they_want(lab):
    from kamailio_binrpc.cli.common import read_params

    assert read_params("htable.sets", ["t", "5", "007"]) == ["t", "5", "007"]
    assert read_params("htable.seti", ["t", "5", "7"]) == ["t", "5", 7]
    assert read_params("htable.sets", ["t", "i:5", "d:1"]) == ["t", 5, 1.0]
    assert read_params("htable.sets", ["t", "5", "7"], raw=True) == ["t", 5, 7]
    # Methods of 6.1 and later.
    request = ["OPTIONS", "sip:a@b", ".", "5", "To: <sip:b>", "7"]
    assert read_params("tm.t_uac_wait_block_noack", request) == request
    assert read_params("secfilter.del_dst", ["555123123"]) == [555123123]
    assert read_params("dlgs.count", ["src", "eq", "123"]) == ["src", "eq", "123"]


def test_a_missing_parameter_is_named_before_anything_is_sent(kamrpc):
    status, out, err = kamrpc("call", "htable.sets", "t")
    assert (status, out) == (exit_codes.USAGE, "")
    assert "needs the parameter key" in err
    assert "--raw" in err


def test_not_enough_parameters_names_the_one_of_the_wrong_type(kamrpc):
    status, _other, err = kamrpc("call", "htable.get", "t", "i:5")
    assert status == exit_codes.FAULT
    assert "parameter 2, key, wants a text and was sent as an int (5)" in err
    assert "Use: htable.get table key" in err


@pytest.mark.parametrize(
    "args, status",
    [
        (["call", "no.such"], exit_codes.METHOD_NOT_FOUND),
        (["call", "-t", "0.1", "test.stuck"], exit_codes.TIMEOUT),
        (["call", "-s", "unix:/nonexistent", "m"], exit_codes.CONNECT),
        (["call", "-s", "nonsense:1:2", "m"], exit_codes.USAGE),
        (["call", "-t", "0", "core.echo"], exit_codes.USAGE),
        (["call", "core.echo", "i:x"], exit_codes.USAGE),
        (["call", "core.echo", "j:["], exit_codes.USAGE),
        (["call", "core.echo", "j:" + "[" * 100_000], exit_codes.USAGE),
        (["call", "core.echo", "j:" + "9" * 5000], exit_codes.USAGE),
        (["call", "core.echo", "i:" + "9" * 5000], exit_codes.USAGE),
        (["call", "-c", "/nonexistent", "-s", "name", "m"], exit_codes.USAGE),
        (["nosuch"], exit_codes.USAGE),
        ([], exit_codes.USAGE),
    ],
)
def test_exit_codes(kamrpc, args, status):
    found, out, err = kamrpc(*args)
    assert (found, out) == (status, "")
    assert err


def test_every_exit_code_is_documented():
    numbers = {
        value
        for name, value in vars(exit_codes).items()
        if name.isupper() and value.__class__ is int
    }
    documented = {int(line.split()[0]) for line in exit_codes.HELP.splitlines()[1:]}
    assert documented == numbers


def test_a_fault_as_json(kamrpc):
    _other, _other, err = kamrpc("call", "--json", "no.such")
    fault = json.loads(err.splitlines()[-1])["fault"]
    assert fault == {"code": 500, "text": "command no.such not found", "method": "no.such"}


# --- configuration


def test_flags_win_over_environment_and_that_over_the_file(kamrpc, config, monkeypatch):
    monkeypatch.setenv("KAMRPC_ENDPOINT", "gone")
    assert kamrpc("call", "core.echo")[0] == exit_codes.CONNECT
    assert kamrpc("call", "-s", "two", "core.echo")[0] == 0
    monkeypatch.delenv("KAMRPC_ENDPOINT")
    assert kamrpc("call", "core.echo")[0] == 0
    monkeypatch.setenv("KAMRPC_TIMEOUT", "x")
    assert "KAMRPC_TIMEOUT=x" in kamrpc("call", "core.echo")[2]
    assert kamrpc("call", "-t", "5", "core.echo")[0] == 0


def test_config_commands(kamrpc, config):
    assert kamrpc("config", "path")[1] == f"{config}\n"
    assert json.loads(kamrpc("config", "show", "--json")[1])["groups"]["both"] == ["one", "two"]
    assert yaml.safe_load(kamrpc("config", "show", "-o", "yaml")[1])["defaults"]["timeout"] == 3
    assert kamrpc("config", "check")[:2] == (0, f"{config}: 5 endpoints, 2 groups\n")
    status, out, _other = kamrpc("config", "check", "--call")
    assert status == exit_codes.CONNECT
    assert out.count("kamailio 5.6.3") == 2
    config.write_text("[endpoints]\na = tcp:\n")
    assert kamrpc("config", "check")[0] == exit_codes.USAGE


def test_no_config_is_told(kamrpc):
    assert kamrpc("config", "path")[0] == exit_codes.NOT_FOUND


def test_the_configuration_is_an_ansible_inventory(kamrpc, config):
    data = inventory_of(load_config(str(config)))
    assert data["both"] == {"hosts": ["one", "two"]}
    assert data["many"] == {"children": ["both"], "hosts": ["gone", "lost", "off"]}
    assert data["all"]["children"] == ["both", "many", "ungrouped"]
    assert json.loads(kamrpc("config", "inventory", "--list")[1]) == data
    host = json.loads(kamrpc("config", "inventory", "--host", "off")[1])
    assert host == {"ctl_address": "tcp:127.0.0.1:1"}


# --- batch


@pytest.fixture
def batch(kamrpc, tmp_path):
    def run(text, *args):
        path = tmp_path / "batch"
        path.write_bytes(os.fsencode(text))
        return kamrpc("batch", *args, str(path))

    return run


def test_batch_takes_quotes_and_comments(batch):
    text = "# first\n\ncore.echo 'a b' \"c d\" e\\ f # rest\ntest.types s:5 5\n"
    assert batch(text) == (0, "a b\nc d\ne f\nstr:5\nint:5\n", "")


def test_batch_stops_at_a_fault_unless_told(batch):
    text = "core.echo a\nno.such\ncore.echo b\n"
    status, out, err = batch(text)
    assert (status, out) == (exit_codes.METHOD_NOT_FOUND, "a\n")
    assert "line 2: no.such: fault 500" in err
    status, out, _other = batch(text, "--go-on")
    assert (status, out) == (exit_codes.METHOD_NOT_FOUND, "a\nb\n")
    status, out, _other = batch('core.echo "a\ncore.echo b\nno.such\n', "-k")
    assert (status, out) == (exit_codes.SEVERAL, "b\n")


def test_batch_as_json(batch):
    _other, out, _other = batch("core.echo a\nno.such\n", "-k", "-o", "jsonl")
    first, second = map(json.loads, out.splitlines())
    assert first == {"line": 1, "method": "core.echo", "reply": ["a"]}
    assert second["fault"]["code"] == 500
    _other, out, _other = batch("core.echo a\ncore.echo b\n", "--json")
    assert [item["reply"] for item in json.loads(out)] == [["a"], ["b"]]


def test_batch_answers_each_line_when_it_comes():
    command = [sys.executable, "-m", "kamailio_binrpc.cli.main", "batch"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for word in (b"one", b"two"):
            process.stdin.write(b"core.echo " + word + b"\n")
            process.stdin.flush()
            assert process.stdout.readline() == word + b"\n"
        process.stdin.close()
        assert process.wait(30) == 0


def test_batch_without_its_file_or_server(kamrpc, batch):
    assert kamrpc("batch", "/nonexistent/file")[0] == exit_codes.USAGE
    status, _other, err = batch("core.echo\ncore.echo\n", "-k", "-s", "unix:/nonexistent")
    assert status == exit_codes.CONNECT
    assert err.count("line ") == 1


# --- methods and facts


def test_methods(kamrpc, lab):
    _other, out, _other = kamrpc("methods", "list")
    assert "core.version" in out.split()
    assert "test.types" in out.split()
    assert "test.types" not in kamrpc("methods", "list", "--offline")[1].split()
    _other, out, _other = kamrpc("methods", "search", "UPTIME")
    assert "core.uptime " in out
    assert kamrpc("methods", "search", "nosuchword")[0] == exit_codes.NOT_FOUND
    assert kamrpc("methods", "signature", "htable.sets")[1] == "htable.sets table key value\n"
    assert kamrpc("methods", "signature", "no.such")[0] == exit_codes.METHOD_NOT_FOUND
    assert kamrpc("methods", "signature", "test.types")[1] == "test.types\n"


def test_methods_help(kamrpc):
    _other, out, _other = kamrpc("methods", "help", "dispatcher.set_state", "--offline")
    assert out.startswith("dispatcher.set_state state group uri\n")
    assert "number of the set" in out
    assert "The server says" in kamrpc("methods", "help", "core.uptime")[1]
    data = json.loads(kamrpc("methods", "help", "--json", "core.uptime")[1])
    assert (data["access"], data["params"]) == ("read", [])
    assert kamrpc("methods", "help", "no.such")[0] == exit_codes.METHOD_NOT_FOUND
    status, out, err = kamrpc("methods", "help", "core.uptime", "-s", "unix:/nonexistent")
    assert status == 0
    assert "core.uptime" in out
    assert "own help is missing" in err


def test_facts(kamrpc):
    data = json.loads(kamrpc("facts", "--json", "!all", "!min", "uptime")[1])
    assert set(data) == {"uptime", "missing"}
    assert yaml.safe_load(kamrpc("facts", "-o", "yaml", "min")[1])["version"]["number"] == "5.6.3"
    assert "version.number: 5.6.3\n" in kamrpc("facts", "min")[1]
    assert kamrpc("facts", "nosuch")[0] == exit_codes.USAGE


# --- the programs as processes


def run(*args, **options):
    command = [sys.executable, "-m", "kamailio_binrpc.cli.main", *args]
    return subprocess.run(command, capture_output=True, timeout=60, check=False, **options)


def test_a_closed_pipe_is_no_error():
    command = f"{sys.executable} -m kamailio_binrpc.cli.main call system.listMethods | head -n 1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, timeout=60, check=True)
    assert (done.stdout.count(b"\n"), done.stderr) == (1, b"")


def test_an_interrupt_has_a_status_of_its_own():
    command = [
        sys.executable,
        "-m",
        "kamailio_binrpc.cli.main",
        "watch",
        "-n",
        "60",
        "core.echo",
        "a",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"a\n"
        process.send_signal(2)
        _other, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (exit_codes.INTERRUPTED, b"")


def test_no_colour_in_pipes():
    done = run("fleet", "-g", "unix:/nonexistent", "core.echo")
    assert b"\x1b" not in done.stdout + done.stderr
    assert b"ConnectError" in done.stderr


def test_the_shell_reads_lines_where_there_is_no_terminal():
    done = run("shell", input=b"core.echo 'a b'\nno.such\ncore.echo c\n")
    assert done.stdout == b"a b\nc\n"
    assert done.returncode == exit_codes.METHOD_NOT_FOUND


def test_a_command_loads_only_what_it_needs():
    program = (
        "import sys; from kamailio_binrpc.cli.main import main; main(['call', 'core.echo'])\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    loaded = set(done.stdout.decode().split())
    assert "kamailio_binrpc.cli.call" in loaded
    for other in ("asyncio", "json", "pydantic", "tenacity", "readline", "logging"):
        assert other not in loaded
    assert "kamailio_binrpc.cli.fleet" not in loaded


# --- on a terminal


def on_terminal(command, **environment):
    """Run a command with standard error on a pseudo-terminal; return both outputs."""
    import pty

    ours, theirs = pty.openpty()
    mine = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=theirs,
        stdin=subprocess.DEVNULL,
        env={**mine, "TERM": "xterm", **environment},
    ) as process:
        os.close(theirs)
        out = process.stdout.read()
        err = b""
        while True:
            try:
                data = os.read(ours, 65536)
            except OSError:  # Linux says so at the end
                break
            if not data:
                break
            err += data
    os.close(ours)
    return out, err


def test_fleet_shows_its_progress_on_a_terminal_only(lab):
    command = [sys.executable, "-m", "kamailio_binrpc.cli.main", "fleet"]
    command += ["-g", lab.addresses[0], "-g", "unix:/nonexistent", "core.echo", "x"]
    out, err = on_terminal(command)
    assert out == f"{lab.addresses[0]}: x\n".encode()
    stuck = [*command[:4], "-t", "0.7", "-g", lab.addresses[0], "test.stuck"]
    assert b"\r\x1b[K0 of 1" in on_terminal(stuck)[1]
    assert b"\x1b[31m1 failed: ConnectError" in err
    _other, err = on_terminal([*command, "--no-progress"])
    assert b"1 of 2, " not in err
    assert b"\r\x1b[K" not in err
    _other, err = on_terminal(command, NO_COLOR="1")
    assert b"\x1b[31m" not in err


def test_kamcmd_advice_is_for_people():
    command = [sys.executable, "-m", "kamailio_binrpc.cli.kamcmd.main", "-s", "/nonexistent", "m"]
    line = b"ERROR: connect_unix_sock: connect(/nonexistent): No such file or directory [2]"
    _other, err = on_terminal(command)
    assert err.startswith(line + b"\r\n  cannot connect to unixs:/nonexistent")
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (255, line + b"\n")


# --- output that cannot be written


@pytest.mark.slow
@pytest.mark.parametrize("target", [">/dev/full", ">&-"])
@pytest.mark.parametrize(
    "command",
    [
        "call test.count",
        "call -o json test.count",
        "test.count",
        "batch {lines}",
        "--version",
        "methods signature core.echo",
        "record --call 'core.echo a'",
    ],
)
def test_output_that_cannot_be_written_has_a_status_of_its_own(tmp_path, lab, target, command):
    lines = tmp_path / "lines"
    lines.write_text("test.count\n")
    lab.counter = 0
    script = f"exec {sys.executable} -m kamailio_binrpc.cli.main {command} {target}"
    found = subprocess.run(
        ["sh", "-c", script.format(lines=lines)], stderr=subprocess.PIPE, text=True, check=False
    )
    assert found.returncode == exit_codes.OUTPUT
    assert found.stderr.startswith("kamrpc: standard output: ")
    assert found.stderr.count("\n") == 1
    assert lab.counter == ("test.count" in command or "batch" in command)


def test_a_reader_that_has_gone_ends_a_batch_quietly(tmp_path, lab):
    lines = tmp_path / "lines"
    lines.write_text("core.echo a\n" * 300)
    script = f"{sys.executable} -m kamailio_binrpc.cli.main batch {lines} | head -1"
    found = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    assert (found.stdout, found.stderr) == ("a\n", "")


def test_a_recording_fails_before_the_first_call(kamrpc, lab, tmp_path):
    lab.calls.clear()
    status, out, err = kamrpc("record", "-o", str(tmp_path / "no" / "where"))
    assert (status, out) == (exit_codes.USAGE, "")
    assert "No such file" in err
    assert not list(lab.calls)


def test_a_recording_that_fails_leaves_the_file_as_it_was(kamrpc, tmp_path):
    path = tmp_path / "recording"
    path.write_text("before")
    assert kamrpc("record", "-s", "unix:/nonexistent", "-o", str(path))[0] == exit_codes.CONNECT
    assert path.read_text() == "before"
    assert [each.name for each in tmp_path.iterdir()] == ["recording"]
    assert kamrpc("record", "-o", str(path))[0] == 0
    assert json.loads(path.read_text())
    assert path.stat().st_mode & 0o777 == 0o600


# --- misspelt words


@pytest.mark.parametrize(
    "words, meant",
    [
        (["call", "core.versoin"], "Did you mean core.version"),
        (["core.versoin"], "Did you mean core.version"),
        (["call", "Core.Version"], "Did you mean core.version?"),
        (["call", "ps"], "alias of kamcmd; the method is core.ps"),
        (["ps"], "alias of kamcmd: use 'kamrpc core.ps'"),
        (["shel", "core.version"], "did you mean shell?"),
        (["call", "--jsn", "core.version"], "did you mean --json"),
        (["fleet", "--deadlin=3", "core.version"], "no endpoints"),  # argparse takes a prefix
        (["fleet", "--dead-line=3", "core.version"], "did you mean --deadline?"),
        (["call", "msrp.cmaplist"], "Is the module msrp loaded"),
    ],
)
def test_a_misspelt_word_brings_the_right_one(kamrpc, words, meant):
    status, out, err = kamrpc(*words)
    assert status != 0
    assert out == ""
    assert meant in err


@pytest.mark.parametrize("words", [["call", "-s", "on", "core.echo"], ["fleet", "-g", "tow", "m"]])
def test_a_misspelt_endpoint_brings_the_right_one(kamrpc, config, words):
    status, _out, err = kamrpc(*words)
    assert status == exit_codes.USAGE
    assert ("did you mean one" if "on" in words else "did you mean two") in err


def test_the_method_alone_is_a_call(kamrpc):
    assert kamrpc("core.echo", "a") == (0, "a\n", "")


def test_json_stands_for_the_json_that_there_is(kamrpc):
    _status, out, _err = kamrpc("watch", "--json", "--count", "1", "core.echo", "a")
    assert json.loads(out)["reply"] == ["a"]
    _status, out, _err = kamrpc("trace", "--json", "--hex", "a1030005010203040200")
    assert [json.loads(line) for line in out.splitlines()]


# --- batch


@pytest.mark.parametrize(
    "text, wrong",
    [
        ("core.echo a\nno.such\n", "line 2: the server has no method no.such"),
        ("core.echo a\ncore.ecko b\n", "line 2: the server has no method core.ecko. Did you mean"),
        ("core.echo a\ncore.echo 'b\n", "line 2: No closing quotation"),
        ("core.echo a\nhtable.get t\n", "line 2: htable.get needs the parameter key"),
    ],
)
def test_a_batch_that_is_checked_sends_nothing_if_a_line_is_wrong(batch, lab, text, wrong):
    lab.calls.clear()
    status, out, err = batch(text, "--check")
    assert (status, out) == (exit_codes.USAGE, "")
    assert wrong in err
    assert "nothing was sent" in err
    assert {call.method for call in lab.calls} == {"system.listMethods"}


def test_a_batch_that_is_checked_and_right_is_sent(batch):
    assert batch("core.echo a # b\n\ncore.echo 'c d'\n", "--check") == (0, "a\nc d\n", "")


def test_batch_keeps_a_number_sign_within_a_word_and_skips_a_byte_order_mark(batch):
    assert batch("\ufeffcore.echo sip:gw#1@h\n")[1] == "sip:gw#1@h\n"
