# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Reading a relay's lines: in any pieces, among noise, and cut anywhere."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core.address import parse_address
from kamailio_binrpc.core.relay.orders import Report, asking, new_tag, opening

SAID = """\
T hello perl .
T open ok .
T go .
T sent 3 .
T data YWJj .
T hex 646566 .
T end whole .
T go .
T sent 1 .
T end late .
T skip .
T bye .
"""


def report(text, count=3):
    told = Report("T", count)
    told.feed(text)
    return told


def test_tags_differ():
    assert len({new_tag() for _number in range(100)}) == 100


def test_lines_have_no_bytes_of_others():
    name = "unixs:/tmp/with space\nand 'line'"
    assert opening(parse_address(name), 5).split()[0::4] == ["open", "5.000"]
    assert "\n" not in opening(parse_address(name), 5)
    assert asking(b"\x00\n", 2.5, 1, 10) == "ask 2.500 1.000 10 AAo= ."
    assert opening(parse_address("tcp:[::1]:20"), 1) == "open tcp Ojox 20 1.000 ."


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_in_any_pieces(size):
    told = Report("T", 3)
    for at in range(0, len(SAID), size):
        told.feed(SAID[at : at + size])
    first, second, third = told.answers
    assert told.interpreter == "perl"
    assert told.complete
    assert (first.opened, first.sent, first.reads, first.end) == (
        True,
        3,
        [b"abc", b"def"],
        "whole",
    )
    assert (second.tried, second.sent, second.end, second.skipped) == (True, 1, "late", False)
    assert (third.tried, third.skipped) == (False, True)


def test_noise_does_no_harm():
    noisy = SAID.replace("T ", "\x1b[0mWelcome! T ").replace("\n", "\r\n")
    told = report("Last login: today\n[sudo] password:\n" + noisy + "bye bye\n")
    assert told.complete
    assert told.answers[0].reads == [b"abc", b"def"]


def test_a_refused_connect_is_that_of_all_packets():
    told = report("T hello python3 .\nT open ENOENT .\nT skip .\nT skip .\nT skip .\nT bye .\n")
    assert [(each.opened, each.problem, each.tried) for each in told.answers] == [
        (False, "ENOENT", False)
    ] * 3


def test_a_relay_that_connects_for_each_packet():
    told = report("T hello nc .\nT go .\nT data  .\nT open ECONNREFUSED .\nT skip .\nT bye .\n", 2)
    assert [(each.opened, each.skipped) for each in told.answers] == [(False, False), (False, True)]


def test_such_a_relay_may_find_the_server_gone_later():
    told = report(
        "T go .\nT data YQ== .\nT open ok .\nT sent ? .\nT end eof .\nT go .\nT open ENOENT .\n", 2
    )
    first, second = told.answers
    assert (first.opened, first.sent, first.reads, first.end) == (True, None, [b"a"], "eof")
    assert (second.opened, second.tried, second.problem) == (False, True, "ENOENT")


@pytest.mark.parametrize("end", range(len(SAID)))
def test_cut_anywhere_it_says_no_more_than_has_arrived(end):
    told = report(SAID[:end])
    whole = report(SAID)
    assert not told.complete
    for some, every in zip(told.answers, whole.answers):
        assert some.tried <= every.tried
        assert some.end in ("", every.end)
        assert some.sent in (None, every.sent)
        assert some.reads == every.reads[: len(some.reads)]


@pytest.mark.parametrize(
    "line",
    [
        "T",
        "T ",
        "T data !!",
        "T hex 1",
        "T sent -1",
        "T end",
        "T what",
        "T go .\nT go",
        "T open EC",
    ],
)
def test_odd_lines_do_no_harm(line):
    told = report(line + "\n" + line + " .\n")
    assert told.answers[0].reads == []
    assert told.answers[0].sent is None


def test_more_than_was_asked_for():
    told = report("T end whole .\nT end whole .\nT data YQ== .\nT open EIO .\n", 1)
    assert told.answers[0].end == "whole"
    assert told.answers[0].opened is None
