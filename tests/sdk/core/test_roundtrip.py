# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Round trips of generated values and bytes."""

from __future__ import annotations

import copy
import pickle

from hypothesis import given
from hypothesis import strategies as st

from kamailio_binrpc.core.errors import DecodeError
from kamailio_binrpc.core.packet import Message, decode, encode

from .properties import check_decoder, in_reply
from .strategies import bodies, messages, thorough


@thorough
@given(messages)
def test_values_survive(message):
    packet = encode(message)
    back = decode(packet)
    assert back == message
    assert repr(back) == repr(message)
    assert back.anomalies == ()
    assert encode(back) == packet
    for twin in (copy.deepcopy(back.values), pickle.loads(pickle.dumps(back.values))):
        assert repr(twin) == repr(message.values)


@thorough
@given(messages)
def test_truncations_are_decode_errors(message):
    packet = encode(message)
    for size in range(len(packet)):
        assert isinstance(check_decoder(packet[:size]), DecodeError)


@thorough
@given(st.binary(max_size=40).filter(lambda data: 0 not in data))
def test_bytes_of_strings_survive(data):
    packet = encode(Message(1, 0, [data.decode("utf-8", "surrogateescape")]))
    assert packet.endswith(data + b"\0")
    assert encode(decode(packet)) == packet


@thorough
@given(st.binary(max_size=60))
def test_any_bytes_are_values_or_a_documented_error(data):
    check_decoder(data)
    check_decoder(in_reply(data))


@thorough
@given(bodies)
def test_any_records_are_values_or_a_documented_error(body):
    check_decoder(in_reply(body))
