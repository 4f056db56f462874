# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Completion of names on a terminal: methods, settings and counters of the server."""

from __future__ import annotations

import os

from . import commands
from .errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .session import Session

_COMMANDS = frozenset(("?", "h", "help", "system.methodSignature", "system.methodHelp"))
_SETTINGS = frozenset(
    (
        "cfg.get",
        "cfg.help",
        "cfg.set_delayed_int",
        "cfg.set_delayed_string",
        "cfg.set_now_int",
        "cfg.set_now_string",
    )
)
_COUNTERS = frozenset(("cnt.get", "cnt.get_raw", "cnt.reset", "cnt.help"))
_COUNTER_GROUPS = _COUNTERS | {"cnt.grp_get_all", "cnt.var_list"}


class Names:
    """Completions, requested from the server when the first TAB needs them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._fetched = False
        self._settings: dict[str, list[str]] = {}
        self._counters: dict[str, list[str]] = {}
        self._found: list[str] = []

    def fetch(self) -> None:
        """Ask the server, unless that is done. What it does not tell is not completed."""
        if self._fetched:
            return
        self._fetched = True
        try:
            methods = self._session.methods()
            if b"cfg.list" in methods:
                for text in self._session.strings("cfg.list"):
                    group, _colon, name = os.fsdecode(text).partition(": ")
                    self._settings.setdefault(group, []).append(name)
            if b"cnt.grps_list" in methods and b"cnt.var_list" in methods:
                for group in map(os.fsdecode, self._session.strings("cnt.grps_list")):
                    found = self._session.strings("cnt.var_list", group)
                    self._counters[group] = [os.fsdecode(name) for name in found]
        except Failure:
            pass

    def candidates(self, before: list[str], start: str) -> list[str]:
        """Return what may follow the words ``before`` and begins with ``start``."""
        self.fetch()
        first = before[0] if before else ""
        everything: list[str] = []
        if not before or (len(before) == 1 and first in _COMMANDS):
            everything += [*commands.ALIASES, *commands.BUILTINS]
            everything += map(os.fsdecode, self._session.methods())
        elif len(before) == 1:
            if first in _SETTINGS:
                everything += self._settings
            elif first in _COUNTER_GROUPS:
                everything += self._counters
        elif len(before) == 2:
            if first in _SETTINGS:
                everything += self._settings.get(before[1].partition("[")[0], [])
            elif first in _COUNTERS:
                everything += self._counters.get(before[1], [])
        return [name for name in everything if name.startswith(start)]

    def install(self) -> None:
        """Make TAB complete."""
        try:
            import readline
        except ImportError:  # an interpreter without it still reads lines
            return

        def complete(text: str, state: int) -> str | None:
            if state == 0:
                before = readline.get_line_buffer()[: readline.get_begidx()].split()
                try:
                    self._found = self.candidates(before, text)
                except Failure:
                    self._found = []
                if len(self._found) == 1:
                    self._found[0] += " "
            return self._found[state] if state < len(self._found) else None

        readline.set_completer(complete)
        readline.set_completer_delims(" \t")
        readline.parse_and_bind("tab: complete")
        # The question before a long list does not wait for its answer under Python.
        readline.parse_and_bind("set completion-query-items 0")
        readline.parse_and_bind("set page-completions off")
        # Python switches it off; kamcmd and every shell have it on.
        readline.parse_and_bind("set enable-bracketed-paste on")
