# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import HashTables
from tests.conformance.furniture import HASH_TABLES, hash_tables
from tests.sdk.lab.modules.support import Pair, fault, lab


def test_items_expire():
    engine, clock = lab(HashTables({"e": {}}, {"e": {"autoexpire": 60}}))
    engine.call("htable.sets", "e", "k", "v")
    engine.call("htable.setxs", "e", "long", "v", 600)
    clock.now += 60
    assert engine.call("htable.get", "e", "k")[0]["item"]["expire"] != "NEVER"
    clock.now += 1
    assert fault(engine, "htable.get", "e", "k") == (500, "Key name doesn't exist in htable.")
    table = engine.state.modules["htable"].tables["e"]
    assert (list(table), len(table), "k" in table) == (["long"], 1, False)
    with pytest.raises(KeyError):
        table["k"]
    assert (engine.call("htable.stats")[0]["all"], len(engine.call("htable.dump", "e"))) == (2, 2)
    clock.now += 18  # 79 s after the start: the timer came by at 60
    assert engine.call("htable.stats")[0]["all"] == 2
    clock.now += 1
    assert engine.call("htable.stats")[0]["all"] == 1
    assert [each["slot"][None]["name"] for each in engine.call("htable.dump", "e")] == ["long"]
    engine.call("htable.setex", "e", "long", 0)
    clock.now += 10_000
    assert engine.call("htable.get", "e", "long")[0]["item"]["expire"] == "NEVER"


def test_seti_takes_a_double_from_5_8():
    tables = {"t": {}}
    for version, wrong in (("5.6.3", ()), ("5.7.4", (5, "5")), ("5.8.0", (5, "5"))):
        engine, _clock = lab(HashTables(tables), version=version)
        for value in (5, "5", 5.0):
            if value in wrong and not isinstance(value, float):
                assert fault(engine, "htable.seti", "t", "k", value)[1].startswith("Not enough")
            else:
                assert engine.call("htable.seti", "t", "k", value) == ["Ok. Key set to new value."]
    engine, _clock = lab(HashTables(tables), version="6.1")
    assert engine.call("htable.seti", "t", "k", 5) == ["Ok. Key set to new value."]
    engine.call("htable.seti", "t", "k", 4294967297.0)
    assert engine.call("htable.get", "t", "k")[0]["item"]["value"] == 1


def test_a_bracket_is_closed_from_6_0_on():
    for version, end in (("5.8", "name"), ("6.0", "name)")):
        engine, _clock = lab(HashTables({"t": {}}), version=version)
        for params in ((), ("t",), (1, "k")):
            assert fault(engine, "htable.delete", *params)[1].endswith("key " + end)


@pytest.fixture
def htable(real: Client) -> Iterator[Pair]:
    yield Pair(real, hash_tables())
    for table in HASH_TABLES:
        real.call("htable.flush", table)
    real.call("htable.sets", "stored", "text", "abc")
    real.call("htable.seti", "stored", "number", 42)
    real.call("htable.store", "stored")


@pytest.mark.real
def test_htable_items_and_parameters(htable: Pair) -> None:
    names = "get sets seti setex setxs setxi delete dump listTables stats flush reload store"
    htable.same_methods("htable.")
    params: list[tuple[Any, ...]] = [
        *[(), ("t",), ("t", "k"), ("t", "k", "v"), ("t", "k", 5), ("t", "k", 1.5)],
        *[("t", "k", "v", 5), ("t", "k", 5, 5), ("nope",), ("nope", "k"), ("nope", "k", "v")],
        *[("nope", "k", 5), ("nope", "k", "7"), ("nope", "k", "v", 5), ("nope", "k", 5, 5)],
        *[(1,), ("t", 1), ("t", "", ""), ("t", "k", "-3"), ("t", "k", "12abc"), ("stored",)],
        *[("t", "k", "x", "y"), ("exp", "e", "v"), ("upd", "u", "v")],
    ]
    for name in names.split():
        for each in params:
            htable.same("htable." + name, *each)
        htable.same("htable.dump", "t")
        htable.same("htable.get", "t", "k")
        htable.same("htable.stats")


@pytest.mark.real
def test_htable_slots_and_limits(htable: Pair) -> None:
    for i in range(120):
        htable.same("htable.sets", "t", f"key{i}", "v" * i)
        htable.same("htable.seti", "big", f"Ké{i}", i * 7 - 3)
    for table in ("t", "big", "stored"):
        htable.same("htable.dump", table)
    htable.same("htable.flush", "t")
    for i in range(400):
        htable.same("htable.sets", "t", f"k{i}", "v" * 60)
    htable.same("htable.dump", "t")
    htable.same("htable.stats")


@pytest.mark.real
def test_htable_expiry(htable: Pair) -> None:
    for table in ("t", "exp", "upd"):
        for value in ("aa", "aaaa", "a"):
            for call in (
                *[("setxs", value, 5000), ("sets", value), ("setxi", 5, 6000), ("setex", 0)],
                *[("setex", 9900), ("setxi", 5, 0), ("setex", -1)],
            ):
                htable.same("htable." + call[0], table, "k", *call[1:])
                htable.same("htable.get", table, "k", normalise=_without_seconds)


def _without_seconds(outcome: Any) -> str:
    # The two may be asked on either side of a second.
    text = repr(outcome)
    return text if "NEVER" in text or "1970-" in text else text.partition("'expire', '2")[0]


@pytest.mark.real
def test_htable_database(htable: Pair) -> None:
    for call in (*["dump", "flush", "dump", "reload", "dump", "flush", "store", "reload", "dump"],):
        htable.same("htable." + call, "stored")
    for key, value in (("zz", "1"), ("list[0]", "x"), ("list::size", "1")):
        htable.same("htable.sets", "stored", key, value)
    for call in ("store", "flush", "reload", "dump"):
        htable.same("htable." + call, "stored")


@pytest.mark.real
@pytest.mark.slow
def test_expired_items(htable: Pair) -> None:
    """Until the timer comes by they are found by dumps and changes, and not by reads."""
    for table in ("exp", "upd"):
        for key in ("got", "set", "text", "kept", "deleted"):
            htable.same("htable.seti", table, key, 1)
            htable.same("htable.setex", table, key, 1)
        time.sleep(2.2)
        for key in ("got", "deleted", "nosuch"):
            htable.same("htable.get", table, key)
        htable.same("htable.dump", table)
        htable.same("htable.stats")
        htable.same("htable.seti", table, "set", 2)
        htable.same("htable.sets", table, "text", "longer than before")
        htable.same("htable.setex", table, "kept", 100)
        htable.same("htable.delete", table, "deleted")
        htable.same("htable.delete", table, "deleted")
        htable.same("htable.dump", table)
        for key in ("set", "text", "kept"):
            htable.same("htable.get", table, key, normalise=seconds_aside)


def seconds_aside(reply: Any) -> str:
    return re.sub(r"[0-9:]{8}'", "", repr(reply))


def test_a_sync_needs_dmq_and_a_resync_flushes_first():
    """As 6.0.1 and 6.1.5 do."""
    for enabled in (False, True):
        module = HashTables({"t": {"k": 1}}, enable_dmq=enabled)
        engine, _clock = lab(module, version="6.1")
        assert fault(engine, "htable.dmqresync") == (500, "No htable name given")
        assert fault(engine, "htable.dmqresync", "nope") == (500, "No such htable")
        for call in (("htable.dmqsync",), ("htable.dmqsync", "t"), ("htable.dmqresync", "t")):
            assert "k" in module.tables["t"]
            if enabled:
                assert engine.call(*call) == ["Ok"]
            else:
                assert fault(engine, *call) == (500, "HTable DMQ Sync Failed")
        assert "k" not in module.tables["t"]
