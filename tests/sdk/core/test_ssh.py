# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""How ssh is called, with a program in its place; and masters."""

from __future__ import annotations

import os
import shutil
import stat

import pytest

from kamailio_binrpc.core import ssh
from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.errors import ConnectError
from kamailio_binrpc.core.fleet import Fleet
from kamailio_binrpc.core.lab.server import LabServer
from kamailio_binrpc.core.remote import Ssh
from kamailio_binrpc.core.ssh import Masters
from tests.support.ssh import FakeSsh

from .support import PATIENCE


@pytest.fixture
def fake(tmp_path, monkeypatch):
    found = FakeSsh(tmp_path / "ssh", "python3")
    monkeypatch.setenv("PATH", found.path)
    return found


@pytest.fixture(autouse=True)
def masters(monkeypatch, folder):
    monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
    found = Masters()
    monkeypatch.setattr(ssh, "masters", found)
    yield found
    found.close()


@pytest.fixture
def lab(folder):
    with LabServer("unix:%s/it's a\\:b" % folder).running_in_thread() as server:
        server.path = folder + "/it's a:b"
        yield server


def ours(call):
    """Return the options of a call that are about a master."""
    return [each for each in call if each.startswith("Control")]


def test_a_call(fake, lab, make_caller):
    with make_caller(Ssh("h", lab.path, user="u", port=2222), PATIENCE) as client:
        assert list(client.call("core.echo", "a\nb\xff")) == ["a\nb\xff"]
    (call,) = fake.calls
    assert call[: call.index("--")] == [
        *("-T", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "-o", "ClearAllForwardings=yes"),
        *("-o", "RemoteCommand=none", "-l", "u", "-p", "2222"),
    ]
    assert call[call.index("--") + 1] == "h"
    assert call[-1].startswith("exec sh -c ")
    assert len(call) == call.index("--") + 3


def test_what_the_configuration_says_is_left_to_it(fake, lab):
    with Client(Ssh("h", lab.path), PATIENCE) as client:
        client.call("core.echo")
    (call,) = fake.calls
    assert not {"-l", "-p"} & set(call)
    assert not ours(call)


def test_from_the_second_connection_on_a_master_is_shared(fake, lab, masters, folder):
    address = Ssh("h", lab.path)
    for _each in range(3):
        with Client(address, PATIENCE) as client:
            client.call("core.echo")
    first, question, second, third = fake.calls
    assert question == ["-G", "--", "h"]
    assert not ours(first)
    path = "%s/0" % masters._folder
    assert ours(second) == ours(third)
    assert ours(second) == ["ControlMaster=auto", "ControlPath=" + path, "ControlPersist=60"]
    assert os.path.dirname(masters._folder) == folder
    assert stat.S_IMODE(os.stat(masters._folder).st_mode) == 0o700
    open(path, "w").close()  # as the master's socket
    kept = masters._folder
    masters.close()
    assert fake.calls[-1] == ["-o", "ControlPath=" + path, "-O", "exit", "--", "h"]
    assert not os.path.exists(kept)
    masters.close()
    assert len(fake.calls) == 5


def test_a_master_of_the_users_is_used_and_not_ended(fake, lab, masters):
    fake.configure("controlmaster auto\ncontrolpath /home/u/.ssh/m\n")
    for _each in range(3):
        with Client(Ssh("h", lab.path), PATIENCE) as client:
            client.call("core.echo")
    assert [ours(call) for call in fake.calls] == [[]] * 4
    masters.close()
    assert len(fake.calls) == 4


def test_a_master_for_each_user_host_and_port(fake, lab, masters):
    hosts = [Ssh("h", lab.path), Ssh("h", lab.path, user="u"), Ssh("h", lab.path, port=2)]
    fleet = Fleet({str(n): host for n, host in enumerate(hosts)}, PATIENCE)
    for _each in range(2):
        assert fleet.call("core.echo").ok
    paths = {ours(call)[1] for call in fake.calls if ours(call)}
    assert len(paths) == 3


@pytest.mark.parametrize("place", ["x y", "x%h", "x" * 90])
def test_a_folder_that_no_master_can_use(fake, lab, masters, folder, monkeypatch, place):
    os.mkdir(os.path.join(folder, place))
    monkeypatch.setenv("XDG_RUNTIME_DIR", os.path.join(folder, place))
    for _each in range(2):
        with Client(Ssh("h", lab.path), PATIENCE) as client:
            client.call("core.echo")
    assert not ours(fake.calls[-1])


def test_a_forked_process_leaves_its_parents_masters_alone(fake, lab, masters):
    for _each in range(2):
        with Client(Ssh("h", lab.path), PATIENCE) as client:
            client.call("core.echo")
    kept = masters._folder
    pid = os.fork()
    if not pid:
        masters.close()
        os._exit(0 if os.path.isdir(kept) else 1)
    assert os.waitpid(pid, 0)[1] == 0
    assert os.path.isdir(kept)


@pytest.mark.parametrize(
    "said, message",
    [
        ("u@h: Permission denied (publickey).\r\n", "Keys alone are used.*Try: ssh -l u -- h"),
        ("Host key verification failed.\n", "check the host's key: ssh -l u -- h"),
        ("ssh: Could not resolve hostname h: Name\n", "an alias in ssh's configuration"),
        ("kex_exchange_identification: read\x1b[2J\n", "Try it by hand: ssh -l u -- h"),
    ],
)
def test_why_ssh_failed(fake, make_caller, said, message):
    fake.fail(said)
    with make_caller(Ssh("h", "/s", user="u"), PATIENCE) as client:
        with pytest.raises(ConnectError, match=message) as caught:
            client.call("core.echo")
    assert "ssh ended with status 255: " + said[:10] in str(caught.value)
    assert caught.value.executed is False
    assert str(caught.value).isprintable()


def test_without_ssh(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with Client("ssh://h/s", PATIENCE) as client:
        with pytest.raises(ConnectError, match="Install the OpenSSH client"):
            client.call("core.echo")


def test_it_has_no_terminal(fake, lab):
    """Ctrl-C is for the caller, who closes the connection."""
    with Client(Ssh("h", lab.path), PATIENCE) as client:
        client.call("core.echo")
        assert os.getsid(client._transport._child.pid) != os.getsid(0)


@pytest.mark.skipif(shutil.which("ssh") is None, reason="ssh is not installed")
def test_the_real_one_takes_all_options(folder):
    """It ends before anything is connected: the host has no address."""
    program = shutil.which("ssh")
    masters_options = ["ControlMaster=auto", "ControlPath=%s/0" % folder, "ControlPersist=60"]
    argv = [program, *ssh._OPTIONS, *(w for o in masters_options for w in ("-o", o)), "-G", "--"]
    import subprocess

    done = subprocess.run([*argv, "h"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "batchmode yes" in done.stdout
    assert "controlpersist 60" in done.stdout
