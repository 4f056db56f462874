# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Terminals that are recorded: what is on the screen, as text and as pictures."""

from __future__ import annotations

import shutil
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

pytest.importorskip("rich")
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import scenes  # noqa: E402
import screens  # noqa: E402

RED, PLAIN = "\x1b[31m", "\x1b[0m"


def texts(svg):
    """The texts of a picture, which has to be well-formed."""
    found = ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    shown = [(each.text or "").replace("\xa0", " ").rstrip() for each in found]
    return [text for text in shown if text]


def test_a_picture_shows_the_screen():
    svg = screens.picture(f"$ ls\n{RED}a <b>\nc{PLAIN} d\n", "ls", "A title", 20)
    assert texts(svg) == ["A title", "$ ls", "a <b>", "c", " d"]
    assert svg.count("<style>") == 1
    assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")  # loads nothing
    red = "#ff7b72"  # also behind the end of the line in which it began
    assert svg.count(f"fill: {red}") == 1
    assert svg.count('class="ls-r2"') == 2


def test_themes_differ_in_their_colours_alone():
    dark, light = (screens.picture(f"{RED}a{PLAIN}", "a", "t", 9, name) for name in screens.THEMES)
    assert dark != light
    assert texts(dark) == texts(light)


def test_a_film_shows_each_screen_for_its_time():
    svg = screens.film([("a\n", 1.0), ("b\nc\n", 3.0)], "film", "t", 20)
    assert [text for text in texts(svg) if text != "t"] == ["a", "b", "c"]
    first, second = (line for line in svg.splitlines() if "@keyframes" in line)
    assert "0.000% { visibility: visible; } 25.000%, 100% { visibility: hidden; }" in first
    assert "0%, 25.000% { visibility: hidden; } 25.000% { visibility: visible; }" in second
    assert svg.count("4s step-end infinite") == 2


def test_the_prompt_at_the_end_is_not_shown():
    assert screens.at_prompt("a\n$ \n")
    assert not screens.at_prompt("$ ls\n")
    assert screens.without_prompt("a\n\x1b[1m$\x1b[0m \n") == "a\n"
    assert screens.without_prompt("a\n") == "a\n"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_scenes_are_real_runs(tmp_path):
    with scenes.fleet(tmp_path):
        shown = {
            scene.name: "\n".join(texts(screens.picture(text, scene.name, "", 100)))
            for scene in scenes.SCENES
            if scene.name != "top"  # whose trends take seconds
            for text in [scenes.record(scene, tmp_path, columns=100)]
        }
    assert "edge3" in shown["fleet"]
    assert "dispatcher.list" in shown["completion"]
    assert "edge5" in shown["doctor"]
    assert set(shown) | {"top"} == {path.stem for path in scenes.PICTURES.glob("*.svg")}
    for name in (*shown, "top"):
        assert f"(screens/{name}.svg)" in scenes.PAGE.read_text("utf-8")
