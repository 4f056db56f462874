# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Lines to a relay, and what its lines say, without I/O: see :mod:`relay`."""

from __future__ import annotations

import os
from binascii import Error, a2b_base64, b2a_base64, unhexlify

from .. import wire
from ..conversation import STANDSTILL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Optional

    from ..address import Address


def new_tag() -> str:
    """Return a word that nothing else on the way of the output contains."""
    return os.urandom(8).hex()


def opening(address: Address, seconds: float) -> str:
    """Return the line that connects to an address.

    :param seconds: for the connect and the first packet together.
    """
    name = os.fsencode(address.name)
    return "open %s %s %d %.3f ." % (address.protocol, _coded(name), address.port or 0, seconds)


def asking(
    packet: bytes, seconds: float, standstill: float = STANDSTILL, max_reply: int = wire.MAX_BODY
) -> str:
    """Return the line that sends a packet and receives its answer.

    :param seconds: for both; the first packet of a connection has what the connect left over.
    :param standstill: seconds without a byte after which an answer that has begun is given up.
    :param max_reply: largest body in bytes.
    """
    return "ask %.3f %.3f %d %s ." % (seconds, standstill, max_reply, _coded(packet))


class Answer:
    """The outcome of one packet, as far as lines about it have arrived.

    :ivar opened: the connect before it succeeded; None if that is unknown.
    :ivar problem: the word that the connect ended with, if it failed.
    :ivar tried: the relay was about to send it.
    :ivar sent: bytes that the kernel took; None if that is unknown.
    :ivar reads: the bytes that each read returned, or each datagram.
    :ivar end: the word that it ended with; "" while it has not.
    :ivar skipped: the relay said that it would not send it.
    """

    def __init__(self) -> None:
        self.opened: Optional[bool] = None
        self.problem = ""
        self.tried = False
        self.sent: Optional[int] = None
        self.reads: List[bytes] = []
        self.end = ""
        self.skipped = False


class Report:
    """The lines of a relay about one connection and the packets sent over it.

    :param tag: the first line of the input.
    :param count: of packets.

    :ivar interpreter: which one says hello; "" if none has.
    :ivar none: no interpreter will do.
    :ivar complete: all has arrived.
    """

    def __init__(self, tag: str, count: int) -> None:
        self.interpreter = ""
        self.none = False
        self.complete = False
        self.answers = [Answer() for _number in range(count)]
        self._tag = tag + " "
        self._rest = ""
        self._at = 0
        self._opened: Optional[bool] = None
        self._problem = ""

    def feed(self, text: str) -> None:
        """Take output, in any pieces."""
        lines = (self._rest + text).split("\n")
        self._rest = lines.pop()
        for line in lines:
            _noise, tag, said = line.partition(self._tag)
            words = said.split()
            if tag and len(words) > 1 and words.pop() == ".":
                self._take(words[0], words[1] if len(words) > 1 else "")

    def _take(self, word: str, value: str) -> None:
        if word == "hello":
            self.interpreter = value
        elif word == "none":
            self.none = True
        elif word == "bye":
            self.complete = True
        elif word == "open":
            self._open(value)
        elif self._at < len(self.answers):
            self._about(self.answers[self._at], word, value)

    def _open(self, value: str) -> None:
        ok = value == "ok"
        for answer in self.answers[self._at :]:
            answer.opened = ok
            answer.problem = "" if ok else value
        if not ok and self._at < len(self.answers) and self.answers[self._at].tried:
            self._at += 1  # a relay that connects for each packet

    def _about(self, answer: Answer, word: str, value: str) -> None:
        if word == "go":
            answer.tried = True
        elif word == "sent":
            answer.sent = int(value) if value.isdigit() else None
        elif word in ("data", "hex"):
            try:
                data = unhexlify(value) if word == "hex" else a2b_base64(value)
            except (Error, ValueError):
                return
            if data:
                answer.reads.append(data)
        elif word == "end":
            answer.end = value
            self._at += 1
        elif word == "skip":
            answer.skipped = True
            self._at += 1


def _coded(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode()
