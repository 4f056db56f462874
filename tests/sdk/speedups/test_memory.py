# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""What the compiled decoder takes it gives back, and the cyclic collector sees what it must."""

from __future__ import annotations

import gc
import itertools
import sys
import weakref
from pathlib import Path

import pytest

from kamailio_binrpc.core import values
from kamailio_binrpc.core.errors import DecodeError
from kamailio_binrpc.core.values import Struct

from .differential import Cases

LEAF = b"\x03\x35ab\0\x91\x0asome text\0\x83"
TREE = b"\x03\x35cd\0" + LEAF + LEAF + b"\x04" + LEAF + b"\x84" + b"\x83"


@pytest.fixture(scope="module")
def compiled(speedups):
    return speedups.decode_records


def call(compiled, args, options):
    options = dict(options)
    options["anomalies"] = [] if options.pop("noting") else None
    try:
        compiled(*args, **options)
    except DecodeError:
        pass


def resident():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


def blocks_after(work):
    gc.collect()
    before = sys.getallocatedblocks()
    work()
    gc.collect()
    return sys.getallocatedblocks() - before


def test_no_block_is_lost(compiled):
    """Good, damaged and limited bodies: what was allocated before is what is after."""
    cases = list(itertools.islice(Cases(7), 3000))

    def work():
        for args, options in cases:
            call(compiled, args, options)

    work()  # fills caches
    lost = min(blocks_after(work) for _ in range(3))
    assert lost < 50


def test_the_count_of_blocks_sees_a_leak(compiled):
    kept = []
    assert blocks_after(lambda: kept.extend(compiled(LEAF * 100))) > 300


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="NOT TESTED: no /proc")
def test_memory_does_not_grow(compiled):
    big = TREE * 2000
    cases = list(itertools.islice(Cases(8), 500))

    def work(rounds):
        for _ in range(rounds):
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
    body = TREE * 200 + b"\x04" * 5
    watched = [None, Struct, compiled, sys.modules["kamailio_binrpc.core.decoder"]]
    before = [sys.getrefcount(thing) for thing in watched]
    for _ in range(50):
        compiled(body[:-5])
        with pytest.raises(DecodeError):
            compiled(body)
    after = [sys.getrefcount(thing) for thing in watched]
    assert all(abs(b - a) < 40 for a, b in zip(before, after)), (before, after)


def test_the_collector_sees_all_but_structs_of_plain_values(compiled):
    (outer,) = compiled(TREE)
    first, second, array = outer.values()
    for shown in (outer, outer._flat, array):
        assert gc.is_tracked(shown)
    for hidden in (first, second, array[0]):
        assert not gc.is_tracked(hidden)
        assert not gc.is_tracked(hidden._flat)
    (empty, array) = compiled(b"\x03\x83\x04\x84")
    assert not gc.is_tracked(empty)
    assert gc.is_tracked(array)


class Marker:
    """Takes weak references, which a Struct does not."""


@pytest.mark.parametrize("place", ["leaf", "outer", "leaf in array"])
def test_cycles_made_later_are_collected(speedups, monkeypatch, place):
    # The module loaded last has left its function there; this one has to be enough too.
    monkeypatch.setattr(values, "_track", speedups.track)
    trees = speedups.decode_records(TREE)
    outer = trees[0]
    target = {
        "leaf": outer.values()[0],
        "outer": outer,
        "leaf in array": outer.values()[2][0],
    }[place]
    marker = Marker()
    marker.tree = trees
    target.add("cycle", marker)
    gone = weakref.ref(marker)
    del trees, outer, target, marker
    gc.collect()
    assert gone() is None


def test_without_the_hook_they_would_not_be(speedups, monkeypatch):
    monkeypatch.setattr(values, "_track", None)
    leaf = speedups.decode_records(LEAF)[0]
    marker = Marker()
    marker.leaf = leaf
    leaf.add("cycle", marker)
    gone = weakref.ref(marker)
    del leaf, marker
    gc.collect()
    assert gone() is not None
    # Taken apart by hand, so that the test itself leaves nothing behind.
    del gone().leaf


def test_showing_twice_or_nothing_is_fine(speedups):
    leaf = speedups.decode_records(LEAF)[0]
    for _ in range(2):
        speedups.track(leaf)
        assert gc.is_tracked(leaf)
        assert gc.is_tracked(leaf._flat)
    speedups.track(Struct(a=1))
    speedups.track(Struct.__new__(Struct))
    speedups.track("no Struct")
    odd = speedups.decode_records(LEAF)[0]
    odd._flat = ()
    speedups.track(odd)


def test_loading_sets_the_hook(speedups):
    assert values._track is not None
    assert values._track.__name__ == "track"


def test_structs_behave_like_others(compiled):
    leaf = compiled(LEAF)[0]
    assert type(leaf) is Struct
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
