# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Forms of output: YAML as a YAML reader sees it, tables, differences, colour."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamailio_binrpc.cli import colour, output, table, yaml
from kamailio_binrpc.cli.names import Names
from kamailio_binrpc.cli.terminal import for_terminal
from kamailio_binrpc.core.reply import Reply
from kamailio_binrpc.core.values import Fixed, Struct
from tests.sdk.core import strategies

reader = pytest.importorskip("yaml")

texts = st.one_of(
    st.text(st.characters(blacklist_categories=("Cs",)), max_size=8),
    st.sampled_from(["no", "Yes", "null", "~", "", " ", "1e5", "12:30", "0x10", "-", "a: b", "#x"]),
    st.sampled_from(["<<", "=", "2026-01-01", "1_0", ".inf", "!x", "&x", "*x", "a\nb", "\ttab"]),
)
scalars = st.one_of(
    texts,
    st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False, allow_infinity=False),
    st.none(),
    st.booleans(),
)
data = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)


@strategies.thorough
@given(data)
def test_yaml_reads_back_as_it_was(value):
    assert reader.safe_load(yaml.dump(value)) == value


def test_yaml_of_a_byte_that_is_no_utf8():
    assert yaml.dump(["caf\udce9 \u00e9"]) == '- "caf\\xe9 \u00e9"\n'


def test_a_reply_in_every_form():
    reply = Reply([Struct(a=1, b=Struct(c=Fixed(2**63 - 1))), "x"], "m")
    assert output.render(reply, "text") == "{\n\ta: 1\n\tb: {\n\t\tc: 9223372036854776\n\t}\n}\nx\n"
    assert json.loads(output.render(reply, "json")) == reply.to_json()
    lines = output.render(reply, "jsonl").splitlines()
    assert [json.loads(line) for line in lines] == reply.to_json()
    assert reader.safe_load(output.render(reply, "yaml")) == reply.to_json()
    for form in output.FORMATS:
        assert output.render(Reply([], "m"), form) in ("", "[]\n")


def test_tables_of_structs():
    rows = [{"ID": 1, "NAME": "a"}, {"ID": 20, "NAME": "b", "MORE": {"X": 1.5}}]
    assert table.render(rows, "") == "ID  NAME  MORE.X\n 1  a\n20  b        1.5\n"


def test_a_table_of_one_struct_goes_downwards():
    assert table.render([{"a": 1, "b": "x"}], "") == "NAME  VALUE\na     1\nb     x\n"


def test_tables_go_down_into_the_only_list():
    nested = [
        {"N": 2, "RECORDS": [{"SET": {"ID": 1, "T": [{"D": {"U": "a"}}, {"D": {"U": "b"}}]}}]}
    ]
    assert table.render(nested, "") == "N  ID  U\n2   1  a\n2   1  b\n"


def test_flat_replies_are_folded_as_the_catalogue_says():
    assert table.render([1, "main", 22, "timer"], "core.ps") == " 1  main\n22  timer\n"
    assert table.render(["a", "b"], "core.modules") == "a\nb\n"


def test_tables_lose_nothing():
    assert table.render(["a\nb\x1b[1m"], "") == "a\\nb\\x1b[1m\n"
    assert table.render([{"a": [1, {"b": 2}], "c": 1}], "").splitlines()[1] == 'a     [1, {"b": 2}]'
    assert table.render([], "") == ""
    assert table.render([[]], "") == "\n"
    wide = table.render([{"a": "\u65e5\u672c", "b": "x"}, {"a": "ab", "b": "y"}], "")
    assert wide.splitlines()[1:] == ["\u65e5\u672c  x", "ab    y"]


class Screen(io.StringIO):
    def isatty(self):
        return True


def test_colour_only_where_it_is_wanted(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert for_terminal(colour.paint("x", "red", Screen())) == "\x1b[31mx\x1b[0m"
    assert colour.paint("x", "red", io.StringIO()) == "x"
    monkeypatch.setenv("NO_COLOR", "1")
    assert colour.paint("x", "red", Screen()) == "x"
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert colour.paint("x", "red", Screen()) == "x"


def test_a_broken_cache_of_names_is_no_harm(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    names = Names("unix:/nonexistent")
    names.groups = {"methods": ["a.b"], "settings/core": ["debug"], "tables": ["t"]}
    names._save()
    loaded = Names("unixs:/nonexistent").load()
    assert loaded.methods() == ["a.b"]
    assert loaded.for_param("cfg.get", []) == ["core"]
    assert loaded.for_param("cfg.get", ["core[1]"]) == ["debug"]
    assert loaded.for_param("htable.get", []) == ["t"]
    assert loaded.for_param("htable.get", ["t"]) == []
    (path,) = tmp_path.glob("kamrpc/*.json")
    path.write_text("[1")
    assert "core.version" in Names("unix:/nonexistent").load().methods()
    path.write_text("[]")
    assert Names("unix:/nonexistent").load().groups == {}
