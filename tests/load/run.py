# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Changes at a proxy under load, by this product and by kamcmd, and what calls suffer."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.load.changes import Change, Options
from tests.load.generator import Figures, Load
from tests.load.proxy import Proxy
from tests.support.kamailio import KamailioError, find_kamcmd

ROOT = Path(__file__).resolve().parents[2]
SETTLE = 1.0
"""Seconds that a change is counted after its end: calls under way may still suffer."""


@dataclass
class Row:
    """The effect of one change on the calls."""

    change: str
    by: str
    seconds: float
    figures: Figures
    crash: str
    failed: str
    calls: list[dict[str, Any]]


@contextmanager
def running(gateways: int, reload_delta: int) -> Iterator[Proxy]:
    """Run a proxy; one that has crashed is cleared away without a word."""
    proxy = Proxy(gateways, reload_delta)
    proxy.start()
    try:
        yield proxy
    finally:
        try:
            proxy.stop()
        except KamailioError:
            if not proxy.crashed:
                raise


class Trial:
    """Changes at one proxy.

    :param collections: where the collection is installed, for playbooks.
    """

    def __init__(self, proxy: Proxy, load: Load, collections: Path | None = None) -> None:
        self._proxy = proxy
        self._load = load
        self._collections = collections

    async def baseline(self, seconds: float) -> Figures:
        """Return the figures of some seconds without a change."""
        self._load.take()
        await asyncio.sleep(seconds)
        return await self._figures()

    async def ours(self, change: Change) -> Row:
        """Make a change and go back, with this product."""
        calls: list[dict[str, Any]] = []
        failed = ""
        self._load.take()
        start = time.monotonic()
        for options in (change.forth, change.back):
            if options is None or failed:
                continue
            if change.kind == "play":
                failed = await self._play(options)
            else:
                made = await self._make(change.kind, options)
                failed = made["failed"]
                calls += made["calls"]
        return await self._row(str(change), "us", start, failed, calls)

    async def kamcmd(self, row: Row) -> Row:
        """Make the calls of a row with kamcmd, one after another and as fast as it goes."""
        self._load.take()
        start = time.monotonic()
        failed = ""
        for call in row.calls:
            words = [call["method"], *(_word(param) for param in call["params"])]
            end = time.monotonic() + 30
            while True:
                output = await self._kamcmd(words)
                busy = "reload" in output and output.startswith("error")
                if not busy or time.monotonic() > end:
                    break
                await asyncio.sleep(0.5)
            if output.startswith("error"):
                failed = output.strip()
            if self._proxy.crash:
                break
        return await self._row(row.change, "kamcmd", start, failed, row.calls)

    async def _row(
        self, change: str, by: str, start: float, failed: str, calls: list[dict[str, Any]]
    ) -> Row:
        seconds = time.monotonic() - start
        await asyncio.sleep(SETTLE)
        crash = self._proxy.crash
        figures = await self._figures()
        return Row(change, by, seconds, figures, crash, failed, calls)

    async def _figures(self) -> Figures:
        """Return the figures so far, when the calls in them are over."""
        figures = self._load.take()
        await self._load.finish(figures)
        return figures

    async def _make(self, kind: str, options: Options) -> dict[str, Any]:
        output = await _run(
            [sys.executable, "-m", "tests.load.changes", self._proxy.endpoints["unix"]],
            json.dumps([kind, options]),
            {"PYTHONPATH": f"{ROOT / 'sdk'}:{ROOT}"},
        )
        try:
            made: dict[str, Any] = json.loads(output)
        except ValueError:
            return {"calls": [], "failed": output[-500:]}
        return made

    async def _play(self, options: Options) -> str:
        name = options["playbook"]
        variables = {each: value for each, value in options.items() if each != "playbook"}
        variables |= {
            "kamailio_hosts": "all",
            "kamailio_endpoint": self._proxy.endpoints["unix"],
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
        }
        command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", "proxy,"]
        command += ["-e", json.dumps(variables), f"kamailio.ctl.{name}"]
        environment = {
            "ANSIBLE_COLLECTIONS_PATH": str(self._collections),
            "ANSIBLE_HOME": f"{self._collections}/home",
            "ANSIBLE_NOCOLOR": "1",
        }
        output = await _run(command, "", environment)
        return "" if "failed=0" in output and "unreachable=0" in output else output[-800:]

    async def _kamcmd(self, words: list[str]) -> str:
        command = [find_kamcmd() or "kamcmd", "-s", self._proxy.endpoints["unix"]]
        return await _run([*command, "-D", str(self._proxy.directory), *words], "", {})


def _word(param: object) -> str:
    """Write a parameter as kamcmd takes it."""
    return str(param) if isinstance(param, int) else f"s:{param}"


async def _run(command: list[str], text: str, environment: dict[str, str]) -> str:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=os.environ | environment,
        cwd=ROOT,
    )
    output, _none = await process.communicate(text.encode())
    return output.decode("utf-8", "replace")
