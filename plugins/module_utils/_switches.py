# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Single values: shared variables, log levels, switches. Private to this collection.

from __future__ import annotations

from ._expect import parameter
from ._state import Area, StateError, Step
from .binrpc.faults import MethodNotFound, NotFound

CONFIGURATION = "the configuration file says the same"


class SharedVariable(Area):
    """The value of a shared variable: int or str."""

    lost = CONFIGURATION

    def __init__(self, name, value):
        value = parameter(value)
        if isinstance(value, bool):
            value = int(value)
        if not isinstance(value, (int, str)):
            raise StateError("value is an integer or a text, not %r" % (value,))
        if isinstance(value, int) and not -(2**31) <= value < 2**31:
            raise StateError("%d needs more than 32 bits" % value)
        self.name = name
        self.value = value

    def read(self, server):
        try:
            return server.ask("pv.shvGet", self.name)[0]["value"]
        except NotFound as fault:
            raise StateError(
                "there is no $shv(%s). The configuration has to use or declare it, since an RPC "
                "cannot create one" % self.name
            ) from fault

    def want(self, have):
        return self.value

    def differs(self, have, want):
        return type(have) is not type(want) or have != want

    def steps(self, have, want):
        kind = "int" if isinstance(want, int) else "str"
        return [Step("pv.shvSet", self.name, kind, want)]

    def show(self, state):
        return {self.name: state}


class CoreLevel(Area):
    """The log level of the whole server."""

    lost = CONFIGURATION

    def __init__(self, level):
        self.level = level
        self.by_corex = False

    def read(self, server):
        try:
            return server.ask("cfg.get", "core", "debug")[0]
        except MethodNotFound:
            self.by_corex = True
            return server.ask("corex.debug")[0]["debug"]

    def want(self, have):
        return self.level

    def steps(self, have, want):
        if self.by_corex:
            return [Step("corex.debug", want)]
        return [Step("cfg.seti", "core", "debug", want)]

    def show(self, state):
        return {"level": state}


class ModuleLevel(Area):
    """The log level of one module: ``{"level": ..., "in_force": ...}``.

    The server does not tell whether levels of modules count (``mod_level_mode``): while they do
    not, it shows the level of the whole server for each.
    """

    lost = CONFIGURATION

    def __init__(self, module, level, activate=False):
        self.module = module
        self.level = level
        self.activate = activate
        self.tried = False

    def read(self, server):
        have = server.ask("dbg.get_mod_level", self.module)[0]
        if self.tried and have != self.level and not self.activate:
            raise StateError(
                "the level was stored, but it does not count, since dbg.mod_level_mode is 0. Set "
                "it to 1, or say activate: true"
            )
        return have

    def want(self, have):
        return self.level

    def steps(self, have, want):
        self.tried = True
        steps = [Step("dbg.set_mod_level", self.module, want)]
        if self.activate:
            steps.append(Step("cfg.seti", "dbg", "mod_level_mode", 1))
        return steps

    def show(self, state):
        return {self.module: state}

    def hint(self, fault):
        if fault.method == "dbg.set_mod_level" and "store" in fault.text:
            return 'It needs modparam("debugger", "mod_hash_size", ...) in the configuration'
        return ""


def _on(text):
    return text.strip().lower() == "enabled"


class Switch:
    """How a switch is read and set; ``get`` is None for one that cannot be read.

    :param get: method and parameters.
    :param seen: gets the value of the reply and returns whether it is on.
    :param change: gets the wish and returns method and parameters.
    :param was: gets the value of the reply of ``change`` and returns whether it was on before.
    """

    def __init__(self, get, seen, change, was=None):
        self.get = get
        self.seen = seen
        self.change = change
        self.was = was


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
        None,
        lambda on: ("uac.reg_active", int(on)),
        was=lambda value: bool(value["omode"]),
    ),
    "nat_ping": Switch(None, None, lambda on: ("nathelper.enable_ping", int(on))),
}


class Toggle(Area):
    """A switch: True, False, or None while that cannot be known."""

    lost = CONFIGURATION

    def __init__(self, what, enabled):
        self.switch = SWITCHES[what]
        self.what = what
        self.enabled = enabled
        self.now = None
        self.was = None

    def read(self, server):
        if self.switch.get is None:
            return self.now
        values = server.ask(*self.switch.get)
        if len(values) != 1:
            raise StateError("%s gave no answer that can be read" % self.switch.get[0])
        return self.switch.seen(values[0])

    def want(self, have):
        return self.enabled

    def steps(self, have, want):
        return [Step(*self.switch.change(want), check=self._done)]

    def _done(self, values):
        # For a switch that cannot be read, this is all that there is to know.
        if self.switch.was and values:
            self.was = self.switch.was(values[0])
        self.now = self.enabled
        return ""

    def made_difference(self):
        return self.was is None or self.was != self.enabled

    def show(self, state):
        return {self.what: state}
