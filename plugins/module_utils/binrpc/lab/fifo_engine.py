# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""From a text request to the text of its answer, without a file or socket.

See docs/protocol.md#fifo-protocol.
"""

from __future__ import annotations

from ..fifo import parse_request, status_line
from .caller import TextCall
from .engine import TOO_FAST, Answer
from .failures import NOT_RUN
from .fifo_context import TextContext
from .output import to_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .engine import Engine


class TextAnswer(Answer):
    """An answer that on a real fifo goes to ``reply_name``, or nowhere if that is ""."""

    __slots__ = ("reply_name",)

    def __init__(self, consumed: int, reply_name: str = "") -> None:
        super().__init__(consumed)
        self.reply_name = reply_name


_WAIT = TextAnswer(0)


class TextEngine:
    """Serves the same methods as a binrpc engine, and counts into its log of calls."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # Since then a CR is a line end in every respect.
        release = engine.state.release
        self._carriage_return = (6, 0, 7) <= release < (6, 1) or release >= (6, 1, 4)

    def process(self, data: Any, offset: int = 0, caller: Any = None) -> TextAnswer:
        """Take the request at ``offset``."""
        if self._engine.stopping:
            answer = TextAnswer(len(data) - offset or 1)
            answer.keep = False
            return answer
        request = parse_request(data, offset, self._carriage_return)
        if request is None:
            return _WAIT
        state = self._engine.state
        answer = TextAnswer(request.size)
        if any(char in request.reply_name for char in b"./\\"):
            request.method = b""
        else:
            answer.reply_name = request.reply_name.decode("utf-8", "surrogateescape")
        if not request.method:
            answer.pieces = [
                status_line(400, b"Bad Request") if state.sane else status_line(200, b"OK")
            ]
            return answer
        name = request.method.decode("utf-8", "surrogateescape")
        method = self._engine.registry.get(name)
        if method is None:
            answer.pieces = [status_line(500, b"Command '%b' not found" % request.method)]
            return answer
        if method.limited and self._engine.too_fast(name):
            answer.pieces = [status_line(500, TOO_FAST)]
            return answer
        failures = state.failures
        if failures.rules:
            failure = answer.failure = failures.pick(name, caller)
            if failure is not None and failure.kind in NOT_RUN:
                answer.keep = failure.kind != "refuse"
                if failure.kind == "busy":
                    answer.pieces = [status_line(failure.code, to_bytes(failure.text))]
                return answer
        params = [line.decode("utf-8", "surrogateescape") for line in request.lines]
        self._engine.calls.add(TextCall(name, caller, params, request.size))
        context = TextContext(name, state, caller, request.lines)
        answer.follow(context.run(method), context.conclude, failures)
        return answer
