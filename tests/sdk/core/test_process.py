# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A process as a transport: bytes, standard error, status, its end."""

from __future__ import annotations

import errno
import os
import sys
import time

import pytest

from kamailio_binrpc.core import process as module
from kamailio_binrpc.core.errors import ConnectError
from kamailio_binrpc.core.process import Process
from kamailio_binrpc.core.reaper import reaper
from kamailio_binrpc.core.remote import Command

from .support import PATIENCE


@pytest.fixture
def start():
    started = []

    def run(text, path=None):
        argv = [sys.executable, "-S", "-c", "import os,sys,time\n" + text]
        found = Process(Command(argv, path, "test"), argv)
        started.append(found)
        return found

    yield run
    for each in started:
        each.close()


def everything(process):
    """Read to the end, and wait for the process."""
    data = b""
    while process.wait(PATIENCE):
        more = process.receive()
        if not more:
            break
        data += more
    process._child.wait(PATIENCE)
    return data


def test_both_directions(start):
    process = start("d=os.read(0,9);os.write(1,d[::-1])")
    assert process.receive() is None
    assert process.send(b"\x00ab\n") == 4
    assert everything(process) == b"\nba\x00"


def test_the_end_of_its_input(start):
    process = start("os.write(1,b'%d'%len(sys.stdin.read()))")
    process.send(b"abc")
    process.finish_sending()
    assert everything(process) == b"3"


@pytest.mark.parametrize(
    "text, words",
    [
        ("pass", "ended with status 0"),
        ("sys.exit(7)", "ended with status 7"),
        ("os.kill(os.getpid(),15)", "was ended by signal 15"),
        ("sys.exit('first\\n\\n second.\\r\\n')", "ended with status 1: first; second"),
        ("sys.exit('\\x1b[2J')", "ended with status 1: \\x1b[2J"),
        ("os.write(2,b'\\xff');sys.exit(1)", "ended with status 1: \ufffd"),
    ],
)
def test_last_words(start, text, words):
    process = start(text)
    everything(process)
    assert process.last_words() == "%s %s" % (os.path.basename(sys.executable), words)
    assert process.connect_error(0).executed is False


def test_the_end_of_much_is_shown(start):
    process = start("sys.exit('x'*9000+'the cause')")
    everything(process)
    assert process.said().startswith("...xxx")
    assert process.said().endswith("xthe cause")
    assert len(process.said()) < 500


def test_the_file_of_errors_does_not_grow_forever(start, monkeypatch):
    monkeypatch.setattr(module, "_MOST_ERRORS", 1000)
    process = start("os.write(2,b'x'*2000);os.write(1,b'1');os.read(0,1);sys.exit('end')")
    assert process.wait(PATIENCE)
    assert process.receive() == b"1"
    assert os.fstat(process._errors).st_size == 0
    process.send(b"x")
    everything(process)
    assert process.said() == "end"


def test_without_memory_files(start, monkeypatch):
    monkeypatch.delattr(module.os, "memfd_create", raising=False)
    process = start("sys.exit('what')")
    everything(process)
    assert process.said() == "what"


def test_closing_twice_and_after(start):
    process = start("time.sleep(3600)")
    child = process._child
    process.close()
    process.close()
    assert child.wait(PATIENCE) == -15
    assert process.status is None
    assert process.said() == ""


def test_one_that_was_in_use_may_end_of_itself(start):
    process = start("os.read(0,1);time.sleep(0.05);sys.exit(5)")
    child = process._child
    process.connected = True
    process.close()
    assert child.wait(PATIENCE) == 5
    end = time.monotonic() + PATIENCE
    while not reaper.idle:
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_program_that_cannot_start():
    before = os.listdir("/proc/self/fd")
    with pytest.raises(ConnectError, match="cannot start /nonesuch for command:nonesuch"):
        Process(Command(["/nonesuch"]), ["/nonesuch"])
    assert os.listdir("/proc/self/fd") == before


def test_it_inherits_nothing_of_ours(start):
    process = start("os.write(1,','.join(os.listdir('/proc/self/fd')).encode())")
    names = everything(process).decode().split(",")
    assert len(names) == 4  # three, and the one of listing


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says so")
@pytest.mark.parametrize("read", [0, 4, 65536])
def test_whether_the_last_bytes_were_read(start, read):
    process = start("import select;select.select([0],[],[]);os.read(0,%d)" % read)
    process.send(b"x" * 100)
    assert process.wait(PATIENCE)
    if read > 100:
        assert process.receive() == b""
        return
    with pytest.raises(OSError, match="reset") as caught:
        process.receive()
    assert caught.value.errno == errno.ECONNRESET
    assert process.unread(caught.value)
    assert not process.unread(OSError(errno.EPIPE, ""))
    process.address = Command(["x"], "/s")
    assert not process.unread(caught.value)  # the relay has read it, or passed it on
