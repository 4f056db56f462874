# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Failures on demand, for those who test clients.

A rule says what goes wrong, with which methods, how often::

    lab.failures.add("drop", method="core.*", probability=0.1)
    lab.failures.add("delay", seconds=0.5, count=3)
    lab.failures.clear()

=============  ===================================================================
delay          the answer comes ``seconds`` later; its connection's others wait
drop           the method runs, its answer is lost
lose           the request is lost: the method does not run
duplicate      the answer comes twice
reorder        the answer comes after the next one to the same client, or after
               ``seconds``
truncate       the end of the answer is missing; on a stream the next one follows
cookie         the answer has a cookie that nobody asked with
close          the connection ends in the middle of the answer (datagrams: as
               truncate)
refuse         connections are closed as soon as they are made; for a method, when
               it is called (datagrams: as lose)
busy           a fault, ``code`` and ``text``: the method does not run
=============  ===================================================================

The methods ``lab.*``, which do the same over the wire, are spared unless a rule names them.
"""

from __future__ import annotations

import random
from fnmatch import fnmatchcase

from ..packet import build_header, parse_header

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional, Union

KINDS = (
    *("delay", "drop", "lose", "duplicate", "reorder", "truncate", "cookie", "close", "refuse"),
    "busy",
)
NOT_RUN = frozenset(("lose", "refuse", "busy"))
"""Kinds with which the method does not run."""

TRANSPORTS = ("unix_stream", "unix_dgram", "udp", "tcp", "fifo")
_COOKIE = 0x5A5A5A5A
_NUMBERS = {"probability": float, "count": int, "seconds": float, "code": int}
_TEXTS = ("method", "text", "transport")


class Failure:
    """One rule.

    :param kind: one of :data:`KINDS`.
    :param method: a method's name, with ``*`` and ``?`` for several.
    :param probability: 0 to 1 for each call.
    :param count: how often at most; -1 for no limit.
    :param seconds: of ``delay``, or the patience of ``reorder``.
    :param code, text: of the fault that ``busy`` gives.
    :param transport: one of :data:`TRANSPORTS`; all if "".
    :ivar hits: how often it was applied.
    :ivar number: set when it is added, for :meth:`Failures.clear`.
    :raises ValueError: says what is wrong.
    """

    __slots__ = (
        *("code", "count", "hits", "kind", "method", "number", "probability", "seconds", "text"),
        "transport",
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
        self.kind = kind
        self.method = method
        self.probability = probability
        self.count = count
        self.seconds = seconds
        self.code = code
        self.text = text
        self.transport = transport
        self.hits = 0
        self.number = 0

    def describe(self) -> Dict[str, Any]:
        """The rule as plain values."""
        return {
            "number": self.number,
            "kind": self.kind,
            "method": self.method,
            "probability": self.probability,
            "count": self.count,
            "seconds": self.seconds,
            "code": self.code,
            "text": self.text,
            "transport": self.transport,
            "hits": self.hits,
        }

    def __repr__(self) -> str:
        return "<Failure %s>" % " ".join("%s=%s" % item for item in self.describe().items())


def parse_failure(words: Union[str, List[str]]) -> Failure:
    """Read a rule: ``drop method=core.* probability=10% count=3``.

    A text is cut at blanks; values with blanks need a list of words.

    :raises ValueError: says what is wrong.
    """
    if isinstance(words, str):
        words = words.split()
    if not words:
        raise ValueError("a failure begins with its kind: " + ", ".join(KINDS))
    options: Dict[str, Any] = {}
    for word in words[1:]:
        name, equals, value = word.partition("=")
        if not equals or (name not in _NUMBERS and name not in _TEXTS):
            raise ValueError(
                "%r is not name=value with one of the names %s"
                % (word, ", ".join([*_NUMBERS, *_TEXTS]))
            )
        options[name] = _number(name, value) if name in _NUMBERS else value
    return Failure(words[0], **options)


def _number(name: str, value: str) -> Any:
    try:
        if name == "probability" and value.endswith("%"):
            return float(value[:-1]) / 100
        return _NUMBERS[name](value)
    except ValueError:
        raise ValueError("%s=%s: not a number" % (name, value)) from None


class Failures:
    """The rules of one server; the first that applies to a call is the one that is applied.

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

    def pick(self, method: str, caller: Any = None) -> Optional[Failure]:
        """The rule to apply to this call, if any."""
        transport = caller.listener.transport if caller is not None else ""
        for rule in self.rules:
            if rule.kind == "refuse" and rule.method == "*" and transport in ("unix_stream", "tcp"):
                continue  # it has been applied to the connection
            if self._applies(rule, method, transport):
                return rule
        return None

    def refuses(self, listener: Any) -> bool:
        """Shall this new stream connection be closed at once?"""
        return any(
            rule.kind == "refuse"
            and rule.method == "*"
            and self._applies(rule, "", listener.transport)
            for rule in self.rules
        )

    def _applies(self, rule: Failure, method: str, transport: str) -> bool:
        if rule.count >= 0 and rule.hits >= rule.count:
            return False
        if rule.transport and rule.transport != transport:
            return False
        if method.startswith("lab.") and not rule.method.startswith("lab."):
            return False
        if rule.method != "*" and not fnmatchcase(method, rule.method):
            return False
        if rule.probability < 1 and self._random.random() >= rule.probability:
            return False
        rule.hits += 1
        return True

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
            answer.limit = self._random.randrange(total) if total else 0
            answer.keep = answer.keep and kind == "truncate"


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
