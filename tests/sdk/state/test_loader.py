# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import io
import json
import pickle
import sys

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kamailio_binrpc.cli.yaml import dump
from kamailio_binrpc.core.state.references import Reference
from kamailio_binrpc.core.state.wish import WishError
from kamailio_binrpc.state import loader
from kamailio_binrpc.state.loader import DEEPEST, FileError, load, load_text
from tests.sdk.core.state.documents import EVERYTHING

GOOD = """\
version: 1
name: edge-routing
htable:
  features: {items: {recording: 1, greeting: hello, "on": "1", 301: -5}, absent: [old]}
  blocked:
    exact: true
    items:
      192.0.2.66: {value: 1, until: "2026-12-01T08:00:00Z"}
      sip:bob@192.0.2.1: |
        two
        lines
checks:
  - {method: tm.stats, path: current, max: 0.5, hold: 30}
---
pv: {shv: {maintenance: 0}}
...
"""
CLASSES = [
    pytest.param("CSafeLoader", id="libyaml"),
    pytest.param("SafeLoader", id="python"),
]


@pytest.fixture(params=CLASSES, autouse=True)
def parser(request, monkeypatch):
    """Both parsers of PyYAML read the same."""
    if not hasattr(yaml, request.param):
        pytest.skip("PyYAML is built without libyaml")
    if request.param == "SafeLoader":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)


def refused(text, file="edge.yml"):
    with pytest.raises(FileError) as caught:
        load_text(text, file)
    return str(caught.value)


def value(text):
    """Return what the loader makes of a plain text, or None if it is refused."""
    try:
        wish = load_text("version: 1\nchecks:\n- {method: tm.stats, expect: %s}\n" % text)
    except FileError as error:
        assert "3:30" in str(error) or "3:10" in str(error) or "not YAML" in str(error)
        return None
    return wish.documents[0]["checks"][0]["expect"]


def test_a_file_with_stages():
    wish = load_text(GOOD)
    assert wish.name == "edge-routing"
    assert [stage.sections for stage in wish.stages] == [("htable",), ("pv",)]
    features, blocked = wish.stages[0].resources
    assert features.items == {"recording": 1, "greeting": "hello", "on": "1", "301": -5}
    assert blocked.items == {"192.0.2.66": 1, "sip:bob@192.0.2.1": "two\nlines\n"}
    assert wish.stages[0].checks[0].hold == 30


def test_json_is_the_same(tmp_path):
    wish = load_text(GOOD)
    text = json.dumps(wish.documents, indent=1)
    assert load_text(text).digest == wish.digest
    (tmp_path / "x.json").write_text(text)
    assert load([tmp_path / "x.json"]).digest == wish.digest
    assert load_text('{"version": 1, "name": "\\ud83d\\ude00"}').name == "😀"


AMBIGUOUS = """
on On off yes NO y N ~ True TRUE Null 0301 0042 -007 +5 1_000 12:30:45 12:30 0x1F 0o17 0b1 1e5
1.5e3 .5 5. -.5 .inf -.INF .nan 2026-12-01 2026-12-01T08:00:00Z = << 1.0_0
00 -0 123456789012345678901 0777 190:20:30.15 08 1e-5 0X1f
"""


@pytest.mark.parametrize(
    "text",
    AMBIGUOUS.split(),
)
def test_what_readers_of_yaml_read_differently_has_to_be_quoted(text):
    assert value(text) is None
    assert value('"%s"' % text) == text
    assert value("'%s'" % text) == text
    message = refused("version: 1\nhtable: {t: {items: {%s: 1}}}\n" % text)
    assert message.startswith("edge.yml:2:22: ")
    assert "quote it" in message or "<< is not supported" in message


@pytest.mark.parametrize(
    "text, found",
    [
        ("5", 5),
        ("-5", -5),
        ("0", 0),
        ("0.5", 0.5),
        ("-10.25", -10.25),
        ("true", True),
        ("false", False),
        ("null", None),
        ("192.0.2.66", "192.0.2.66"),
        ("sip:192.0.2.66:5060", "sip:192.0.2.66:5060"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("weight=50;duid=a", "weight=50;duid=a"),
        ("one", "one"),
        ("5060-5070", "5060-5070"),
        ("1a", "1a"),
        ("e5x", "e5x"),
        ("no way", "no way"),
        ("inf", "inf"),
        ("NaN", "NaN"),
    ],
)
def test_plain_scalars(text, found):
    assert value(text) == found
    assert type(value(text)) is type(found)


def test_whatever_pyyaml_reads_as_no_text_is_refused_or_the_same():
    """Its own resolver is the second opinion on each plain text."""
    for sign in ("", "+", "-"):
        for text in ("1", "01", "1_0", "1:30", "0x1", "0b1", "1.", "1.5", "1.5e+3", ".5", "1.2.3"):
            plain = sign + text
            found, other = value(plain), yaml.safe_load(plain)
            assert found is None or found == other


@pytest.mark.parametrize(
    "text, message",
    [
        ("version: 1\nhtabel: {}\n", "edge.yml:2:1: htabel: there is no such key; did you mean ht"),
        ("version: 1\ncfg:\n  core:\n    debug: 1.5\n", "edge.yml:4:5: cfg.core.debug: 1.5 is"),
        (
            "version: 1\na: 1\na: 2\n",
            "edge.yml:3:1: 'a' is there already, in line 2; write it once",
        ),
        ("version: 1\ncfg: {1: {}, '1': {}}\n", "edge.yml:2:14: '1' is there already"),
        ("a: &x 1\n", "edge.yml:1:4: the anchor &x is not supported; leave it out"),
        ("a: *x\n", "edge.yml:1:4: the alias *x is not supported; write it out"),
        ("*x : 1\n", "an alias is not supported"),
        ("&x a: 1\n", "anchors and tags are not supported"),
        ("a: !!str 1\n", "is not supported; leave it out"),
        ("a: !vault x\n", "the tag !vault is not supported"),
        ("<<: {a: 1}\n", "edge.yml:1:1: << is not supported; write the keys out"),
        ("? [a]\n: 1\n", "a collection cannot be a key"),
        ("%YAML 2.0\n---\na: 1\n", ""),
        ("%TAG ! !foo\n---\na: 1\n", "directives are not supported"),
        ("true: 1\n", "edge.yml:1:1: the key true is not text; quote it"),
        ("1.5: 1\n", "the key 1.5 is not text; quote it"),
        ("? \n: 1\n", "the key null is not text"),
        ("- 1\n", "edge.yml:1:1: a document is not a mapping; write version: 1 and a section"),
        ("text\n", "a document is not a mapping"),
        ("", "edge.yml: there is no document; write version: 1 and a section"),
        ("# nothing\n---\n", "there is no document"),
        ("a: [\n", "edge.yml:2:1: not YAML: "),
        ("a:\n\t- 1\n", "edge.yml:2:1: not YAML: "),
        ("a: 'x\x01'\n", "edge.yml:1:6: a character is not allowed in YAML"),
        ("version: 1\n---\npv: {}\n---\npv: [1]\n", "edge.yml:5:1: pv: a list is not a mapping"),
        ("pv: {}\n", "edge.yml:1:1: version is missing"),
        (
            "version: 1\ndispatcher:\n  1:\n    destinations:\n    - {uri: sip:a}\n    - uri: 5\n",
            "edge.yml:6:7: dispatcher.1.destinations.1.uri: 5 is not text",
        ),
    ],
)
def test_errors_have_line_column_and_remedy(text, message):
    assert message in refused(text)


@pytest.mark.parametrize(
    "text, message",
    [
        ('{"version": 1, "pv": {"shv": {"a": 1e5}}}', "1e5 is not a plain number"),
        ('{"version": 1, "pv": {"shv": {"a": NaN}}}', "NaN is not a plain number"),
        ('{"version": 1, "version": 1}', "version: it is there twice; write it once"),
        ('{"version": 1, "name": "\\udc80"}', "half of a character is not text"),
        ('{"version": 1, "name": "a"', "x.json:1:27: it is not JSON: "),
        ("[5]", "a document is not a mapping"),
        ('{"version": 1, "name": 5}', "x.json: name: 5 is not text"),
        ('{"version": 123456789012345678901}', "too many digits"),
    ],
)
def test_json_has_the_same_rules(text, message):
    assert message in refused(text, "x.json")


def test_what_begins_like_json_may_be_yaml():
    assert load_text("{version: 1, name: flow}").name == "flow"


@pytest.mark.parametrize("text", ["[" * 5000, "{a: " * 5000, '{"a":' * 100000, "- " * 3000])
def test_depth_is_bounded(text):
    assert "<text>" in refused(text, "<text>")
    inner = "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1)
    for name in ("x.yml", "x.json"):
        message = refused('{"version": 1, "checks": %s}' % inner, name)
        assert "collections are in each other" in message


def test_size_is_bounded(monkeypatch, tmp_path):
    monkeypatch.setattr(loader, "LARGEST", 10)
    assert "larger than 10 bytes" in refused("version: 1\n# long\n")
    (tmp_path / "x.yml").write_text("version: 1\n# long\n")
    with pytest.raises(FileError, match="larger than 10 bytes"):
        load([tmp_path / "x.yml"])
    monkeypatch.undo()
    assert "more than 100 documents" in refused("---\na: 1\n" * 101)


def test_files_and_overlays(tmp_path):
    base, more = tmp_path / "base.yml", tmp_path / "more.yml"
    base.write_text("version: 1\ncfg: {core: {debug: 2}}\n")
    more.write_text("version: 1\npv:\n  shv: {a: 1}\n")
    overlay = tmp_path / "hosts" / "edge1.yml"
    overlay.parent.mkdir()
    overlay.write_text("cfg: {core: {debug: 3}}\n")
    overlays = [tmp_path / "hosts" / "{name}.yml"]
    wish = load([base, more], overlays, "edge1")
    assert wish.documents[0]["cfg"] == {"core": {"debug": 3}}
    assert wish.documents[0]["pv"] == {"shv": {"a": 1}}
    assert wish.name == "base"
    assert load([base], overlays, "edge2").documents[0]["cfg"] == {"core": {"debug": 2}}
    more.write_text("version: 1\ncfg:\n  core:\n    debug: 2\n")
    with pytest.raises(FileError) as caught:
        load([base, more])
    assert str(caught.value) == (
        f"{more}:4:5: cfg.core.debug: {base} names it as well; name it once, or in an overlay"
    )
    # An error of the whole leads to the file that has it.
    more.write_text("uac:\n  registrations:\n    a: {auth_password: {env: NOT_THERE_1}}\n")
    with pytest.raises(FileError, match=r"more.yml:3:9: uac.registrations.a.auth_password: there"):
        load([base, more])
    wish = load([base, more], references=lambda reference: "sesame" + reference.name)
    assert list(wish.stages[0].references.values()) == [Reference("env", "NOT_THERE_1")]


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(FileError, match=r"none.yml: cannot be read: No such file"):
        load([tmp_path / "none.yml"])
    (tmp_path / "x.yml").write_bytes(b"version: 1\nname: caf\xe9\n")
    with pytest.raises(FileError, match=r"x.yml:2:10: a byte is not UTF-8"):
        load([tmp_path / "x.yml"])
    (tmp_path / "x.yml").write_bytes(b"\xef\xbb\xbfversion: 1\n")
    assert load([tmp_path / "x.yml"]).name == "x"


def test_standard_input(monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO(b"version: 1\nnme: x\n"))
    monkeypatch.setattr(sys, "stdin", stdin)
    with pytest.raises(FileError, match="<stdin>:2:1: nme: there is no such key"):
        load(["-"])


def test_without_pyyaml_json_still_works(monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert "reading YAML needs PyYAML; pip install 'kamailio-binrpc[cli]'" in refused("version: 1")
    assert load_text('{"version": 1, "name": "x"}').name == "x"


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
WORDS = st.sampled_from([*AMBIGUOUS.split(), "inf", "NaN", "e5", "-", "?", "a: b", "#", "!x"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(items=st.dictionaries(TEXT | WORDS, TEXT | WORDS | st.integers(-(2**31), 2**31 - 1)))
def test_what_kamrpc_writes_is_read_as_it_was(items):
    document = {"version": 1, "name": "x", "htable": {"t": {"items": items}}}
    assert load_text(dump(document)).documents == (document,)


def test_a_document_with_every_key_is_read_as_it_was():
    assert load_text(dump(EVERYTHING), references=lambda each: None).documents == (EVERYTHING,)


def test_an_error_is_a_wish_error_and_can_be_passed_on():
    with pytest.raises(WishError) as caught:
        load_text("version: 1\nx: 1\n", "edge.yml")
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    assert (again.file, again.line, again.column) == ("edge.yml", 2, 1)


def test_no_secret_is_in_an_error():
    text = "version: 1\nuac: {registrations: {a: {auth_password: sesame-1}}}\n"
    assert "sesame-1" not in refused(text)
