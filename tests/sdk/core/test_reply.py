# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A reply is a list that knows its method."""

from __future__ import annotations

import copy
import json

import pytest

from kamailio_binrpc.core.reply import Reply
from kamailio_binrpc.core.values import Struct


def test_it_is_a_list_with_a_name():
    reply = Reply((value for value in (1, "b")), "m.a")
    assert reply == [1, "b"]
    assert isinstance(reply, list)
    assert reply.method == "m.a"
    assert repr(reply) == "Reply([1, 'b'])"


def test_it_is_empty_unless_given_values():
    assert Reply() == []
    assert Reply().method == ""
    assert not Reply()


@pytest.mark.parametrize("value", [1, None, [], Struct(a=1)])
def test_the_only_value(value):
    assert Reply([value]).value is value


@pytest.mark.parametrize("values", [[], [1, 2]])
@pytest.mark.parametrize("method, name", [("m.a", "m.a"), ("", "reply")])
def test_there_is_no_only_value(values, method, name):
    with pytest.raises(ValueError, match="^%s: the reply has %d values" % (name, len(values))):
        Reply(values, method).value  # noqa: B018


def test_json():
    reply = Reply([Struct([("a", 1), ("b", "x")]), 1.5, "é"], "m.a")
    assert json.loads(json.dumps(reply.to_json())) == [{"a": 1, "b": "x"}, 1.5, "é"]


def test_it_has_no_room_for_other_attributes():
    with pytest.raises(AttributeError):
        Reply().methd = "typo"


def test_a_copy_keeps_the_name():
    twin = copy.deepcopy(Reply([Struct(a=1)], "m.a"))
    assert (twin, twin.method) == ([Struct(a=1)], "m.a")
