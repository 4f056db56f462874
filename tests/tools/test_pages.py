# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The code of every page runs, and prints what the page shows."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import sys

import pytest

from tests.checks.tool import ROOT

sys.path.insert(0, str(ROOT / "tools"))

import pages

from kamailio_binrpc.cli.main import build_parser

PAGES = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in pages.pages()}
# Those with something to run; parsing alone takes no time.
RUNNING = [
    name
    for name, text in PAGES.items()
    if any(not each.excuse and not each.name for each in pages.blocks(text))
]
STATE = PAGES["docs/desired-state.md"]
COMMAND = re.compile(r"^(?:\$ )?(kamrpc (?!\S+>).*)$", re.MULTILINE)
BLOCK = re.compile(r"^```(?:sh|console|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", RUNNING)
def test_a_page_is_what_its_code_does(name):
    with pages.prepared() as walk:
        assert walk.run(PAGES[name]) == PAGES[name], f"run: python tools/pages.py --write {name}"


def arguments(line):
    """The words of a command up to where the shell takes over; None if they were to fail."""
    words = []
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    for word in lexer:
        if set(word) <= set("|&;<>()"):
            break
        words.append(word)
    return words[1:]


# Shown because it is refused.
REFUSED = "kamrpc ps"


def command_lines():
    for name, text in PAGES.items():
        for block in BLOCK.findall(text):
            for line in COMMAND.findall(block.replace("\\\n", " ")):
                if line != REFUSED and not line.startswith("kamrpc --"):
                    yield name, line


@pytest.mark.parametrize("name, line", sorted(set(command_lines())))
def test_every_command_line_of_kamrpc_is_one(name, line):
    """Also of blocks that do not run."""
    words = arguments(line)
    if "." in words[0] and not words[0].startswith("-"):
        words.insert(0, "call")
    complaint = io.StringIO()
    with contextlib.redirect_stderr(complaint), contextlib.redirect_stdout(io.StringIO()):
        try:
            build_parser(words[0]).parse_args(words)
        except SystemExit as end:
            assert not end.code, complaint.getvalue()


def test_what_does_not_run_says_why():
    excuses = [each.excuse for text in PAGES.values() for each in pages.blocks(text)]
    assert sum(map(bool, excuses)) < len(excuses) / 4
    with pytest.raises(pages.BadPage):
        pages.blocks("<!-- not run -->\n```sh\nfalse\n```\n")


def walked(page):
    with pages.prepared() as walk:
        return walk.run(page)


def test_what_is_printed_is_compared():
    page = "```console\n$ echo one two\none ...\n$ echo three\n3\n```\n"
    assert walked(page) == page.replace("\n3\n", "\nthree\n")


@pytest.mark.parametrize(
    "block",
    [
        "```sh\nfalse\ntrue\n```\n",
        "```console\n$ false\n```\n",
        "```python\nassert 0\n```\n",
        "```python\nimport warnings\nwarnings.warn('x')\n```\n",
        "```yaml\na: b: c\n```\n",
        "```json\n{a}\n```\n",
        "```ini\na\n```\n",
        "<!-- background -->\n```sh\nfalse\n```\n",
        "<!-- example: examples/client.py -->\n```python\nassert 0\n```\n",
    ],
)
def test_what_fails_is_named_with_its_line(block):
    at = 3 if block.startswith("<!--") else 2
    with pytest.raises(pages.BadPage, match=f"^line {at}: "):
        walked("\n" + block)
    assert walked(f"<!-- not run: it fails -->\n{block.partition('-->')[2].lstrip() or block}")


def test_files_addresses_and_background():
    page = (
        "<!-- background -->\n```sh\nkamrpc serve --binrpc tcp:127.0.0.1:2049\n```\n\n"
        "This is `ask.py`:\n\n```python\nfrom kamailio_binrpc import Client\n\n"
        'with Client("tcp:127.0.0.1:2049") as kamailio:\n'
        '    print(kamailio.address, kamailio.call("core.echo", "/tmp/x").value)\n```\n\n'
        "```console\n$ python ask.py\ntcp:127.0.0.1:2049 /tmp/x\n```\n"
    )
    assert walked(page) == page


def test_the_page_of_desired_state_shows_both_ends_of_a_change():
    assert "edge1: changed (5 changes)\n" in STATE
    assert "edge1: undone: as before" in STATE
    assert STATE.count("```console\n") >= 6


def test_ids_and_moments_are_those_of_the_page():
    assert pages.canned(0) in STATE
    assert set(pages._MOMENT.findall(STATE)) == {"2026-12-01 09:30:00"}
