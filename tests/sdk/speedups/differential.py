# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""One decoder against the other: same arguments, same outcome.

python -m tests.sdk.speedups.differential FILE [SEED [COUNT]] compares the compiled module in
FILE with the Python decoder on COUNT random cases.
"""

from __future__ import annotations

import random
import sys

from kamailio_binrpc.core import decoder
from kamailio_binrpc.core.errors import DecodeError

pure = decoder.decode_records


class Asked:
    """Stands in for the Python decoder and counts how often the compiled one calls it."""

    def __init__(self):
        self.count = 0

    def __call__(self, *args, **options):
        self.count += 1
        return pure(*args, **options)


def outcome(decode, args, options, *, noting):
    """Tell in plain values what a call came to: its values or error, and its anomalies."""
    anomalies = [] if noting else None
    try:
        # The text tells more than equality: Fixed from float, and True from 1.
        result = repr(decode(*args, anomalies=anomalies, **options))
    except DecodeError as error:
        result = (type(error), error.code, error.detail, error.offset, error.path, str(error))
    except (IndexError, OverflowError, TypeError, ValueError) as error:
        result = (type(error), str(error))
    return result, anomalies


def compare(compiled, *args, noting=False, usual=True, **options):
    """Both decoders come to the same, and the compiled one only asks for help where it must.

    Returns what they came to. Not usual are arguments which only the Python decoder takes.
    """
    expected = outcome(pure, args, options, noting=noting)
    asked = decoder.decode_records = Asked()
    try:
        found = outcome(compiled, args, options, noting=noting)
    finally:
        decoder.decode_records = pure
    assert found == expected, (args, options, noting, expected, found)
    must_ask = not usual or isinstance(expected[0], tuple) or bool(expected[1])
    assert asked.count == must_ask, (args, options, noting, expected, asked.count)
    return expected


NAMES = [b"ID", b"h_entry", b"call-id", b"from_uri", b"", b"\xc3\xa9", b"\xff", b"a\0b", b"n" * 90]
TEXTS = [b"", b"x", b"sip:user@192.0.2.1", b"\xc3\xa9\xe2\x82\xac", b"\xff\xfe", b"t" * 300, b"\0"]
HEADS = bytes.fromhex("00 10 20 40 80 90 91 a1 11 21 03 83 93 04 84 25 35 95 02 22 82 f2 06 96 07")


class Cases:
    """Endless random calls: records in odd but legal forms, most of them damaged after."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def __iter__(self):
        return self

    def __next__(self):
        pick = self.random
        body = self.body()
        before, after = pick.choice([(b"", b""), (b"", b""), (b"\x83\x95", b""), (b"", b"a\0\x10")])
        args = [before + body + after]
        if before or after or pick.random() < 0.1:
            args += [len(before), len(before) + len(body)]
        options = {"noting": pick.random() < 0.5}
        if pick.random() < 0.3:
            options["unsigned"] = True
        if pick.random() < 0.1:
            options["max_depth"] = pick.randrange(4)
        if pick.random() < 0.1:
            options["max_records"] = pick.randrange(12)
        return args, options

    def body(self):
        pick = self.random
        if pick.random() < 0.1:
            return bytes(pick.choices(HEADS, k=pick.randrange(20)))
        body = b"".join(self.value(0) for _turn in range(pick.randrange(1, 6)))
        while body and pick.random() < 0.6:
            body = self.damaged(body)
        return body

    def damaged(self, body):
        pick = self.random
        a, b = sorted(pick.choices(range(len(body) + 1), k=2))
        way = pick.randrange(5)
        if way == 0:
            return body[:a]
        if way == 1:
            return body[:a] + body[b:]
        if way == 2:
            return body[:b] + body[a:]
        middle = pick.choice(HEADS) if way == 3 else pick.randrange(256)
        return body[:a] + bytes([middle]) + body[a + way % 2 :]

    def sized(self, kind, content):
        """Write a size in any form that holds it."""
        pick, size = self.random, len(content)
        if size < 8 and pick.random() < 0.7:
            return bytes([size << 4 | kind]) + content
        least = (size.bit_length() + 7) // 8
        width = least if pick.random() < 0.8 else pick.randrange(least, 8)
        junk = pick.randbytes(max(width - 4, 0)) if width > 4 else b""
        return (
            bytes([0x80 | width << 4 | kind])
            + junk
            + size.to_bytes(width - len(junk), "big")
            + content
        )

    def text(self, kind, contents):
        pick = self.random
        if pick.random() < 0.02:
            return self.sized(kind, pick.choice([b"", b"no NUL"]))
        return self.sized(kind, pick.choice(contents) + b"\0")

    def value(self, depth, *, named=False):
        pick = self.random
        kind = pick.choice([0, 0, 1, 1, 1, 2, 3, 3, 4, 6])
        if kind == 0:
            return self.sized(0, pick.randbytes(pick.choice([0, 1, 1, 2, 3, 4, 4, 5, 12])))
        if kind == 1 or (kind == 4 and named):
            return self.text(1, TEXTS)
        if kind == 2:
            # About 2**50 thousandths is where a float starts to lack digits.
            raw = pick.choice([pick.getrandbits(64), 2**50 + pick.randrange(-2, 3), 1500])
            raw = raw.to_bytes(8, "big").lstrip(b"\0") if pick.random() < 0.5 else pick.randbytes(9)
            return bytes([len(raw) << 4 | 2]) + raw
        if kind == 6:
            return self.sized(6, pick.randbytes(pick.randrange(10)))
        if depth > 5:
            return b"\x00"
        inside = b"".join(
            self.member(depth + 1) if kind == 3 else self.value(depth + 1)
            for _turn in range(pick.randrange(5))
        )
        end = bytes([0x80 | kind])
        if pick.random() < 0.05:
            end = bytes([0x90 | kind, 0])
        return bytes([kind]) + inside + end

    def member(self, depth):
        if self.random.random() < 0.2:
            return self.value(depth)
        return self.text(5, NAMES) + self.value(depth, named=True)


def cut_reply(pick):
    """Make a call of ``find_answers``: bytes full of headers, most of them damaged."""
    size = pick.choice(
        [5, 20, 100, 300, 600, 70_000] if pick.random() < 0.05 else [5, 20, 100, 600]
    )
    alphabet = b"\xa1\xa1\xa1\x10\x13\x14\x17\x18\x1b\x1c\x30\x31\x33\x00\x01\x02\x05\xc3"
    data = bytearray(
        pick.choices(alphabet, k=size) if pick.random() < 0.7 else pick.randbytes(size)
    )
    usual = [0, 1, 2, 5, 0x10, 0xA1, 0x1300, 0x131415, 0xA1A1A1A1, pick.getrandbits(32)]
    cookies = [pick.choice(usual) for _turn in range(pick.randrange(4))]
    for _turn in range(pick.randrange(4)):
        length, width = pick.randrange(1, 5), pick.randrange(1, 5)
        at = pick.randrange(size)
        left = size - at - 2 - length - width
        if left >= 0:
            flags = pick.choice([0x10, 0x30, 0x20]) | (length - 1) << 2 | (width - 1)
            cookie = (
                pick.choice(cookies) if cookies and pick.random() < 0.5 else pick.getrandbits(32)
            )
            left &= (1 << 8 * length) - 1
            header = bytes([0xA1, flags]) + left.to_bytes(length, "big")
            header += cookie.to_bytes(4, "big")[-width:]
            data[at : at + len(header)] = header
    return bytes(data), pick.randrange(9), cookies, pick.choice([1, 2, 5, 1000])


def run(compiled, seed, count):
    """Compare ``count`` cases; return how many decoded and how many did not."""
    cases = Cases(seed)
    good = 0
    for _turn in range(count):
        args, options = next(cases)
        result, _anomalies = compare(compiled, *args, **options)
        good += isinstance(result, str)
    return good, count - good


def main():
    from . import building

    seed, count = (int(text) for text in [*sys.argv[2:], *["0", "20000"][len(sys.argv) - 2 :]])
    good, bad = run(building.load(sys.argv[1]).decode_records, seed, count)
    print(f"seed {seed}: equal on {good} bodies that decode and on {bad} that do not")


if __name__ == "__main__":
    main()
