# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Retries: only where nothing is done twice; by a loop and by tenacity alike."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import sys
from pathlib import Path

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
from kamailio_binrpc.core.retry import (
    RetryPolicy,
    may_retry,
    wait_after,
    with_retries,
    with_retries_async,
)
from kamailio_binrpc.retry import RetryPolicy as SdkPolicy

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
    REFUSED.executed = False  # an earlier test may have corrected it

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
FAST = TooFast(500, "Command Executed Too Fast")


class Timing:
    """A clock that only pauses move, and random numbers that repeat."""

    def __init__(self):
        self.now = 1000.0
        self.pauses = []
        self.numbers = itertools.cycle([0.5, 1.0, 0.25])

    def clock(self):
        return self.now

    def pause(self, seconds):
        self.pauses.append(seconds)
        self.now += seconds

    async def pause_async(self, seconds):
        self.pause(seconds)

    def random(self):
        return next(self.numbers)


def blocking(policy, attempt, repeatable, on_retry, timing):
    return policy.run(
        attempt,
        repeatable,
        on_retry,
        clock=timing.clock,
        pause=timing.pause,
        random=timing.random,
    )


def awaited(policy, attempt, repeatable, on_retry, timing):
    async def attempt_async():
        return attempt()

    return asyncio.run(
        policy.run_async(
            attempt_async,
            repeatable,
            on_retry,
            clock=timing.clock,
            pause=timing.pause_async,
            random=timing.random,
        )
    )


WAYS = ["loop"]
if sys.version_info >= (3, 10):  # as the SDK, which depends on tenacity
    WAYS += ["tenacity", "tenacity from the first attempt"]


@pytest.fixture(params=WAYS)
def make_policy(request, monkeypatch):
    if request.param == "loop":
        # No library is needed, and none is used.
        monkeypatch.setitem(sys.modules, "tenacity", None)
        return RetryPolicy
    if request.param == "tenacity":
        return SdkPolicy
    return lambda *args, **options: SdkPolicy(*args, tenacity={"before": None}, **options)


@pytest.fixture(params=[blocking, awaited])
def run(request):
    return request.param


REFUSALS = [REFUSED] * 9
POLICY = {"retries": 5, "wait": 0.5, "max_wait": 2.0, "busy_wait": 7.5}


@pytest.mark.parametrize(
    "options, repeatable, errors, pauses, outcome",
    [
        ({}, False, [], [], "done"),
        ({}, False, [REFUSED], [0.25], "done"),
        # doubled each time up to the limit, by the random numbers 0.5, 1 and 0.25
        ({}, False, [REFUSED] * 5, [0.25, 1.0, 0.5, 1.0, 2.0], "done"),
        ({}, False, REFUSALS, [0.25, 1.0, 0.5, 1.0, 2.0], REFUSED),
        ({"retries": 0}, False, [REFUSED], [], REFUSED),
        ({"retries": 1}, False, REFUSALS, [0.25], REFUSED),
        # as long as the server asks, which uses no random number
        ({}, False, [BUSY, REFUSED, FAST, REFUSED], [7.5, 0.5, 7.5, 4.0 * 0.5], "done"),
        # what may have acted
        ({}, False, [LOST], [], LOST),
        ({}, True, [LOST], [0.25], "done"),
        ({}, False, [REFUSED, LOST, REFUSED], [0.25], LOST),
        ({}, True, [REFUSED, LOST, REFUSED], [0.25, 1.0, 0.5], "done"),
        ({}, True, [ValueError("bug")], [], ValueError),
        # the deadline: 0.25 and 1.0 are within it, the next 0.5 would reach it
        ({"deadline": 1.75}, False, REFUSALS, [0.25, 1.0], REFUSED),
        ({"deadline": 1.76}, False, REFUSALS, [0.25, 1.0, 0.5], REFUSED),
        ({"deadline": 7.5}, False, [BUSY], [], BUSY),
        ({"deadline": 7.6}, False, [BUSY], [7.5], "done"),
        # many retries, whose exponent would not fit
        ({"retries": 1100, "max_wait": 0.0}, False, [REFUSED] * 1100, [0.0] * 1100, "done"),
    ],
)
def test_attempts_and_waits(make_policy, run, options, repeatable, errors, pauses, outcome):
    """The same sequence for loop and tenacity, blocking and awaited."""
    timing, attempt, seen = Timing(), failing(*errors), []
    policy = make_policy(**{**POLICY, **options})

    def call():
        return run(policy, attempt, repeatable, lambda *args: seen.append(args), timing)

    if outcome == "done":
        assert call() == "done"
    else:
        with pytest.raises(outcome if isinstance(outcome, type) else type(outcome)) as caught:
            call()
        assert isinstance(outcome, type) or caught.value is outcome
    assert timing.pauses == pauses
    assert attempt.count == len(pauses) + 1
    assert seen == [(errors[number], number + 1) for number in range(len(pauses))]


@pytest.mark.parametrize(
    "errors, executed",
    [
        ([ConnectError("refused")] * 2, False),
        ([ConnectionLost("lost", executed=None), ConnectError("refused")], None),
        ([ConnectionLost("lost", executed=None), Fault(500, "no", "m")], True),
        ([Busy(500, "busy", "m"), ConnectError("refused")], False),
    ],
)
def test_an_error_tells_of_all_attempts(make_policy, run, errors, executed):
    """One that may have run before the last one, which did not, may have run."""
    with pytest.raises(type(errors[-1])) as caught:
        run(make_policy(1), failing(*errors), True, None, Timing())
    assert caught.value.executed is executed


def test_the_last_error_is_raised(make_policy, run):
    errors = [ConnectError(str(number)) for number in range(9)]
    with pytest.raises(ConnectError) as caught:
        run(make_policy(2), failing(*errors), False, None, Timing())
    assert caught.value is errors[2]


def test_the_functions_run_the_policy(monkeypatch):
    """Without a clock of the caller the wall's counts: no wait at all is quick."""
    policy = RetryPolicy(retries=3, wait=0)

    async def attempt():
        return awaited_attempt()

    awaited_attempt = failing(REFUSED, REFUSED)
    assert with_retries(failing(REFUSED, REFUSED), policy, False) == "done"
    assert asyncio.run(with_retries_async(attempt, policy, False)) == "done"
    with pytest.raises(ConnectError):
        with_retries(failing(*REFUSALS), policy, False)


def test_random_numbers_are_between_nothing_and_the_limit():
    policy = RetryPolicy(wait=0.5, max_wait=2.0)
    waits = [wait_after(policy, 2, REFUSED) for _number in range(200)]
    assert 0 <= min(waits) < 0.2
    assert 0.8 < max(waits) <= 1.0


def test_a_negative_number_of_retries_is_refused():
    with pytest.raises(ValueError, match="retries is 0 or more, not -1"):
        RetryPolicy(retries=-1)


BARE = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from binrpc.client import Client
from binrpc.errors import BinrpcError
from binrpc.retry import RetryPolicy

tries = []
policy = RetryPolicy(retries=2, wait=0)
client = Client(sys.argv[2], retry=policy, on_retry=lambda error, number: tries.append(number))
for _call in range(2):
    try:
        with client:
            print(client.call("core.version").value, tries)
    except BinrpcError as error:
        print(error)
        print(type(error).__name__, tries)
print("tenacity" in sys.modules, sys.version_info[:2])
"""


def test_retries_need_only_python(serve):
    """On a managed host there may be no more than Python 3.8 and this core."""
    root = Path(__file__).resolve().parents[3]
    core = root / "plugins" / "module_utils" / "binrpc"
    sys.path.insert(0, str(root / "tools"))
    import pythons

    python = pythons.find("3.8")
    if python is None:
        pytest.skip("NOT TESTED: no Python 3.8 on this machine, which retries without libraries")

    def script(peer):
        request = peer.request()
        if len(server.requests) == 3:
            peer.reply(request, "kamailio")
        peer.close()

    server = serve("tcp", script)
    done = subprocess.run(
        [str(python), "-I", "-S", "-c", BARE, str(core.parent), str(server.address)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    first, cause, second, last = done.stdout.splitlines()
    assert first == "kamailio [1, 2]"
    assert cause.startswith("core.version: %s closed the connection" % server.address)
    assert second == "ConnectionLost [1, 2, 1, 2]"
    assert last == "False (3, 8)"
    assert len(server.requests) == 6
