# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The kamailio-binrpc authors
"""The test server itself: starts, answers everywhere, leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.kamailio import Kamailio, KamailioError, Pairs, session_members
from tests.support.sip import Call, register

pytestmark = pytest.mark.real

MakeKamailio = Callable[..., Kamailio]
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("via", ["unix", "unixd", "udp", "tcp"])
def test_kamcmd_gets_an_answer_over_every_transport(
    kamailio: Kamailio, kamcmd_program: str, via: str
) -> None:
    assert kamailio.kamcmd("core.version", via=via).startswith("kamailio ")


def test_full_server_has_many_methods(kamailio: Kamailio, kamcmd_program: str) -> None:
    methods = kamailio.kamcmd("system.listMethods").split()
    assert len(methods) >= 200
    assert {"htable.get", "dispatcher.list", "uac.reg_dump", "dlg.list"} <= set(methods)


def test_jsonrpc_keeps_repeated_names(kamailio: Kamailio) -> None:
    answer = kamailio.jsonrpc("permissions.trustedDump")
    assert isinstance(answer, Pairs)
    assert [item["tag"] for item in answer["result"].all("item")] == ["carrier", "NULL"]


def test_jsonrpc_reports_faults(kamailio: Kamailio) -> None:
    answer = kamailio.jsonrpc("htable.get", ["t", "absent"])
    assert "error" in answer
    assert "result" not in answer


@pytest.mark.parametrize("name", ["fifo_udp", "fifo_tcp"])
def test_fifo_text_protocol_answers(kamailio: Kamailio, name: str) -> None:
    proto, host, port = kamailio.fifo[name].split(":")
    kind = socket.SOCK_DGRAM if proto == "udp" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.settimeout(5)
        sock.connect((host, int(port)))
        sock.send(b":core.version:\n\n")
        assert sock.recv(1000).startswith(b"200 OK\n")


def test_fifo_exists(kamailio: Kamailio) -> None:
    path = kamailio.fifo["fifo"].partition(":")[2]
    assert stat.S_ISFIFO(os.stat(path).st_mode)


@pytest.mark.parametrize("full", [True, False])
def test_stop_leaves_nothing_behind(make_kamailio: MakeKamailio, full: bool) -> None:
    server = make_kamailio(full=full)
    session, directory = server.pid, server.directory
    assert len(server.processes()) > 3
    assert directory.is_dir()
    server.stop()
    assert session_members(session) == []
    assert not directory.exists()
    assert not server.running
    server.stop()  # once more does no harm


def test_kill_takes_the_children_too(make_kamailio: MakeKamailio) -> None:
    server = make_kamailio(full=False)
    session = server.pid
    server.kill()
    assert session_members(session) == []
    assert server.directory.is_dir()


def test_restart_keeps_addresses(make_kamailio: MakeKamailio, kamcmd_program: str) -> None:
    server = make_kamailio(full=False)
    before = dict(server.endpoints), server.pid
    server.restart()
    assert server.endpoints == before[0]
    assert server.pid != before[1]
    assert server.kamcmd("core.version", via="tcp").startswith("kamailio ")
    server.kill()
    server.restart()
    assert server.kamcmd("core.version").startswith("kamailio ")


def test_two_servers_do_not_meet(make_kamailio: MakeKamailio, kamcmd_program: str) -> None:
    one, two = make_kamailio(full=False), make_kamailio(full=False)
    for server in (one, two):
        pids = server.kamcmd("core.ps").split()
        assert str(server.pid) in pids


def test_core_kill_does_not_reach_the_tests(
    make_kamailio: MakeKamailio, kamcmd_program: str
) -> None:
    server = make_kamailio(full=False)
    session = server.pid
    server.kamcmd("core.kill", "15")
    server.stop()
    assert session_members(session) == []


def test_ctl_parameters_reach_the_module(make_kamailio: MakeKamailio, kamcmd_program: str) -> None:
    server = make_kamailio(full=False, ctl_params={"mode": 0o640, "autoconversion": 1})
    path = server.endpoints["unix"].partition(":")[2]
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o640
    assert server.kamcmd("core.printi", "s:7").strip() == "7"


def test_extra_config_is_used(make_kamailio: MakeKamailio, kamcmd_program: str) -> None:
    extra = 'modparam("htable", "htable", "mine=>size=2;")\nuse_dst_blocklist=yes'
    server = make_kamailio(full=False, extra_config=extra)
    assert "name: mine" in server.kamcmd("htable.listTables")
    assert "error" not in server.kamcmd("dst_blocklist.mem_info")


def test_failed_start_shows_the_log_and_cleans_up(make_kamailio: MakeKamailio) -> None:
    with pytest.raises(KamailioError, match="no_such_module"):
        make_kamailio(full=False, extra_config='loadmodule "no_such_module.so"')


def test_given_directory_stays(make_kamailio: MakeKamailio) -> None:
    # Not tmp_path: its name may be too long for a unix socket.
    with tempfile.TemporaryDirectory(prefix="kam-", dir="/tmp") as home:
        make_kamailio(full=False, directory=Path(home)).stop()
        left = {path.name for path in Path(home).iterdir()}
    assert {"kamailio.cfg", "kamailio.log"} <= left
    assert not {"ctl.sock", "ctld.sock", "ctl.fifo", "kamailio.pid"} & left


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_command_line(sign: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.kamailio", "--basic", "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        addresses = json.loads(process.stdout.readline())
        assert {"unix", "unixd", "udp", "tcp", "fifo", "jsonrpc"} <= set(addresses)
        process.send_signal(sign)
        assert process.wait(20) == 0
        assert session_members(addresses["pid"]) == []
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_call_makes_a_dialog(kamailio: Kamailio, kamcmd_program: str) -> None:
    with Call(kamailio) as call:
        assert f"call-id: {call.call_id}" in kamailio.kamcmd("dlg.list")
    assert "ongoing: 0" in kamailio.kamcmd("dlg.stats_active")


def test_register_makes_a_contact(kamailio: Kamailio, kamcmd_program: str) -> None:
    register(kamailio, "harness")
    assert "Address: sip:harness@" in kamailio.kamcmd("ul.lookup", "location", "harness")
    kamailio.kamcmd("ul.rm", "location", "harness")
