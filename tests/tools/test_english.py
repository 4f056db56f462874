# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""The check of wording reads prose, in every kind of file, and nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import english  # noqa: E402

MODULE = '''\
"""What a module says.

Somebody wrote it.
"""
# It is made so
# often.
MESSAGE = "this is no struct"  # told apart from "there is no struct"
FORMATTED = f"{MESSAGE}: read anew"


def anew(nobody):
    """Call ``nobody``."""
    return "anew" if nobody else f"{nobody}"


LIMIT = 5
"""What is allowed at most."""
'''


@pytest.fixture(scope="module")
def rules():
    return english.rules()


def found(path: str, source: str, rules: list[english.Rule]) -> list[tuple[int, str]]:
    return sorted((each.line, each.words) for each in english.check(Path(path), source, rules))


def test_docstrings_comments_and_messages_are_read(rules):
    assert found("plugins/a.py", MODULE, rules) == [
        (1, "What"),
        (3, "Somebody"),
        (5, "so # often"),
        (7, "is no struct"),
        (8, "anew"),
        (13, "anew"),
        (17, "What"),
    ]


def test_strings_of_tests_are_data(rules):
    assert [line for line, _words in found("tests/a.py", MODULE, rules)] == [1, 3, 5, 17]


def test_code_in_pages_is_not_read(rules):
    page = "Run `anew`.\n\n```sh\nanew\n```\n\nLoad it\nanew.\n"
    assert found("docs/a.md", page, rules) == [(8, "anew")]


@pytest.mark.parametrize(
    "text", ["- name: Tell somebody\n", "{# for ever #}\n", "# A look at the rest.\n"]
)
@pytest.mark.parametrize("name", ["a.yml", "a.j2", "a.sh"])
def test_other_files_are_read_whole(rules, name, text):
    assert len(found(name, text, rules)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "There is no reply.",
        "The reply is no longer than that.",
        "as the user `nobody`",
        "O(nobody) is an option",
    ],
)
def test_good_english_passes(rules, text):
    assert found("a.md", text, rules) == []


def test_each_rule_has_words_of_its_own_and_advice(rules):
    assert len({rule.pattern.pattern for rule in rules}) == len(rules)
    assert all(rule.advice for rule in rules)


def test_an_offence_is_printed_and_fails(tmp_path, capsys, monkeypatch):
    page = tmp_path / "a.md"
    page.write_text("Load it anew.\n", "utf-8")
    monkeypatch.setattr(english, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "argv", ["english.py", str(page)])
    assert english.main() == 1
    assert capsys.readouterr().out.startswith("a.md:1: 'anew'; write again, new,")
    page.write_text("Reload it.\n", "utf-8")
    assert english.main() == 0
