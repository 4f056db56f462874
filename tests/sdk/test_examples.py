# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Each file of examples/ runs, and README quotes it as it is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kamailio_binrpc.lab import Dispatcher, LabServer

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "examples"
EXAMPLES = sorted(path.stem for path in FOLDER.glob("*.py"))

CTL = "unix:/run/kamailio/kamailio_ctl"
FIFO = "fifo:/run/kamailio/kamailio_rpc.fifo"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[LabServer]:
    sample = {
        1: [
            {"uri": "sip:192.0.2.11:5060", "priority": 10},
            {"uri": "sip:192.0.2.12:5060", "attrs": "weight=50"},
        ]
    }
    server = LabServer(
        f"unix:{tmp_path}/ctl",
        fifo=f"fifo:{tmp_path}/fifo",
        modules=[Dispatcher(sample, reload_delta=1)],
        reply_directory="/tmp",
    )
    with server.running_in_thread() as running:
        yield running


class Outcome:
    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        assert done.returncode == 0, done.stderr
        self.lines = done.stdout.splitlines()


@pytest.fixture
def run(lab: LabServer, tmp_path: Path) -> Any:
    def start(name: str) -> Outcome:
        text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
        # The addresses of a packaged Kamailio are those of the lab here.
        named = {CTL: f"unix:{tmp_path}/ctl", FIFO: f"fifo:{tmp_path}/fifo"}
        for address, here in named.items():
            text = text.replace(f'"{address}"', f'"{here}"')
        (tmp_path / "config.ini").write_text(
            f"[endpoints]\nhere = unix:{tmp_path}/ctl\ngone = unix:{tmp_path}/gone\n"
            "[groups]\nedge = here gone\n"
        )
        return Outcome(
            subprocess.run(
                [sys.executable, "-W", "error", "-c", text],
                env={
                    **os.environ,
                    "PYTHONPATH": str(ROOT / "sdk"),
                    "KAMRPC_CONFIG": str(tmp_path / "config.ini"),
                },
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        )

    return start


def test_client(run):
    lines = run("client").lines
    assert lines[0].startswith("kamailio 5.6.3")
    assert any("attendant" in line for line in lines)
    assert lines[-1] == "no such flag"


def test_dispatcher(run):
    assert run("dispatcher").lines == [
        "1 sip:192.0.2.11:5060 active weight 0",
        "1 sip:192.0.2.12:5060 active weight 50",
        "['IP', 'IP']",
    ]


def test_desired(run):
    planned, changed, again, failed = run("desired").lines
    assert planned == "would change: True"
    uri = "sip:192.0.2.12:5060"
    before = {uri: {"state": "active", "probing": False}}
    after = {uri: {"state": "disabled", "probing": False}}
    assert changed == f"changed: True {before} -> {after}"
    assert again == "and again: False"
    assert failed.startswith("Nothing was changed: 0 destinations match, at least 1 are required")
    assert failed.endswith("changed: False")


def test_desired_async(run):
    assert run("desired_async").lines == [
        "['dispatcher.add'] {'sip:192.0.2.13:5060': {'priority': 0, 'attrs': 'weight=10'}}"
    ]


def test_dialogs(run):
    found, ended = run("dialogs").lines
    assert found.startswith("5.6.3 [(") and "lab-call-1" in found
    assert ended == "ended: 2 left: 0"


def test_fleet(run):
    up, down = run("fleet").lines
    assert re.fullmatch(r"here is up for [0-9]+ s", up)
    assert down == "ConnectError: No such file or directory: gone"


def test_retries(run, lab):
    lines = run("retries").lines
    assert lines[-1] == "reloaded"
    assert lines[:-1] and all("ngoing reload" in line for line in lines[:-1])
    counts = lab.calls.counts
    assert counts["dispatcher.add"] == 1 and counts["dispatcher.reload"] >= 2


def test_fifo(run):
    version, uptime, *refused = run("fifo").lines
    assert version.startswith("kamailio 5.6.3")
    assert "up_since" in uptime
    assert "dispatcher.set_state" in " ".join(refused)


def test_opentelemetry_spans(run):
    pytest.importorskip("opentelemetry.sdk")  # an extra
    assert run("opentelemetry_spans").lines[0].isdecimal()


def test_prometheus_metrics(run):
    pytest.importorskip("prometheus_client")  # an extra
    lines = run("prometheus_metrics").lines
    assert "shmem.free_size" in lines[0]
    assert 'kamailio_rpc_seconds_count{method="stats.fetch",outcome="ok"} 1.0' in lines


# --- the files, and README


def test_every_example_has_a_test():
    assert {f"test_{name}" for name in EXAMPLES} <= set(globals())


def code_of(name: str) -> str:
    """An example without its licence."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    return re.sub(r"\A(#.*\n)+\n*", "", text)


def quotations(text: str) -> list[tuple[str, str]]:
    """The marked blocks of a page: name of the file, and code."""
    marked = re.findall(r"<!-- example: (\S+) -->\n+```python\n(.*?)```", text, re.DOTALL)
    assert len(marked) == text.count("<!-- example:"), "a marker without its block of Python"
    return marked


def test_readme_quotes_the_examples_as_they_are():
    for path, quoted in quotations((ROOT / "README.md").read_text(encoding="utf-8")):
        folder, _other, name = path.partition("/")
        assert folder == "examples"
        assert quoted == code_of(name), f"README quotes another {path}"


def test_a_quotation_that_differs_would_be_noticed():
    page = "<!-- example: examples/client.py -->\n```python\n" + code_of("client.py") + "```\n"
    ((path, quoted),) = quotations(page)
    assert (path, quoted) == ("examples/client.py", code_of("client.py"))
    assert quoted.startswith("from kamailio_binrpc import Client")
    with pytest.raises(AssertionError):
        quotations(page.replace("```python", "```"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_short(name):
    lines = [line for line in code_of(f"{name}.py").splitlines() if line.strip()]
    assert len(lines) <= 17
    assert max(map(len, lines)) <= 100
