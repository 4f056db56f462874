# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Cited sections exist: docs/protocol.md#ANCHOR is a heading of that page."""

from __future__ import annotations

import functools
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = "docs/protocol.md"
CITATION = re.compile(r"docs/protocol\.md#([\w-]*)")
LINK = re.compile(r"\]\((?:protocol\.md)?#([\w-]*)\)")
# Names of files that the repository does not have and comments once cited, and section signs.
FOREIGN = re.compile("|".join(["ctl" + "-spec", "spec\\w* " + "\N{SECTION SIGN}"]))


@functools.cache
def texts():
    """List (name, text) of each text file that git knows or would add."""
    found = []
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in sorted(filter(None, names.split("\0"))):
        path = ROOT / name
        if path.is_file() and not path.is_symlink():
            try:
                found.append((name, path.read_text("utf-8")))
            except UnicodeDecodeError:
                continue
    return found


def anchors(markdown):
    """List the anchors of a page as a forge and the documentation site make them of headings."""
    without_code = re.sub(r"^```.*?^```", "", markdown, flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#{1,4} (.+)$", without_code, flags=re.MULTILINE)
    return [re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings]


def citations(pattern, text):
    return [found.group(1) for found in pattern.finditer(text)]


@pytest.fixture(scope="module")
def page():
    return (ROOT / PAGE).read_text("utf-8")


@pytest.fixture(scope="module")
def cited():
    return [
        (name, anchor)
        for name, text in texts()
        if name != PAGE and Path(name).name != Path(__file__).name
        for anchor in citations(CITATION, text)
    ]


def test_anchors_are_unique(page):
    assert [name for name, count in Counter(anchors(page)).items() if count > 1] == []


def test_citations_resolve(page, cited):
    known = set(anchors(page))
    assert len(cited) > 40
    assert [(name, anchor) for name, anchor in cited if anchor not in known] == []


def test_links_within_the_page_resolve(page):
    known = set(anchors(page))
    assert [anchor for anchor in citations(LINK, page) if anchor not in known] == []


def test_links_of_other_pages_resolve(page):
    known = set(anchors(page))
    broken = [
        (name, anchor)
        for name, text in texts()
        if name.endswith(".md") and name != PAGE
        for anchor in re.findall(r"\]\([^)\s]*protocol\.md#([\w-]*)\)", text)
        if anchor not in known
    ]
    assert broken == []


def test_nothing_outside_the_repository_is_cited():
    assert [name for name, text in texts() if FOREIGN.search(text)] == []


def test_anchors_are_made_as_a_forge_makes_them():
    page = "# A: `b`, C-d\n```\n# no heading\n```\n## E  f\n##### too deep\n"
    assert anchors(page) == ["a-b-c-d", "e--f"]
    assert citations(CITATION, "(docs/protocol.md#x-y), docs/protocol.md#z.") == ["x-y", "z"]
