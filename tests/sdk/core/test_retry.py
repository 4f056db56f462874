# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Retries: only where nothing is done twice, and tenacity only when one is due."""

from __future__ import annotations

import sys

import pytest

from kamailio_binrpc.core.errors import (
    CallTimeout,
    ConnectError,
    ConnectionLost,
    DecodeError,
    EncodeError,
    FramingLost,
    NotBinrpcError,
    TruncatedReply,
)
from kamailio_binrpc.core.faults import Busy, Fault, InvalidParams, NotFound, TooFast
from kamailio_binrpc.core.retry import MissingLibrary, RetryPolicy, may_retry, with_retries

ALWAYS, READING, NEVER = "always", "only when reading", "never"


@pytest.mark.parametrize(
    "error, when",
    [
        (Busy(500, "ongoing reload"), ALWAYS),
        (TooFast(500, "Command Executed Too Fast"), ALWAYS),
        (ConnectError("refused"), ALWAYS),
        (ConnectionLost("unsent", executed=False), ALWAYS),
        (ConnectionLost("sent", executed=None), READING),
        (CallTimeout("unsent", executed=False), ALWAYS),
        (CallTimeout("sent", executed=None), READING),
        (FramingLost("out of step"), READING),
        (TruncatedReply("cut", 1, 2), READING),
        (DecodeError(-3), NEVER),
        (NotBinrpcError("HTTP"), NEVER),
        (Fault(500, "no"), NEVER),
        (NotFound(404, "no"), NEVER),
        (InvalidParams(400, "no"), NEVER),
        (EncodeError("None"), NEVER),
        (ValueError("a bug"), NEVER),
        (KeyboardInterrupt(), NEVER),
    ],
)
def test_may_retry(error, when):
    assert may_retry(error, repeatable=False) is (when == ALWAYS)
    assert may_retry(error, repeatable=True) is (when != NEVER)


def failing(*errors):
    """Make an attempt that fails so, one after the other, and then succeeds."""
    left = list(errors)

    def attempt():
        attempt.count += 1
        if left:
            raise left.pop(0)
        return "done"

    attempt.count = 0
    return attempt


REFUSED = ConnectError("refused")
LOST = ConnectionLost("sent", executed=None)
BUSY = Busy(500, "ongoing reload")


@pytest.fixture
def no_tenacity(monkeypatch):
    monkeypatch.setitem(sys.modules, "tenacity", None)


@pytest.mark.usefixtures("no_tenacity")
class TestWithoutTenacity:
    def test_success_needs_no_library(self):
        assert with_retries(failing(), RetryPolicy(), repeatable=False) == "done"

    @pytest.mark.parametrize(
        "error, policy",
        [(LOST, RetryPolicy()), (REFUSED, RetryPolicy(retries=0)), (ValueError("bug"), None)],
    )
    def test_nor_does_an_error_that_is_not_retried(self, error, policy):
        attempt = failing(error)
        with pytest.raises(type(error)) as caught:
            with_retries(attempt, policy or RetryPolicy(), repeatable=False)
        assert caught.value is error
        assert attempt.count == 1

    def test_a_due_retry_names_the_library_and_the_failure(self):
        attempt = failing(LOST)
        with pytest.raises(MissingLibrary, match="tenacity, which is not installed here") as caught:
            with_retries(attempt, RetryPolicy(), repeatable=True)
        assert caught.value.library == "tenacity"
        assert caught.value.error is LOST
        assert caught.value.executed is None
        assert str(caught.value).endswith("the first attempt failed with: sent")
        assert attempt.count == 1


@pytest.fixture
def naps(monkeypatch):
    """Replace the sleeping of tenacity; list what it would have slept."""
    tenacity = pytest.importorskip("tenacity")
    naps = []
    monkeypatch.setattr(tenacity.nap.time, "sleep", naps.append)
    return naps


def test_retries_until_it_succeeds(naps):
    attempt = failing(REFUSED, REFUSED)
    seen = []
    policy = RetryPolicy(retries=5)
    result = with_retries(attempt, policy, False, lambda error, n: seen.append((error, n)))
    assert result == "done"
    assert attempt.count == 3
    assert seen == [(REFUSED, 1), (REFUSED, 2)]
    assert len(naps) == 2


@pytest.mark.parametrize("retries", [1, 2, 4])
def test_gives_up_with_the_last_error(naps, retries):
    errors = [ConnectError(str(number)) for number in range(9)]
    attempt = failing(*errors)
    with pytest.raises(ConnectError) as caught:
        with_retries(attempt, RetryPolicy(retries=retries), repeatable=False)
    assert caught.value is errors[retries]
    assert attempt.count == retries + 1
    assert len(naps) == retries


def test_stops_at_an_error_that_must_not_be_retried(naps):
    attempt = failing(REFUSED, LOST, REFUSED)
    with pytest.raises(ConnectionLost):
        with_retries(attempt, RetryPolicy(retries=9), repeatable=False)
    assert attempt.count == 2
    attempt = failing(REFUSED, LOST, REFUSED)
    assert with_retries(attempt, RetryPolicy(retries=9), repeatable=True) == "done"


def test_waits_longer_each_time_and_as_long_as_the_server_asks(naps):
    policy = RetryPolicy(retries=9, wait=0.5, max_wait=2.0, busy_wait=7.5)
    with_retries(failing(*[REFUSED] * 5, BUSY, TooFast(500, "x")), policy, repeatable=False)
    for nap, most in zip(naps, [0.5, 1.0, 2.0, 2.0, 2.0]):
        assert 0 <= nap <= most
    assert naps[5:] == [7.5, 7.5]


def test_a_negative_number_of_retries_is_refused():
    with pytest.raises(ValueError, match="retries is 0 or more, not -1"):
        RetryPolicy(retries=-1)
