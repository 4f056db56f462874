# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""pykamcmd beside Debian's kamcmd, against one real Kamailio: same output, same status."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real import kamcmd_compare as compare
from tests.real import kamcmd_lines
from tests.real.canned import Canned, answers
from tests.support.kamailio import Kamailio, find_kamcmd
from tests.support.releases import holds

pytestmark = [pytest.mark.real, pytest.mark.timeout(600), pytest.mark.usefixtures("kamcmd_program")]

GROUPS = [group for group in kamcmd_lines.LINES if group != "exceptions"]


@pytest.fixture(scope="module")
def server(kamailio: Kamailio) -> Iterator[Kamailio]:
    """A server of the module's own: some of the lines write."""
    del kamailio  # it skips where there is none
    with Kamailio() as own:
        yield own


def differing(lines: list[kamcmd_lines.Line], address: str) -> dict[str, str]:
    found = {str(line): compare.compare(line, address) for line in lines}
    return {line: difference for line, difference in found.items() if difference}


@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS)
def test_command_lines_over_a_unix_stream(group: str, server: Kamailio) -> None:
    assert differing(kamcmd_lines.LINES[group], server.endpoints["unix"]) == {}


@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("transport", ["unixd", "udp", "tcp"])
def test_command_lines_over_the_other_transports(
    transport: str, group: str, server: Kamailio
) -> None:
    assert differing(kamcmd_lines.LINES[group], server.endpoints[transport]) == {}


@pytest.mark.slow
@pytest.mark.parametrize("keys", kamcmd_lines.TERMINAL, ids=repr)
def test_sessions_on_a_terminal(keys: tuple[str, ...], server: Kamailio) -> None:
    assert compare.compare_terminal(keys, server.endpoints["unix"]) == ""


@pytest.mark.parametrize("line", kamcmd_lines.EXCEPTIONS, ids=str)
def test_exceptions_are_still_exceptions(line: kamcmd_lines.Line, server: Kamailio) -> None:
    """An exception that no longer differs must be compared like the rest."""
    assert compare.compare(line, server.endpoints["unix"]) != ""


def test_an_interrupt_on_a_terminal_ends_both_by_the_same_signal(
    server: Kamailio, kamcmd_program: str
) -> None:
    for program in ([kamcmd_program], compare.pykamcmd()):
        keys = kamcmd_lines.INTERRUPTED
        assert compare.converse(program, server.endpoints["unix"], keys, 0.3).status == -2


def test_there_are_enough_lines() -> None:
    assert sum(len(kamcmd_lines.LINES[group]) for group in GROUPS) >= 150


def test_the_comparison_sees_differences(server: Kamailio) -> None:
    """Other programs, other outcomes: or else it would prove nothing."""
    line = kamcmd_lines.line("core.version")
    good = compare.run(compare.pykamcmd(), line, server.endpoints["unix"])
    for program in (["true"], ["echo"], ["false"]):
        assert compare.difference(line, good, compare.run(program, line, "x"))


# --- requests and odd replies, from a server with canned answers


ARGUMENTS = [
    *("1.5 1.001 1.0005 0.0009", "inf nan 1e30 -inf", "0x10 1e5 1e-3 0x1p3 0x1.8p1 0x"),
    *("nan(abc) nan() nan(a-b) INFINITY Nan infinit", "+5 0005 00 -0 +0 -0.0 +.5 -.5"),
    *("1_000 5L 5f 1e 1e+ 1.2.3 . + - e5", "4.1 1.1 2.3 0.1 0.7 1234567.891 99999999.999"),
    *("9223372036854775 9223372036854775.807 9223372036854776.5", "1e400 0x1p2000 1e-400"),
    *("9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809",),
    *("2147483647 2147483648 4294967295 4294967296 -2147483648 -2147483649 65536 255 256",),
    "s:5 s: s:s:x S:5 x:5 s:\u00e4 \u0663 \uff15",
]


@pytest.mark.parametrize("text", ARGUMENTS)
def test_the_request_has_the_same_bytes(text: str, tmp_path: Path, kamcmd_program: str) -> None:
    words = ["--", "some.method", *text.split()]
    sent = []
    for program in ([kamcmd_program], compare.pykamcmd()):
        with Canned(tmp_path, answers.values()) as canned:
            done = subprocess.run(
                [*program, "-s", canned.address, *words],
                capture_output=True,
                timeout=20,
                check=False,
            )
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        sent.append(canned.bodies)
    assert sent[0] == sent[1]


@pytest.mark.parametrize("name", sorted(answers.ODD))
@pytest.mark.parametrize("form", [(), ("-f", "%v|"), ("-f", "<%v %v>\\n"), ("-v",)], ids=repr)
def test_odd_replies_print_the_same(
    name: str, form: tuple[str, ...], tmp_path: Path, kamcmd_program: str
) -> None:
    outcomes = []
    for program in ([kamcmd_program], compare.pykamcmd()):
        with Canned(tmp_path, answers.ODD[name]) as canned:
            done = subprocess.run(
                [*program, "-s", canned.address, *form, "m"],
                capture_output=True,
                timeout=20,
                check=False,
            )
        outcomes.append((done.returncode, done.stdout, done.stderr))
    assert outcomes[0] == outcomes[1]


# --- where kamcmd hangs or cannot


def run(*args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [*compare.pykamcmd(), *args]
    return subprocess.run(command, input=stdin, capture_output=True, timeout=60, check=False)


def test_ipv6_and_long_replies_and_fragments_work(tmp_path: Path, server: Kamailio) -> None:
    assert run("-s", "udp:[::1]:1", "core.version").stderr.endswith(b"refused (111)\n")
    for name in ("200 KiB", "byte by byte"):
        with Canned(tmp_path, answers.BEYOND[name]) as canned:
            done = run("-s", canned.address, "m")
            assert (done.returncode, done.stderr) == (0, b"")
            assert done.stdout == answers.TEXTS[name]


def test_a_server_that_says_nothing_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    with Canned(tmp_path, answers.SILENCE) as canned:
        done = run("-t", "0.3", "-s", canned.address, "m")
        assert (done.returncode, done.stdout) == (255, b"")
        assert done.stderr == b"ERROR: read reply failed: Connection timed out (110)\n"


@pytest.mark.parametrize("template", ["%x", "%", "a%", "%v %d\\n"])
def test_a_template_that_kamcmd_spins_on_is_refused(template: str, server: Kamailio) -> None:
    done = run("-s", server.endpoints["unix"], "-f", template, "core.version")
    assert (done.returncode, done.stdout) == (255, b"")
    assert b"neither %v nor %%" in done.stderr


def test_strict_exit_tells_faults(server: Kamailio) -> None:
    address = server.endpoints["unix"]
    assert run("-s", address, "--strict-exit", "core.version").returncode == 0
    done = run("-s", address, "core.nosuch", "--strict-exit")
    assert (done.returncode, done.stdout) == (1, b"error: 500 - command core.nosuch not found\n")


def test_a_session_survives_a_restart_of_the_server(server: Kamailio) -> None:
    with subprocess.Popen(
        [*compare.pykamcmd(), "-s", server.endpoints["unix"]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin and process.stdout and process.stderr
        for _line in range(4):
            process.stdout.readline()
        process.stdin.write(b"core.version\n")
        process.stdin.flush()
        process.stdout.readline()
        assert b"kamailio" in process.stdout.readline()
        server.restart()
        process.stdin.write(b"core.version\ncore.version\n")
        process.stdin.close()
        rest = process.stdout.read()
        errors = process.stderr.read()
    assert process.returncode == 0
    # One call may notice that its connection has gone; the next has a new one.
    assert rest.count(b"kamailio ") + errors.count(b"ERROR: ") == 2
    assert rest.count(b"kamailio ") >= 1


def test_jsonrpc_mode(server: Kamailio) -> None:
    address = f"unixd:{server.jsonrpc_socket}"
    done = run("-j", "-s", address, "core.echo", "a b", "s:5", '"\\')
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["result"] == ["a b", "5", '"\\']
    # As with kamcmd, no alias is known here.
    done = run("-s", address, "-j", "ver")
    assert json.loads(done.stdout)["error"]["message"] == "Method Not Found"
    done = run("-s", address, "-j", "--strict-exit", "core.nosuch")
    assert (done.returncode, json.loads(done.stdout)["error"]["code"]) == (1, 500)
    assert run("-s", address, "-j", "core.nosuch").returncode == 0
    done = run("-s", address, "-j")
    assert (done.returncode, done.stderr) == (255, b"jsonrpc does not work in interactive mode\n")
    done = run("-s", f"tcp:{address}", "-j", "core.version")
    assert done.returncode == 255


JSON_WORDS = [
    *("core.version", "ver", "ps", "core.echo", "core.nosuch", "s:core.version", "5", "help"),
    *('core.echo a s:5 d:5 \u00e4 "', "core.echo 1 -5 1.5 005 0x10 1e5 .5"),
]


@pytest.mark.parametrize("words", JSON_WORDS)
def test_jsonrpc_mode_answers_as_that_of_kamcmd(words: str, server: Kamailio) -> None:
    if not holds("kamcmd has -j"):
        return  # the next release that tests run on has
    program = find_kamcmd()
    assert program
    answers = []
    for command in ([program], compare.pykamcmd()):
        line = [*command, "-j", "-s", f"unixd:{server.jsonrpc_socket}", "--", *words.split()]
        done = subprocess.run(line, capture_output=True, timeout=60, check=False)
        identity = re.search(rb'"id":([0-9]+)', done.stdout)
        assert identity is None or int(identity.group(1)) < 1 << 22
        text = re.sub(rb'"id":[0-9]+|"[0-9.]+ [^"]*"', b"#", done.stdout)
        answers.append((done.returncode, text, done.stderr))
    assert answers[0] == answers[1]


def test_a_reply_socket_is_removed(server: Kamailio, tmp_path: Path) -> None:
    done = run("-s", server.endpoints["unixd"], "-R", str(tmp_path / "own"), "core.version")
    assert done.stdout.startswith(b"kamailio")
    done = run("-s", server.endpoints["unixd"], "-D", str(tmp_path), "core.version")
    assert done.stdout.startswith(b"kamailio")
    assert list(tmp_path.iterdir()) == []
