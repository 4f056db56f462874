# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""From a received packet to the bytes of its answer, without a socket.

See docs/protocol.md#receiving.
"""

from __future__ import annotations

import logging

from .. import wire
from ..errors import DecodeError
from ..faults import make_fault
from ..packet import build_header, decode, parse_header
from .caller import Call, CallLog
from .context import BinrpcContext
from .default_modules import default_modules
from .failures import ASIDE, cut
from .output import fault_packet, text_record, to_bytes, value_record, writes
from .reader import ReadError, RecordReader
from .registry import Registry
from .replay import replay
from .scratch import on_a_copy
from .state import LabState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Awaitable, Callable, Iterable, List, Optional, Union

    from .failures import Failure
    from .recording import Recording
    from .registry import Method, Module


class Answer:
    """The decision about a packet.

    :ivar consumed: bytes that are done with; 0 while the packet is incomplete.
    :ivar pieces: the answer, see :mod:`.output`; empty for none.
    :ivar keep: the stream stays open.
    :ivar pending: an awaitable of an async method: once awaited, ``pieces`` are there.
    :ivar failure: the :class:`~.failures.Failure` that spoils it, if one does.
    :ivar copies: how often it leaves.
    :ivar limit: bytes of it that leave; -1 for all.
    :ivar afterwards: rules to carry out once the method has run.
    """

    __slots__ = (
        *("afterwards", "consumed", "copies", "failure", "keep", "limit", "pending", "pieces"),
    )

    def __init__(self, consumed: int, pieces: Iterable[bytes] = (), keep: bool = True) -> None:
        self.consumed = consumed
        self.pieces = list(pieces)
        self.keep = keep
        self.pending: Optional[Awaitable[None]] = None
        self.failure: Any = None
        self.afterwards: List[Failure] = []
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


log = logging.getLogger(__name__)

_WAIT = Answer(0)
_TEXT_OF_8 = 0x91
"""First byte of a text of 8 to 255 bytes, as most names of methods are."""

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
        self.on_restart: Optional[Callable[[Any], None]] = None
        """Called with the caller whose answer ends its connection, or None."""
        self._interfering = False

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
        if header is None or left < header.size + header.body:
            return _WAIT
        cookie = header.cookie
        if header.type != wire.REQUEST:
            return self._bad(header.total, cookie, "request", wire.E_BADPKT)
        total = header.total
        packet = bytes(memoryview(data)[offset : offset + total])
        at = header.size
        stop = at + 2 + packet[at + 1] if header.body > 2 and packet[at] == _TEXT_OF_8 else 0
        if at + 2 < stop <= total and packet.find(0, at + 2, stop) == stop - 1:
            raw = c_text = packet[at + 2 : stop - 1]  # as nearly always
        else:
            reader = RecordReader(packet, at, total)
            try:
                record = reader.read(wire.STR)
            except ReadError as error:
                return self._bad(total, cookie, "request method", error.code)
            c_text, stop = record.c_text, reader.offset
            raw = c_text if self.state.c_string_lookup else record.text
        name = raw.decode("utf-8", "surrogateescape")
        method = self.registry.get(name)
        if method is None:
            text = b"command %b not found" % c_text
            fault = fault_packet(cookie, 500, text)
            if fault is None and self.state.sane:
                fault = fault_packet(cookie, 500, text[:254])
            return Answer(total, [fault] if fault else ())
        if method.limited and self.too_fast(name):
            fault = fault_packet(cookie, 500, TOO_FAST)
            return Answer(total, [fault] if fault else ())
        call = Call(name, caller, packet, stop, total)
        answer = Answer(total)
        state = self.state
        if not state.failures.rules:  # as nearly always
            self.calls.add(call)
            context = BinrpcContext(name, state, caller, packet, stop, total, cookie)
            pending = context.run(method)
            if pending is None:
                answer.pieces = context.conclude()
            else:
                answer.pending = self._run_later(answer, context, pending, caller)
            return answer
        if self.prevented(answer, name, caller):
            if answer.failure is not None and answer.failure.kind == "busy":
                text = to_bytes(answer.failure.text)
                fault = fault_packet(cookie, answer.failure.code, text)
                answer.pieces = [fault] if fault else []
            return answer

        def context_in(state: LabState) -> BinrpcContext:
            return BinrpcContext(name, state, caller, packet, stop, total, cookie)

        self.run(answer, method, call, context_in)
        return answer

    def prevented(self, answer: Answer, name: str, caller: Any) -> bool:
        """Choose what goes wrong with a call; does it keep the method from running?"""
        if self._interfering:
            return False
        prevented = False
        for rule in self.state.failures.pick(name, caller):
            if rule.kind not in ASIDE:
                answer.failure = rule
                if rule.kind in ("refuse", "close") and rule.prevents:
                    answer.keep = False
            elif rule.when == "after":
                answer.afterwards.append(rule)
            else:
                self._carry_out(rule, answer, caller)
            prevented = prevented or rule.prevents
        return prevented

    def run(
        self, answer: Answer, method: Method, call: Any, make_context: Callable[[LabState], Any]
    ) -> None:
        """Run a method, and complete its answer; later, if it waits or a failure delays it."""
        failure = answer.failure
        if failure is not None and failure.kind == "delay":
            answer.pending = self._run_delayed(answer, method, call, make_context)
        else:
            context, pending = self._begin(answer, method, call, make_context)
            if pending is None:
                self._conclude(answer, context, call.caller)
            else:
                answer.pending = self._run_later(answer, context, pending, call.caller)

    def _begin(self, answer: Answer, method: Method, call: Any, make_context: Any) -> Any:
        self.calls.add(call)
        kind = answer.failure.kind if answer.failure is not None else ""
        state = self.state
        if kind == "ignore":
            try:
                method, state = on_a_copy(method, state)
            except TypeError as error:
                context = make_context(state)
                context.fault(500, "The server's state cannot be copied: %s" % error)
                return context, None
        context = make_context(state)
        if kind == "too_large":
            context.take_room()
        return context, context.run(method)

    async def _run_later(self, answer: Answer, context: Any, pending: Any, caller: Any) -> None:
        await pending
        self._conclude(answer, context, caller)

    async def _run_delayed(
        self, answer: Answer, method: Method, call: Any, make_context: Any
    ) -> None:
        import asyncio

        if answer.failure.when == "before":
            await asyncio.sleep(answer.failure.seconds)
        context, pending = self._begin(answer, method, call, make_context)
        if pending is not None:
            await pending
        if answer.failure.when == "after":
            await asyncio.sleep(answer.failure.seconds)
        self._conclude(answer, context, call.caller)

    def _conclude(self, answer: Answer, context: Any, caller: Any) -> None:
        answer.pieces = context.conclude()
        for rule in answer.afterwards:
            self._carry_out(rule, answer, caller)
        if answer.failure is not None:
            self.state.failures.spoil(answer)

    def _carry_out(self, rule: Failure, answer: Answer, caller: Any) -> None:
        """Interfere, or restart."""
        if rule.kind == "restart":
            answer.keep = False
            self.restart(caller)
            return
        self._interfering = True
        try:
            if rule.action is not None:
                rule.action()
            else:
                method, *params = rule.words
                self.call(method, *params)
        except Exception as error:  # noqa: BLE001 - it fails as any other client's call may
            rule.error = error
            log.warning("the interfering call failed: %s", error)
        finally:
            self._interfering = False

    def restart(self, caller: Any = None) -> None:
        """Become another process (see :meth:`~.state.LabState.restart`), and drop connections."""
        self.state.restart()
        if self.on_restart is not None:
            self.on_restart(caller)

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
