# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Plan, apply and roll back from a program, blocking and with asyncio."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from kamailio_binrpc import AsyncClient, Client
from kamailio_binrpc.core.desired.calls import Calls
from kamailio_binrpc.lab import HashTables, LabServer
from kamailio_binrpc.state import (
    Journals,
    Taken,
    apply,
    apply_async,
    confirm,
    load_text,
    plan,
    plan_async,
    roll_back,
)

WISH = load_text("version: 1\nname: me\nhtable: {t: {items: {a: 1}, absent: [b]}}\n")


@pytest.fixture
def lab(tmp_path):
    lab = LabServer(binrpc=f"unix:{tmp_path}/s", modules=[HashTables({"t": {"b": 2}})])
    with lab.running_in_thread() as running:
        yield running


def items(lab):
    with Client(lab.addresses[0], 30.0) as client:
        return client.call("htable.dump", "t").to_json()


def blocking(work, lab, *arguments):
    with Client(lab.addresses[0], 30.0) as client:
        return work(client, WISH, *arguments)


def awaited(work, lab, *arguments):
    async def run():
        async with AsyncClient(lab.addresses[0], 30.0) as client:
            return await work(client, WISH, *arguments)

    return asyncio.run(run())


@pytest.mark.parametrize(
    "run, plan, apply",
    [
        pytest.param(blocking, plan, apply, id="blocking"),
        pytest.param(awaited, plan_async, apply_async, id="asyncio"),
    ],
)
def test_a_change_and_the_way_back(lab, tmp_path, run, plan, apply):
    journals = Journals(str(tmp_path / "j"))
    before = items(lab)
    found = run(plan, lab)
    assert [each.shown["address"] for each in found.differences] == ["htable.t.a", "htable.t.b"]
    outcome = run(apply, lab, journals)
    assert (outcome.outcome, outcome.message) == ("changed", "")
    assert run(plan, lab).differences == []
    assert run(apply, lab, journals).outcome == "unchanged"
    (entry,) = journals.entries(outcome.id)

    @contextlib.contextmanager
    def connect(address):
        with Client(address, 30.0) as client:
            yield Calls(client)

    assert roll_back(journals, entry, connect).outcome == "undone"
    assert items(lab) == before
    with pytest.raises(Taken, match="not pending"):
        confirm(journals, outcome.id)


@pytest.mark.parametrize("run, apply", [(blocking, apply), (awaited, apply_async)])
def test_a_journal_that_cannot_be_written_is_an_outcome(lab, run, apply):
    outcome = run(apply, lab, Journals("/proc/nowhere"))
    assert (outcome.outcome, outcome.reason) == ("refused", "journal")
