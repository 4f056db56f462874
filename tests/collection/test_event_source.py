# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source, as a rulebook runs it: by its path, and with ansible-rulebook itself."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from kamailio_binrpc import AsyncClient, Client
from kamailio_binrpc.lab import Dispatcher, HashTables, LabServer
from tests.collection.conftest import ROOT
from tests.support.releases import holds

SOURCE = ROOT / "extensions" / "eda" / "plugins" / "event_source" / "kamailio.py"
GATEWAY = "sip:127.0.0.1:5081"
OTHER = "sip:127.0.0.1:5082"
SET = "dispatcher.set_state"

Play = Callable[[asyncio.Queue[Any]], Awaitable[None]]


def modules() -> list[Any]:
    return [Dispatcher({1: [GATEWAY, OTHER]}), HashTables({"t": {"a": 1}})]


def watching(args: dict[str, Any], play: Play, source: Path = SOURCE) -> None:
    """Run the source with a function that plays the world and reads the queue."""
    main = runpy.run_path(str(source))["main"]

    async def both() -> None:
        queue: asyncio.Queue[Any] = asyncio.Queue()
        task = asyncio.create_task(main(queue, {"interval": 0.02, **args}))
        try:
            playing = asyncio.create_task(play(queue))
            await asyncio.wait({task, playing}, return_when=asyncio.FIRST_COMPLETED)
            if not playing.done():
                playing.cancel()
                task.result()
            await playing
            assert queue.empty()
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    asyncio.run(both())


async def event(queue: asyncio.Queue[Any]) -> Any:
    found = await asyncio.wait_for(queue.get(), 30)
    json.dumps(found, ensure_ascii=False).encode("utf-8")
    return found["kamailio"]


async def settled(lab: LabServer, rounds: int = 2) -> None:
    """Wait until the source has called ``rounds`` times."""
    wanted = lab.calls.total + rounds * 3
    while lab.calls.total < wanted:
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("kind", ["lab", "kamailio"])
def test_the_state_of_a_destination(request: pytest.FixtureRequest, kind: str) -> None:
    with contextlib.ExitStack() as stack:
        if kind == "lab":
            lab = LabServer(binrpc="tcp:127.0.0.1:0", modules=modules())
            address = stack.enter_context(lab.running_in_thread()).addresses[0]
        else:
            address = request.getfixturevalue("make_kamailio")().endpoints["tcp"]

        async def play(queue: asyncio.Queue[Any]) -> None:
            first = [await event(queue)]
            while not queue.empty():
                first.append(await event(queue))
            gateway = next(each for each in first if each["keys"]["uri"] == GATEWAY)
            assert gateway["type"] == "added"
            async with AsyncClient(address) as client:
                await client.call(SET, "ip", 1, GATEWAY)
                found = await event(queue)
                old = gateway["new"]
                assert old["state"] == "active"
                assert found == {
                    "endpoint": "edge1",
                    "address": address,
                    "type": "changed",
                    "method": "dispatcher.list",
                    "params": [],
                    "place": f"[set_id=1,uri={GATEWAY}]",
                    "keys": {"set_id": 1, "uri": GATEWAY},
                    "members": ["state", "probing"],
                    "old": old,
                    "new": {**old, "state": "inactive", "probing": True},
                }
                await client.call("dispatcher.remove", 1, OTHER)
                found = await event(queue)
                if kind == "kamailio" and holds("probing ends"):
                    assert (found["type"], found["members"]) == ("changed", ["probing"])
                    found = await event(queue)
                assert (found["type"], found["old"]["uri"]) == ("removed", OTHER)
                assert found["new"] is None
                await client.call("dispatcher.set_state", "a", 1, GATEWAY)
                assert (await event(queue))["new"]["state"] == "active"

        watching({"endpoints": {"edge1": address}, "initial": True}, play)


def test_a_table_and_what_is_not_said() -> None:
    with LabServer(binrpc="tcp:127.0.0.1:0", modules=modules()).running_in_thread() as lab:

        async def play(queue: asyncio.Queue[Any]) -> None:
            await settled(lab)
            assert queue.empty()  # the state at the start is not a change
            async with AsyncClient(lab.addresses[0]) as client:
                await client.call("htable.seti", "t", "a", 2)
                found = await event(queue)
                assert (found["type"], found["params"]) == ("changed", ["t"])
                assert found["members"] == ["value"]
                assert (found["old"]["value"], found["new"]["value"]) == (1, 2)
                assert found["keys"]["name"] == "a"
                await client.call("htable.sets", "t", "bytes", "\udcff\udcfe")
                found = await event(queue)
                assert found["type"] == "added"
                assert "\\xff\\xfe" in json.dumps(found["new"]).replace("\\\\", "\\")
                await settled(lab)

        methods = [{"method": "htable.dump", "params": ["t"]}, "core.uptime"]
        ignoring = {"method": "core.uptime", "ignore": ["now", "uptime"]}
        watching(
            {"endpoints": [lab.addresses[0]], "methods": [methods[0], ignoring]},
            play,
        )


def test_a_server_that_goes_and_comes(tmp_path_factory: pytest.TempPathFactory) -> None:
    address = f"unix:{tmp_path_factory.mktemp('l')}/s"

    async def play(queue: asyncio.Queue[Any]) -> None:
        found = await event(queue)
        assert found["type"] == "unreachable"
        assert "cannot connect" in found["error"]
        await asyncio.sleep(0.1)
        assert queue.empty()
        for state in ("active", "disabled"):
            sets = {1: [{"uri": GATEWAY, "flags": 0 if state == "active" else 4}]}
            with LabServer(binrpc=address, modules=[Dispatcher(sets)]).running_in_thread() as lab:
                assert (await event(queue))["type"] == "reachable"
                if state == "disabled":
                    assert (await event(queue))["new"]["state"] == state
                await settled(lab)
            assert (await event(queue))["type"] == "unreachable"

    watching({"endpoints": [address]}, play)


def test_faults_are_told_once() -> None:
    with LabServer(binrpc="tcp:127.0.0.1:0", modules=modules()).running_in_thread() as lab:

        async def play(queue: asyncio.Queue[Any]) -> None:
            found = await event(queue)
            assert found["type"] == "fault"
            assert found["fault"] == {"code": 500, "text": "No such htable", "remedy": ""}
            await settled(lab)

        watching(
            {
                "endpoints": [lab.addresses[0]],
                "methods": [{"method": "htable.dump", "params": ["nope"]}, "dispatcher.list"],
            },
            play,
        )


def test_items_of_a_hash_table_come_and_go() -> None:
    with LabServer(binrpc="tcp:127.0.0.1:0", modules=modules()).running_in_thread() as lab:

        async def play(queue: asyncio.Queue[Any]) -> None:
            await settled(lab)
            async with AsyncClient(lab.addresses[0]) as client:
                for method, kind in (("htable.seti", "added"), ("htable.delete", "removed")):
                    value = [5] if kind == "added" else []
                    await client.call(method, "t", "another", *value)
                    found = await event(queue)
                    assert (found["type"], found["keys"]) == (kind, {"name": "another"})
                    assert found["place"] == "[name=another]"
            await settled(lab)

        methods = {"method": "htable.dump", "params": ["t"]}
        watching({"endpoints": [lab.addresses[0]], "methods": methods}, play)


def test_the_same_uri_twice() -> None:
    """Two destinations of one URI are two rows, whatever their order."""
    lines = [{"uri": GATEWAY, "attrs": f"duid={duid}", "flags": flags} for duid, flags in TWO]
    dispatcher = Dispatcher({1: lines})
    with LabServer(binrpc="tcp:127.0.0.1:0", modules=[dispatcher]).running_in_thread() as lab:

        async def play(queue: asyncio.Queue[Any]) -> None:
            await settled(lab)
            dispatcher.sets[1].reverse()
            await settled(lab, 3)
            assert queue.empty()
            second = next(each for each in dispatcher.sets[1] if "duid=b" in each.attrs)
            second.flags = 0
            found = await event(queue)
            assert found["type"] == "changed"
            assert found["keys"] == {"set_id": 1, "uri": GATEWAY, "duid": "b"}

        watching({"endpoints": [lab.addresses[0]]}, play)


TWO = (("a", 0), ("b", 4))


def test_a_restart_between_two_rounds() -> None:
    with LabServer(binrpc="tcp:127.0.0.1:0", modules=modules()).running_in_thread() as lab:

        async def play(queue: asyncio.Queue[Any]) -> None:
            await settled(lab)
            lab.state.started += 3600
            found = await event(queue)
            assert found["type"] == "restarted"
            assert found["up_since"] == lab.state.ctime(lab.state.started)
            await settled(lab)

        watching({"endpoints": [lab.addresses[0]]}, play)


def test_an_odd_reply_ends_nothing() -> None:
    with contextlib.ExitStack() as stack:
        odd, good = (
            stack.enter_context(
                LabServer(binrpc="tcp:127.0.0.1:0", modules=modules()).running_in_thread()
            )
            for _number in range(2)
        )
        odd.registry.method("dispatcher.list")(lambda _ctx: 5)
        odd.registry.method("core.uptime")(lambda _ctx: 5)

        async def play(queue: asyncio.Queue[Any]) -> None:
            found = await event(queue)
            assert (found["endpoint"], found["type"]) == ("odd", "invalid")
            assert found["method"] == "dispatcher.list"
            assert "not a reply to dispatcher.list" in found["error"]
            await settled(good)
            async with AsyncClient(good.addresses[0]) as client:
                await client.call(SET, "d", 1, OTHER)
            found = await event(queue)
            assert (found["endpoint"], found["type"]) == ("good", "changed")
            await settled(odd)

        addresses = {"odd": odd.addresses[0], "good": good.addresses[0]}
        watching({"endpoints": addresses}, play)


@pytest.mark.parametrize("cuts", [1, 4, None])
def test_a_reply_that_was_cut(cuts: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for again; if that does not help, the server is not called unreachable."""
    core = runpy.run_path(str(SOURCE))["_CORE"]
    monkeypatch.setattr(importlib.import_module(f"{core}.conversation"), "STANDSTILL", 0.1)
    lab = LabServer(binrpc="tcp:127.0.0.1:0", modules=modules())
    with lab.running_in_thread():

        async def play(queue: asyncio.Queue[Any]) -> None:
            await settled(lab)
            count = {} if cuts is None else {"count": cuts}
            lab.failures.add("truncate", method="dispatcher.list", bytes=50, **count)
            called = lab.calls.counts["dispatcher.list"]
            while lab.calls.counts["dispatcher.list"] < called + 6:
                await asyncio.sleep(0.01)
            if cuts is None:
                found = await event(queue)
                assert (found["type"], found["method"]) == ("invalid", "dispatcher.list")
                assert "50 of 170 bytes of the reply arrived" in found["error"]
                lab.failures.clear()
            async with AsyncClient(lab.addresses[0]) as client:
                await client.call(SET, "d", 1, OTHER)
            assert (await event(queue))["type"] == "changed"
            await settled(lab)

        watching({"endpoints": {"edge": lab.addresses[0]}, "timeout": 60}, play)


@pytest.mark.parametrize(
    "methods,initial",
    [
        ("dispatcher.list", "false"),
        ("dispatcher.list", None),
        ({"method": "dispatcher.list"}, "no"),
        ({"method": "dispatcher.list"}, False),
    ],
)
def test_a_method_needs_no_list_and_false_is_false(methods: Any, initial: Any) -> None:
    with LabServer(binrpc="tcp:127.0.0.1:0", modules=modules()).running_in_thread() as lab:

        async def play(_queue: asyncio.Queue[Any]) -> None:
            await settled(lab)
            assert lab.calls.of("dispatcher.list")

        args = {"endpoints": [lab.addresses[0]], "methods": methods, "initial": initial}
        watching(args, play)


def test_many_servers_of_the_configuration_file(tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        labs = [
            stack.enter_context(
                LabServer(binrpc="udp:127.0.0.1:0", modules=modules()).running_in_thread()
            )
            for _number in range(20)
        ]
        config = tmp_path / "config.ini"
        lines = [f"kam{number} = {lab.addresses[0]}" for number, lab in enumerate(labs)]
        names = " ".join(f"kam{number}" for number in range(1, 20))
        config.write_text("[endpoints]\n" + "\n".join(lines) + f"\n[groups]\nmost = {names}\n")

        async def play(queue: asyncio.Queue[Any]) -> None:
            for lab in labs[1:]:
                await settled(lab, 1)
            for lab in labs:
                async with AsyncClient(lab.addresses[0]) as client:
                    await client.call(SET, "d", 1, OTHER)
            found = [await event(queue) for _lab in labs[1:]]
            assert {each["endpoint"] for each in found} == set(names.split())
            assert not labs[0].calls.of("dispatcher.list")

        watching({"endpoints": ["most"], "config": str(config), "timeout": 20}, play)


@pytest.mark.parametrize(
    "args,text",
    [
        ({"endpoint": "x"}, "has no endpoint; there are endpoints, config"),
        ({"endpoints": ["nobody"]}, "no endpoint or group nobody"),
        ({"endpoints": {"a": "tcp://x"}}, "looks like a URL"),
        ({"methods": ["dispatcher.reload"]}, "not known to change nothing"),
        ({"methods": [{"params": []}]}, "each of methods is a name"),
        ({"methods": [{"method": "core.psx", "key": "a"}]}, "methods has no key"),
        ({"methods": [{"method": "core.psx", "params": "a"}]}, "params is a list"),
        ({"methods": [{"method": "core.psx", "mutates": "x"}]}, "mutates is auto or never"),
        ({"endpoints": []}, "endpoints is empty; leave it out"),
        ({"endpoints": {}}, "endpoints is empty"),
        ({"methods": []}, "methods is a list of at least one"),
        ({"methods": 5}, "methods is a list of at least one"),
        ({"initial": "maybe"}, "initial is true or false, not 'maybe'"),
        ({"interval": 0}, "interval is more than 0"),
        ({"timeout": -1}, "timeout"),
    ],
)
def test_what_is_wrong_is_named(
    args: dict[str, Any], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAMRPC_CONFIG", "")

    async def play(_queue: asyncio.Queue[Any]) -> None:
        await asyncio.sleep(30)

    with pytest.raises(ValueError, match=text):
        watching(args, play)


def test_a_copy_elsewhere_takes_the_installed_library(tmp_path: Path) -> None:
    copy = tmp_path / "a" / "b" / "c" / "d" / "e" / SOURCE.name
    copy.parent.mkdir(parents=True)
    shutil.copy(SOURCE, copy)
    program = (
        "import runpy, sys; found = runpy.run_path(sys.argv[1]); print(found['_CORE']); "
        "found['_core']('changes')"
    )
    for source, package in ((SOURCE, "kamailio_ctl_binrpc"), (copy, "kamailio_binrpc.core")):
        done = subprocess.run(
            [sys.executable, "-c", program, str(source)], capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == package


RULEBOOK = """
- name: Watch
  hosts: all
  sources:
    - kamailio.ctl.kamailio:
        endpoints: {edge1: "%s"}
        interval: 0.2
        timeout: 60
  rules:
    - name: Gone
      condition: >-
        event.kamailio.type == "changed" and event.kamailio.method == "dispatcher.list"
        and event.kamailio.old.state == "active" and event.kamailio.new.state != "active"
      action:
        debug:
          msg: "{{ event.meta.hosts }} lost {{ event.kamailio.new.uri }}"
    - name: Over
      condition: event.kamailio.type == "unreachable"
      action:
        shutdown:
"""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_rulebook(collections: Path, tmp_path: Path) -> None:
    """The rulebook reacts to the change, and ends when the server does."""
    if shutil.which("java") is None:
        pytest.skip("ansible-rulebook needs Java")
    sys.path.insert(0, str(ROOT / "tools"))
    import ansible_test
    import venvs

    bin_dir = venvs.ensure("rulebook", ansible_test.controller("oldest"), "rulebook")
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(bin_dir), os.environ["PATH"]]),
        "ANSIBLE_COLLECTIONS_PATH": str(collections),
        "ANSIBLE_HOME": str(tmp_path / "home"),
        "HOME": str(tmp_path),
    }
    (tmp_path / "inventory.ini").write_text("edge1 ansible_connection=local\n")
    rulebook = tmp_path / "rulebook.yml"
    output = tmp_path / "output"
    with contextlib.ExitStack() as ends:
        lab = LabServer(binrpc="tcp:127.0.0.1:0", modules=modules())
        serving = ends.enter_context(contextlib.ExitStack())
        serving.enter_context(lab.running_in_thread())
        rulebook.write_text(RULEBOOK % lab.addresses[0])
        process = subprocess.Popen(
            [bin_dir / "ansible-rulebook", "-r", rulebook, "-i", "inventory.ini"],
            cwd=tmp_path,
            env=environment,
            stdout=ends.enter_context(output.open("w")),
            stderr=subprocess.STDOUT,
        )
        ends.enter_context(process)
        ends.callback(process.kill)
        wait_for(lambda: len(lab.calls.of("dispatcher.list")) > 2, process)
        with Client(lab.addresses[0]) as client:
            client.call(SET, "d", 1, GATEWAY)
        wait_for(lambda: f"edge1 lost {GATEWAY}" in output.read_text(), process)
        serving.close()
        assert process.wait(120) == 0, output.read_text()
    assert len(re.findall("edge1 lost", output.read_text())) == 1


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[Any]) -> None:
    while not condition():
        assert process.poll() is None, "ansible-rulebook has ended"
        time.sleep(0.1)


def test_a_password_that_changes_is_an_event_without_it() -> None:
    with LabServer("tcp:127.0.0.1:0").running_in_thread() as lab:
        record = lab.modules["uac"].records["trunk-1"]

        async def play(queue: asyncio.Queue[Any]) -> None:
            await settled(lab)
            record["auth_password"] = "sesame-1"
            found = await event(queue)
            assert "auth_password" in str(found["members"])
            assert "(hidden)" in str(found)
            assert "sesame" not in str(found)
            assert "not-secret" not in str(found)

        methods = [{"method": "uac.reg_dump", "ignore": ["diff_expires", "timer_expires"]}]
        watching({"endpoints": [lab.addresses[0]], "methods": methods}, play)
