# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Serves a :class:`Recording`: the methods of the recorded server, and what they answered."""

from __future__ import annotations

from ..faults import Fault, MethodNotFound
from .recording import to_text
from .registry import Registry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence, Tuple

    from .recording import Recording


def replay(recording: Recording, version: Tuple[int, ...] = (999,)) -> Registry:
    """Make a registry that gives the recorded answers."""
    registry = Registry(version)
    for name in recording.methods:
        registry.method(name, help=recording.helps.get(name, "undocumented"))(
            _Replayed(recording, name)
        )
    return registry


class _Replayed:
    """One method: gives what was recorded for these parameters."""

    def __init__(self, recording: Recording, name: str) -> None:
        self._recording = recording
        self._name = name

    def __call__(self, ctx: Any) -> Any:
        params = ctx.params
        outcome = self._recording.find(self._name, params)
        if outcome is None and self._name == "system.methodHelp":
            return self._help(params)
        if outcome is None:
            shown = " ".join(map(to_text, params))
            raise Fault(500, ("Not in the recording: %s %s" % (self._name, shown)).rstrip()[:250])
        if isinstance(outcome, Fault):
            raise Fault(outcome.code, outcome.text)
        return list(outcome)

    def _help(self, params: Sequence[Any]) -> str:
        if not params or not isinstance(params[0], str):
            raise Fault(400, "Method Name Expected")
        if params[0] not in self._recording.helps:
            raise MethodNotFound(400, "command not found")
        return self._recording.helps[params[0]]
