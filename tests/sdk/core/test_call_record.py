# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The record of a finished call."""

from __future__ import annotations

import time

import pytest

from kamailio_binrpc.core.address import parse_address
from kamailio_binrpc.core.call_record import CallRecord
from kamailio_binrpc.core.connection import Request
from kamailio_binrpc.core.errors import CallTimeout, ConnectError
from kamailio_binrpc.core.faults import NotFound
from kamailio_binrpc.core.reply import Reply

ADDRESS = parse_address("tcp:h:2049")
FAULT = NotFound(500, "No such htable", "m.a")
REFUSED = ConnectError("refused")


def record_of(outcome, error=None, received=0):
    request = Request("m.a", ("x",))
    request.outcome = outcome
    request.received = received
    record = CallRecord(ADDRESS, request, 2)
    assert (record.outcome, record.error, record.received) == ("", None, 0)
    record.end(request, 0.25, error)
    return request, record


def test_its_figures_are_those_of_the_request():
    request, record = record_of(Reply([1]), received=12)
    assert record.address is ADDRESS
    assert record.method == "m.a"
    assert record.seconds == 0.25
    assert record.attempt == 2
    assert 0 <= time.time() - record.begun < 3600
    assert record.sent == len(request.packet) > 0
    assert record.received == 12


@pytest.mark.parametrize(
    "outcome, error, told, name",
    [
        (Reply([1]), None, None, "ok"),
        (Reply(), None, None, "ok"),
        (FAULT, None, FAULT, "NotFound"),
        (None, REFUSED, REFUSED, "ConnectError"),
        # What ended the call counts, and not the request's result.
        (CallTimeout("late"), REFUSED, REFUSED, "ConnectError"),
        (None, None, None, "cancelled"),
    ],
)
def test_its_outcome(outcome, error, told, name):
    _request, record = record_of(outcome, error)
    assert record.error is told
    assert record.outcome == name


def test_its_text():
    _request, record = record_of(FAULT)
    assert repr(record) == "<CallRecord tcp:h:2049 m.a, attempt 2: NotFound in 0.250000 s>"
