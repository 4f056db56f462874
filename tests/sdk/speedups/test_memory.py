# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""What the compiled decoder takes it gives back, and the cyclic collector sees what it must."""

from __future__ import annotations

import contextlib
import gc
import itertools
import os
import sys
import weakref
from pathlib import Path

import pytest

from kamailio_binrpc.core import decoder, values
from kamailio_binrpc.core.errors import DecodeError
from kamailio_binrpc.core.values import Struct

from . import building
from .differential import Cases

LEAF = b"\x03\x35ab\0\x91\x0asome text\0\x83"
TREE = b"\x03\x35cd\0" + LEAF + b"\x83"
FOREST = b"\x03" + TREE + b"\x03\x04" + TREE + b"\x84" + LEAF + b"\x83" + b"\x03\x83" + b"\x83"

# Other threads and the interpreter itself take and give blocks, so that the counts are only
# right on a quiet machine.
counts = pytest.mark.skipif(
    not os.environ.get("COUNT_MEMORY"), reason="NOT TESTED: counts memory if COUNT_MEMORY=1 is set"
)


@pytest.fixture(scope="module")
def compiled(speedups):
    return speedups.decode_records


def call(compiled, args, options):
    options = dict(options)
    options["anomalies"] = [] if options.pop("noting") else None
    with contextlib.suppress(DecodeError):
        compiled(*args, **options)


def resident():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


def blocks_after(work):
    gc.collect()
    before = sys.getallocatedblocks()
    work()
    gc.collect()
    return sys.getallocatedblocks() - before


@counts
def test_no_block_is_lost(compiled):
    """Good, damaged and limited bodies: what was allocated before is what is after."""
    cases = list(itertools.islice(Cases(7), 3000))

    names = b"".join(b"\x95\x05%04d\0\x00" % number for number in range(1000))

    def work():
        for args, options in cases:
            call(compiled, args, options)
        compiled(b"\x03" + names + b"\x83")  # more than the table of names holds

    work()  # fills caches
    lost = min(blocks_after(work) for _turn in range(3))
    assert lost < 50


@counts
def test_the_count_of_blocks_sees_a_leak(compiled):
    kept = []
    assert blocks_after(lambda: kept.extend(compiled(LEAF * 100))) > 300


@counts
@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="NOT TESTED: no /proc")
def test_memory_does_not_grow(compiled):
    big = FOREST * 2000
    cases = list(itertools.islice(Cases(8), 500))

    def work(rounds):
        for _turn in range(rounds):
            compiled(big)
            for bad in (big + b"\xff", big[:-1]):
                with pytest.raises(DecodeError):
                    compiled(bad, max_depth=9)
            for args, options in cases:
                call(compiled, args, options)

    work(3)
    before = resident()
    work(15)
    # One big reply decoded takes more than this.
    assert resident() - before < 2_000_000


def test_references_of_shared_objects_stay(compiled):
    body = FOREST * 200 + b"\x04" * 5
    watched = [None, Struct, compiled, sys.modules["kamailio_binrpc.core.decoder"]]
    before = [sys.getrefcount(thing) for thing in watched]
    for _turn in range(50):
        compiled(body[:-5])
        with pytest.raises(DecodeError):
            compiled(body)
    after = [sys.getrefcount(thing) for thing in watched]
    assert all(abs(b - a) < 40 for a, b in zip(before, after)), (before, after)


@pytest.fixture
def fresh(speedups_file, monkeypatch):
    """A module that has not seen a change of a Struct yet, and whose hook is the one in use."""
    monkeypatch.setattr(values, "_track", None)
    module = building.load(speedups_file)
    assert values._track == module.track
    return module


def tracked(struct):
    return gc.is_tracked(struct), gc.is_tracked(struct._flat)


def test_what_the_collector_sees(fresh):
    (outer,) = fresh.decode_records(FOREST)
    tree, with_array, empty = outer.values()
    (leaf,) = tree.values()
    array, last = with_array.values()
    assert gc.is_tracked(array)
    assert tracked(outer) == (True, True)  # an array is somewhere below
    assert tracked(with_array) == (True, True)
    assert tracked(tree) == (True, False)
    assert tracked(array[0]) == (True, False)
    assert tracked(leaf) == tracked(last) == tracked(empty) == (False, False)
    assert all(gc.is_tracked(values) for values in [fresh.decode_records(LEAF)])


def test_a_change_shows_more(fresh):
    def trees():
        outer = fresh.decode_records(TREE)[0]
        return outer, outer.values()[0]

    before, leaf_before = trees()
    other, leaf = trees()
    leaf.add("more", 1)
    after, leaf_after = trees()
    assert tracked(leaf) == tracked(other) == tracked(before) == tracked(after) == (True, True)
    assert tracked(leaf_before) == tracked(leaf_after) == (False, False)
    leaf_after.add("more", 1)
    assert tracked(leaf_after) == (True, True)


def test_structs_of_our_own_show_nothing(fresh):
    decoded = fresh.decode_records(TREE)[0]
    Struct(a=Struct()).add("b", decoded)
    assert tracked(decoded) == (True, False)


class Marker:
    """Takes weak references, which a Struct does not."""


def make_cycle(decode, way):
    """Tie a fresh tree into a cycle; return a weak reference to something on it."""
    marker = Marker()
    forest = decode(FOREST)
    tree, with_array, empty = forest[0].values()
    marker.tree = {
        "root": forest,
        "outer": forest[0],
        "leaf": tree.values()[0],
        "its parent": tree,
        "the parent of all": forest[0],
        "array": with_array,
        "below an array": with_array.values()[0][0],
        "empty": empty,
    }[way]
    if way == "root":
        forest.append(marker)
    elif way == "array":
        with_array.values()[0].append(marker)
    elif way in {"its parent", "the parent of all"}:
        tree.values()[0].add("cycle", marker)
    elif way == "below an array":
        marker.tree.values()[0].add("cycle", marker)
    else:
        marker.tree.add("cycle", marker)
    return weakref.ref(marker)


WAYS = [
    "root",
    "outer",
    "leaf",
    "its parent",
    "the parent of all",
    "array",
    "below an array",
    "empty",
]


@pytest.mark.parametrize("way", WAYS)
def test_cycles_made_later_are_collected(fresh, way):
    for _turn in range(2):  # also when it is not the first change
        gone = make_cycle(fresh.decode_records, way)
        gc.collect()
        assert gone() is None


@pytest.mark.parametrize("way", ["leaf", "its parent"])
def test_without_the_hook_they_would_not_be(fresh, monkeypatch, way):
    monkeypatch.setattr(values, "_track", None)
    gone = make_cycle(fresh.decode_records, way)
    gc.collect()
    assert gone() is not None
    # Taken apart by hand, so that the test itself leaves nothing behind.
    del gone().tree
    gc.collect()
    assert gone() is None


def test_a_change_in_the_midst_of_decoding(fresh, monkeypatch):
    """The one place where Python code runs within: a number that a float cannot hold."""
    other = fresh.decode_records(TREE)[0]

    def change(raw):
        other.add("more", 1)
        return float(raw)

    monkeypatch.setattr(decoder, "fixed_to_float", change)
    body = b"\x03" + TREE + b"\x82" + b"\x7f" * 8 + TREE + b"\x83"
    outer = fresh.decode_records(body)[0]
    assert tracked(outer) == (True, True)
    assert [tracked(tree) for tree in outer.values()[::2]] == [(True, True)] * 2


def test_an_error_in_the_midst_of_decoding_comes_through(fresh, monkeypatch):
    def refuse(raw):
        raise KeyboardInterrupt

    monkeypatch.setattr(decoder, "fixed_to_float", refuse)
    with pytest.raises(KeyboardInterrupt):
        fresh.decode_records(TREE + b"\x03\x82" + b"\x7f" * 8 + b"\x83")


def test_showing_takes_anything(fresh):
    fresh.track(Struct(a=1))
    fresh.track(Struct.__new__(Struct))
    fresh.track("no Struct")
    odd = fresh.decode_records(LEAF)[0]
    odd._flat = ()
    fresh.track(odd)
    for leaf in fresh.decode_records(LEAF * 2):
        for _turn in range(2):
            fresh.track(leaf)
            assert tracked(leaf) == (True, True)


def test_structs_behave_like_others(compiled):
    leaf = compiled(LEAF)[0]
    assert isinstance(leaf, Struct)
    leaf.add(None, 1)
    assert leaf == Struct([("ab", "some text"), (None, 1)])
    assert Struct(leaf)._flat is not leaf._flat


def test_a_very_deep_reply_can_be_freed(compiled):
    depth = 100_000
    deep = compiled(b"\x03" * depth + b"\x83" * depth, max_depth=depth)
    mixed = compiled(b"\x03\x04" * depth + b"\x84\x83" * depth, max_depth=2 * depth)
    assert len(deep) == len(mixed) == 1
    del deep, mixed
    with pytest.raises(DecodeError):
        compiled(b"\x03" * 2_000, max_depth=depth)


def test_lists_take_no_more_room_than_they_need(compiled):
    numbers = compiled(b"\x10\x01" * 1001)
    assert sys.getsizeof(numbers) == sys.getsizeof([None] * 1001)


@counts
def test_without_memory_it_raises_and_nothing_else(compiled):
    """Each allocation in turn fails once, and nothing is lost."""
    testcapi = pytest.importorskip("_testcapi", reason="NOT TESTED: this Python has no _testcapi")
    body = FOREST * 3 + b"\x20\xfe\xfe" * 300 + b"\x04" * 40 + b"\x84" * 40
    expected = repr(compiled(body))
    failures = 0

    def work():
        nonlocal failures
        for number in range(700):
            result = None
            testcapi.set_nomemory(number, number + 1)
            try:
                result = compiled(body)
            except MemoryError:
                failures += 1
            finally:
                testcapi.remove_mem_hooks()
            assert result is None or repr(result) == expected

    work()
    assert failures > 100
    # A leak would show once for each of them; the interpreter itself keeps a block or two.
    assert min(blocks_after(work) for _turn in range(3)) <= 5
