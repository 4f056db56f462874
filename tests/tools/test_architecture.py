# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The picture of the architecture is that of the imports."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.checks.tool import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from import_graph import Graph

sys.path.insert(0, str(ROOT / "tools"))

import architecture
from architecture import Wrong

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def graph() -> Graph:
    return architecture.file_graph()


def main(monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    monkeypatch.setattr(sys, "argv", ["architecture.py", *options])
    return architecture.main()


def test_the_picture_is_current(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(architecture, "file_graph", lambda: graph)
    assert main(monkeypatch, "--check") == 0


def test_a_picture_that_differs_is_named_and_written(
    tmp_path: Path,
    graph: Graph,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(architecture, "file_graph", lambda: graph)
    copy = tmp_path / architecture.PICTURE
    copy.parent.mkdir()
    copy.write_text("<svg/>")
    assert main(monkeypatch, "--check", "--root", str(tmp_path)) == 1
    assert capsys.readouterr().out.startswith("docs/architecture.svg: differs from the imports")
    assert main(monkeypatch, "--root", str(tmp_path)) == 0
    assert copy.read_text("utf-8") == (ROOT / architecture.PICTURE).read_text("utf-8")


def test_every_part_has_sources_and_every_module_of_the_core_is_shown(graph: Graph) -> None:
    core = architecture.core_parts()
    assert {architecture.part_of(path, core) for path in graph} - {None} == {*architecture.PARTS}
    picture = ET.parse(ROOT / architecture.PICTURE)
    words = {
        word.rstrip("/")
        for text in picture.iter(SVG + "text")
        for word in (text.text or "").split()
    }
    assert len(core) > 60
    assert set(core) - words == set()


def test_boxes_do_not_overlap_and_hold_their_texts() -> None:
    boxes = [
        (part.left, architecture.top_of(part.row), part.right, architecture.bottom_of(part))
        for part in architecture.PARTS
    ]
    for number, (left, top, right, bottom) in enumerate(boxes):
        for left2, top2, right2, bottom2 in boxes[number + 1 :]:
            apart = right < left2 or right2 < left or bottom < top2 or bottom2 < top
            assert apart, (left, top, left2, top2)
    picture = ET.parse(ROOT / architecture.PICTURE)
    for text in picture.iter(SVG + "text"):
        place = int(text.get("x", "")), int(text.get("y", ""))
        inside = [box for box in boxes if box[0] < place[0] < box[2] and box[1] < place[1] < box[3]]
        # Letters of the path's font are wider than those of the other one.
        if inside and text.get("class"):
            assert (
                place[0] + {"path": 7.9, "text": 7}[text.get("class", "")] * len(text.text or "")
                <= inside[0][2]
            ), text.text
            assert place[1] <= inside[0][3] - 6, text.text


@pytest.mark.parametrize(
    "path, said",
    [
        ("plugins/module_utils/binrpc/unheard_of.py", "lacks unheard_of"),
        ("extensions/chef/kamailio.py", "no part"),
    ],
)
def test_a_file_without_a_box_is_an_error(path: str, said: str) -> None:
    with pytest.raises(Wrong, match=said):
        architecture.part_graph({path: {"plugins/module_utils/binrpc/wire.py"}})


def test_an_import_that_points_upwards_is_an_error() -> None:
    core = "plugins/module_utils/binrpc/"
    with pytest.raises(Wrong, match="Protocol, without I/O is below One server"):
        architecture.part_graph({core + "packet.py": {core + "client.py"}})


def test_arrows_that_follow_from_others_are_left_out() -> None:
    graph = {"a": {"b", "c"}, "b": {"c"}, "c": set()}
    assert architecture.reduced(graph) == {"a": {"b"}, "b": {"c"}, "c": set()}
