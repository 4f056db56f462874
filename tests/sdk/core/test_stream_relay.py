# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The relay of streams, run by a shell here with one program or another."""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from kamailio_binrpc.core import stream_relay
from tests.sdk.core.support import PATIENCE
from tests.support.ssh import programs

INTERPRETERS = ["python3", "perl", "socat", "nc"]
SHELLS = ["sh", "bash", "fish", "zsh"]
LARGE = 3 * 1024 * 1024


def needs(program):
    if not program.startswith("python") and shutil.which(program) is None:
        pytest.skip(program + " is not installed")


@pytest.fixture(params=INTERPRETERS)
def interpreter(request):
    needs(request.param)
    if request.param == "nc":
        usage = subprocess.run(["nc", "-h"], capture_output=True, text=True, check=False).stderr
        if "[-46" not in usage:
            pytest.skip("nc is not that of OpenBSD")
    return request.param


@pytest.fixture
def listener(folder):
    with socket.socket(socket.AF_UNIX) as found:
        found.bind(folder + "/s")
        found.listen(4)
        found.settimeout(PATIENCE)
        yield found


class Run:
    """A relay with a PATH of its own."""

    def __init__(self, folder, path, *names, shell="sh", scripts=()):
        bin_folder = programs(Path(folder) / "bin", "sh", *names)
        for name in scripts:
            (bin_folder / name).write_text(scripts[name])
            (bin_folder / name).chmod(0o755)
        argv = stream_relay.arguments(path)
        argv[0] = str(bin_folder / "sh")
        if shell != "sh":
            quoted = " ".join(map(shlex.quote, argv))
            argv = [shutil.which(shell), "-c", "exec " + quoted]
        self.child = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PATH": str(bin_folder), "HOME": folder},
        )

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        for each in (self.child.stdin, self.child.stdout, self.child.stderr):
            each.close()
        self.child.kill()
        self.child.wait()

    def first_line(self):
        return self.child.stdout.readline().decode()

    def word(self):
        return self.first_line().split()[1]


def accepted(listener):
    """Return the relay's connection; those of its trials before are closed at once."""
    while True:
        peer = listener.accept()[0]
        peer.settimeout(PATIENCE)
        try:
            if peer.recv(1, socket.MSG_PEEK):
                return peer
        except ConnectionError:
            pass
        peer.close()


def test_both_directions_and_the_end(folder, listener, interpreter):
    with Run(folder, folder + "/s", interpreter) as run:
        run.child.stdin.write(b"to\0the\nsocket\xff")
        run.child.stdin.flush()
        peer = accepted(listener)
        assert run.first_line() == "kamrpc-relay ok %s\n" % interpreter
        with peer:
            assert peer.recv(100) == b"to\0the\nsocket\xff"
            peer.sendall(b"\x00\xa1back\r\n")
            assert os.read(run.child.stdout.fileno(), 100) == b"\x00\xa1back\r\n"
            run.child.stdin.close()
            assert peer.recv(100) == b""
            peer.sendall(b"last words")
        assert run.child.stdout.read() == b"last words"
        assert run.child.wait(PATIENCE) == 0


@pytest.mark.parametrize(
    "interpreter, read",
    # The others pass nothing on after an error.
    [*((each, True) for each in INTERPRETERS), ("python3", False), ("perl", False)],
)
def test_the_server_closes_first(folder, listener, interpreter, read):
    needs(interpreter)
    with Run(folder, folder + "/s", interpreter) as run:
        run.child.stdin.write(b"x")
        run.child.stdin.flush()
        peer = accepted(listener)
        assert run.word() == "ok"
        if read:
            assert peer.recv(1) == b"x"
        peer.sendall(b"rest")
        peer.close()
        assert run.child.stdout.read(4) == b"rest"
        run.child.stdin.close()
        assert run.child.stdout.read() == b""
        assert run.child.wait(PATIENCE) == 0


@pytest.mark.parametrize("interpreter", ["python3", "perl"])
def test_it_reads_on_while_no_one_takes_what_it_read(folder, listener, interpreter):
    """The server drops what is not read within 10 ms."""
    needs(interpreter)
    with Run(folder, folder + "/s", interpreter) as run:
        run.child.stdin.write(b"x")
        run.child.stdin.flush()
        data = os.urandom(LARGE)
        with accepted(listener) as peer:
            peer.sendall(data)  # times out if the relay waits for us
        assert run.word() == "ok"
        run.child.stdin.close()
        assert run.child.stdout.read() == data
        assert run.child.wait(PATIENCE) == 0


@pytest.mark.parametrize(
    "program, word",
    [
        *((name, word) for name in ("python3", "perl") for word in ("ENOENT", "ECONNREFUSED")),
        *((name, "EPROTOTYPE") for name in ("python3", "perl")),
        *((name, word) for name in ("socat", "nc") for word in ("ENOENT", "ECONNREFUSED")),
        *((name, "ENOTSOCK") for name in ("socat", "nc")),
    ],
)
def test_why_the_socket_is_not_reached(folder, program, word):
    needs(program)
    path = folder + "/s"
    kind = socket.SOCK_DGRAM if word == "EPROTOTYPE" else socket.SOCK_STREAM
    with socket.socket(socket.AF_UNIX, kind) as no_listener:
        if word == "ENOTSOCK":
            open(path, "w").close()
        elif word != "ENOENT":
            no_listener.bind(path)
        with Run(folder, path, program) as run:
            assert run.word() == word
            assert run.child.wait(PATIENCE) == 0


def test_a_host_with_nothing(folder):
    with Run(folder, folder + "/s") as run:
        assert run.first_line() == "kamrpc-relay none sh\n"


def test_a_program_that_does_not_work_is_passed_over(folder, listener):
    needs("perl")
    broken = dict.fromkeys(("python3", "python", "python2"), "#!/bin/sh\nexit 127\n")
    with Run(folder, folder + "/s", "perl", scripts=broken) as run:
        assert run.first_line() == "kamrpc-relay ok perl\n"


@pytest.mark.parametrize("shell", SHELLS)
def test_every_login_shell_passes_the_texts_on(folder, listener, shell):
    needs(shell)
    with Run(folder, folder + "/s", "python3", shell=shell) as run:
        assert run.first_line() == "kamrpc-relay ok python3\n"


def test_the_texts_hold_nothing_that_a_login_shell_changes():
    for text in stream_relay.arguments("/s"):
        assert "\n" not in text
        assert "!" not in text
        assert "\\\\" not in text


def test_a_few_hundred_bytes_each():
    assert max(map(len, stream_relay.arguments("/run/kamailio/kamailio_ctl"))) < 1600


def test_socat_gets_no_path_that_it_would_read_as_options(folder):
    assert "socat" in stream_relay.arguments("/run/kamailio/kamailio_ctl")[2]
    assert "socat" not in stream_relay.arguments("/run/a,exec=b")[2]
