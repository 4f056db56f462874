# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Kinds of resources: a random start, a random wish, and all that is on the server.

Each area is tried at a lab server and at a real Kamailio (``tests/support/kamailio.cfg.in``), so it
uses what both have.
"""

from __future__ import annotations

import contextlib
from random import Random
from typing import TYPE_CHECKING, Any

from kamailio_binrpc import Client
from kamailio_binrpc.core.desired.kinds import KINDS
from kamailio_binrpc.core.faults import Fault
from kamailio_binrpc.core.views import reply_to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kamailio_binrpc.core.desired.resource import Resource

    Path = tuple[Any, ...]
    Snapshot = dict[Path, Any]
    Wish = dict[str, Any]

SECRETS = ("hidden-5Nf", "hidden-7Qx", "hidden-9Zk")
"""Passwords that no result may show."""


class Area:
    """One kind of resource.

    :cvar kind: its name in ``KINDS``.
    """

    kind = ""

    def __init__(self, client: Client, rng: Random) -> None:
        self.client = client
        self.rng = rng

    def values(self, method: str, *params: Any) -> list[Any]:
        try:
            return list(reply_to_json(self.client.call(method, *params), method))
        except Fault:
            return []

    def quietly(self, method: str, *params: Any) -> None:
        """Make a call, whatever comes of it."""
        with contextlib.suppress(Fault):
            self.client.call(method, *params)

    def prepare(self) -> None:
        """Bring the server to where the first run starts."""

    def snapshot(self) -> Snapshot:
        """Return all that is there, by path."""
        raise NotImplementedError

    def shake(self) -> None:
        """Change something, as another writer does."""
        raise NotImplementedError

    def wish(self) -> Wish:
        """Return options of the kind."""
        raise NotImplementedError

    def owns(self, wish: Wish) -> Callable[[Path], bool]:
        """Return a test for paths that a wish may change."""
        raise NotImplementedError

    def resource(self, wish: Wish) -> Resource:
        """Return what is wanted."""
        return KINDS[self.kind].make(wish)

    def one(self, *items: Any) -> Any:
        return self.rng.choice(items)


class _Tables(Area):
    tables: tuple[str, ...] = ("t",)
    keys = ("a", "b", "c", "Á b")
    texts: tuple[Any, ...] = (0, 7, -1, "x", "", "5", "long " * 9)

    def prepare(self) -> None:
        there = {table["name"] for table in self.values("htable.listTables")}
        # Of a lab server, and of the configuration of a real one.
        self.tables = tuple(name for name in ("t", "flags", "a") if name in there)

    def snapshot(self) -> Snapshot:
        found: Snapshot = {}
        for table in self.tables:
            for slot in self.values("htable.dump", table):
                for item in slot.get("slot", []):
                    found[table, item["name"]] = (type(item["value"]).__name__, item["value"])
        return found

    def shake(self) -> None:
        table, key, value = self.one(*self.tables), self.one(*self.keys), self.one(*self.texts)
        if self.rng.random() < 0.3:
            self.quietly("htable.delete", table, key)
        elif isinstance(value, int):
            self.quietly("htable.seti", table, key, value)
        else:
            self.quietly("htable.sets", table, key, value)


class HashTableItems(_Tables):
    kind = "htable_item"

    def wish(self) -> Wish:
        wish = {"table": self.one(*self.tables), "key": self.one(*self.keys)}
        if self.rng.random() < 0.3:
            return {**wish, "state": "absent"}
        return {**wish, "value": self.one(*self.texts)}

    def owns(self, wish: Wish) -> Callable[[Path], bool]:
        return lambda path: path == (wish["table"], wish["key"])


class HashTables(_Tables):
    kind = "htable"

    def wish(self) -> Wish:
        keys = self.rng.sample(self.keys, self.rng.randint(0, 3))
        items = {key: self.one(*self.texts) for key in keys}
        wish: Wish = {"table": self.one(*self.tables), "items": items}
        if self.rng.random() < 0.4:
            return {**wish, "mode": "replaced", **({} if items else {"allow_empty": True})}
        rest = [key for key in self.keys if key not in items]
        return {**wish, "absent": self.rng.sample(rest, self.rng.randint(0, len(rest)))}

    def owns(self, wish: Wish) -> Callable[[Path], bool]:
        named = {*wish["items"], *wish.get("absent", ())}
        whole = wish.get("mode") == "replaced"
        return lambda path: path[0] == wish["table"] and (whole or path[1] in named)


class _Gateways(Area):
    sets = (3, 4)
    uris = tuple(f"sip:127.0.7.{number}:5060" for number in range(1, 5))
    attrs = ("", "weight=50", "duid=g", "duid=g;weight=10")

    def prepare(self) -> None:
        for group in self.sets:
            for uri in self.uris[:3]:
                self.quietly("dispatcher.add", group, uri, 0, 0, "")

    def snapshot(self) -> Snapshot:
        found: Snapshot = {}
        for reply in self.values("dispatcher.list"):
            for entry in reply.get("RECORDS", []):
                for target in entry["SET"]["TARGETS"]:
                    dest = target["DEST"]
                    attrs = dest.get("ATTRS", {}).get("BODY", "")
                    seen = (dest["FLAGS"], dest["PRIORITY"], _sorted(attrs))
                    path = (entry["SET"]["ID"], dest["URI"])
                    found[path] = tuple(sorted((*found.get(path, ()), seen)))
        return found

    def shake(self) -> None:
        group, uri = self.one(*self.sets), self.one(*self.uris)
        what = self.rng.random()
        if what < 0.3:
            self.quietly("dispatcher.remove", group, uri)
        elif what < 0.6:
            self.quietly("dispatcher.set_state", self.one("a", "i", "d", "t", "ap"), group, uri)
        elif self.rng.random() < 0.2 or (group, uri) not in self.snapshot():  # now and then a twin
            self.quietly("dispatcher.add", group, uri, 0, self.one(0, 5), self.one(*self.attrs))


class GatewayStates(_Gateways):
    kind = "dispatcher_state"

    def wish(self) -> Wish:
        there = sorted(self.snapshot()) if self.rng.random() < 0.9 else []
        group, uri = self.one(*there) if there else (self.one(*self.sets), self.one(*self.uris))
        wish: Wish = {
            "set_id": group,
            "uri": uri,
            "state": self.one("active", "inactive", "disabled", "trying"),
        }
        if wish["state"] in ("inactive", "disabled"):
            wish["at_least_active"] = 0
        if self.rng.random() < 0.3:
            wish["probing"] = wish["state"] != "disabled" and self.one(True, False)
        return wish

    def owns(self, wish: Wish) -> Callable[[Path], bool]:
        return lambda path: path == (wish["set_id"], wish["uri"])


class Gateways(_Gateways):
    kind = "dispatcher_destination"

    def wish(self) -> Wish:
        wish: Wish = {"set_id": self.one(*self.sets), "at_least_active": 0}
        if self.rng.random() < 0.3:
            return {**wish, "uri": self.one(*self.uris), "state": "absent"}
        if self.rng.random() < 0.5:
            return {**wish, "uri": self.one(*self.uris), **self._details()}
        named = self.rng.sample(self.uris, self.rng.randint(1, 3))
        return {
            **wish,
            "destinations": [{"uri": uri, **self._details()} for uri in named],
            "mode": self.one("merged", "replaced"),
        }

    def _details(self) -> Wish:
        found: Wish = {}
        if self.rng.random() < 0.5:
            found["attrs"] = self.one(*self.attrs)
        if self.rng.random() < 0.3:
            found["priority"] = self.one(0, 5, 10)
        if self.rng.random() < 0.2:
            found["flags"] = self.one(0, 8)
        return found

    def owns(self, wish: Wish) -> Callable[[Path], bool]:
        named = {each["uri"] for each in wish.get("destinations", ())} | {wish.get("uri")}
        whole = wish.get("mode") == "replaced"
        return lambda path: path[0] == wish["set_id"] and (whole or path[1] in named)


class Variables(Area):
    kind = "shv"
    names = ("maintenance", "banner")

    def snapshot(self) -> Snapshot:
        found: Snapshot = {}
        for reply in self.values("pv.shvGet"):
            for item in reply.get("items", [reply]):
                entry = item.get("shv", item)
                found[entry["name"],] = (entry["type"], entry["value"])
        return found

    def shake(self) -> None:
        name = self.one(*self.names)
        if self.rng.random() < 0.5:
            self.quietly("pv.shvSet", name, "int", self.one(1, 2))
        else:
            self.quietly("pv.shvSet", name, "str", self.one("other", ""))

    def wish(self) -> Wish:
        return {"name": self.one(*self.names), "value": self.one(0, 5, "hello", "", "5")}

    def owns(self, wish: Wish) -> Callable[[Path], bool]:
        return lambda path: path == (wish["name"],)


class Settings(Area):
    kind = "cfg"
    numbers = (("core", "debug"), ("core", "memlog"), ("core", "mem_join"))

    def snapshot(self) -> Snapshot:
        return {path: self.values("cfg.get", *path) for path in self.numbers}

    def shake(self) -> None:
        self.quietly("cfg.set_now_int", *self.one(*self.numbers), self.one(1, 3, 4))

    def wish(self) -> Wish:
        chosen = self.rng.sample(self.numbers, self.rng.randint(1, 3))
        if len(chosen) == 1:
            group, name = chosen[0]
            return {"group": group, "name": name, "value": self.one(1, 2, 3)}
        return {"variables": {"core": {name: self.one(1, 2, 3) for _group, name in chosen}}}

    def owns(self, wish: Wish) -> Callable[[Path], bool]:
        named = set(wish["variables"]["core"]) if "variables" in wish else {wish["name"]}
        return lambda path: path[1] in named


class LogLevels(Area):
    kind = "debug_level"

    def snapshot(self) -> Snapshot:
        return {("core",): self.values("cfg.get", "core", "debug")}

    def shake(self) -> None:
        self.quietly("cfg.set_now_int", "core", "debug", self.one(1, 3, 4))

    def wish(self) -> Wish:
        return {"level": self.one(-1, 1, 2, 3)}

    def owns(self, wish: Wish) -> Callable[[Path], bool]:
        return lambda path: True


class ModuleLevels(Area):
    """Levels of modules, which a real server does not list; not all that "unset" may mean."""

    kind = "module_level"
    names = ("tm", "sl")

    def prepare(self) -> None:
        self.quietly("cfg.seti", "dbg", "mod_level_mode", 1)
        # One that was not set follows the level of the core, which other areas change.
        for name in self.names:
            self.quietly("dbg.set_mod_level", name, 1)

    def snapshot(self) -> Snapshot:
        return {(name,): self.values("dbg.get_mod_level", name) for name in self.names}

    def shake(self) -> None:
        self.quietly("dbg.set_mod_level", self.one(*self.names), self.one(0, 2))

    def wish(self) -> Wish:
        return {"module": self.one(*self.names), "level": self.one(-1, 1, 3)}

    def resource(self, wish: Wish) -> Resource:
        return KINDS["debug_level"].make(wish)

    def owns(self, wish: Wish) -> Callable[[Path], bool]:
        return lambda path: path == (wish["module"],)


class Registrations(Area):
    kind = "uac_registration"
    names = ("one", "two")
    operational = ("diff_expires", "timer_expires", "reg_init", "flags", "expires")

    def snapshot(self) -> Snapshot:
        found: Snapshot = {}
        for entry in self.values("uac.reg_dump"):
            kept = {name: entry[name] for name in entry if name not in self.operational}
            found[entry["l_uuid"],] = (kept, int(entry["flags"]) & 1)
        return found

    def shake(self) -> None:
        name = self.one(*self.names)
        if self.rng.random() < 0.4:
            self.quietly("uac.reg_remove", "l_uuid", name)
        elif self.rng.random() < 0.5:
            self.quietly(self.one("uac.reg_disable", "uac.reg_enable"), "l_uuid", name)
        elif (name,) not in self.snapshot():
            self.quietly(
                *("uac.reg_add", name, "user", "example.com", "user", "r.example.com", "r"),
                *("user", self.one(*SECRETS), ".", "sip:127.0.0.1:5099", 360, 0, 0, ".", "."),
            )

    def wish(self) -> Wish:
        wish: Wish = {"l_uuid": self.one(*self.names)}
        if self.rng.random() < 0.3:
            return {**wish, "state": "absent"}
        return {
            **wish,
            "l_username": self.one("user", "other"),
            "l_domain": "example.com",
            "r_username": "user",
            "r_domain": "r.example.com",
            "auth_username": "user",
            "auth_password": self.one(*SECRETS),
            "auth_proxy": "sip:127.0.0.1:5099",
            "expires": 360,
            **({"enabled": self.one(True, False)} if self.rng.random() < 0.4 else {}),
        }

    def owns(self, wish: Wish) -> Callable[[Path], bool]:
        return lambda path: path == (wish["l_uuid"],)


class MediaNodes(Area):
    kind = "rtpengine_node"

    def snapshot(self) -> Snapshot:
        found: Snapshot = {}
        for entry in self.values("rtpengine.show", "all"):
            # One that does not answer is disabled for a number of ticks, not by anyone's wish.
            ticks = entry.get("recheck_ticks")
            silent = isinstance(ticks, int) and ticks > 0
            found[entry["url"], entry["set"]] = (bool(entry["disabled"]), silent)
        return found

    def _urls(self) -> list[str]:
        return sorted({path[0] for path in self.snapshot()})

    def shake(self) -> None:
        self.quietly("rtpengine.enable", self.one(*self._urls()), self.one(0, 1))

    def wish(self) -> Wish:
        url = self.one(*self._urls())
        if self.rng.random() < 0.5:
            return {"url": url, "state": "enabled", "must_answer": False}
        return {"url": url, "state": "disabled", "at_least_active": 0}

    def owns(self, wish: Wish) -> Callable[[Path], bool]:
        return lambda path: path[0] == wish["url"]


class Contacts(Area):
    kind = "usrloc_contact"
    people = ("ann", "bob")
    contacts = ("sip:127.0.7.1:5060", "sip:127.0.7.2:5060")

    def snapshot(self) -> Snapshot:
        found: Snapshot = {}
        for name in self.people:
            for record in self.values("ul.lookup", "location", name):
                for each in record.get("Contacts", []):
                    entry = each["Contact"]
                    kept = ("Q", "Path", "Flags", "CFlags", "Methods", "Received")
                    found[name, entry["Address"]] = tuple(entry[member] for member in kept)
        return found

    def shake(self) -> None:
        name, contact = self.one(*self.people), self.one(*self.contacts)
        if self.rng.random() < 0.5:
            self.quietly("ul.rm_contact", "location", name, contact)
        else:
            self.quietly(
                *("ul.add", "location", name, contact, 3600, self.one(0.5, 1.0)),
                *("", 0, 0, 4294967295 & 0x7FFFFFFF),
            )

    def wish(self) -> Wish:
        wish: Wish = {"aor": self.one(*self.people), "contact": self.one(*self.contacts)}
        if self.rng.random() < 0.4:
            return {**wish, "state": "absent"}
        return {**wish, "expires": 3600, "q": self.one(0.3, 0.7)}

    def owns(self, wish: Wish) -> Callable[[Path], bool]:
        return lambda path: path == (wish["aor"], wish["contact"])


class Pipes(Area):
    kind = "pipelimit"
    names = ("p1", "p2")

    def snapshot(self) -> Snapshot:
        return {
            (entry["name"],): (entry["algorithm"], entry["limit"])
            for entry in self.values("pl.list")
            if "name" in entry
        }

    def shake(self) -> None:
        self.quietly(
            "pl.set_pipe", self.one(*self.names), self.one("RED", "TAILDROP"), self.one(5, 9)
        )

    def wish(self) -> Wish:
        return {
            "name": self.one(*self.names),
            "algorithm": self.one("RED", "TAILDROP"),
            "limit": self.one(10, 20),
        }

    def owns(self, wish: Wish) -> Callable[[Path], bool]:
        return lambda path: path == (wish["name"],)


class Switches(Area):
    kind = "toggle"

    def snapshot(self) -> Snapshot:
        return {("siptrace",): self.values("siptrace.status", "check")}

    def shake(self) -> None:
        self.quietly("siptrace.status", self.one("on", "off"))

    def wish(self) -> Wish:
        return {"what": "siptrace", "enabled": self.one(True, False)}

    def owns(self, wish: Wish) -> Callable[[Path], bool]:
        return lambda path: True


def _sorted(attrs: str) -> str:
    return ";".join(sorted(part.strip() for part in attrs.split(";") if part.strip()))


def areas() -> Iterator[type[Area]]:
    """Return every area."""
    yield from (
        HashTableItems,
        HashTables,
        GatewayStates,
        Gateways,
        Variables,
        Settings,
        LogLevels,
        Registrations,
        MediaNodes,
        Contacts,
        Pipes,
        Switches,
    )
