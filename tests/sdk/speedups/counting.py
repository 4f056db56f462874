# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Count what calls of the compiled decoder and of the reader of models leave behind.

python -m tests.sdk.speedups.counting FILE WHAT prints the count. It wants a process of its own:
in one with other threads, or a test runner, everything counted changes by itself.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import sys
from pathlib import Path

from kamailio_binrpc.core.errors import DecodeError
from kamailio_binrpc.core.values import Struct

from . import building
from .differential import Cases

LEAF = b"\x03\x35ab\0\x91\x0asome text\0\x83"
TREE = b"\x03\x35cd\0" + LEAF + b"\x83"
FOREST = b"\x03" + TREE + b"\x03\x04" + TREE + b"\x84" + LEAF + b"\x83" + b"\x03\x83" + b"\x83"
# More than the table of names holds.
NAMES = b"\x03" + b"".join(b"\x95\x05%04d\0\x00" % number for number in range(1000)) + b"\x83"

ROUNDS = 50


def call(decode, args, options):
    options = dict(options)
    options["anomalies"] = [] if options.pop("noting") else None
    with contextlib.suppress(DecodeError):
        decode(*args, **options)


def lost_blocks(work):
    """Blocks that a run of ``work`` leaves once free lists are full, which takes some runs."""

    def count(work):
        gc.collect()
        before = sys.getallocatedblocks()
        work()
        gc.collect()
        return sys.getallocatedblocks() - before

    own = min(count(int) for _turn in range(3))  # what counting takes itself
    least = count(work) - own
    for _turn in range(40):
        if least <= 0:
            break
        least = min(least, count(work) - own)
    return least


def blocks(decode):
    """Good, damaged and limited bodies, and one with many names."""
    cases = list(itertools.islice(Cases(7), 3000))

    def work():
        for args, options in cases:
            call(decode, args, options)
        decode(NAMES)

    return lost_blocks(work)


def leaked(decode):
    """The leak of a decoder that forgets one value of each kind in 50 calls."""
    kept = []
    return lost_blocks(lambda: kept.extend(decode(LEAF) for _turn in range(ROUNDS)))


def blocks_without_memory(decode):
    """Each allocation in turn fails once."""
    try:
        import _testcapi
    except ImportError:
        return "NOT TESTED: this Python has no _testcapi"
    body = FOREST * 3 + b"\x20\xfe\xfe" * 300 + b"\x04" * 40 + b"\x84" * 40
    expected = repr(decode(body))
    failures = [0]

    def work():
        failures[0] = 0
        for number in range(600):
            result = None
            _testcapi.set_nomemory(number, number + 1)
            try:
                result = decode(body)
            except MemoryError:
                failures[0] += 1
            finally:
                _testcapi.remove_mem_hooks()
            assert result is None or repr(result) == expected

    lost = lost_blocks(work)
    assert failures[0] > 100
    return lost


def references(decode):
    """References to what is shared, after 50 calls that succeed and 50 that do not."""
    body = FOREST * 200
    watched = [None, Struct, decode, sys.modules["kamailio_binrpc.core.decoder"]]

    def count():
        return [sys.getrefcount(thing) for thing in watched]

    def work():
        for _turn in range(ROUNDS):
            decode(body)
            with contextlib.suppress(DecodeError):
                decode(body + b"\x04")

    work()
    before = count()
    work()
    return max(abs(after - earlier) for after, earlier in zip(count(), before))


def bytes_of_process(decode):
    """How much larger the process gets by decoding large replies, good and bad."""
    big = FOREST * 2000

    def resident():
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

    def work():
        for _turn in range(8):
            decode(big)
            for bad in (big + b"\xff", big[:-1]):
                with contextlib.suppress(DecodeError):
                    decode(bad)

    work()
    before = resident()
    work()
    work()
    return resident() - before


def models(read):
    """Structs of every model, right and wrong."""
    from tests.sdk.typed.comparing import Structs, kinds

    structs = Structs(7)
    cases = [(kind._parts(), structs.struct(kind)) for kind in kinds() * 4]

    def work():
        for parts, struct in cases:
            with contextlib.suppress(ValueError):
                read(parts, struct)

    return lost_blocks(work)


def models_without_memory(read):
    """Each allocation of reading a dialog fails once."""
    try:
        import _testcapi
    except ImportError:
        return "NOT TESTED: this Python has no _testcapi"
    from kamailio_binrpc.typed.models.dialog import Dialog

    leg = Struct(tag="a", contact="<null string>", new=Struct(a=1))
    struct = Struct({"h_entry": -1, "h_id": 2, "call-id": "x", "caller": leg})
    struct.add("profiles", Struct.of("a", Struct(b="c")))
    parts = Dialog._parts()
    expected = repr(read(parts, struct))
    failures = [0]

    def work():
        failures[0] = 0
        for number in range(120):
            result = None
            _testcapi.set_nomemory(number, number + 1)
            try:
                result = read(parts, struct)
            except MemoryError:
                failures[0] += 1
            finally:
                _testcapi.remove_mem_hooks()
            assert result is None or repr(result) == expected

    lost = lost_blocks(work)
    assert failures[0] > 20
    return lost


def references_of_models(read):
    """References to what models share, after 50 calls that succeed and 50 that do not."""
    from kamailio_binrpc.typed.models.dialog import Leg

    parts, good, bad = Leg._parts(), Struct(tag="a", new=1), Struct(tag=b"a")
    shape = parts.find(good._flat)
    watched = [None, parts, Leg, parts.unusual, shape, shape.given, shape.values, good, bad]

    def count():
        return [sys.getrefcount(thing) for thing in watched]

    def work():
        for _turn in range(ROUNDS):
            read(parts, good)
            with contextlib.suppress(ValueError):
                read(parts, bad)

    work()
    before = count()
    work()
    return max(abs(after - earlier) for after, earlier in zip(count(), before))


COUNTS = [blocks, leaked, blocks_without_memory, references, bytes_of_process]
MODEL_COUNTS = [models, models_without_memory, references_of_models]


def main():
    module = building.load(sys.argv[1])
    counts = [(count, module.decode_records) for count in COUNTS]
    counts += [(count, module.read_model) for count in MODEL_COUNTS]
    count, what = {count.__name__: (count, what) for count, what in counts}[sys.argv[2]]
    print(count(what))


if __name__ == "__main__":
    main()
