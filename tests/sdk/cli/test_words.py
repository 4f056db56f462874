# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Lines of calls, as a shell reads them."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamailio_binrpc.cli.words import split_line
from kamailio_binrpc.core.errors import EncodeError


@pytest.mark.parametrize(
    "text, words",
    [
        ("core.prints sip:gw#1@h", ["core.prints", "sip:gw#1@h"]),
        ("m a #b c", ["m", "a"]),
        ("# m", []),
        ("m\t#", ["m"]),
        ("m '#' \"#\" \\#", ["m", "#", "#", "#"]),
        ("m 'a # b' c", ["m", "a # b", "c"]),
        ("m a\\ #b", ["m", "a #b"]),
        ('m ""#b', ["m", "#b"]),
        ("m 'it'\\''s'", ["m", "it's"]),
        ("", []),
    ],
)
def test_lines_are_split_as_by_a_shell(text, words):
    assert split_line(text) == words


@pytest.mark.parametrize("text", ["m 'a", 'm "a', "m a\\", "m 'a #"])
def test_a_line_that_is_not_finished_is_refused(text):
    with pytest.raises(EncodeError, match="quotes come in pairs"):
        split_line(text)


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no shell to compare with")
@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["a", "#", " ", "'", '"', "\\", "é"]), max_size=8).map("".join))
def test_the_shell_agrees(text):
    # "a newline follows" ends comments; a NUL separates the words that the shell finds.
    script = f"printf '%s\\0' -- {text}\n"
    found = subprocess.run(["sh", "-c", script], capture_output=True, check=False)
    try:
        words = split_line(text)
    except EncodeError:
        return  # a shell would ask for more
    # Of backslashes in double quotes, shlex keeps those before what a shell would not touch.
    assert found.returncode == 0
    assert found.stdout.decode().split("\0")[1:-1] == words
