# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A document in the forms in which Kamailio reads it when it starts.

What RPCs have changed is lost with the process. These are the lines that keep it; to put them
into files is up to people.
"""

from __future__ import annotations

from ..desired.dispatcher_sets import STATE_FLAGS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, List, Mapping, Tuple

LOST = {
    "rtpengine": "state of nodes: the database or the configuration has to say it",
    "dispatcher": "destinations: see the list file",
    "uac": "registrations: the table of the database has to say them",
    "usrloc": "contacts: usrloc stores them in its database, if it has one",
    "pipelimit": "pipes: the database or the configuration has to say them",
    "debugger": "levels of modules",
}
"""Settings that no line of kamailio.cfg can make."""


def as_cfg(document: Mapping[str, Any]) -> str:
    """Return lines for kamailio.cfg: shared variables, settings, and items of hash tables.

    What cannot be written there stands in a comment.
    """
    lines: List[str] = []
    for name, value in document.get("pv", {}).get("shv", {}).items():
        kind, text = ("i", str(value)) if isinstance(value, int) else ("s", _text(value))
        lines += _line(
            'modparam("pv", "shvset", %s)', ("pv", name), "%s=%s:%s" % (name, kind, text)
        )
    for group, settings in document.get("cfg", {}).items():
        for name, value in settings.items():
            lines += _setting(group, name, value)
    lines += _events(document.get("htable", {}))
    lines += ["# not here: %s" % LOST[name] for name in document if name in LOST]
    return "".join(line + "\n" for line in lines)


def _setting(group: str, name: str, value: Any) -> Iterator[str]:
    address = ("cfg", group, name)
    if isinstance(value, dict) and "value" not in value:
        return
    if group == "core":
        yield from _line("%s=%%s" % name, address, value)
    elif group.endswith("]"):
        yield "# cfg.%s.%s: values of instances have no line; set it in a route" % (group, name)
    else:
        # A modparam of a module, or the variable of a group that the configuration declares.
        yield from _line("%s.%s = %%s" % (group, name), address, value)


def _events(tables: Mapping[str, Any]) -> Iterator[str]:
    """Yield a route that fills tables when the server starts."""
    body: List[str] = []
    for table, each in tables.items():
        for key, value in each.get("items", {}).items():
            if isinstance(value, dict) and ("until" in value or "at_least" in value):
                body.append("\t# htable.%s: an item that expires" % table)
                continue
            if any(sign in key for sign in '()=>"\\\n$'):
                body.append("\t# htable.%s: a key that needs care in a script" % table)
                continue
            form = "\t$sht(%s=>%s) = %%s;" % (table, key)
            body += _line(form, ("htable", table, key), value)
    if body:
        yield "event_route[htable:mod-init] {"
        yield from body
        yield "}"


def _line(form: str, address: Tuple[str, ...], value: Any) -> Iterator[str]:
    if isinstance(value, int):
        yield form % value
        return
    text = _text(value)
    if "\n" in text or "\r" in text:
        yield "# %s: a text of several lines" % ".".join(address)
    else:
        yield form % ('"%s"' % text.replace("\\", "\\\\").replace('"', '\\"'))


def _text(value: Any) -> str:
    return str(value["value"]) if isinstance(value, dict) else str(value)


def as_dispatcher_list(document: Mapping[str, Any]) -> str:
    """Return the list file of the module dispatcher: set, URI, flags, priority and attributes."""
    lines: List[str] = []
    sets: Dict[str, Any] = document.get("dispatcher", {})
    for number in sorted(sets, key=int):
        for each in sets[number].get("destinations", ()):
            flags = each.get("flags", 0)
            flags |= STATE_FLAGS["D"] if each.get("state") == "disabled" else 0
            words = [number, each["uri"], str(flags), str(each.get("priority", 0))]
            if each.get("attrs"):
                words.append(each["attrs"])
            lines.append(" ".join(words))
    return "".join(line + "\n" for line in lines)
