# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The recorded terminals are what the commands print now."""

from __future__ import annotations

import sys
from xml.etree import ElementTree as ET

import pytest

from tests.checks.tool import ROOT

sys.path.insert(0, str(ROOT / "tools"))

import terminal


@pytest.mark.slow
@pytest.mark.parametrize("name", terminal.RECORDINGS)
def test_a_recording_is_what_the_commands_print(name):
    shown = terminal.record(terminal.RECORDINGS[name])
    assert "error" not in shown.plain.lower()
    assert any(span.style and "bold" not in str(span.style) for span in shown.spans), "colour"
    for theme in terminal.THEMES:
        path = terminal.FOLDER / f"{name}-{theme}.svg"
        assert path.read_text("utf-8") == terminal.picture(shown, theme), (
            "run: python tools/terminal.py"
        )


def test_pictures_are_of_recordings_and_load_nothing():
    names = {f"{name}-{theme}.svg" for name in terminal.RECORDINGS for theme in terminal.THEMES}
    assert {path.name for path in terminal.FOLDER.iterdir()} == names
    for path in terminal.FOLDER.iterdir():
        text = path.read_text("utf-8")
        ET.fromstring(text)
        assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
