# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Debian's kamcmd cannot tell the lab server from the real one, in command and interactive mode."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator

import pytest

from kamailio_binrpc.core.client import Client
from tests.conformance import twins
from tests.real import kamcmd_on_lab as compare
from tests.real.kamcmd_compare import TRANSPORTS
from tests.real.kamcmd_lines import line

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(600)]

LEAST = {"commands": 5000, "sessions": 30000, "terminals": 60}
"""Lines of output that there are at least, or else something is not tried."""


@pytest.fixture(scope="module")
def both(kamcmd_program: str) -> Iterator[twins.Twins]:
    logging.disable(logging.ERROR)  # the lab server tells of each value that does not fit
    try:
        with twins.running(calls=1) as running:
            yield running
    finally:
        logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def pair(both: twins.Twins, kamcmd_program: str) -> Iterator[compare.Pair]:
    found = compare.Pair(both, kamcmd_program)
    yield found
    found.close()


@pytest.fixture(scope="module")
def masked() -> Counter[str]:
    """Rules that were needed, so far."""
    return Counter()


@pytest.mark.parametrize("part", compare.PARTS)
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_output_is_equal(
    transport: str,
    part: str,
    pair: compare.Pair,
    masked: Counter[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    tally = compare.PARTS[part](pair, transport)
    masked += tally.masked
    with capsys.disabled():
        print(f"\nkamcmd over {transport}, {part}: {tally}")
    assert tally.different == []
    assert tally.total >= LEAST[part]


def test_each_rule_is_needed(masked: Counter[str], request: pytest.FixtureRequest) -> None:
    """A mask that hides nothing has to go."""
    if len(request.session.items) < len(TRANSPORTS) * len(compare.PARTS):
        pytest.skip("only some of the comparisons were made")
    # Destinations have names of the server's own since 6.1.
    of_others = {"destinations"}
    assert {each.name for each in compare.RULES} - set(masked) <= of_others


def test_both_have_most_methods(pair: compare.Pair) -> None:
    assert len(pair.methods) > 250


def test_a_difference_is_seen(pair: compare.Pair, both: twins.Twins) -> None:
    """Or else the comparison would prove nothing."""
    with Client(str(both.lab.addresses["unix"])) as lab:
        lab.call("htable.sets", "a", "only", "here")
        tally = compare.Tally()
        pair.command(line("htable.dump", "a"), "unix", tally)
        pair.session([("htable.get", "a", "only"), ("core.version",)], "unix", tally)
        lab.call("htable.delete", "a", "only")
    assert 0 < tally.same < tally.total
    assert any("htable.dump a" in each for each in tally.different)
    assert any("htable.get a only" in each for each in tally.different)
    assert not any("core.version" in each for each in tally.different)
