# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Traces and logs of the lab server show no secrets."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from kamailio_binrpc.core import wire
from kamailio_binrpc.core.lab.observer import TraceObserver, facts_of
from kamailio_binrpc.core.packet import encode
from kamailio_binrpc.core.values import Struct

LISTENER = SimpleNamespace(transport="tcp", name="127.0.0.1", port="2049", payload="binrpc")
CALLER = SimpleNamespace(listener=LISTENER, port=1, host="127.0.0.1")
ADD = encode(["autheph.add_secret", "sesame"], wire.REQUEST, 7)
DUMP = encode([Struct(auth_password="sesame", l_uuid="t")], wire.REPLY, 8)


@pytest.fixture
def traced():
    lines = []
    observer = TraceObserver(lines.append)

    def trace(*packets):
        for packet in packets:
            observer.received(CALLER, packet)
            observer.sent(CALLER, packet)
        return "".join(lines)

    return trace


def test_packets(traced):
    text = traced(ADD, DUMP, encode([500, "no sesame"], wire.FAULT, 7))
    assert "sesame" not in text
    assert text.count("(hidden)") == 6
    assert "l_uuid: str 't'" in text


@pytest.mark.parametrize("packet", [ADD[:-4], DUMP[:-4]])
def test_packets_that_cannot_be_read(traced, packet):
    text = traced(packet)
    assert "(hidden)" in text
    assert "sesa" not in text
    assert b"sesa".hex() not in text


@pytest.mark.parametrize(
    "text", [b":autheph.add_secret:\nsesame\n", b"200 OK\nauth_password:sesame"]
)
def test_the_text_protocol(traced, text):
    assert "sesame" not in traced(text)
    assert "sesame" not in str(facts_of(text))


def test_what_is_not_secret_is_shown(traced):
    assert "str 'x'" in traced(encode(["core.echo", "x"], wire.REQUEST, 9))
    assert "hello" in traced(b":core.echo:\nhello\n")
    assert b"core".hex() in traced(encode(["core.echo", "x"], wire.REQUEST, 9)[:-2])
