# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""An endpoint without a server: answers by method, and errors by the number of the call."""

from __future__ import annotations

from kamailio_binrpc.core.reply import Reply


class Script:
    """Answers calls out of a mapping of methods to values, errors, or functions of parameters.

    :ivar errors: number of a call, from 1, to the error that it ends with.
    :ivar made: ``(how, method, *params)`` of each call; how is ``ask``, ``once`` or ``retry``.
    """

    def __init__(self, answers=None, errors=None):
        self.answers = answers or {}
        self.errors = errors or {}
        self.made = []
        self.time = 0.0

    def call(self, method, *params, read_only=True):
        return self._answer("ask" if read_only else "retry", method, params)

    def once(self, method, *params):
        return self._answer("once", method, params)

    def _answer(self, how, method, params):
        self.made.append((how, method, *params))
        error = self.errors.get(len(self.made))
        if error is not None:
            raise error
        answer = self.answers[method]
        if callable(answer):
            answer = answer(*params)
        if isinstance(answer, Exception):
            raise answer
        return Reply(answer, method)

    def clock(self):
        return self.time

    def pause(self, seconds):
        self.time += seconds
