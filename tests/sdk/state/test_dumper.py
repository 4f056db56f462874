# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import sys

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kamailio_binrpc.state.dumper import dump
from kamailio_binrpc.state.loader import FileError, load_text
from tests.sdk.core.state.documents import EVERYTHING

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
WORDS = st.sampled_from(
    ["on", "y", "N", "no", "null", "~", "inf", "nan", "1e5", "0042", "12:30", "e5", "<<", "=", "-"]
)
ITEMS = st.dictionaries(TEXT | WORDS, TEXT | WORDS | st.integers(-(2**31), 2**31 - 1), max_size=4)


def document(items):
    return {"version": 1, "name": "x", "htable": {"t": {"items": items}}}


@given(items=ITEMS)
def test_what_is_written_is_read_as_it_was(items):
    text = dump([document(items)])
    assert load_text(text).documents == (document(items),)
    assert yaml.safe_load(text) == document(items)


def test_documents_are_stages():
    read = load_text(dump([EVERYTHING, {"pv": {"shv": {"a": 1}}}]), references=lambda each: None)
    assert read.documents == (EVERYTHING, {"pv": {"shv": {"a": 1}}})


def test_a_document_is_pleasant_to_read():
    text = dump([document({"a": "hello", "b": "two words", "c": 1})])
    assert text == (
        "version: 1\nname: x\nhtable:\n  t:\n    items:\n"
        '      a: hello\n      b: "two words"\n      c: 1\n'
    )


def test_without_pyyaml(monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(FileError, match=r"writing YAML needs PyYAML; pip install"):
        dump([])
