# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamailio_binrpc.core.desired.leaf import (
    ABSENT,
    TOO_LARGE,
    UNKNOWN,
    Leaves,
    Secret,
    dump,
    dump_leaves,
    load,
    load_leaves,
    text_of,
)

TEXTS = st.text(
    st.characters(codec="utf-8") | st.characters(min_codepoint=0xDC80, max_codepoint=0xDCFF)
)
PLAIN = st.none() | st.booleans() | st.integers(-(2**63), 2**64) | TEXTS
VALUES = st.recursive(
    PLAIN | st.sampled_from([ABSENT, UNKNOWN, TOO_LARGE]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(TEXTS | st.just("$"), inner, max_size=4)
        | st.dictionaries(st.integers(), inner, max_size=4)
    ),
    max_leaves=12,  # without limits most examples are too large, and making them takes minutes
)
ADDRESSES = st.lists(TEXTS | st.integers(), min_size=1, max_size=5).map(tuple)


@given(VALUES)
def test_json_loses_nothing(value):
    assert repr(load(json.loads(json.dumps(dump(value))))) == repr(value)


@given(st.dictionaries(ADDRESSES, PLAIN))
def test_leaves_keep_their_order(leaves):
    found = load_leaves(json.loads(json.dumps(dump_leaves(leaves))))
    assert list(found.items()) == list(leaves.items())


def test_a_secret_is_compared_and_stays_behind():
    secret = Secret("sesame")
    assert secret == Secret("sesame") != Secret("other")
    assert len({secret, Secret("sesame")}) == 1
    assert "sesame" not in repr({"a": secret}) + json.dumps(dump({"a": [secret]}))
    assert load(dump(secret)) is UNKNOWN


@pytest.mark.parametrize("marker", [ABSENT, UNKNOWN, TOO_LARGE])
def test_there_is_one_of_each_marker(marker):
    assert pickle.loads(pickle.dumps(marker)) is marker
    assert load(dump(marker)) is marker


@pytest.mark.parametrize(
    "address, text",
    [
        (("cfg", "core", "debug"), "cfg.core.debug"),
        (("cfg", "limits[1]", "max"), 'cfg["limits[1]"].max'),
        (("htable", "t", 'a"b\\'), 'htable.t["a\\"b\\\\"]'),
        (("dispatcher", 1, "sip:h", "state"), 'dispatcher.1["sip:h"].state'),
    ],
)
def test_addresses_in_messages(address, text):
    assert text_of(address) == text


def test_leaves_and_their_neighbours():
    leaves = Leaves({("a",): 1, ("b",): 2}, {("n",): 3}, size=4)
    assert (leaves.at(("a",)), leaves.at(("n",)), leaves.at(("x",))) == (1, 3, ABSENT)
    merged = leaves.merged({("a",): ABSENT, ("c",): 5})
    assert (dict(merged), merged.facts) == ({("b",): 2, ("c",): 5}, {"size": 4})
    assert merged.neighbours == leaves.neighbours
