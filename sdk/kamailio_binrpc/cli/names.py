# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Names that a server knows: methods, settings, counters, tables, sets. Asked once and kept.

The file in ``$XDG_CACHE_HOME/kamrpc`` lets the shell complete at once and a shell's completion
script without asking any server.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.address import parse_address
from ..core.client import Client
from ..core.errors import BinrpcError
from ..core.foreign import parse_json
from ..core.values import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..core.address import AnyAddress

    Ask = Callable[..., list[Any]]

_TIMEOUT = 5.0
# A completed word becomes part of a command line: no server may put anything else there.
_WORD = re.compile(r"[A-Za-z0-9_.:/@%+=,][A-Za-z0-9_.:/@%+=,-]*\Z", re.ASCII)


class Names:
    """The names that can be completed.

    :ivar groups: of names: ``methods``, ``tables`` (htable), ``sets`` (dispatcher), ``shv``,
        ``settings/GROUP``, ``counters/GROUP``.
    """

    def __init__(self, address: AnyAddress) -> None:
        self._address = address
        self.groups: dict[str, list[str]] = {}
        self._thread: threading.Thread | None = None

    def load(self) -> Names:
        """Take what was found the last time, if anything was."""
        with contextlib.suppress(OSError, ValueError):
            found = parse_json(_cache_file(self._address).read_bytes())
            if isinstance(found, dict):
                self.groups = {str(name): _words(names) for name, names in found.items()}
        return self

    def refresh_in_background(self) -> None:
        """Ask the server over a connection of its own, while people type."""
        self._thread = threading.Thread(target=self._refresh_quietly, daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> None:
        """Wait for a refresh under way."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _refresh_quietly(self) -> None:
        with contextlib.suppress(BinrpcError, ValueError, OSError):
            self.refresh()

    def refresh(self) -> None:
        """Ask the server.

        :raises BinrpcError: it does not answer.
        """
        with Client(self._address, _TIMEOUT) as client:

            def ask(method: str, *params: Any) -> list[Any]:
                return list(client.call(method, *params))

            self.groups = {name: _words(names) for name, names in _gather(ask)}
        with contextlib.suppress(OSError):
            self._save()

    def _save(self) -> None:
        path = _cache_file(self._address)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}")
        part.write_text(json.dumps(self.groups), encoding="utf-8")
        part.replace(path)

    def of(self, group: str) -> list[str]:
        """Return the names of a group, none if it is not known."""
        return self.groups.get(group, [])

    def under(self, kind: str) -> list[str]:
        """Return what comes behind ``kind/`` in the names of groups."""
        under = (name.partition("/")[2] for name in self.groups if name.startswith(kind + "/"))
        return _words(under)

    def methods(self) -> list[str]:
        """Return the server's methods, the catalogue's while they are not known."""
        found = self.of("methods")
        if found:
            return found
        from ..core.catalogue.lookup import methods

        return sorted(method.name for method in methods())

    def for_param(self, method: str, before: list[str]) -> list[str]:
        """Return what may stand behind a method and the parameters ``before``."""
        module = method.partition(".")[0]
        if method in ("system.methodHelp", "system.methodSignature"):
            return self.methods() if not before else []
        if module in ("cfg", "cnt"):
            kind = "settings" if module == "cfg" else "counters"
            if not before:
                return self.under(kind)
            return self.of(f"{kind}/{before[0].partition('[')[0]}") if len(before) == 1 else []
        from ..core.catalogue.lookup import find

        known = find(method)
        if known is None or len(before) >= len(known.params):
            return []
        param = known.params[len(before)]
        if module == "htable" and param.name == "table":
            return self.of("tables")
        if module == "dispatcher" and param.name == "group":
            return self.of("sets")
        if module == "pv" and param.name == "name":
            return self.of("shv")
        return list(param.words)


def _words(names: Iterable[Any]) -> list[str]:
    return [name for name in map(str, names) if _WORD.match(name)]


def _gather(ask: Ask) -> Iterator[tuple[str, list[str]]]:
    methods = [str(name) for name in ask("system.listMethods")]
    yield "methods", methods
    yield from _settings(ask, methods)
    yield from _counters(ask, methods)
    for group, method, member in (
        ("tables", "htable.listTables", "name"),
        ("sets", "dispatcher.list", "ID"),
        ("shv", "pv.shvGet", "name"),
    ):
        if method in methods:
            with contextlib.suppress(BinrpcError):
                found = _members(ask(method), member)
                yield group, sorted(dict.fromkeys(found))


def _settings(ask: Ask, methods: list[str]) -> Iterator[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    if "cfg.list" in methods:
        for text in ask("cfg.list"):
            group, _colon, name = str(text).partition(": ")
            found.setdefault(group, []).append(name)
    yield from ((f"settings/{group}", names) for group, names in found.items())


def _counters(ask: Ask, methods: list[str]) -> Iterator[tuple[str, list[str]]]:
    if "cnt.grps_list" in methods:
        for group in ask("cnt.grps_list"):
            with contextlib.suppress(BinrpcError):
                yield f"counters/{group}", [str(name) for name in ask("cnt.var_list", group)]


def _members(value: Any, wanted: str) -> Iterator[str]:
    """Yield every member of that name, however deep."""
    items: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, Struct):
        items = value.items()
    elif isinstance(value, list):
        items = ((None, item) for item in value)
    for name, member in items:
        if name == wanted and not isinstance(member, Struct):
            yield str(member)
        else:
            yield from _members(member, wanted)


def _cache_file(address: AnyAddress) -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    # By the address as it is called, however it was written.
    text = str(parse_address(address))
    name = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return Path(home) / "kamrpc" / f"names-{name}.json"
