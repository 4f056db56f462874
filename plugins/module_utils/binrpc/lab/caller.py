# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Who asks, and what was asked."""

from __future__ import annotations

from collections import deque

from ..decoding import decode_records

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Deque, Dict, Iterator, List, Optional

MAX_CALLS = 10_000
MAX_BYTES = 4 * 1024 * 1024


class Listener:
    """One listen address as ``ctl.listen`` prints it.

    :ivar payload: ``binrpc`` or ``fifo``: the modparam it was given to.
    :ivar transport: ``unix_stream``, ``unix_dgram``, ``udp``, ``tcp`` or ``fifo``.
    :ivar name: host or path as configured.
    :ivar port: digits, or "".
    :ivar bound: the address in use, which ``ctl.who`` prints: 0.0.0.0 for ``*``.
    """

    __slots__ = ("bound", "name", "payload", "port", "transport")

    def __init__(
        self, payload: str, transport: str, name: str, port: str = "", bound: str = ""
    ) -> None:
        self.payload = payload
        self.transport = transport
        self.name = name
        self.port = port
        self.bound = bound or name


class Caller:
    """The origin of a call: a stream connection, or a datagram."""

    __slots__ = ("host", "listener", "port")

    def __init__(self, listener: Listener, host: str = "", port: str = "") -> None:
        self.listener = listener
        self.host = host
        self.port = port


class Call:
    """One call of a known method."""

    __slots__ = ("_data", "_end", "_start", "caller", "method")

    def __init__(self, method: str, caller: Any, data: bytes, start: int, end: int) -> None:
        self.method = method
        self.caller = caller
        self._data = data
        self._start = start
        self._end = end

    @property
    def size(self) -> int:
        """Bytes of the request."""
        return self._end

    @property
    def params(self) -> List[Any]:
        """The parameters that were sent.

        :raises DecodeError: they are malformed.
        """
        return decode_records(self._data, self._start, self._end)

    def __repr__(self) -> str:
        try:
            params = repr(self.params)
        except ValueError as error:
            params = "<%s>" % error
        return "<Call %s %s>" % (self.method, params)


class TextCall:
    """One call over the text protocol; ``params`` are its lines, ``size`` the request's bytes."""

    __slots__ = ("caller", "method", "params", "size")

    def __init__(self, method: str, caller: Any, params: List[str], size: int) -> None:
        self.method = method
        self.caller = caller
        self.params = params
        self.size = size

    def __repr__(self) -> str:
        return "<TextCall %s %r>" % (self.method, self.params)


class CallLog:
    """The latest calls of known methods, oldest first, and how many there were in all.

    It forgets the oldest above 10,000 calls or 4 MiB of requests.
    """

    def __init__(self) -> None:
        self._calls: Deque[Any] = deque()
        self._bytes = 0
        self.counts: Dict[str, int] = {}
        """Calls per method since the start, or since :meth:`clear`."""

    def add(self, call: Any) -> None:
        self._calls.append(call)
        self._bytes += call.size
        while self._bytes > MAX_BYTES or len(self._calls) > MAX_CALLS:
            self._bytes -= self._calls.popleft().size
        self.counts[call.method] = self.counts.get(call.method, 0) + 1

    @property
    def total(self) -> int:
        """All calls, also those that the log has forgotten."""
        return sum(self.counts.values())

    def of(self, method: str) -> List[Any]:
        """The latest calls of one method."""
        return [call for call in list(self._calls) if call.method == method]

    @property
    def last(self) -> Optional[Any]:
        """The latest call."""
        return self._calls[-1] if self._calls else None

    def clear(self) -> None:
        self._calls.clear()
        self._bytes = 0
        self.counts.clear()

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._calls))

    def __len__(self) -> int:
        return len(self._calls)
