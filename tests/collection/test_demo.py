# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fleet that ``make demo`` shows changes once, and the demo would notice if not.

Then kamrpc changes it, and an unconfirmed change goes back.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.collection.conftest import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def demo(script: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(script)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def test_the_fleet_changes_once() -> None:
    done = demo(ROOT / "demo" / "run.py")
    assert done.returncode == 0, done.stdout
    first, second, kamrpc = re.split("=== Second run|=== The same servers", done.stdout)
    assert first.count("changed=3") == 3
    assert second.count("changed=0") == 3
    for transport in ("unixs:", "udp:127.0.0.1:", "tcp:127.0.0.1:"):
        assert transport in first
    statuses = re.findall(r"^-> exit status (\d+)$", kamrpc, re.MULTILINE)
    assert statuses == ["9", "0", "0", "0", "9", "0", "0", "0", "0", "0"]
    assert kamrpc.count("Nothing to do: all is as wanted.") >= 1
    assert len(re.findall(r" limit +undone ", kamrpc)) == 3
    assert "\n250\n" in kamrpc


def test_a_second_change_is_an_error(tmp_path: Path) -> None:
    copy = tmp_path / "demo"
    shutil.copytree(ROOT / "demo", copy)
    (tmp_path / "tools").symlink_to(ROOT / "tools")
    playbook = copy / "site.yml"
    text = playbook.read_text(encoding="utf-8")
    start = text.index("        probe:")
    end = text.index("    - name: Take no more")
    playbook.write_text(text[:start] + "\n" + text[end:], encoding="utf-8")
    done = demo(copy / "run.py")
    assert done.returncode == 1, done.stdout
    assert "Second run: 3 changes" in done.stdout
