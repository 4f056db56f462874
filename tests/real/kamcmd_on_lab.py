# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The installed kamcmd against a real Kamailio and a lab server with the same data.

``python -m tests.real.kamcmd_on_lab`` runs the same command lines and sessions against both and
prints, for each transport, how many lines of output are equal.
"""

from __future__ import annotations

import itertools
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from kamailio_binrpc.core.client import Client
from tests.conformance import cases, twins
from tests.real import calls, kamcmd_lines
from tests.real.kamcmd_compare import BANNER_LINES, QUIET, TRANSPORTS, converse, run, tidy
from tests.real.kamcmd_lines import Line, line
from tests.support.kamailio import find_kamcmd

CHANGES = 600
ATTEMPTS = 4  # at what a second's end, or the random length of a cookie, may change
PROMPT = b"kamcmd> "
DATAGRAMS = ("unixd", "udp")
MAX_DATAGRAM = 60_000

# --- what may differ


@dataclass(frozen=True)
class Rule:
    """A reason for which lines may differ, and how far.

    commands  the command lines that it is about
    mask      what is hidden in their output, in both
    shared    lines that only one of the two prints are left out
    """

    name: str
    why: str
    commands: re.Pattern[str]
    mask: re.Pattern[bytes] | None = None
    shown: bytes = rb"\1#"
    shared: bool = False

    def apply(self, texts: list[bytes]) -> list[bytes]:
        if self.mask is not None:
            texts = [self.mask.sub(self.shown, text) for text in texts]
        return _shared(texts) if self.shared else texts


def _shared(texts: list[bytes]) -> list[bytes]:
    rows = [text.split(b"\n") for text in texts]
    common = set(rows[0]) & set(rows[1])
    return [b"\n".join(row for row in each if row in common) for each in rows]


def rule(name: str, why: str, commands: str, mask: bytes = b"", **options: Any) -> Rule:
    pattern = re.compile(mask, re.MULTILINE) if mask else None
    return Rule(name, why, re.compile(commands), pattern, **options)


RULES = [
    rule(
        "memory",
        "the lab server has no memory of that kind to count",
        r"core\.shmmem|shm\.stats|pkg\.stats|(stats|cnt)\.\w+",
        rb"(\b(?:(?:real_|max_)?used|free|total|total_frags|fragments)(?:_size)?(?:: | = ))-?\d+",
    ),
    rule(
        "memory",
        "nor functions in C that take memory",
        r"mod\.(stats|mem_statsx?) ",
        rb"^\t.*: \d+(?: \(\d+\))?\n",
        shown=b"",
    ),
    rule(
        "methods",
        "each lists the methods that it has",
        r"^(system\.listMethods|list|ls|help|\?)( |$)",
        shared=True,
    ),
    rule(
        "clock",
        "the two do not run at the same moment",
        r"\b(core\.(uptime|runinfo)|(dlg|ul|uac|dns|htable|rtpproxy|rtpengine|lcr|mtree)\.\w+)",
        rb"^(\s*(?:now|time_now|uptime|uptime_secs|utime_days|diff_expires|timer_expires|reg_init"
        rb"|duration|timeout|recheck|recheck_ticks|defunct_until|reload_time|expires?|last_used"
        rb"|Expires|Last-Keepalive|init_ts|end_ts): )-?\d.*$|^(\s*(?:now|time_now): )\w+ .*$",
    ),
    rule(
        "clock",
        "metrics have the moment in which they were printed, in milliseconds",
        r"\bxhttp_prom\.metric_list_print",
        rb"( )\d{13}$",
    ),
    rule(
        "ports",
        "clients over TCP have a port of their own each time",
        r"\bwho\b",
        rb"(127\.0\.0\.1(?: |\n|><))\d+",
    ),
    rule("names", "each makes up the unique names of contacts", r"\bul\.", rb"^(\s*Ruid: )\S{2,}"),
    rule(
        "destinations",
        "each makes up the unique names of destinations",
        r"\bdispatcher\.list",
        rb"(\bdspt)(?:-[0-9a-f]+){3}-\d+",
    ),
    rule(
        "transactions",
        "the real one makes some for calls that are not served here, such as dlg.bridge_dlg",
        r"^(tm\.stats|(stats|cnt)\.\w+)",
        rb"(\b(?:created|freed|delayed_free)(?:: | = ))\d+",
    ),
    rule(
        "URIs",
        "only the real one counts texts that it tried to read as a URI",
        r"^(stats|cnt)\.\w+",
        rb"(\bbad_URIs_rcvd(?:: | = ))\d+",
    ),
]

NOT_COMPARED = {
    r"core\.kill": "ends the real one",
    r"keepalive\.(add|del|get|flush)": "the real one never answers again",
    r"cfg\.reset": "of a group of its configuration the real one does not survive",
    r"dns\.lookup": "the real one asks the network",
    r"(rtpengine|secfilter)\.reload": "refused for seconds, which end in one server first",
    r"uac\.reg_reload": "refused for seconds, which end in one server first",
    r"secfilter\.add_dst -?\d": "the real one prints what lies behind the number",
    r"lcr\.load_gws(?! \d+(?: |$))": "the real one goes on with a variable that was never set",
    r"modparam\.": "each has the parameters of its own modules",
    r"mod\.\w+ s:all": "the real one lists modules in the order of the memory that they have",
}
"""Command lines that are not compared, and why."""


# --- what is typed


def _word(value: Any) -> str:
    """A parameter as kamcmd wants to have it typed."""
    if isinstance(value, str):
        return f"s:{value}"
    return str(value)


def _words(method: str, params: Sequence[Any]) -> tuple[str, ...]:
    return (method, *map(_word, params))


def compared(command: str) -> bool:
    return not any(re.match(pattern, command) for pattern in NOT_COMPARED)


ODD = [(), (1,), (0,), ("x",), ("x", "y"), (1, "x"), (1.5,), (1, 2, 3)]


def typed(*words: str) -> bool:
    """Whether a session can have these words: there is no way to quote."""
    return all(word and word.isprintable() and " " not in word for word in words)


LONGEST = 1000  # characters; of a much longer line kamcmd 1.6 makes several, with a prompt each


def session_lines(methods: Sequence[str], seed: int = 1) -> list[tuple[str, ...]]:
    """Every method with odd parameters, with good ones, and changes of what is stored."""
    return [
        words
        for words in _session_lines(methods, seed)
        if words[0] in {*methods, "help"}
        and typed(*words)
        and compared(" ".join(words))
        and len(" ".join(words)) < LONGEST
    ]


def _session_lines(methods: Sequence[str], seed: int) -> Iterator[tuple[str, ...]]:
    for name in methods:
        yield from (_words(name, params) for params in ODD)
        yield ("help", name)
    for call in calls.CALLS:
        yield _words(call[0], call[1:])
    rng = random.Random(seed)
    for _other in range(CHANGES):
        method, pools = rng.choice(cases.STATEFUL)
        yield _words(method, cases.choose(rng, *pools))


GROUPS = ("replies", "faults", "typing", "templates", "options", "aliases and built-ins")


def command_lines(methods: Sequence[str], transport: str) -> Iterator[Line]:
    """Every method, and the lines that pykamcmd is tried with; without those of other modules."""
    # Neither server answers what its buffer cannot hold, and kamcmd waits forever.
    longest = MAX_DATAGRAM if transport in DATAGRAMS else sys.maxsize
    known = set(methods)
    for name in methods:
        if compared(name):
            yield line(name)
    for each in itertools.chain(*(kamcmd_lines.LINES[group] for group in GROUPS)):
        named = [word for word in each.args if re.fullmatch(r"[a-z_]+\.[A-Za-z_]+", word)]
        fits = max(map(len, each.args)) < longest
        if fits and all(name in known or "nosuch" in name for name in named):
            yield each


PIPED = [*kamcmd_lines.PIPED, *kamcmd_lines.LINES["exceptions"]]

# --- comparing


@dataclass
class Tally:
    """Lines of output that are equal, the number of all, and the first of those that are not."""

    same: int = 0
    total: int = 0
    masked: Counter[str] = field(default_factory=Counter)
    different: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        masked = ", ".join(f"{name} {count}" for name, count in sorted(self.masked.items()))
        return f"{self.same}/{self.total} lines equal (masked: {masked or '-'})"


class Pair:
    """Both servers, and kamcmd asking both at once."""

    def __init__(self, both: twins.Twins, program: str) -> None:
        self._sides = [
            {name: str(address) for name, address in side.addresses.items()}
            for side in (both.real, both.lab)
        ]
        self._program = program
        self._pool = ThreadPoolExecutor(len(kamcmd_lines.TERMINAL))
        self.methods = self._shared_methods()

    def close(self) -> None:
        self._pool.shutdown()

    def _shared_methods(self) -> list[str]:
        names = []
        for side in self._sides:
            with Client(side["unix"]) as client:
                names.append(list(client.call("system.listMethods")))
        return [name for name in names[0] if name in names[1]]

    def _both(self, ask: Callable[[str], Any], transport: str) -> list[Any]:
        return list(self._pool.map(lambda side: ask(side[transport]), self._sides))

    def _own(self, index: int, text: bytes) -> bytes:
        """Give a server's own paths and ports the names of their transports."""
        for name, address in sorted(self._sides[index].items()):
            place = address.rpartition(":")[2].encode()
            text = re.sub(rb"(?<![\w/])" + re.escape(place) + rb"\b", f"<{name}>".encode(), text)
        return text

    def command(self, each: Line, transport: str, tally: Tally) -> None:
        """Run a command line; ``tally`` gets the lines."""
        trial = Tally()
        plain = Line(each.args, each.stdin, env=each.env)
        for _attempt in range(ATTEMPTS if each.masked or "-v" in str(each) else 1):
            trial = Tally()
            outcomes = self._both(lambda at: run([self._program], plain, at), transport)
            for name in ("stdout", "stderr"):
                texts = [
                    self._own(index, tidy(getattr(outcome, name), plain))
                    for index, outcome in enumerate(outcomes)
                ]
                self._compare(str(each), texts, trial)
            states = [b"status %d\n" % (-99 if o.status is None else o.status) for o in outcomes]
            self._compare(str(each), states, trial)
            if not trial.different:
                break
        _merge(tally, trial)

    def session(self, lines: Sequence[tuple[str, ...]], transport: str, tally: Tally) -> None:
        """Pipe lines into one session and compare what each of them printed."""
        text = "".join(" ".join(words) + "\n" for words in lines)
        whole = line(stdin=text.encode())
        outcomes = self._both(lambda at: run([self._program], whole, at), transport)
        printed = [
            b"\n".join(outcome.stdout.split(b"\n")[BANNER_LINES:]).split(PROMPT)[1:]
            for outcome in outcomes
        ]
        for index, words in enumerate(lines):
            texts = [
                self._own(side, parts[index] if index < len(parts) else b"<nothing>")
                for side, parts in enumerate(printed)
            ]
            self._compare(" ".join(words), texts, tally)
        ends = [b"%r %r %d" % (o.status, o.stderr, len(p)) for o, p in zip(outcomes, printed)]
        self._compare("the session's end", ends, tally)

    def terminals(self, sessions: Sequence[Sequence[str]], transport: str, tally: Tally) -> None:
        """Drive sessions on terminals, several at a time."""
        for trial in self._pool.map(lambda keys: self._terminal(keys, transport), sessions):
            _merge(tally, trial)

    def _terminal(self, keys: Sequence[str], transport: str) -> Tally:
        trial = Tally()
        for attempt in range(1, ATTEMPTS):  # a busy machine may need longer to settle
            trial = Tally()
            outcomes = [
                converse([self._program], side[transport], keys, QUIET * attempt)
                for side in self._sides
            ]
            texts = [self._own(index, each.stdout) for index, each in enumerate(outcomes)]
            self._compare(repr(keys), texts, trial)
            self._compare(repr(keys), [b"%r" % each.status for each in outcomes], trial)
            if not trial.different:
                break
        return trial

    def _compare(self, command: str, texts: list[bytes], tally: Tally) -> None:
        real, lab = texts
        for each in RULES:
            if real != lab and each.commands.search(command):
                before = real, lab
                real, lab = each.apply([real, lab])
                tally.masked[each.name] += before != (real, lab)
        rows = [text.split(b"\n") for text in (real, lab)]
        for one, other in itertools.zip_longest(*rows):
            tally.total += 1
            if one == other:
                tally.same += 1
            else:
                tally.different.append(f"{command}:\n    real {one!r}\n    lab  {other!r}")


def _merge(tally: Tally, trial: Tally) -> None:
    tally.same += trial.same
    tally.total += trial.total
    tally.masked += trial.masked
    tally.different += trial.different


def compare_commands(pair: Pair, transport: str) -> Tally:
    tally = Tally()
    for each in command_lines(pair.methods, transport):
        pair.command(each, transport, tally)
    return tally


def compare_sessions(pair: Pair, transport: str) -> Tally:
    tally = Tally()
    for each in PIPED:
        pair.command(each, transport, tally)
    pair.session(session_lines(pair.methods), transport, tally)
    return tally


def compare_terminals(pair: Pair, transport: str) -> Tally:
    tally = Tally()
    pair.terminals(kamcmd_lines.TERMINAL, transport, tally)
    return tally


PARTS = {
    "commands": compare_commands,
    "sessions": compare_sessions,
    "terminals": compare_terminals,
}


def main() -> int:
    program = find_kamcmd()
    if program is None:
        print("kamcmd is not installed, so there is nothing to compare", file=sys.stderr)
        return 1
    good = True
    with twins.running(calls=1) as both:
        pair = Pair(both, program)
        print(f"{len(pair.methods)} methods that both have")
        for transport in TRANSPORTS:
            for name, compare in PARTS.items():
                tally = compare(pair, transport)
                print(f"{transport:6} {name:10} {tally}", flush=True)
                for text in tally.different[:40]:
                    print("  DIFFERENT " + text)
                good = good and not tally.different
        pair.close()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
