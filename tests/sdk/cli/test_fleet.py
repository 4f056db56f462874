# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc fleet``."""

from __future__ import annotations

import contextlib
import json
import threading

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.cli import exit_codes
from kamailio_binrpc.core import retry
from kamailio_binrpc.core.lab.server import LabServer
from kamailio_binrpc.lab import Dispatcher

pytestmark = pytest.mark.usefixtures("surroundings")


def test_fleet_prints_results_and_groups_failures(kamrpc, config):
    status, out, err = kamrpc("fleet", "-g", "many", "core.echo", "x")
    assert status == exit_codes.CONNECT
    assert sorted(out.splitlines()) == ["one: x", "two: x"]
    assert "2 failed: ConnectError: No such file or directory\n  gone, lost\n" in err
    assert "1 failed: ConnectError: Connection refused\n  off\n" in err
    assert "2 of 5 answered in " in err


def test_fleet_tells_failures_of_several_kinds(kamrpc, config, lab):
    status, _other, _other = kamrpc("fleet", "-g", "one", "-g", "gone", "no.such")
    assert status == exit_codes.SEVERAL


def test_fleet_as_json_and_jsonl(kamrpc, config):
    _other, out, _other = kamrpc("fleet", "--all", "--json", "core.echo", "x")
    data = json.loads(out)
    assert list(data) == ["one", "two", "gone", "lost", "off"]
    assert data["one"]["reply"] == ["x"]
    assert "cannot connect" in data["off"]["error"]
    _other, out, _other = kamrpc("fleet", "--all", "-o", "jsonl", "core.echo", "x")
    assert {json.loads(line)["name"] for line in out.splitlines()} == set(data)


def test_fleet_diff_shows_who_disagrees(kamrpc, config, lab):
    _other, out, _other = kamrpc("fleet", "-g", "both", "--diff", "core.echo", "x")
    assert out == "all 2 agree:\nx\n"
    _other, out, _other = kamrpc("fleet", "-g", "both", "--diff", "test.where")
    assert "1 agree (one):" in out or "1 agree (two):" in out
    assert out.endswith(("  ~ [0]: 0 -> 1\n", "  ~ [0]: 1 -> 0\n"))


def test_fleet_without_endpoints(kamrpc, config):
    assert kamrpc("fleet", "core.echo")[0] == exit_codes.USAGE
    assert kamrpc("fleet", "-g", "nosuch", "core.echo")[0] == exit_codes.USAGE


def test_diff_prints_one_line_for_one_destination(kamrpc, make_gateways):
    odd, *others = (make_gateways() for _number in range(3))
    with Client(odd) as client:
        client.call("dispatcher.add", 1, "sip:127.0.0.1:5099")
    groups = [word for address in (odd, *others) for word in ("-g", address)]
    status, out, _err = kamrpc("fleet", *groups, "--diff", "dispatcher.list")
    assert status == 0
    assert out.startswith(f"2 agree ({', '.join(others)}):\n")
    lines = out.partition(f"1 differs ({odd}):\n")[2].splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("  + SET.ID=1 DEST.URI=sip:127.0.0.1:5099: ")


def test_replies_in_another_order_agree(kamrpc, tmp_path):
    uris = ["sip:127.0.0.1:1", "sip:127.0.0.1:2"]
    groups = []
    with contextlib.ExitStack() as servers:
        for name, order in (("a", uris), ("b", uris[::-1])):
            lab = LabServer(binrpc=f"unix:{tmp_path}/{name}", modules=[Dispatcher({1: order})])
            groups += ["-g", servers.enter_context(lab.running_in_thread()).addresses[0]]
        _status, out, _err = kamrpc("fleet", *groups, "--diff", "dispatcher.list")
    assert out.startswith("all 2 agree:\n")


def test_a_batch_with_too_many_failures_is_the_last(kamrpc, lab):
    groups = [word for name in ("unix:/nonexistent/s", *lab.addresses) for word in ("-g", name)]
    words = ("-o", "json", "--serial", "1", "core.echo", "x")
    for most, answered in (("0", 0), ("99", 0), ("100", 2)):
        _status, out, err = kamrpc("fleet", *groups, "--max-fail", most, *words)
        assert f"{answered} of 3 answered" in err
        assert sum("reply" in each for each in json.loads(out).values()) == answered


def test_retries_where_that_is_safe(kamrpc, lab, monkeypatch):
    monkeypatch.setattr(retry, "wait_after", lambda *_args: 0.0)
    for retries, answered in (("0", 0), ("1", 0), ("2", 1)):
        lab.busy = 2
        words = ("-g", lab.addresses[0], "--retries", retries)
        _status, _out, err = kamrpc("fleet", *words, "test.busy")
        assert f"{answered} of 1 answered" in err
        assert lab.busy == max(0, 1 - int(retries))


@pytest.mark.parametrize("command", [("call", "-s"), ("fleet", "-g")])
@pytest.mark.parametrize("waits", [True, False])
def test_a_server_that_is_starting_is_waited_for(kamrpc, tmp_path, command, waits):
    address = f"unix:{tmp_path}/late"
    lab = LabServer(binrpc=address)
    with contextlib.ExitStack() as running:
        if waits:
            start = threading.Timer(0.2, lambda: running.enter_context(lab.running_in_thread()))
            start.start()
            running.callback(start.join)
        word, option = command
        wait = ("--connect-wait", "60" if waits else "0.1")
        status, out, _err = kamrpc(word, option, address, *wait, "core.echo", "x")
        if waits:
            start.join()
    assert status == (0 if waits else exit_codes.CONNECT)
    assert out.endswith("x\n" if waits else "")


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_differences_as_json(kamrpc, config, form):
    _status, out, _err = kamrpc("fleet", "-g", "both", "--diff", "-o", form, "test.where")
    groups = json.loads(out) if form == "json" else [json.loads(line) for line in out.splitlines()]
    assert [group["names"] for group in groups] == [["one"], ["two"]]
    assert groups[0]["changes"] == []
    assert groups[1]["changes"][0]["kind"] == "changed"
    assert (groups[1]["changes"][0]["old"], groups[1]["changes"][0]["new"]) == (0, 1)


def test_an_interruption_names_what_was_done(kamrpc, config, lab, monkeypatch):
    from kamailio_binrpc.core.fleet import Fleet

    def call(self, *_params, on_result, **_options):
        report = original(self, "core.echo", "x", on_result=lambda result: None)
        on_result(report.results["one"])
        on_result(report.results["gone"])
        raise KeyboardInterrupt

    original = Fleet.call
    monkeypatch.setattr(Fleet, "call", call)
    status, _out, err = kamrpc("fleet", "-g", "many", "core.echo", "x")
    assert status == exit_codes.INTERRUPTED
    assert err.splitlines() == [
        "kamrpc: 1 answered: one",
        "kamrpc: 1 failed: gone",
        "kamrpc: 3 not known: no answer yet, or not called: two, lost, off",
    ]
