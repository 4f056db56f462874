# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import subprocess
from types import SimpleNamespace

import pytest
from ansible import constants
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.errors import (
    BinrpcError,
    ConnectionLost,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.lab.modules.htable import (
    HashTables,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.lab.server import LabServer
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.relay.client import NoRelay
from ansible_collections.kamailio.ctl.plugins.plugin_utils._relay import Relays, refusal

SECRET = "sesame-open"
READ = ("core.echo", "a")
CHANGE = ("htable.sets", "t", "k", "v")


class Connection:
    """Runs commands on this machine, and logs as those of Ansible do."""

    transport = "ssh"
    has_pipelining = True
    become = None

    def __init__(self, display):
        self._shell = SimpleNamespace(SHELL_FAMILY="sh")
        self.display = display
        self.options = {"reconnection_retries": 3, "pipelining": False}
        self.seen = []
        self.failures = []
        self.none = False

    def get_option(self, name):
        return self.options[name]

    def set_option(self, name, value):
        self.options[name] = value

    def run(self, command, in_data):
        self.seen.append(dict(self.options, verbosity=self.display.verbosity))
        if self.failures:
            failure = self.failures.pop(0)
            if failure:
                raise failure
        self.display.vvv("EXEC " + command)
        if self.none:
            return {"rc": 127, "stdout": "", "stderr": "no such program"}
        done = subprocess.run(
            ["/bin/sh", "-c", command], input=in_data, capture_output=True, check=False, timeout=120
        )
        text = done.stdout.decode()
        self.display.vvv("(%d, %s)" % (done.returncode, text))
        return {"rc": done.returncode, "stdout": "Welcome!\n" + text, "stderr": ""}


class Display:
    log_verbosity = 0

    def __init__(self, verbosity):
        self.verbosity = verbosity
        self.lines = []

    def vvv(self, text, host=None):
        if self.verbosity >= 3:
            self.lines.append(text)


class Fake:
    """As much of an action as relays need."""

    def __init__(self, verbosity=0, user="one"):
        self._display = Display(verbosity)
        self._connection = Connection(self._display)
        self._play_context = SimpleNamespace(remote_addr="host1", port=22, remote_user=user)

    def _low_level_execute_command(self, command, in_data):
        return self._connection.run(command, in_data)

    def _log(self, text):
        self._display.vvv(text)


@pytest.fixture(autouse=True)
def memory(tmp_path, monkeypatch):
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    return tmp_path


@pytest.fixture
def lab():
    modules = [HashTables({"t": {}})]
    with LabServer("tcp:127.0.0.1:0", modules=modules).running_in_thread() as server:
        yield server.addresses[0]


def client_of(lab, fake):
    return Relays(fake).connect(lab, 60, 0)


def test_what_was_found_is_remembered_by_later_tasks(lab):
    first = client_of(lab, Fake())
    first.call("core.version", repeatable=True)
    later = client_of(lab, Fake())
    assert later.interpreter == first.interpreter == "python3"
    assert client_of(lab, Fake(user="other")).interpreter == ""
    assert client_of("unix:/run/ctl", Fake()).interpreter == ""


def test_that_there_is_none_is_remembered_as_well(lab):
    fake = Fake()
    fake._connection.none = True
    with pytest.raises(NoRelay):
        client_of(lab, fake).call("core.version", repeatable=True)
    fake = Fake()
    with pytest.raises(NoRelay):
        client_of(lab, fake).call("core.version", repeatable=True)
    assert not fake._connection.seen


def test_without_a_place_to_remember_it_is_looked_for_again(lab, monkeypatch):
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", "/nowhere/at/all")
    client_of(lab, Fake()).call("core.version", repeatable=True)
    assert client_of(lab, Fake()).interpreter == ""


def test_servers_of_different_hosts_differ(lab):
    names = {client_of(lab, Fake(user=user)).server for user in ("one", "two")}
    assert len(names) == 2
    assert all(lab in name for name in names)


@pytest.mark.parametrize("changes", [False, True])
def test_a_change_is_never_sent_again_by_the_connection(changes, lab):
    fake = Fake()
    client = client_of(lab, fake)
    client.interpreter = "python3"
    client.call(*(CHANGE if changes else READ), repeatable=not changes)
    (seen,) = fake._connection.seen
    assert seen["reconnection_retries"] == (0 if changes else 3)
    assert seen["pipelining"]
    assert fake._connection.options == {"reconnection_retries": 3, "pipelining": False}


@pytest.mark.parametrize("verbosity", [0, 2, 3, 6])
def test_nothing_is_logged_while_secrets_pass(verbosity, lab):
    fake = Fake(verbosity)
    client = client_of(lab, fake)
    client.call("htable.sets", "t", "password", SECRET)
    assert [seen["verbosity"] for seen in fake._connection.seen] == [min(verbosity, 2)] * 2
    assert fake._display.verbosity == verbosity
    assert not fake._display.lines


def test_a_host_that_cannot_be_reached_is_unreachable(lab):
    for changes in (False, True):
        fake = Fake()
        fake._connection.failures = [AnsibleConnectionFailure("no route to host")]
        with pytest.raises(AnsibleConnectionFailure):
            client_of(lab, fake).call(*(CHANGE if changes else READ), repeatable=not changes)


def test_a_wrong_password_of_become_is_the_error_of_the_task(lab):
    fake = Fake()
    fake._connection.failures = [AnsibleError("Incorrect sudo password")]
    client = client_of(lab, fake)
    client.interpreter = "python3"
    with pytest.raises(AnsibleError, match="sudo"):
        client.call(*CHANGE)


def test_a_change_whose_connection_broke_may_have_run(lab):
    fake = Fake()
    fake._connection.failures = [AnsibleConnectionFailure("Connection to host1 closed")]
    client = client_of(lab, fake)
    client.interpreter = "python3"
    with pytest.raises(ConnectionLost, match="Connection to host1 closed") as caught:
        client.call(*CHANGE)
    assert caught.value.executed is None


def test_a_change_for_which_no_connection_was_made_is_unreachable(lab):
    fake = Fake()
    fake._connection.failures = [
        AnsibleConnectionFailure("ssh: connect to host host1 port 22: Connection refused")
    ]
    client = client_of(lab, fake)
    client.interpreter = "python3"
    with pytest.raises(AnsibleConnectionFailure):
        client.call(*CHANGE)


def test_once_the_host_has_answered_every_failure_is_that_of_a_call(lab):
    fake = Fake()
    client = client_of(lab, fake)
    client.call("core.version", repeatable=True)
    for failure in (AnsibleConnectionFailure("gone"), AnsibleError("sudo")):
        fake._connection.failures = [failure]
        with pytest.raises(BinrpcError):
            client.call("core.version", repeatable=True)


def test_options_that_a_connection_lacks(lab):
    fake = Fake()
    fake._connection.options = {}
    client_of(lab, fake).call("core.version", repeatable=True)
    assert fake._connection.options == {}


@pytest.mark.parametrize(
    "change, said",
    [
        ({}, ""),
        ({"has_pipelining": False}, "carries no standard input"),
        ({"become": SimpleNamespace(pipelining=False, name="su")}, "become method su"),
        ({"become": SimpleNamespace(pipelining=True, name="sudo")}, ""),
        ({"_shell": SimpleNamespace(SHELL_FAMILY="powershell")}, "POSIX shell"),
    ],
)
def test_where_no_relay_is_possible(change, said):
    connection = Connection(Display(0))
    for name, value in change.items():
        setattr(connection, name, value)
    found = refusal(connection)
    assert said in found
    assert bool(said) == bool(found)
