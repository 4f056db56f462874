# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.state.schema import json_schema, keys
from kamailio_binrpc.core.state.shapes import Map, Record
from kamailio_binrpc.core.state.wish import DOCUMENT, WishError
from tests.sdk.core.state.documents import EVERYTHING, WRONG


def objects(schema):
    """Yield every schema of an object in a schema."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for each in schema.values():
            yield from objects(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from objects(each)


def test_no_object_takes_keys_that_the_table_has_not():
    found = list(objects(json_schema()))
    assert len(found) > 20
    for each in found:
        extra = each["additionalProperties"]
        assert extra is False or (isinstance(extra, dict) and "properties" not in each)


def test_the_table_accepts_the_document():
    DOCUMENT.check(EVERYTHING, ())


@pytest.mark.parametrize("name", WRONG)
def test_the_table_refuses_what_is_wrong(name):
    with pytest.raises(WishError):
        DOCUMENT.check(WRONG[name], ())


def named(shape, data, path=""):
    """Yield the keys of a document as the page has them."""
    if isinstance(data, list):
        for each in data:
            yield from named(getattr(shape, "member", None), each, path + "[]")
    elif isinstance(data, dict):
        shape = getattr(shape, "record", shape)
        for name, each in data.items():
            known = isinstance(shape, Record)
            inner = ".".join(filter(None, (path, name if known else "NAME")))
            yield inner
            member = shape.fields.get(name) if known else getattr(shape, "member", None)
            if isinstance(shape, (Map, Record)):
                yield from named(member, each, inner)


def test_every_key_is_listed_and_means_something():
    listed = {path: (kind, text) for path, kind, text in keys()}
    used = set(named(DOCUMENT, EVERYTHING)) - {"checks[].expect.NAME"}
    assert used <= set(listed)
    # The documents of the tests use all keys.
    assert set(listed) - used <= {"uac.registrations.NAME.contact_user", "checks[].fault"}
    for path, (kind, text) in listed.items():
        assert kind
        assert text.endswith(".") or path.endswith("NAME"), path
