# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The line of progress."""

from __future__ import annotations

import io

import pytest

from kamailio_binrpc.cli import progress
from kamailio_binrpc.cli.progress import Progress


def test_the_line_counts_and_names_what_is_waited_for():
    line = Progress(["a", "b", "c\x1b[2J"], None)
    assert line.text() == "0 of 3"
    line.add("a", failed=False)
    line.add("b", failed=True)
    assert line.text() == "2 of 3, 1 failed"
    line._quiet = progress._QUIET
    assert line.text() == "2 of 3, 1 failed, waiting for c\\x1b[2J"
    assert (line.done, line.failed, line.pending) == (["a"], ["b"], ["c\x1b[2J"])
    line.add("c\x1b[2J", failed=False)
    assert line.text() == "3 of 3, 1 failed"


def test_many_names_are_shortened():
    line = Progress([str(number) for number in range(9)], None)
    line._quiet = progress._QUIET
    assert line.text() == "0 of 9, waiting for 0, 1, 2, 3 and 5 more"


@pytest.fixture
def at_once(monkeypatch):
    monkeypatch.setattr(progress, "_SECONDS", 0.001)


def test_the_line_is_redrawn_while_nothing_comes_and_then_removed(at_once):
    stream = io.StringIO()
    line = Progress(["a", "b"], stream)
    line.add("a", failed=False)
    while "waiting for b" not in stream.getvalue():
        pass
    line.end()
    assert stream.getvalue().endswith("\r\x1b[K")
    shown = stream.getvalue()
    line.add("b", failed=False)
    assert stream.getvalue() == shown


def test_output_stands_above_the_line(at_once, capfdbinary):
    stream = io.StringIO()
    line = Progress(["a"], stream)
    while not stream.getvalue():
        pass
    line.write("a: 1\n")
    assert stream.getvalue().endswith("\r\x1b[K") or "0 of 1" in stream.getvalue()
    assert capfdbinary.readouterr().out == b"a: 1\n"
    line.end()
