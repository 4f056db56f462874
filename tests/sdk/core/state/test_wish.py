# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.state.wish import WishError, parse

DOCUMENT = {
    "version": 1,
    "name": "edge-routing",
    "htable": {"features": {"items": {"recording": 1, "greeting": "hello"}, "absent": ["old"]}},
    "pv": {"shv": {"maintenance": 0}},
    "cfg": {"core": {"debug": 2}, "limits[1]": {"max_calls": 250}},
    "checks": [{"method": "tm.stats", "path": "current", "max": 5, "within": 10}],
}


def refused(*documents, **options):
    with pytest.raises(WishError) as caught:
        parse(documents, **options)
    return str(caught.value)


def test_a_document_becomes_a_stage_of_resources():
    wish = parse([DOCUMENT])
    assert wish.name == "edge-routing"
    (stage,) = wish.stages
    assert stage.sections == ("htable", "pv", "cfg")
    table, variable, settings = stage.resources == wish.resources and stage.resources
    assert (table.table, table.items, table.absent) == (
        "features",
        {"recording": 1, "greeting": "hello"},
        {"old"},
    )
    assert (variable.name, variable.value) == ("maintenance", 0)
    assert settings.wanted == {("core", "debug"): 2, ("limits[1]", "max_calls"): 250}
    (check,) = stage.checks
    assert (check.options["method"], check.within, check.hold) == ("tm.stats", 10, 0)
    assert check.condition().high == 5


def test_each_document_is_a_stage():
    wish = parse([DOCUMENT, {"pv": {"shv": {"maintenance": 1}}}])
    assert [stage.sections for stage in wish.stages] == [("htable", "pv", "cfg"), ("pv",)]
    assert wish.name == "edge-routing"


def test_the_documents_make_the_same_wish_again():
    wish = parse([DOCUMENT])
    again = parse(wish.documents)
    assert again.documents == wish.documents
    assert again.digest == wish.digest
    assert parse([{**DOCUMENT, "name": "other"}]).digest != wish.digest


@pytest.mark.parametrize(
    "change, text",
    [
        ({"htabel": {}}, "htabel: there is no such key; did you mean htable?"),
        ({"version": 2}, "version: 2 is out of range; write 1"),
        ({"version": "1"}, "version: '1' is not a whole number; write one, without quotes"),
        ({"pv": {"shv": {"m": True}}}, "pv.shv.m: true is neither a whole number nor text"),
        ({"pv": {"shv": {"m": None}}}, "pv.shv.m: null is neither"),
        ({"pv": {"shv": {"m": 2**31}}}, "pv.shv.m: 2147483648 is out of range"),
        ({"pv": {"shv": {"m": "a\0"}}}, "NUL"),
        ({"pv": {1: {}}}, "pv.1: the key 1 is not text; quote it"),
        ({"pv": []}, "pv: a list is not a mapping"),
        ({"htable": {"t": {"items": {"a": 1}, "absent": ["a"]}}}, "htable.t: both in items and"),
        ({"htable": {"t": {"absent": ["a", "a"]}}}, "htable.t.absent.1: it is given twice"),
        ({"checks": [{"method": "htable.sets"}]}, "checks.0.method: htable.sets is not known to"),
        ({"checks": [{"method": "tm.stats", "expect": 1, "max": 2}]}, "exclude each other"),
        ({"checks": [{"method": "tm.stats", "path": "..."}]}, "checks.0: '...' is not a path"),
    ],
)
def test_what_is_wrong_is_named_with_its_path(change, text):
    assert text in refused({**DOCUMENT, **change})


def test_the_version_is_required_once():
    assert refused({"pv": {}}) == "version is missing; write version: 1"
    assert "there is no document" in refused()


def test_an_error_says_which_document():
    with pytest.raises(WishError) as caught:
        parse([DOCUMENT, {"name": "another"}])
    assert (caught.value.document, caught.value.path) == (1, ("name",))
