# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""From a received packet to the bytes of its answer, without a socket.

See docs/protocol.md#receiving.
"""

from __future__ import annotations

from .. import wire
from ..errors import DecodeError
from ..faults import make_fault
from ..packet import build_header, decode, parse_header
from .caller import Call, CallLog
from .context import BinrpcContext
from .default_modules import default_modules
from .failures import NOT_RUN, cut
from .output import fault_packet, text_record, to_bytes, value_record, writes
from .reader import ReadError, RecordReader
from .registry import Registry
from .replay import replay
from .state import LabState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Awaitable, Iterable, List, Optional, Union

    from .recording import Recording
    from .registry import Module


class Answer:
    """What to do about a packet.

    :ivar consumed: bytes that are done with; 0 while the packet is incomplete.
    :ivar pieces: the answer, see :mod:`.output`; empty for none.
    :ivar keep: the stream stays open.
    :ivar pending: an awaitable of an async method: once awaited, ``pieces`` are there.
    :ivar failure: the :class:`~.failures.Failure` that spoils it, if one does.
    :ivar copies: how often it leaves.
    :ivar limit: bytes of it that leave; -1 for all.
    """

    __slots__ = ("consumed", "copies", "failure", "keep", "limit", "pending", "pieces")

    def __init__(self, consumed: int, pieces: Iterable[bytes] = (), keep: bool = True) -> None:
        self.consumed = consumed
        self.pieces = list(pieces)
        self.keep = keep
        self.pending: Optional[Awaitable[None]] = None
        self.failure: Any = None
        self.copies = 1
        self.limit = -1

    @property
    def writes(self) -> List[bytes]:
        """The answer as the writes in which it leaves; on datagrams, each is one."""
        if not self.pieces:
            return []
        parts = writes(self.pieces)
        if self.failure is None:
            return parts
        return (parts if self.limit < 0 else cut(parts, self.limit)) * self.copies

    @property
    def patience(self) -> float:
        """Seconds for which it is held back, to come after the next one."""
        if self.failure is not None and self.failure.kind == "reorder":
            return float(self.failure.seconds)
        return 0.0

    def follow(self, pending: Any, conclude: Any, failures: Any) -> None:
        """Take the pieces that ``conclude()`` gives, now or when ``pending`` has been awaited."""
        delay = 0.0
        if self.failure is not None and self.failure.kind == "delay":
            delay = self.failure.seconds
        if pending is not None or delay:
            self.pending = self._later(pending, delay, conclude, failures)
        else:
            self._conclude(conclude, failures)

    async def _later(self, pending: Any, delay: float, conclude: Any, failures: Any) -> None:
        import asyncio

        if pending is not None:
            await pending
        if delay:
            await asyncio.sleep(delay)
        self._conclude(conclude, failures)

    def _conclude(self, conclude: Any, failures: Any) -> None:
        self.pieces = conclude()
        if self.failure is not None:
            failures.spoil(self)


_WAIT = Answer(0)
TOO_FAST = b"Command Executed Too Fast"


class Engine:
    """Serves the methods of a registry.

    :ivar calls: a :class:`~.caller.CallLog`.
    :ivar stopping: requests are dropped and streams closed, as in Kamailio's shutdown.
    """

    def __init__(self, registry: Registry, state: LabState) -> None:
        self.registry = registry
        self.state = state
        self.calls = CallLog()
        self.stopping = False

    def process(self, data: Union[bytes, bytearray], offset: int = 0, caller: Any = None) -> Answer:
        """Take the packet at ``offset``; the checks come in the reference's order.

        See docs/protocol.md#order-of-checks.
        """
        left = len(data) - offset
        if self.stopping:
            return Answer(left or 1, keep=False)
        try:
            header = parse_header(data, offset)
        except DecodeError as error:
            return self._bad(left, 0, "request", error.code)
        if header is None or left < header.total:
            return _WAIT
        cookie = header.cookie
        if header.type != wire.REQUEST:
            return self._bad(header.total, cookie, "request", wire.E_BADPKT)
        packet = bytes(memoryview(data)[offset : offset + header.total])
        reader = RecordReader(packet, header.size, header.total)
        try:
            record = reader.read(wire.STR)
        except ReadError as error:
            return self._bad(header.total, cookie, "request method", error.code)
        raw = record.c_text if self.state.c_string_lookup else record.text
        name = raw.decode("utf-8", "surrogateescape")
        method = self.registry.get(name)
        if method is None:
            text = b"command %b not found" % record.c_text
            fault = fault_packet(cookie, 500, text)
            if fault is None and self.state.sane:
                fault = fault_packet(cookie, 500, text[:254])
            return Answer(header.total, [fault] if fault else ())
        if method.limited and self.too_fast(name):
            fault = fault_packet(cookie, 500, TOO_FAST)
            return Answer(header.total, [fault] if fault else ())
        answer = Answer(header.total)
        failures = self.state.failures
        if failures.rules:
            failure = answer.failure = failures.pick(name, caller)
            if failure is not None and failure.kind in NOT_RUN:
                answer.keep = failure.kind != "refuse"
                if failure.kind == "busy":
                    fault = fault_packet(cookie, failure.code, to_bytes(failure.text))
                    answer.pieces = [fault] if fault else []
                return answer
        self.calls.add(Call(name, caller, packet, reader.offset, header.total))
        context = BinrpcContext(
            name, self.state, caller, packet, reader.offset, header.total, cookie
        )
        answer.follow(context.run(method), context.conclude, failures)
        return answer

    def too_fast(self, name: str) -> bool:
        """Is it too early for this method? Else note that it runs now."""
        state = self.state
        if state.rpc_exec_delta <= 0:
            return False
        now = state.clock()
        last = state.last_runs.get(name)
        if last is not None and now - last < state.rpc_exec_delta:
            return True
        state.last_runs[name] = now
        return False

    @staticmethod
    def _bad(consumed: int, cookie: int, what: str, code: int) -> Answer:
        text = b"bad %b: %b" % (what.encode(), wire.ERROR_TEXTS[code].encode())
        fault = fault_packet(cookie, 400, text)
        return Answer(consumed, [fault] if fault else (), keep=False)

    def call(self, method: str, *params: Any) -> List[Any]:
        """Call a method without a server and return the reply's values.

        An async one runs in an event loop of its own.

        :raises Fault: the method's fault.
        """
        body = bytearray(text_record(to_bytes(method)))
        for value in params:
            char = {int: "d", bool: "d", float: "f"}.get(type(value), "S")
            body += value_record(char, value) or b""
        answer = self.process(build_header(wire.REQUEST, 1, len(body)) + body)
        if answer.pending is not None:
            import asyncio

            asyncio.run(answer.pending)  # type: ignore[arg-type]
        if not answer.pieces:
            raise ValueError("%s: no answer" % method)
        message = decode(b"".join(answer.pieces))
        if message.type == wire.FAULT:
            raise make_fault(message.values[0], message.values[1], method)
        return message.values


def build(
    modules: Optional[Iterable[Module]] = None,
    state: Optional[LabState] = None,
    recording: Optional[Recording] = None,
) -> Engine:
    """Make an engine with the default modules.

    :param modules: instances that replace the default ones of the same name, or come on top.
    :param recording: serve this instead; of the modules, only ``lab`` and ``ctl`` are there, and
        of their methods only those of ``lab``.
    """
    state = state or LabState()
    registry = Registry(state.release)
    chosen = default_modules()
    if recording is not None:
        registry = replay(recording, state.release)
        for name in ("lab", "ctl"):
            state.modules[name] = chosen[name]
            chosen[name].state = state
        registry.add_module(chosen["lab"])
        return Engine(registry, state)
    for module in modules or ():
        chosen[module.name] = module
    for name, module in chosen.items():
        state.modules[name] = module
        module.state = state
        registry.add_module(module)
    chosen["system"].registry = registry
    for module in chosen.values():
        module.added()
    return Engine(registry, state)
