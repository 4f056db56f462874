# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Switches of several modules: each is on or off."""

from __future__ import annotations

from .drive import Ask
from .kind import Kind
from .leaf import UNKNOWN, Leaves
from .options import Option, Options
from .resource import Resource, StateError
from .step import DISABLE, ENABLE, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

    from .leaf import Address
    from .resource import Answers
    from .step import Change


class Switch:
    """How a switch is read and set.

    :param get: method and parameters that read it; None for one that cannot be read.
    :param seen: gets the value of that reply and returns whether it is on.
    :param change: gets the wish and returns method and parameters.
    :param was: gets the value of the reply of ``change`` and returns whether it was on before.
    """

    def __init__(
        self,
        get: Optional[Tuple[Any, ...]],
        seen: Callable[[Any], bool],
        change: Callable[[bool], Tuple[Any, ...]],
        was: Optional[Callable[[Any], bool]] = None,
    ) -> None:
        self.get = get
        self.seen = seen
        self.change = change
        self.was = was


def _on(text: str) -> bool:
    return text.strip().lower() == "enabled"


SWITCHES = {
    "siptrace": Switch(
        ("siptrace.status", "check"), _on, lambda on: ("siptrace.status", "on" if on else "off")
    ),
    "sipdump": Switch(
        ("sipdump.enable",),
        lambda value: bool(value["newval"] & 1),
        lambda on: ("sipdump.enable", int(on)),
    ),
    "dispatcher_ping": Switch(
        ("dispatcher.ping_active",),
        lambda value: bool(value["OldPingState"]),
        lambda on: ("dispatcher.ping_active", int(on)),
    ),
    "dns": Switch(
        ("dns.get_server_state",),
        bool,
        lambda on: ("dns.set_server_state", int(on)),
    ),
    "websocket": Switch(
        ("cfg.get", "websocket", "enabled"),
        bool,
        lambda on: ("ws.enable" if on else "ws.disable",),
    ),
    "uac": Switch(
        None,
        bool,
        lambda on: ("uac.reg_active", int(on)),
        was=lambda value: bool(value["omode"]),
    ),
    "nat_ping": Switch(None, bool, lambda on: ("nathelper.enable_ping", int(on))),
}


class Toggle(Resource):
    """A switch: True, False, or UNKNOWN where the server does not show it.

    :param what: a key of SWITCHES.
    """

    persisted_by = "the configuration file says the same"

    def __init__(self, what: str, enabled: bool) -> None:
        self.switch = SWITCHES[what]
        self.what = what
        self.enabled = enabled
        self.address: Address = ("toggle", what)

    def questions(self, answers: Answers) -> Iterable[Ask]:
        get = self.switch.get
        return [Ask(get[0], get[1:])] if get is not None else []

    def observe(self, answers: Answers) -> Leaves:
        if self.switch.get is None:
            return self._written(answers)
        values = answers.values(*self.switch.get)
        if len(values) != 1:
            raise StateError("%s gave no answer that can be read" % self.switch.get[0])
        return Leaves({self.address: self.switch.seen(values[0])})

    def _written(self, answers: Answers) -> Leaves:
        """Return what replies to writes tell, which is all that there is to know."""
        seen = Leaves({self.address: UNKNOWN})
        for number, (step, values) in enumerate(answers.written):
            seen[self.address] = step.leaves[self.address]
            if number == 0 and self.switch.was and values:
                seen.learned[self.address] = self.switch.was(values[0])
        return seen

    def resolve(self, seen: Leaves) -> Dict[Address, Any]:
        return {self.address: self.enabled}

    def steps(self, changes: Sequence[Change], seen: Leaves) -> List[Step]:
        return [
            Step(
                *self.switch.change(change.after),
                phase=ENABLE if change.after else DISABLE,
                leaves={change.address: change.after},
            )
            for change in changes
        ]

    def show(self, leaves: Mapping[Address, Any]) -> Any:
        on = leaves[self.address]
        return {self.what: None if on is UNKNOWN else on}


def _toggle(params: Dict[str, Any]) -> Resource:
    return Toggle(params["what"], params["enabled"])


TOGGLE = Kind(
    "toggle",
    Options(
        {
            "what": Option(choices=sorted(SWITCHES), required=True),
            "enabled": Option("bool", required=True),
        }
    ),
    _toggle,
    subject="what",
)
