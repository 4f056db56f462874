# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Forms of output: YAML as a YAML reader sees it, JSON, text, colour."""

from __future__ import annotations

import io
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamailio_binrpc.cli import colour, output, yaml
from kamailio_binrpc.cli.names import Names
from kamailio_binrpc.cli.terminal import for_terminal
from kamailio_binrpc.core.errors import EncodeError
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
    """It does not look like the character of that number."""
    text = yaml.dump(["caf\udce9", "caf\u00e9"])
    assert text == '- !!binary |\n  Y2Fm6Q==\n- "caf\u00e9"\n'
    assert reader.safe_load(text) == [b"caf\xe9", "caf\u00e9"]


@pytest.mark.parametrize("text", ["no", "1e5", "12:30", "0x10", "5.6.3", "~", "<<", "a: b"])
def test_yaml_quotes_what_some_reader_takes_for_something_else(text):
    assert yaml.dump({text: text}).replace("'", '"') == f'"{text}": "{text}"\n'


def test_json_is_indented_on_a_terminal_alone(monkeypatch):
    assert output.render_data([1], "json") == "[1]\n"
    monkeypatch.setattr("sys.stdout", Screen())
    assert output.render_data([1], "json") == "[\n  1\n]\n"
    assert output.render_data([[1], 2], "jsonl") == "[1]\n2\n"


def test_other_data_as_text():
    data = {"a": {"b": 1, "c": None}, "d": ["x", "y"], "e": [{"f": 1.0}]}
    assert output.render_data(data, "text") == "a.b: 1\na.c:\nd: x, y\ne[0].f: 1\n"
    assert output.render_data("x", "text") == "x\n"


@pytest.mark.parametrize("form, library", [("yaml", "yaml"), ("table", "rich")])
def test_a_library_that_is_not_there(form, library, monkeypatch):
    monkeypatch.setattr("sys.modules", {**sys.modules, library: None})
    for name in [name for name in sys.modules if name.startswith(library + ".")]:
        monkeypatch.setitem(sys.modules, name, None)
    yaml._dumper.cache_clear()
    with pytest.raises(EncodeError, match=rf"-o {form} needs .* {library}; .*kamailio-binrpc.cli."):
        output.render(Reply([1], "m"), form)


def test_a_reply_in_every_form():
    reply = Reply([Struct(a=1, b=Struct(c=Fixed(2**63 - 1))), "x"], "m")
    assert output.render(reply, "text") == "{\n\ta: 1\n\tb: {\n\t\tc: 9223372036854776\n\t}\n}\nx\n"
    assert json.loads(output.render(reply, "json")) == reply.to_json()
    lines = output.render(reply, "jsonl").splitlines()
    assert [json.loads(line) for line in lines] == reply.to_json()
    assert reader.safe_load(output.render(reply, "yaml")) == reply.to_json()
    for form in output.FORMATS:
        assert output.render(Reply([], "m"), form) in ("", "[]\n")


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
