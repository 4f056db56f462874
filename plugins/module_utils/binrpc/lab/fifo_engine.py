# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""From a text request to the text of its answer, without a file or socket.

See docs/protocol.md#fifo-protocol.
"""

from __future__ import annotations

from ..fifo import parse_request, status_line
from .caller import TextCall
from .engine import TOO_FAST, Answer
from .fifo_context import TextContext
from .output import to_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .engine import Engine
    from .state import LabState


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
        if state.failures.rules and self._engine.prevented(answer, name, caller):
            if answer.failure is not None and answer.failure.kind == "busy":
                text = to_bytes(answer.failure.text)
                answer.pieces = [status_line(answer.failure.code, text)]
            return answer
        params = [line.decode("utf-8", "surrogateescape") for line in request.lines]

        def context(state: LabState) -> TextContext:
            return TextContext(name, state, caller, request.lines)

        self._engine.run(answer, method, TextCall(name, caller, params, request.size), context)
        return answer
