# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""kamrpc against a real Kamailio: JSON that loses nothing, and the shell in a terminal."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kamailio_binrpc import Client, Fault, to_pairs
from kamailio_binrpc.cli import output
from kamailio_binrpc.lab import LabState
from tests.real import shell_screens
from tests.real.calls import LATIN, Scene
from tests.support import releases
from tests.support.kamailio import Kamailio

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]

KAMRPC = [sys.executable, "-m", "kamailio_binrpc.cli.main"]


def content(value: Any) -> Iterator[Any]:
    """Every name and value in order, of pairs and of JSON alike."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield ("name", name)
            yield from content(member)
    elif isinstance(value, tuple):
        if value[0] is not None:
            yield ("name", value[0])
        yield from content(value[1])
    elif isinstance(value, list):
        for item in value:
            yield from content(item)
    else:
        yield value


# Blocks of memory come and go, and each is a member: no two replies are alike.
RESTLESS = {"mod.mem_stats", "mod.mem_statsx", "mod.stats"}


def word(param: Any) -> str:
    """A parameter as a word whose prefix forces its type."""
    kind = {int: "i", float: "d", str: "s"}[type(param)]
    return f"{kind}:{param}"


def test_json_of_every_read_only_method_loses_nothing(
    scene: Scene, tell: Callable[[str], None]
) -> None:
    calls = [
        call
        for call in scene.calls
        if all(type(part) in (int, float, str) for part in call[1:])
        and not any("\n" in part for part in call[1:] if isinstance(part, str))
    ]
    lines = [shlex.join([call[0], *map(word, call[1:])]) for call in calls]
    address = scene.server.endpoints["unix"]
    done = subprocess.run(
        [*KAMRPC, "batch", "-s", address, "--go-on", "--raw", "-o", "jsonl"],
        input="\n".join(lines).encode("utf-8", "surrogateescape"),
        capture_output=True,
        timeout=120,
        check=False,
    )
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(replies) == len(calls)
    compared = 0
    wrong = {}
    with Client(address) as client:
        for call, printed in zip(calls, replies, strict=True):
            try:
                reply = client.call(*call)
            except Fault as fault:
                if printed.get("fault", {}).get("code") != fault.code:
                    wrong[repr(call)] = printed
                continue
            compared += 1
            expected = list(content(to_pairs(list(reply))))
            again = list(content(json.loads(output.render(reply, "json"))))
            if again != expected:
                wrong[repr(call)] = (again, expected)
            elif call[0] in RESTLESS:
                continue
            elif masked(content(printed["reply"])) != masked(expected):
                wrong[repr(call)] = (printed, expected)
    methods = {call[0] for call in calls}
    assert methods == {call[0] for call in scene.calls}
    tell(f"kamrpc JSON: {compared} replies of {len(methods)} methods, {len(wrong)} lose something")
    assert wrong == {}
    assert compared > 200
    assert any(LATIN in call for call in calls)


def masked(items: Iterable[Any]) -> list[Any]:
    """Without what differs from one call to the next: numbers, and digits in texts."""
    return [
        "#" if isinstance(item, (int, float)) else re.sub(r"\d+", "#", str(item)) for item in items
    ]


def test_json_of_single_calls_is_one_document(scene: Scene) -> None:
    address = scene.server.endpoints["tcp"]
    for method in ("core.version", "dispatcher.list", "pv.shvGet", "core.sockets_list", "cfg.diff"):
        done = subprocess.run(
            [*KAMRPC, "call", "-s", address, "--json", method],
            capture_output=True,
            timeout=60,
            check=True,
        )
        assert done.stdout.count(b"\n") == 1
        with Client(address) as client:
            expected = client.call(method)
        assert [*content(json.loads(done.stdout))] == [*content(to_pairs(list(expected)))]


@pytest.fixture
def terminal() -> None:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    if not (Path(sys.executable).parent / "kamrpc").exists():
        pytest.skip("kamrpc is not installed here")


@pytest.mark.slow
@pytest.mark.usefixtures("terminal")
def test_the_shell_in_a_terminal(make_kamailio: Callable[..., Kamailio], tmp_path: Path) -> None:
    server = make_kamailio()
    screen = shell_screens.shell(tmp_path, server.endpoints["unix"])
    try:
        shown = dict(shell_screens.tour(screen, tmp_path))
        screen.type("C-d")
    finally:
        screen.close()
    assert (
        "dispatcher.set_duid_state  Sets the state of the destination"
        in shown["TAB completes methods"]
    )
    assert "htable.get table key" in shown["The line below shows what a method wants"]
    assert "value: 0049" in shown["Quotes, types from the catalogue, history"]


@pytest.mark.slow
@pytest.mark.usefixtures("terminal")
def test_history_is_kept_for_the_next_shell(
    make_kamailio: Callable[..., Kamailio], tmp_path: Path
) -> None:
    server = make_kamailio(full=False)
    history = tmp_path / ".local" / "state" / "kamrpc" / "shell-history"
    for keys in (("core.version", "Enter", "C-d"), ("Up", "Enter", "C-d")):
        screen = shell_screens.shell(tmp_path, server.endpoints["unix"])
        try:
            screen.wait_for_prompt()
            screen.type(*keys[:-1])
            screen.wait(f"kamailio {releases.running()}")
            screen.wait_for_prompt()
            screen.type(keys[-1])
            shell_screens.wait_until(lambda: history.exists() and history.read_text())
        finally:
            screen.close()
    assert history.read_text().splitlines()[-1] == "+core.version"
    assert history.stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
@pytest.mark.usefixtures("terminal")
def test_ctrl_c_cancels_the_call_and_not_the_shell(tmp_path: Path) -> None:
    with shell_screens.stuck_lab(tmp_path).running_in_thread():
        screen = shell_screens.shell(tmp_path, f"unix:{tmp_path}/lab")
        try:
            shown = shell_screens.cancel(screen)
        finally:
            screen.close()
    assert "cancelled; the server may have run it" in shown
    assert f"kamailio {LabState().version}" in shown
