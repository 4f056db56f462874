# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""The compiled decoder frees what it takes, and the cyclic collector sees what it must."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import weakref
from pathlib import Path

import pytest

from kamailio_binrpc.core import decoder, values
from kamailio_binrpc.core.errors import DecodeError
from kamailio_binrpc.core.values import Struct

from . import building, counting
from .counting import FOREST, LEAF, TREE

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def compiled(speedups):
    return speedups.decode_records


def count(what, module):
    """Count in a process of its own, see there."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.sdk.speedups.counting", module, what.__name__],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "sdk")])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    if done.stdout.startswith("NOT TESTED"):
        pytest.skip(done.stdout.strip())
    return int(done.stdout)


def test_no_block_is_lost(speedups_file):
    assert count(counting.blocks, speedups_file) <= 0


def test_no_block_is_lost_without_memory(speedups_file):
    """It raises MemoryError and nothing else, wherever that happens."""
    assert count(counting.blocks_without_memory, speedups_file) <= 0


def test_the_count_of_blocks_sees_a_leak(speedups_file):
    assert count(counting.leaked, speedups_file) >= counting.ROUNDS


def test_references_of_shared_objects_stay(speedups_file):
    assert count(counting.references, speedups_file) < counting.ROUNDS


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="NOT TESTED: no /proc")
def test_memory_does_not_grow(speedups_file):
    # One large reply decoded takes more than this.
    assert count(counting.bytes_of_process, speedups_file) < 2_000_000


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


CHUNK = b"\x00" * decoder.CHUNK


def test_a_change_in_the_midst_of_decoding(fresh):
    """The one place where Python code runs within: the check after each chunk."""
    other = fresh.decode_records(TREE)[0]
    body = b"\x03" + TREE + CHUNK + TREE + b"\x83"
    outer = fresh.decode_records(body, check=lambda: other.add("more", 1))[0]
    assert len(other) == 2
    assert tracked(outer) == (True, True)
    inner = [tree for tree in outer.values() if isinstance(tree, Struct)]
    assert [tracked(tree) for tree in inner] == [(True, True)] * 2


def test_an_error_in_the_midst_of_decoding_comes_through(fresh):
    def refuse():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fresh.decode_records(TREE + b"\x03" + CHUNK + b"\x83", check=refuse)


def test_what_python_goes_on_with_is_shown(fresh, monkeypatch):
    seen = []

    def watched(*args, opened, **options):
        seen.extend((tracked(flat), inside) for flat, inside in opened[0])
        raise KeyboardInterrupt

    def tracked(flat):
        return gc.is_tracked(flat)

    monkeypatch.setattr(decoder, "decode_records", watched)
    with pytest.raises(KeyboardInterrupt):
        fresh.decode_records(TREE + b"\x03" + LEAF + b"\x25a\0\x03" + LEAF + b"\xff")
    assert seen == [(True, False), (True, True), (True, True)]


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
    depth = decoder.FREE_CONTAINERS // 2
    deep = compiled(b"\x03" * depth + b"\x83" * depth, max_depth=depth)
    mixed = compiled(b"\x03\x04" * depth + b"\x84\x83" * depth, max_depth=2 * depth)
    assert len(deep) == len(mixed) == 1
    del deep, mixed
    with pytest.raises(DecodeError):
        compiled(b"\x03" * 2_000, max_depth=depth)


def test_lists_take_no_more_room_than_they_need(compiled):
    numbers = compiled(b"\x10\x01" * 1001)
    assert sys.getsizeof(numbers) == sys.getsizeof([None] * 1001)
