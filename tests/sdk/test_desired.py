# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The public door of the engine: the same for blocking clients and asyncio."""

from __future__ import annotations

import asyncio
import doctest
import itertools
import pickle
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import kamailio_binrpc.desired
from kamailio_binrpc import (
    AsyncClient,
    CallTimeout,
    Client,
    ConnectError,
    Fault,
    NotFound,
    Reply,
    RetryPolicy,
)
from kamailio_binrpc.core import pacing
from kamailio_binrpc.core.desired import kinds
from kamailio_binrpc.core.lab.server import LabServer
from kamailio_binrpc.desired import (
    CoreLogLevel,
    DispatcherDestinations,
    DispatcherState,
    HashTable,
    HashTableItem,
    NotEnsured,
    Outcome,
    Resource,
    UacRegistration,
    ensure,
    ensure_async,
)

GATEWAY = "sip:192.0.2.11:5060"
Ensure = Callable[..., Outcome]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[LabServer]:
    with LabServer(binrpc=[f"unix:{tmp_path}/ctl"]).running_in_thread() as lab:
        # No reload_delta is waited for.
        lab.state.clock = itertools.count(2e9, 10).__next__
        yield lab


@pytest.fixture(params=["blocking", "asyncio"])
def run(request: pytest.FixtureRequest, lab: LabServer) -> Ensure:
    """Ensure at the lab in either way."""

    def blocking(resource: Resource, retry: RetryPolicy | None = None, **more: Any) -> Outcome:
        with Client(lab.addresses[0], retry=retry) as client:
            return ensure(client, resource, **more)

    def asynchronous(resource: Resource, retry: RetryPolicy | None = None, **more: Any) -> Outcome:
        async def work() -> Outcome:
            async with AsyncClient(lab.addresses[0], retry=retry) as client:
                return await ensure_async(client, resource, **more)

        return asyncio.run(work())

    return blocking if request.param == "blocking" else asynchronous


def test_rebuilds_are_spaced(
    run: Ensure, lab: LabServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two programs that do not know of each other space what they do to one server."""
    spacings: list[float] = []
    waits = pacing.Turn.waits

    def shortened(turn: pacing.Turn) -> Iterator[float]:
        for seconds in waits(turn):
            spacings.append(seconds)
            yield 0

    monkeypatch.setattr(pacing, "folder_of_user", lambda: str(tmp_path / "folder"))
    monkeypatch.setattr(pacing.Turn, "waits", shortened)
    for number in (71, 72):
        run(DispatcherDestinations(9, [{"uri": f"sip:192.0.2.{number}"}]))
    assert len(spacings) == 1
    assert 0 < spacings[0] <= pacing.SPACING


def test_a_change_is_made_once_and_then_not_again(run: Ensure, lab: LabServer) -> None:
    outcome = run(HashTableItem("t", "n", 5))
    assert outcome == Outcome(
        changed=True,
        before={},
        after={"value": 5},
        calls=[{"method": "htable.seti", "params": ["t", "n", 5]}],
        warnings=[],
        persisted_by=HashTableItem.persisted_by,
    )
    again = run(HashTableItem("t", "n", 5))
    assert (again.changed, again.calls, again.persisted_by) == (False, [], "")


def test_check_changes_nothing(run: Ensure, lab: LabServer) -> None:
    outcome = run(HashTableItem("t", "n", 5), check=True)
    assert (outcome.changed, outcome.after) == (True, {"value": 5})
    assert "n" not in lab.modules["htable"].tables["t"]


def test_details(run: Ensure) -> None:
    assert run(DispatcherState(1, "active", GATEWAY)).details == {"matched": [GATEWAY]}


def test_one_resource_for_many_servers(run: Ensure, lab: LabServer) -> None:
    """Facts found by a run stay with the run: here, the attributes that a destination had."""
    wish = DispatcherDestinations(1, [{"uri": GATEWAY, "priority": 7}])
    run(wish)
    dispatcher = lab.modules["dispatcher"]
    dispatcher.find(1, GATEWAY).attrs = "weight=99"
    dispatcher.find(1, GATEWAY).priority = 1
    run(wish)
    assert dispatcher.find(1, GATEWAY).attrs == "weight=99"


def test_a_failure_says_what_is_known(run: Ensure) -> None:
    with pytest.raises(NotEnsured, match="No such htable") as caught:
        run(HashTableItem("nowhere", "n", 5))
    error = caught.value
    assert isinstance(error.__cause__, NotFound)
    assert (error.outcome.changed, error.outcome.before) == (False, None)
    assert error.executed is True  # the method that was refused
    same = pickle.loads(pickle.dumps(error))
    assert (str(same), same.outcome) == (str(error), error.outcome)


def test_a_state_that_cannot_be_has_no_cause(run: Ensure) -> None:
    with pytest.raises(NotEnsured) as caught:
        run(DispatcherState(99, "active", whole=True))
    assert caught.value.__cause__ is None
    assert caught.value.executed is False


def test_a_part_of_a_change(run: Ensure, lab: LabServer) -> None:
    def refuse(ctx: Any) -> None:
        raise Fault(500, "no memory")

    lab.registry.method("htable.sets")(refuse)
    with pytest.raises(NotEnsured) as caught:
        run(HashTable("t", {"a": 1, "b": "x"}))
    outcome = caught.value.outcome
    assert (outcome.changed, outcome.after) == (False, {})
    assert [call["method"] for call in outcome.calls] == ["htable.seti", "htable.delete"]


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with Client(f"unix:{tmp_path}/none") as client, pytest.raises(NotEnsured) as caught:
        ensure(client, HashTableItem("t", "n", 5))
    assert isinstance(caught.value.__cause__, ConnectError)
    assert caught.value.executed is False


def test_a_refusal_is_read_again_before_the_call_is_repeated(run: Ensure, lab: LabServer) -> None:
    """The retries of a client would repeat it at once, though another client was faster."""
    table = lab.modules["htable"].tables["t"]
    made = []

    def refuse(ctx: Any) -> None:
        made.append(ctx)
        table["n"] = 5
        raise Fault(500, "Ongoing reload")

    lab.registry.method("htable.seti")(refuse)
    retry = RetryPolicy(5, busy_wait=0)
    assert run(HashTableItem("t", "n", 5), retry=retry, busy_timeout=60).changed is False
    assert len(made) == 1


class Lossy:
    """A client whose changes run, and whose answers to them get lost."""

    def __init__(self) -> None:
        self.made: list[Any] = []

    def call(self, method: str, *params: Any, **more: Any) -> Reply:
        return Reply([1], method)

    def call_many(self, calls: list[Any]) -> list[CallTimeout]:
        self.made += calls
        return [CallTimeout("no answer", executed=None)]


class AsyncLossy(Lossy):
    async def call(self, method: str, *params: Any, **more: Any) -> Reply:  # type: ignore[override]
        return super().call(method)

    async def call_many(self, calls: list[Any]) -> list[CallTimeout]:  # type: ignore[override]
        return super().call_many(calls)


def wait_for(client: Any, resource: Resource) -> Outcome:
    return asyncio.run(ensure_async(client, resource))


@pytest.mark.parametrize("client, either", [(Lossy(), ensure), (AsyncLossy(), wait_for)])
def test_a_change_whose_answer_is_lost_is_not_repeated(client: Any, either: Ensure) -> None:
    with pytest.raises(NotEnsured) as caught:
        either(client, CoreLogLevel(3))
    assert client.made == [("cfg.seti", "core", "debug", 3)]
    assert "Whether the server has run the method is unknown" in str(caught.value)
    # Reading again shows that it did not.
    assert (caught.value.outcome.changed, caught.value.executed) == (False, None)


def test_no_secret_is_in_an_outcome(run: Ensure, lab: LabServer) -> None:
    """Neither a stored nor a given one, however the run ends."""
    lab.modules["uac"].records["trunk-1"]["auth_password"] = "stored-pw"
    outcome = run(UacRegistration("trunk-1", auth_password="given-pw"))
    assert outcome.changed
    assert "stored-pw" not in repr(outcome)
    assert "given-pw" not in repr(outcome)
    lab.failures.add("busy", method="uac.reg_add", code=500, text="cannot add given-2")
    wish = UacRegistration("trunk-2", auth_password="given-2")
    with pytest.raises(NotEnsured) as caught:
        run(wish)
    text = "".join(traceback.format_exception(caught.value)) + repr(caught.value.outcome)
    assert "given-2" not in text
    assert "(hidden)" in text


def test_every_resource_has_a_public_name() -> None:
    public = [getattr(kamailio_binrpc.desired, name) for name in kamailio_binrpc.desired.__all__]
    found = {
        each
        for kind in vars(kinds)["KINDS"].values()
        for each in vars(__import__(kind.build.__module__, fromlist=["_"])).values()
        if isinstance(each, type) and issubclass(each, Resource) and not each.__subclasses__()
    }
    assert len(found) > 10
    assert not [each for each in found if each not in public]


def test_docstrings_run() -> None:
    failed, tried = doctest.testmod(kamailio_binrpc.desired)
    assert (failed, tried > 0) == (0, True)
