# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Switches of several modules: each is on or off."""

from __future__ import annotations

from .drive import ask
from .engine import Resource, StateError, Step
from .kind import Kind
from .options import Option, Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, Tuple

    from .drive import Talk
    from .engine import Plan


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
    """A switch: True, False, or None while that cannot be known.

    :param what: a key of SWITCHES.
    """

    persisted_by = "the configuration file says the same"

    def __init__(self, what: str, enabled: bool) -> None:
        self.switch = SWITCHES[what]
        self.what = what
        self.enabled = enabled
        self.now: Optional[bool] = None
        self.was: Optional[bool] = None

    def read(self) -> Talk[Any]:
        if self.switch.get is None:
            return self.now
        values = yield from ask(*self.switch.get)
        if len(values) != 1:
            raise StateError("%s gave no answer that can be read" % self.switch.get[0])
        return self.switch.seen(values[0])

    def want(self, have: Any) -> Any:
        return self.enabled

    def steps(self, have: Any, want: Any) -> Plan:
        return [Step(*self.switch.change(want), check=self._done)]

    def _done(self, values: List[Any]) -> str:
        # For a switch that cannot be read, this is all that there is to know.
        if self.switch.was and values:
            self.was = self.switch.was(values[0])
        self.now = self.enabled
        return ""

    def made_difference(self) -> bool:
        return self.was is None or self.was != self.enabled

    def show(self, state: Any) -> Any:
        return {self.what: state}


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
