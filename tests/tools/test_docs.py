# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The parts of the site, without building it; tests/checks/test_docs.py builds it."""

from __future__ import annotations

import importlib
import sys

import pytest

from tests.checks.tool import ROOT

sys.path.insert(0, str(ROOT / "tools"))

import docs


def test_every_page_has_one_place_in_the_sidebar():
    sidebar = docs.contents()
    for page in docs.guides().values():
        assert sidebar.count(f"\n{page.removesuffix('.md')}\n") == 1, page


def test_a_page_without_a_place_is_named(monkeypatch):
    monkeypatch.setitem(docs.ALSO, "CHANGELOG.md", "changelog.md")
    with pytest.raises(SystemExit, match=r"CHANGELOG\.md"):
        docs.contents()


def test_every_public_name_is_listed_with_a_sentence():
    page = docs.names()
    for door in docs.DOORS:
        module = importlib.import_module(f"kamailio_binrpc.{door}".rstrip("."))
        for name in module.__all__:
            assert f"{{py:obj}}`{name} <{module.__name__}.{name}>` | " in page
    assert "`Client <kamailio_binrpc.Client>` | Calls RPCs of one ctl endpoint" in page


def test_links_between_files_become_links_between_pages():
    pages = docs.guides()
    text = docs.relinked(
        "[a](../lab.md#x) [b](../../examples) [c](../methods/index.md)",
        "docs/howto/testing.md",
        pages,
    )
    assert text == (
        f"[a](../lab.md#x) [b]({docs.REPOSITORY}/tree/main/examples) [c](../methods/index.md)"
    )
    with pytest.raises(SystemExit, match=r"there is no gone\.md"):
        docs.relinked("[a](gone.md)", "docs/howto/testing.md", pages)


def test_dead_links_are_found(tmp_path):
    (tmp_path / "a.html").write_text(
        '<p id="here"><a href="#here"></a><a href="#gone"></a><a href="b/c.html#x"></a>'
        '<a href="https://example.org/"></a><a href="none.html"></a><img src="b/c.html?v=1">'
    )
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c.html").write_text('<a href="../a.html#here"></a>')
    assert docs.dead_links(tmp_path) == ["a.html: #gone", "a.html: b/c.html#x", "a.html: none.html"]
