# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.calls import Calls
from kamailio_binrpc.core.errors import ConnectionLost
from kamailio_binrpc.core.reply import Reply


class Client:
    """Notes what it is asked."""

    def __init__(self, answer=None):
        self.answer = answer or Reply([1], "m")
        self.asked = []

    def call(self, method, *params, repeatable):
        self.asked.append((method, params, repeatable))
        return self.answer

    def call_many(self, calls):
        self.asked.append(calls)
        return [self.answer]


def test_only_what_reads_may_be_repeated():
    client = Client()
    Calls(client).call("m", 1)
    Calls(client).call("m", 2, read_only=False)
    assert client.asked == [("m", (1,), True), ("m", (2,), False)]


def test_a_change_is_made_once():
    client = Client()
    assert Calls(client).once("m", 1, 2) is client.answer
    assert client.asked == [[("m", 1, 2)]]


def test_the_error_of_a_change_is_raised():
    lost = ConnectionLost("gone")
    with pytest.raises(ConnectionLost) as caught:
        Calls(Client(lost)).once("m")
    assert caught.value is lost


@pytest.mark.parametrize("way", ["call", "once"])
def test_secrets_that_are_sent_and_received_are_remembered(way):
    calls = Calls(Client(Reply(["ID 0: sesame"], "autheph.dump_secrets")))
    getattr(calls, way)("autheph.dump_secrets")
    getattr(calls, way)("autheph.add_secret", "hunter2")
    assert calls.secrets.hide(["hunter2", "ID 0: sesame"]) == ["(hidden)", "(hidden)"]
