# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One playbook, a real Kamailio and the lab server, by every transport at one of them.

What the servers hold is read back through kamcmd, so that nothing of this project has to be
believed.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kamailio_binrpc.lab import Dispatcher, HashTables, LabServer
from tests.collection.conftest import ROOT, Run

HERE = Path(__file__).parent
TRANSPORTS = ("unix", "unixd", "udp", "tcp")
GATEWAYS = ["sip:127.0.0.1:5081", "sip:127.0.0.1:5082"]
CHANGES = 7  # tasks of converge.yml

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


class Server:
    """Either kind of server, seen through kamcmd."""

    def __init__(self, program: str, endpoints: dict[str, str]) -> None:
        self.endpoints = endpoints
        self._program = program

    def kamcmd(self, *arguments: str) -> str:
        command = [self._program, "-s", self.endpoints["unix"], *arguments]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
            stdin=subprocess.DEVNULL,
        )
        return done.stdout

    def state(self) -> str:
        """Return all that the playbook may touch."""
        dump = sorted(self.kamcmd("htable.dump", "t").splitlines())
        variables = self.kamcmd("cfg.get", "lab")
        return "\n".join([*dump, variables, self.kamcmd("dispatcher.list")])

    def item(self, key: str) -> str:
        return self.kamcmd("htable.get", "t", key)

    def flags(self, uri: str) -> str:
        lines = [line.strip() for line in self.kamcmd("dispatcher.list").splitlines()]
        return lines[lines.index(f"URI: {uri}") + 1]


@pytest.fixture(params=["kamailio", "lab"])
def server(request: pytest.FixtureRequest, kamcmd_program: str, tmp_path: Path) -> Iterator[Server]:
    if request.param == "kamailio":
        real = request.getfixturevalue("make_kamailio")()
        yield Server(kamcmd_program, real.endpoints)
        return
    folder = Path(request.getfixturevalue("short_folder"))
    wanted = [f"unix:{folder}/s", f"unixd:{folder}/d", "udp:127.0.0.1:0", "tcp:127.0.0.1:0"]
    modules = [HashTables({"t": {}}), Dispatcher({1: GATEWAYS})]
    with LabServer(binrpc=wanted, modules=modules).running_in_thread() as lab:
        yield Server(kamcmd_program, dict(zip(TRANSPORTS, lab.addresses, strict=True)))


@pytest.fixture
def short_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose path leaves room for the name of a unix socket."""
    return tmp_path_factory.mktemp("lab")


# Each transport with either server is for the client's own tests, which need no playbook for that.
@pytest.mark.parametrize(
    "server, transport",
    [("kamailio", "unix"), ("kamailio", "udp"), ("lab", "unixd"), ("lab", "tcp")],
    indirect=["server"],
)
def test_check_mode_then_changes_then_none(
    server: Server, transport: str, play: Callable[..., Run]
) -> None:
    converges(server, server.endpoints[transport], play)


def converges(server: Server, endpoint: str, play: Callable[..., Run], **options: Path) -> None:
    server.kamcmd("htable.sets", "t", "stale", "s:x")
    server.kamcmd("htable.seti", "t", "digits", "49")
    before = server.state()

    checked = play(HERE / "playbook.yml", "--check", "--diff", ctl_endpoint=endpoint, **options)
    assert checked.counter("changed") == CHANGES, checked.output
    assert server.state() == before

    changed = play(HERE / "playbook.yml", ctl_endpoint=endpoint, **options)
    assert changed.counter("changed") == CHANGES, changed.output
    assert "value: hello" in server.item("greeting")
    assert "value: 5" in server.item("number")
    assert "value: 0049" in server.item("digits")
    assert "doesn't exist" in server.item("stale")
    assert "value: done" in server.item("batch")
    assert server.kamcmd("cfg.get", "lab", "max_calls").strip() == "25"
    assert server.kamcmd("cfg.get", "lab", "label").strip() == "drained"
    assert server.flags("sip:127.0.0.1:5081") == "FLAGS: DX"
    assert server.flags("sip:127.0.0.1:5082") == "FLAGS: AX"
    after = server.state()

    again = play(HERE / "playbook.yml", ctl_endpoint=endpoint, **options)
    assert again.counter("changed") == 0, again.output
    assert server.state() == after


def test_an_entry_comes_and_goes(server: Server, play: Callable[..., Run]) -> None:
    before = server.state()
    run = play(HERE / "lifecycle.yml", ctl_endpoint=server.endpoints["unix"])
    assert run.counter("changed") > 0
    assert server.state() == before


@pytest.mark.parametrize("server", ["kamailio"], indirect=True)
def test_on_the_oldest_ansible_core(server: Server, play: Callable[..., Run]) -> None:
    sys.path.insert(0, str(ROOT / "tools"))
    import ansible_test
    import venvs

    bin_dir = venvs.ensure("ansible-oldest", ansible_test.controller("oldest"), "ansible-oldest")
    converges(server, server.endpoints["unix"], play, bin_dir=bin_dir)
    play(HERE / "lifecycle.yml", ctl_endpoint=server.endpoints["unix"], bin_dir=bin_dir)
