# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The fifo in which a client is answered: open to no more users than it has to be."""

from __future__ import annotations

import gc
import os
import stat
import subprocess
import sys

import pytest

from kamailio_binrpc.core import reply_fifo
from kamailio_binrpc.core.errors import ConnectError
from kamailio_binrpc.core.reply_fifo import ReplyFifo, reader_of

EVERYWHERE = 10**9


@pytest.fixture
def command(tmp_path):
    path = str(tmp_path / "command")
    os.mkfifo(path)
    return path


@pytest.fixture
def read(command):
    fd = os.open(command, os.O_RDONLY | os.O_NONBLOCK)
    yield fd
    os.close(fd)


def test_who_reads_a_fifo(command):
    assert reader_of(command) is None
    assert reader_of(command + ".none") is None
    reader = os.open(command, os.O_RDONLY | os.O_NONBLOCK)
    assert reader_of(command, 0) is None
    assert reader_of(command, EVERYWHERE) == os.geteuid()
    assert reader_of(command, 0) == os.geteuid()  # it is remembered
    writer = os.open(command, os.O_WRONLY)
    os.close(reader)
    assert reader_of(command, EVERYWHERE) is None  # another client is not the server
    os.close(writer)


def test_a_server_of_the_usual_name_is_always_found(command):
    """However many processes there are, and however long a busy machine takes."""
    code = (
        "import os, sys; os.open(sys.argv[1], os.O_RDONLY | os.O_NONBLOCK); "
        "open('/proc/self/comm', 'w').write('kamailio'); print('open', flush=True); "
        "sys.stdin.read()"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", code, command], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert server.stdout.readline() == b"open\n"
        assert reader_of(command, 0) == os.geteuid()
    finally:
        server.communicate()


@pytest.mark.parametrize(
    "server, me, mode, owner",
    [
        (1000, 1000, 0o600, None),
        (0, 1000, 0o600, None),
        (0, 0, 0o600, None),
        (1001, 0, 0o600, 1001),
        (1001, 1000, 0o622, None),
        (None, 1000, 0o622, None),
        (None, 0, 0o622, None),
    ],
)
def test_as_narrow_as_the_server_allows(tmp_path, monkeypatch, server, me, mode, owner):
    owners = []
    monkeypatch.setattr(reply_fifo, "reader_of", lambda path: server)
    monkeypatch.setattr(os, "geteuid", lambda: me)
    monkeypatch.setattr(os, "fchown", lambda fd, user, group: owners.append(user))
    fifo = ReplyFifo(str(tmp_path), "command")
    try:
        assert stat.S_IMODE(os.stat(str(tmp_path / fifo.name)).st_mode) == mode
    finally:
        fifo.close()
    assert owners == ([] if owner is None else [owner])
    assert os.listdir(str(tmp_path)) == []


def test_reading_to_the_end(tmp_path, command, read):
    fifo = ReplyFifo(str(tmp_path), command)
    assert not fifo.wait(0)
    with open(str(tmp_path / fifo.name), "wb") as file:
        assert fifo.receive() is None
        file.write(b"200 OK")
    assert fifo.wait(1)
    assert fifo.receive() == b"200 OK"
    assert fifo.receive() == b""
    fifo.close()
    fifo.close()


def test_it_goes_with_its_owner_and_stays_in_a_child(tmp_path, command):
    fifo = ReplyFifo(str(tmp_path), command)
    pid = os.fork()
    if not pid:
        fifo.close()
        os._exit(0)
    os.waitpid(pid, 0)
    assert len(os.listdir(str(tmp_path))) == 2
    del fifo
    gc.collect()
    assert os.listdir(str(tmp_path)) == ["command"]


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(ConnectError, match="cannot make the reply fifo "):
        ReplyFifo(str(tmp_path / "none"), "command")
