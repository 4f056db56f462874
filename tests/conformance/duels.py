# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Send every case to both servers, transport by transport, and count."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.conformance import cases, twins
from tests.conformance.cases import Case, is_safe_binrpc, take
from tests.conformance.differences import ANYWHERE, DIFFERENCES, documented, occurs

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT_COUNT = 8000
# Parts of the count; the streams of the text protocol are slow, a real fifo is slower.
WEIGHTS = {"unix": 22, "tcp": 22, "unixd": 16, "udp": 16, "fifo_udp": 8, "fifo_tcp": 5, "fifo": 2}
CONVERTING = 9
NAMES = {"fifo_udp": "fifo/udp", "fifo_tcp": "fifo/tcp", "fifo": "fifo"}
SHOWN = 40
MAX_DATAGRAM = 60_000
ATTEMPTS = 4  # at a figure that a second's end may change between the two


@dataclass
class Row:
    """One transport's count."""

    name: str
    total: int = 0
    same: int = 0
    excused: Counter[str] = field(default_factory=Counter)
    groups: Counter[str] = field(default_factory=Counter)


@dataclass
class Report:
    seed: int
    rows: list[Row] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    table: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(row.total for row in self.rows)

    @property
    def excused(self) -> Counter[str]:
        return sum((row.excused for row in self.rows), Counter())

    def complaints(self) -> Iterator[str]:
        """Return what is wrong with the table of differences."""
        for name in self.table:
            if name not in DIFFERENCES:
                yield f"the documented difference {name!r} is not one that is looked for"
            elif not self.excused[name] and occurs(name):
                yield f"the documented difference {name!r} no longer occurs: take it out"
        for name in DIFFERENCES:
            if name not in self.table:
                yield f"the difference {name!r} is missing in the docs"

    @property
    def good(self) -> bool:
        return not self.different and not list(self.complaints())

    def lines(self) -> Iterator[str]:
        yield f"seed {self.seed}: the same bytes to Kamailio and to the lab server"
        yield f"{'transport':24}{'same':>7}{'total':>7}  documented differences"
        for row in self.rows:
            excused = ", ".join(f"{name} {count}" for name, count in sorted(row.excused.items()))
            yield f"{row.name:24}{row.same:7}{row.total:7}  {excused or '-'}"
        same = sum(row.same for row in self.rows)
        excused_count = sum(self.excused.values())
        yield f"{'all':24}{same:7}{self.total:7}  {excused_count}"
        groups = sum((row.groups for row in self.rows), Counter())
        yield "requests: " + ", ".join(f"{name} {count}" for name, count in sorted(groups.items()))
        for text in self.different[:SHOWN]:
            yield "DIFFERENT " + text
        if len(self.different) > SHOWN:
            yield f"... and {len(self.different) - SHOWN} more"
        yield from self.complaints()


def compare(seed: int, count: int = DEFAULT_COUNT) -> Report:
    """Run everything, with about that many requests."""
    report = Report(seed, table=documented())
    unit = count / (sum(WEIGHTS.values()) + 2 * CONVERTING)
    with twins.running() as both:
        for transport, weight in WEIGHTS.items():
            rng = random.Random(f"{seed} {transport}")
            chosen = list(_cases(transport, rng, int(weight * unit)))
            report.rows.append(_duel(both, transport, chosen, report))
    with twins.running(autoconversion=1) as both:
        for transport in ("unix", "udp"):
            rng = random.Random(f"{seed} {transport} converting")
            chosen = _sample(rng, cases.scanning(), int(CONVERTING * unit * 0.8))
            chosen += take(cases.stateful(rng), int(CONVERTING * unit * 0.2), is_safe_binrpc)
            row = _duel(both, transport, chosen, report)
            row.name = f"{transport}, autoconversion"
            report.rows.append(row)
    return report


def _sample(rng: random.Random, source: Iterator[Case], count: int) -> list[Case]:
    """Return a number of them, in their order."""
    every = [case for case in source if is_safe_binrpc(case.data)]
    keep = sorted(rng.sample(range(len(every)), min(count, len(every))))
    return [every[index] for index in keep]


def _cases(transport: str, rng: random.Random, count: int) -> Iterator[Case]:
    if transport.startswith("fifo"):
        yield from _text_cases(transport, rng, count)
        return
    stream = transport in {"unix", "tcp"}
    yield from _sample(rng, cases.scanning(), int(count * 0.34))
    yield from _sample(rng, cases.malformed(), int(count * 0.14))
    yield from take(cases.mutated(rng), int(count * 0.24), is_safe_binrpc)
    # What the kernel takes in one datagram.
    yield from (each for each in cases.limits(rng) if stream or len(each.data) < MAX_DATAGRAM)
    if stream:
        yield from cases.overruns()
        safe = [case.data for case in _sample(rng, cases.scanning(), 3000)]
        yield from itertools.islice(cases.pipelines(rng, safe), max(5, int(count * 0.03)))
    yield from take(cases.stateful(rng), int(count * 0.2), is_safe_binrpc)
    yield from cases.own_facts()
    yield from cases.clocks()


def _text_cases(transport: str, rng: random.Random, count: int) -> Iterator[Case]:
    if transport == "fifo":
        # Only what gets an answer, and leaves nothing behind that the next request is glued to.
        whole = (case for case in cases.text_calls(rng) if cases.is_one_request(case.data))
        yield from itertools.islice(whole, count)
        return
    calls = cases.without_reply_name(cases.text_calls(rng))
    yield from itertools.islice(calls, int(count * 0.6))
    yield from itertools.islice(cases.text_mutated(rng), int(count * 0.2))
    yield from cases.text_malformed()
    if transport == "fifo_tcp":
        yield from itertools.islice(cases.text_streams(rng), int(count * 0.2))
        yield from cases.text_witnesses()


def _duel(both: twins.Twins, transport: str, chosen: list[Case], report: Report) -> Row:
    row = Row(NAMES.get(transport, transport))
    for case in chosen:
        row.total += 1
        row.groups[case.group] += 1
        for _other in range(ATTEMPTS if "clock" in case.may else 1):
            real = both.real.ask(transport, case.data)
            lab = both.lab.ask(transport, case.data)
            if real == lab:
                break
        if real == lab:
            row.same += 1
            continue
        excuse = _excuse(case, real, lab)
        if excuse:
            row.excused[excuse] += 1
        else:
            report.different.append(
                f"{row.name}, {case.group}: {_show(case.data)}\n"
                f"  real {_show(real[0])} {real[1]}\n  lab  {_show(lab[0])} {lab[1]}"
            )
    return row


def _excuse(case: Case, real: tuple[Any, str], lab: tuple[Any, str]) -> str:
    for name in (*case.may, *ANYWHERE):
        if name in DIFFERENCES and real[1] == lab[1] and DIFFERENCES[name](real[0], lab[0]):
            return name
    return ""


def _show(answer: Any) -> str:
    if isinstance(answer, list):
        return "[" + ", ".join(_show(each) for each in answer) + "]"
    text = answer.hex() if answer[:1] == b"\xa1" else repr(answer)
    return text if len(text) < 400 else f"{text[:400]}... ({len(answer)} bytes)"
