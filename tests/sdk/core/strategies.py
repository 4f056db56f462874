# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Hypothesis strategies for values, texts and packets."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from kamailio_binrpc.core.packet import Message
from kamailio_binrpc.core.values import Struct

# The quick loop tries fewer: see tests/conftest.py.
EXAMPLES = int(os.environ.get("KAMAILIO_EXAMPLES", "300"))

# For every test with examples: conftest.py imports this module. Machines that run tests are slow at
# times; what counts is that an example passes.
settings.register_profile(
    "patient",
    settings.default,
    deadline=None,
    max_examples=min(100, EXAMPLES),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("patient")
thorough = settings(max_examples=EXAMPLES)

texts = st.text(st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=12)
# Thousandths below 2**50 are what every float in this range stands for exactly.
doubles = st.integers(-(2**50), 2**50).map(lambda raw: raw / 1000)
ints = st.one_of(st.integers(-300, 300), st.integers(-(2**31), 2**31 - 1))
scalars = st.one_of(ints, texts, doubles, st.binary(max_size=12))


def structs(values):
    """Members with and without names, and names that repeat."""
    names = st.one_of(st.none(), st.sampled_from("ab"), texts)

    def may_have_name(member):
        # An array cannot be the value of a named member.
        return (None, member[1]) if isinstance(member[1], list) else member

    return st.lists(st.tuples(names, values).map(may_have_name), max_size=4).map(Struct)


values = st.recursive(
    scalars, lambda inner: st.one_of(structs(inner), st.lists(inner, max_size=4)), max_leaves=15
)
messages = st.builds(
    Message,
    st.sampled_from([0, 1, 3]),
    st.integers(0, 2**32 - 1),
    st.lists(values, max_size=4),
)

# Bytes that look like records more often than random ones do.
record_heads = st.sampled_from(
    [
        bytes.fromhex(head)
        for head in [
            "00",
            "10",
            "20",
            "40",
            "80",
            "90",
            "11",
            "21",
            "31",
            "91",
            "81",
            "a1",
            "02",
            "12",
            "22",
            "82",
            "f2",
            "03",
            "83",
            "13",
            "93",
            "04",
            "84",
            "25",
            "65",
            "95",
            "a5",
            "15",
            "05",
            "06",
            "16",
            "96",
            "07",
            "0f",
            "c1ffffffff",
            "b100",
            "2100",
            "256100",
        ]
    ]
)
bodies = st.lists(st.one_of(record_heads, st.binary(max_size=6)), max_size=20).map(b"".join)
