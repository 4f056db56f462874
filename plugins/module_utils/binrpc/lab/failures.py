# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Failures on demand, for those who test clients.

A rule says what goes wrong, with which methods, how often::

    lab.failures.add("drop", method="core.*", probability=0.1)
    lab.failures.add("delay", seconds=0.5, count=3)
    lab.failures.add("ignore", method="dispatcher.*", nth=2, count=1)
    lab.failures.clear()

=============  ===================================================================
delay          the answer comes ``seconds`` later; its connection's others wait.
               ``when="before"``: the method runs that much later, too
drop           the method runs, its answer is lost
lose           the request is lost: the method does not run
ignore         the method answers as always, and changes nothing
duplicate      the answer comes twice
reorder        the answer comes after the next one to the same client, or after
               ``seconds``
truncate       the end of the answer is missing; on a stream the next one follows
cookie         the answer has a cookie that no request used
close          the connection ends in the middle of the answer (datagrams: as
               truncate). ``when="before"``: the method does not run (datagrams: as
               lose)
refuse         connections are closed as soon as they are made; for a method, when
               it is called (datagrams: as lose)
busy           a fault, ``code`` and ``text``: the method does not run
too_large      the method runs, and what it answers does not fit into a reply
interfere      another client makes the call ``call``, or ``action()`` runs, just
               before the method does. ``when="after"``: once it has run, before
               its answer leaves
restart        the server restarts once the answer has left: the state is as at the
               start, boot time and process IDs are new, connections end.
               ``when="before"``: the method does not run
=============  ===================================================================

``interfere`` and ``restart`` apply in addition to one of the others. The methods ``lab.*``, which
do the same over the wire, are spared unless a rule names them; so are interfering calls.
"""

from __future__ import annotations

import random
from fnmatch import fnmatchcase

from ..packet import build_header, parse_header
from ..params import from_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, Union

KINDS = (
    *("delay", "drop", "lose", "ignore", "duplicate", "reorder", "truncate", "cookie", "close"),
    *("refuse", "busy", "too_large", "interfere", "restart"),
)
ASIDE = frozenset(("interfere", "restart"))
"""Kinds that leave room for another failure of the same call."""

WHEN = {"delay": "after", "close": "after", "interfere": "before", "restart": "after"}
"""Kinds that can happen before the method runs, or after; with what they do if nothing is said."""

_NEVER_RUN = frozenset(("lose", "refuse", "busy"))

TRANSPORTS = ("unix_stream", "unix_dgram", "udp", "tcp", "fifo")
_COOKIE = 0x5A5A5A5A
_NUMBERS = {
    "nth": int,
    "probability": float,
    "count": int,
    "seconds": float,
    "code": int,
    "bytes": int,
}
_TEXTS = ("method", "text", "transport", "when", "call")
OPTIONS = (*_TEXTS, *_NUMBERS)
"""Names in the text of a rule."""


class Failure:
    """One rule.

    :param kind: one of :data:`KINDS`.
    :param method: a method's name, with ``*`` and ``?`` for several; commas separate names.
    :param nth: the first of the calls of such methods that it applies to; 1 for all of them.
    :param probability: 0 to 1 for each call.
    :param count: how often at most; -1 for no limit.
    :param seconds: of ``delay``, or the patience of ``reorder``.
    :param code, text: of the fault that ``busy`` gives.
    :param transport: one of :data:`TRANSPORTS`; all if "".
    :param when: ``before`` or ``after`` the method runs, for the kinds in :data:`WHEN`.
    :param bytes: how much of the answer ``truncate`` and ``close`` let pass; -1: chance decides.
    :param call: what ``interfere`` calls: a method and its parameters as on a command line.
    :param action: a function without parameters, which ``interfere`` runs instead.
    :ivar words: ``call`` taken apart: the method, and its parameters as values.
    :ivar seen: how many calls its method and transport matched.
    :ivar hits: how often it was applied.
    :ivar error: the latest exception of ``action``, or of ``call``: such as its fault.
    :ivar number: set when it is added, for :meth:`Failures.clear`.
    :raises ValueError: says what is wrong.
    """

    __slots__ = (
        *("action", "bytes", "call", "code", "count", "error", "hits", "kind", "method", "nth"),
        *("number", "probability", "seconds", "seen", "text", "transport", "when", "words"),
    )

    def __init__(
        self,
        kind: str,
        method: str = "*",
        probability: float = 1.0,
        count: int = -1,
        seconds: float = 0.1,
        code: int = 500,
        text: str = "Ongoing reload",
        transport: str = "",
        nth: int = 1,
        when: str = "",
        bytes: int = -1,
        call: str = "",
        action: Optional[Callable[[], Any]] = None,
    ) -> None:
        if kind not in KINDS:
            raise ValueError("unknown failure %r; there are %s" % (kind, ", ".join(KINDS)))
        if not 0 <= probability <= 1:
            raise ValueError("probability is 0 to 1, not %r" % (probability,))
        if not 0 <= seconds <= 3600:
            raise ValueError("seconds is 0 to 3600, not %r" % (seconds,))
        if not 0 <= code <= 0xFFFF:
            raise ValueError("code is 0 to 65535, not %r" % (code,))
        if transport and transport not in TRANSPORTS:
            raise ValueError(
                "unknown transport %r; there are %s" % (transport, ", ".join(TRANSPORTS))
            )
        if nth < 1:
            raise ValueError("nth is 1 for the first call, not %r" % (nth,))
        if when and (kind not in WHEN or when not in ("before", "after")):
            raise ValueError("when is before or after, for %s only" % ", ".join(WHEN))
        if bytes >= 0 and kind not in ("truncate", "close"):
            raise ValueError("bytes is for truncate and close only")
        if (kind == "interfere") != bool(call or action):
            raise ValueError("interfere needs call=METHOD..., which is for it only")
        self.kind = kind
        self.method = method
        self.nth = nth
        self.probability = probability
        self.count = count
        self.seconds = seconds
        self.code = code
        self.text = text
        self.transport = transport
        self.when = when or WHEN.get(kind, "")
        self.bytes = bytes
        self.call = call
        self.words: List[Any] = [from_text(word) for word in split_words(call)]
        self.action = action
        self.seen = 0
        self.hits = 0
        self.error: Optional[Exception] = None
        self.number = 0

    @property
    def prevents(self) -> bool:
        """Does it keep the method from running?"""
        return self.kind in _NEVER_RUN or (
            self.kind in ("close", "restart") and self.when == "before"
        )

    def describe(self) -> Dict[str, Any]:
        """The rule as plain values."""
        return {
            "number": self.number,
            "kind": self.kind,
            "method": self.method,
            "nth": self.nth,
            "probability": self.probability,
            "count": self.count,
            "seconds": self.seconds,
            "code": self.code,
            "text": self.text,
            "transport": self.transport,
            "when": self.when,
            "bytes": self.bytes,
            "call": self.call or (repr(self.action) if self.action else ""),
            "seen": self.seen,
            "hits": self.hits,
        }

    def __repr__(self) -> str:
        return "<Failure %s>" % " ".join("%s=%s" % item for item in self.describe().items())


def parse_failure(words: Union[str, List[str]]) -> Failure:
    """Read a rule: ``drop method=core.* probability=10% count=3``.

    A text is cut at blanks; what has blanks stands in quotes, or in a list of words.

    :raises ValueError: says what is wrong.
    """
    if isinstance(words, str):
        words = split_words(words)
    if not words:
        raise ValueError("a failure begins with its kind: " + ", ".join(KINDS))
    options: Dict[str, Any] = {}
    for word in words[1:]:
        name, equals, value = word.partition("=")
        if not equals or name not in OPTIONS:
            raise ValueError(
                "%r is not name=value with one of the names %s" % (word, ", ".join(OPTIONS))
            )
        options[name] = _number(name, value) if name in _NUMBERS else value
    return Failure(words[0], **options)


def split_words(text: str) -> List[str]:
    """Cut a text at its blanks, as a shell does.

    :raises ValueError: a quote is missing.
    """
    import shlex

    try:
        return shlex.split(text)
    except ValueError as error:
        raise ValueError("%s: %s" % (text, error)) from None


def _number(name: str, value: str) -> Any:
    try:
        if name == "probability" and value.endswith("%"):
            return float(value[:-1]) / 100
        return _NUMBERS[name](value)
    except ValueError:
        raise ValueError("%s=%s: not a number" % (name, value)) from None


class Failures:
    """The rules of one server.

    The first one that applies to a call is applied, and all of the kinds in :data:`ASIDE`.

    :ivar rules: in the order of adding.
    """

    def __init__(self) -> None:
        self.rules: List[Failure] = []
        self._random = random.Random()  # noqa: S311 - for tests, not for secrets
        self._last = 0

    def seed(self, value: Any) -> None:
        """Begin a sequence of chances that can be repeated."""
        self._random.seed(value)

    def add(self, kind: Union[str, Failure], **options: Any) -> Failure:
        """Add a rule: a :class:`Failure`, or its arguments.

        :raises ValueError: says what is wrong.
        """
        rule = kind if isinstance(kind, Failure) else Failure(kind, **options)
        self._last += 1
        rule.number = self._last
        self.rules.append(rule)
        return rule

    def clear(self, which: Union[str, int, None] = None) -> int:
        """Remove all rules, those of a kind, or the one of a number; say how many."""
        before = len(self.rules)
        self.rules[:] = [
            rule
            for rule in self.rules
            if which is not None and which not in (rule.kind, rule.number, str(rule.number))
        ]
        return before - len(self.rules)

    def pick(self, method: str, caller: Any = None) -> List[Failure]:
        """The rules to apply to this call."""
        transport = caller.listener.transport if caller is not None else ""
        due: List[Failure] = []
        spoilt = False
        for rule in self.rules:
            if rule.kind == "refuse" and rule.method == "*" and transport in ("unix_stream", "tcp"):
                continue  # it has been applied to the connection
            if not _matches(rule, method, transport):
                continue
            rule.seen += 1
            aside = rule.kind in ASIDE
            if (aside or not spoilt) and self._is_due(rule):
                spoilt = spoilt or not aside
                due.append(rule)
        return due

    def refuses(self, listener: Any) -> bool:
        """Shall this new stream connection be closed at once?"""
        refused = False
        for rule in self.rules:
            if (
                rule.kind == "refuse"
                and rule.method == "*"
                and _matches(rule, "", listener.transport)
            ):
                rule.seen += 1
                refused = refused or self._is_due(rule)
        return refused

    def _is_due(self, rule: Failure) -> bool:
        if rule.seen < rule.nth or 0 <= rule.count <= rule.hits:
            return False
        if rule.probability < 1 and self._random.random() >= rule.probability:
            return False
        rule.hits += 1
        return True

    def __deepcopy__(self, memo: Any) -> Failures:
        return self  # a copy of a server's state has the same rules

    def spoil(self, answer: Any) -> None:
        """Do to an answer that is complete what its rule says."""
        kind = answer.failure.kind
        if kind == "drop":
            answer.pieces = []
        elif kind == "duplicate":
            answer.copies = 2
        elif kind == "cookie" and answer.pieces:
            answer.pieces[0] = _with_other_cookie(answer.pieces[0])
        elif kind in ("truncate", "close"):
            total = sum(map(len, answer.pieces))
            chance = self._random.randrange(total) if total else 0
            answer.limit = chance if answer.failure.bytes < 0 else answer.failure.bytes
            answer.keep = answer.keep and kind == "truncate"


def _matches(rule: Failure, method: str, transport: str) -> bool:
    if rule.transport and rule.transport != transport:
        return False
    if method.startswith("lab.") and not rule.method.startswith("lab."):
        return False
    return rule.method == "*" or any(
        fnmatchcase(method, pattern) for pattern in rule.method.split(",")
    )


def _with_other_cookie(data: bytes) -> bytes:
    """Change the cookie of a binrpc packet; text has none."""
    if data[:1] != b"\xa1":
        return data
    header = parse_header(data)
    if header is None:
        return data
    changed = build_header(header.type, header.cookie ^ _COOKIE, header.total - header.size)
    return changed + data[header.size :]


def cut(parts: List[bytes], limit: int) -> List[bytes]:
    """The first ``limit`` bytes, in the writes in which they would have left."""
    kept = []
    for part in parts:
        if limit <= 0:
            break
        kept.append(part[:limit])
        limit -= len(part)
    return kept
