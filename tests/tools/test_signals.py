# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Tests can send signals to what they start, even under nohup and in the background."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.checks.tool import ROOT

CHILD = "import signal; print(signal.getsignal(signal.{0}) is signal.SIG_IGN)"
PARENT = """
import os, signal, subprocess, sys
from tests.support.signals import stop_inheritance
signal.signal(signal.{0}, signal.SIG_IGN)
{1}
os.kill(os.getpid(), signal.{0})  # is ignored all the same
print(subprocess.check_output([sys.executable, "-c", sys.argv[1]], text=True), end="")
"""


@pytest.mark.parametrize("name", ["SIGHUP", "SIGINT"])
@pytest.mark.parametrize("line, ignored", [("", True), ("stop_inheritance()", False)])
def test_children_do_not_inherit_what_is_ignored(name, line, ignored):
    program = PARENT.format(name, line)
    command = [sys.executable, "-c", program, CHILD.format(name)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{ignored}\n", "")


def test_this_run_has_stopped_it():
    assert signal.SIG_IGN not in map(signal.getsignal, (signal.SIGHUP, signal.SIGINT))
