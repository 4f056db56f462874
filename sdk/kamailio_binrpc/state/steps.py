# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Steps of a change as they are made, for whoever watches it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..core.catalogue.secrets import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..core.desired.drive import Save

SENDING = "sending"
DONE = "done"
REFUSED = "refused"
_STATES = {"intent": SENDING, "neighbour": SENDING, "outcome": DONE, "refused": REFUSED}


@dataclass(frozen=True, slots=True)
class StepReport:
    """A step that begins or has ended.

    :ivar name: of the server.
    :ivar state: ``sending``: it is in the journal, and is sent next. ``done``: the server answered
        with success. ``refused``: it certainly did not run. A step that fails otherwise has no end;
        the report of the server tells.
    :ivar params: secrets are hidden.
    :ivar undo: is it a step of the way back?
    """

    name: str
    state: str
    method: str
    params: list[Any]
    undo: bool

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "name": self.name,
            "state": self.state,
            "method": self.method,
            "params": self.params,
            "undo": self.undo,
        }


class StepsTold:
    """Saves what a run writes down, and tells the steps in it.

    :param name: of the server.
    :param told: gets each StepReport.
    :param save: writes it down; None if that is done already.
    :param undo: is it the way back?
    """

    def __init__(
        self,
        name: str,
        told: Callable[[StepReport], None],
        save: Callable[[Save], None] | None = None,
        *,
        undo: bool = False,
    ) -> None:
        self._name = name
        self._told = told
        self._save = save
        self._undo = undo
        self._last: tuple[str, list[Any]] = ("", [])

    def __call__(self, need: Save) -> None:
        """Save, and then tell.

        :raises JournalError: it was not saved.
        """
        if self._save is not None:
            self._save(need)
        if need.event == "undo":
            self._undo = True
        state = _STATES.get(need.event)
        if state is None:
            return
        if "step" in need.what:
            step = need.what["step"]
            params = [_hidden(each) for each in step["params"]]
            self._last = (step["method"], params)
        method, params = self._last
        self._told(StepReport(self._name, state, method, params, self._undo))


def _hidden(param: Any) -> Any:
    return HIDDEN if isinstance(param, dict) else param
