# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Functions of a user change no outcome, whatever they raise."""

from __future__ import annotations

import logging

import pytest

from kamailio_binrpc.core.async_fleet import AsyncFleet
from kamailio_binrpc.core.fleet import Fleet
from kamailio_binrpc.core.hooks import guarded
from kamailio_binrpc.core.retry import RetryPolicy

from .support import PATIENCE


def test_no_hook():
    assert guarded(None, "on_call") is None


def test_the_first_exception_is_logged_and_no_further_one(caplog):
    def hook(number):
        seen.append(number)
        raise ZeroDivisionError

    seen = []
    run = guarded(hook, "on_call")
    with caplog.at_level(logging.ERROR, "kamailio_binrpc"):
        for number in range(3):
            assert run(number) is None
    assert seen == [0, 1, 2]
    (record,) = caplog.records
    assert record.getMessage().startswith("on_call raised an exception")
    assert record.exc_info[0] is ZeroDivisionError


def test_what_ends_a_program_passes():
    def hook():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        guarded(hook, "on_call")()


class Bad:
    """An observer that fails at everything."""

    def __init__(self):
        self.records = []

    def started(self, record):
        self.records.append((record.attempt, record.outcome))
        raise ZeroDivisionError

    def __call__(self, record):
        self.records.append((record.attempt, record.outcome))
        raise ZeroDivisionError


def failing(*_arguments):
    raise ZeroDivisionError


def test_hooks_that_fail_change_no_call(serve, transport, make_client, caplog):
    def script(peer):
        from .support import fault_to

        peer.send(fault_to(peer.request(), 500, "Command Executed Too Fast"))
        while True:
            peer.reply(peer.request(), 5)

    bad = Bad()
    options = {"retry": RetryPolicy(busy_wait=0), "on_call": bad, "on_retry": failing}
    with make_client(serve(transport, script).address, timeout=PATIENCE, **options) as client:
        assert client.call("dispatcher.reload") == [5]
        assert client.call_many([("m.a",)]) == [[5]]
    assert bad.records == [(1, ""), (1, "TooFast"), (2, ""), (2, "ok"), (1, ""), (1, "ok")]
    assert len(caplog.records) == 3  # one for each hook


@pytest.mark.parametrize("options", [{}, {"rate": 1000}], ids=["fan out", "clients"])
@pytest.mark.parametrize("kind", [Fleet, AsyncFleet])
def test_hooks_that_fail_change_no_report(serve, options, kind):
    import asyncio

    fleet = kind([serve("udp").address], PATIENCE, on_call=failing, **options)
    report = fleet.call("m.a", 5, on_result=failing)
    if kind is AsyncFleet:
        report = asyncio.run(report)
    assert list(report.replies.values()) == [[5]]
