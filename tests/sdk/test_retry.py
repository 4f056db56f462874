# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""tenacity's own arguments. What both kinds of policy share is in core/test_retry.py."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

import kamailio_binrpc
from kamailio_binrpc import Client, RetryPolicy, with_retries
from kamailio_binrpc.core.errors import BinrpcError, ConnectError, ConnectionLost
from kamailio_binrpc.core.retry import RetryPolicy as CorePolicy

tenacity = pytest.importorskip("tenacity")

REFUSED = ConnectError("refused")
LOST = ConnectionLost("sent", executed=None)


def failing(*errors: BinrpcError) -> Callable[[], str]:
    left = list(errors)

    def attempt() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return attempt


def blocking(policy: RetryPolicy, attempt: Callable[[], str], *args: Any) -> str:
    return policy.run(attempt, *args)


def awaited(policy: RetryPolicy, attempt: Callable[[], str], *args: Any) -> str:
    async def attempt_async() -> str:
        return attempt()

    return asyncio.run(policy.run_async(attempt_async, *args))


@pytest.fixture(params=[blocking, awaited])
def run(request: pytest.FixtureRequest) -> Any:
    return request.param


def test_the_public_policy_is_this_one() -> None:
    assert kamailio_binrpc.RetryPolicy is RetryPolicy
    assert issubclass(RetryPolicy, CorePolicy)
    assert RetryPolicy is not CorePolicy


def test_stop_and_wait_replace_the_numbers(run: Any) -> None:
    states = []

    def wait(state: Any) -> float:
        states.append(state.attempt_number)
        return 0.0

    options = {"stop": tenacity.stop_after_attempt(4), "wait": wait}
    policy = RetryPolicy(retries=1, wait=3600, deadline=1e-9, tenacity=options)
    assert run(policy, failing(REFUSED, REFUSED, REFUSED), False) == "done"
    assert states == [1, 2, 3]
    with pytest.raises(ConnectError):
        run(policy, failing(*[REFUSED] * 4), False)


def test_callbacks_see_every_attempt(run: Any) -> None:
    seen: list[Any] = []
    names = ("before", "after", "before_sleep")
    options = {
        name: lambda state, name=name: seen.append((name, state.attempt_number)) for name in names
    }
    policy = RetryPolicy(wait=0, tenacity=options)
    tell = lambda error, attempts: seen.append((error, attempts))  # noqa: E731
    assert run(policy, failing(REFUSED), False, tell) == "done"
    assert seen == [("before", 1), ("after", 1), (REFUSED, 1), ("before_sleep", 1), ("before", 2)]


def test_what_is_not_safe_is_not_repeated_whatever_is_asked(run: Any) -> None:
    policy = RetryPolicy(wait=0, tenacity={"retry": tenacity.retry_always})
    with pytest.raises(ConnectionLost):
        run(policy, failing(LOST), False)
    assert run(policy, failing(LOST), True) == "done"
    policy = RetryPolicy(wait=0, tenacity={"retry": tenacity.retry_never})
    with pytest.raises(ConnectError):
        run(policy, failing(REFUSED), False)


def test_the_error_can_be_handled_elsewhere(run: Any) -> None:
    options = {"retry_error_callback": lambda state: type(state.outcome.exception()).__name__}
    assert run(RetryPolicy(0, tenacity=options), failing(REFUSED), False) == "ConnectError"


def test_tenacity_is_not_needed_for_success(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "tenacity", None)
    assert with_retries(failing(), RetryPolicy(), False) == "done"
    with pytest.raises(ConnectionLost):
        with_retries(failing(LOST), RetryPolicy(), False)


def test_a_client_takes_the_policy() -> None:
    numbers: list[int] = []
    options = {"before_sleep": lambda state: numbers.append(state.attempt_number)}
    policy = RetryPolicy(retries=3, wait=0, tenacity=options)
    with Client("unix:/nonexistent/s", retry=policy) as client, pytest.raises(ConnectError):
        client.call("core.version")
    assert numbers == [1, 2, 3]
