# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A server as a document: what it is, in the words in which a wish says what it should be.

A plan for the document finds nothing to change. What cannot be said in a document is named, with
the reason.
"""

from __future__ import annotations

from ..desired.cfg import NOT_READABLE
from ..desired.dispatcher_sets import NO_DNS, is_twin, read_entries
from ..desired.drive import Ask, ask
from ..desired.engine import look, readable
from ..desired.escapes import visible
from ..desired.frozen import Frozen
from ..desired.htable import MANY, NEVER, NO_KEY
from ..desired.leaf import text_of
from ..desired.resource import Answers, Resource
from ..desired.rtpengine import ALL, node
from ..desired.uac import SECRETS, fields_of
from ..desired.usrloc import BY_RPC, DEFAULTS, UsrlocContact
from ..faults import Fault, MethodNotFound, NotFound, ReplyTooLarge
from ..suggest import suggestion
from ..values import NULL_TEXT, set_text
from .sections import SECTIONS, same_destination
from .shapes import WishError
from .wish import VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Iterable, List, Sequence, Tuple

    from ..desired.drive import Talk
    from ..desired.leaf import Leaves

    Found = Tuple[Dict[str, Any], List["LeftOut"]]

SILENT = ("usrloc", "debugger")
"""Sections that only are described where they are named: phones' contacts come and go, and the
server has no list of levels."""


class LeftOut(Frozen):
    """The facts that a document leaves out.

    :ivar address: of what it is.
    :ivar why: the reason.
    """

    __slots__ = ("address", "why")
    address: Tuple[Any, ...]
    why: str

    def __init__(self, address: Sequence[Any], why: str) -> None:
        self._set(address=tuple(address), why=why)

    @property
    def shown(self) -> Dict[str, str]:
        """It as a member of a result."""
        return {"address": visible(text_of(self.address)), "why": self.why}


def snapshot(sections: Iterable[str] = (), name: str = "") -> Talk[Found]:
    """Return a document that describes a server, and what it leaves out.

    :param sections: names of sections, such as ``htable``, or of a table of one, such as
        ``htable.blocked``; none for all that say what administrators want.
    :param name: of the document.
    :raises ValueError: there is no such section.
    """
    chosen: Dict[str, List[str]] = {}
    for each in sections:
        section, _dot, part = each.partition(".")
        if section not in SECTIONS:
            raise ValueError("there is no section %s; %s" % (section, _known(section)))
        parts = chosen.setdefault(section, [])
        parts += [part] if part else []
    document: Dict[str, Any] = {"version": VERSION}
    if name:
        document["name"] = name
    left_out: List[LeftOut] = []
    for section in SECTIONS:
        if section not in chosen and (chosen or section in SILENT):
            continue
        try:
            with readable((section,)):
                data, left = yield from DESCRIBED[section](chosen.get(section, []))
        except MethodNotFound as fault:
            if section in chosen:
                left_out.append(LeftOut((section,), "the server does not offer %s" % fault.method))
            continue
        except ReplyTooLarge as fault:
            why = "the reply of %s does not fit into the server's buffer" % fault.method
            left_out.append(LeftOut((section,), why))
            continue
        left_out += left
        data, refused = _sayable(section, data)
        left_out += refused
        if data:
            document[section] = data
    return document, left_out


def _known(word: str) -> str:
    return suggestion(word, SECTIONS) or "there are %s" % ", ".join(SECTIONS)


def _sayable(section: str, data: Dict[str, Any]) -> Found:
    """Take out what a document must not say, such as an empty name."""
    refused: List[LeftOut] = []
    while True:
        try:
            SECTIONS[section].shape.check(data, (section,))
            return data, refused
        except WishError as error:
            place: Any = data
            for index, part in enumerate(error.path[1:-1], 1):
                inner = place[part] if not isinstance(place, list) else place[int(part)]
                if not isinstance(inner, (dict, list)) or error.path[index + 1] not in _keys(inner):
                    break
                place = inner
            else:
                index = len(error.path) - 1
            key = error.path[index]
            del place[key]
            refused.append(LeftOut(error.path[: index + 1], error.text))


def _keys(value: Any) -> Any:
    return value if isinstance(value, dict) else range(len(value))


class _Reading(Resource):
    """Questions without a wish, for :func:`look`."""

    def __init__(self, asks: Sequence[Ask], read: Callable[[Answers], Any]) -> None:
        self._asks = asks
        self._read = read

    def questions(self, answers: Answers) -> Sequence[Ask]:
        return self._asks

    def observe(self, answers: Answers) -> Leaves:
        found: Any = self._read(answers)
        return found  # type: ignore[no-any-return]


def _is_text(value: str) -> bool:
    return str(visible(value)) == value


def _value(value: Any) -> Any:
    if isinstance(value, str) and not _is_text(value):
        return {"value": visible(value), "type": "escaped"}
    return value


# --- one for each section


def _htable(parts: Sequence[str]) -> Talk[Found]:
    try:
        tables = yield from ask("htable.listTables")
    except NotFound:
        tables = []
    except Fault as fault:
        if "no htables" not in fault.text.lower():
            raise
        tables = []
    data: Dict[str, Any] = {}
    left: List[LeftOut] = []
    known = [each["name"] for each in tables]
    left += [
        LeftOut(("htable", each), "there is no such table") for each in parts if each not in known
    ]
    for table in tables:
        name = table["name"]
        if parts and name not in parts:
            continue
        if table["dbtable"] and name not in parts:
            left.append(LeftOut(("htable", name), "a table of the database says the same; name it"))
            continue
        try:
            dump = yield from ask("htable.dump", name)
        except ReplyTooLarge:
            left.append(LeftOut(("htable", name), "the table does not fit into a reply"))
            continue
        items = {item["name"]: item["value"] for slot in dump for item in slot["slot"]}
        if table["expire"] > 0:
            items = yield from _lasting(name, items, left)
        for key in [each for each in items if not _is_text(each)]:
            left.append(LeftOut(("htable", name, key), "the key is not UTF-8"))
            del items[key]
        if items:
            data[name] = {"items": {key: _value(items[key]) for key in sorted(items)}}
    return data, left


def _lasting(table: str, items: Dict[str, Any], left: List[LeftOut]) -> Talk[Dict[str, Any]]:
    """Return the items of a table that do not expire."""
    if len(items) > MANY:
        why = "more than %d items may expire" % MANY
        left.append(LeftOut(("htable", table), why))
        return {}
    lasting = {}
    expiring = 0
    for key in items:
        try:
            item = (yield from ask("htable.get", table, key))[0]["item"]
        except Fault as fault:
            if NO_KEY.lower() not in fault.text.lower():
                raise
            continue
        if item["expire"] == NEVER:
            lasting[key] = item["value"]
        else:
            expiring += 1
    if expiring:
        left.append(LeftOut(("htable", table), "%d items expire" % expiring))
    return lasting


def _pv(parts: Sequence[str]) -> Talk[Found]:
    try:
        values = yield from ask("pv.shvGet")
    except NotFound:
        return {}, []
    found: Dict[str, Any] = {}
    left = []
    for each in _variables(values):
        if _is_text(each["name"]):
            found[each["name"]] = _value(each["value"])
        else:
            left.append(LeftOut(("pv", "shv", each["name"]), "the name is not UTF-8"))
    return ({"shv": {name: found[name] for name in sorted(found)}} if found else {}), left


def _variables(values: Any) -> List[Any]:
    """Return all structs that name a variable, wherever they are."""
    found = []
    if isinstance(values, dict):
        if "name" in values and "value" in values:
            return [values]
        values = list(values.values())
    if isinstance(values, list):
        for each in values:
            found += _variables(each)
    return found


def _cfg(parts: Sequence[str]) -> Talk[Found]:
    data: Dict[str, Dict[str, Any]] = {}
    left: List[LeftOut] = []
    for line in (yield from ask("cfg.list")):
        group, _colon, name = str(line).partition(": ")
        if parts and group not in parts:
            continue
        address = ("cfg", group, name)
        try:
            value = (yield from ask("cfg.get", group, name))[0]
        except Fault as fault:
            if fault.code != NOT_READABLE and not isinstance(fault, ReplyTooLarge):
                raise
            left.append(LeftOut(address, fault.text.strip()))
            continue
        data.setdefault(group, {})[name] = {"unset": True} if value == NULL_TEXT else _value(value)
    if data:
        left.append(LeftOut(("cfg", "[...]"), "the server does not list instances of groups"))
    return data, left


def _rtpengine(parts: Sequence[str]) -> Talk[Found]:
    try:
        values = yield from ask("rtpengine.show", ALL)
    except NotFound:
        return {}, []
    nodes: Dict[str, bool] = {}
    left = []
    for each in values:
        url, enabled = each["url"], node(each)["enabled"]
        if nodes.get(url, enabled) is not enabled:
            left.append(LeftOut(("rtpengine", url), "it is in several sets, in different states"))
        nodes[url] = enabled
    for each in left:
        nodes.pop(each.address[1], None)
    if not nodes:
        return {}, left
    data: Dict[str, Any] = {
        "nodes": {url: "enabled" if nodes[url] else "disabled" for url in sorted(nodes)}
    }
    if not all(node(each)["answers"] for each in values if nodes.get(each["url"])):
        # One that is silent is enabled all the same.
        data["must_answer"] = False
    return data, left


def _dispatcher(parts: Sequence[str]) -> Talk[Found]:
    listing = Ask("dispatcher.list", ("full",))
    entries: Any = yield from look(_Reading([listing], read_entries), Answers())
    data: Dict[str, Any] = {}
    left: List[LeftOut] = []
    twins = {
        (address[1], same_destination(entry))
        for address, entry in entries.items()
        if is_twin(address, entries)
    }
    for address, entry in sorted(entries.items(), key=lambda each: int(each[0][1])):
        number = str(address[1])
        if parts and number not in parts:
            continue
        if (address[1], same_destination(entry)) in twins:
            left.append(LeftOut(address, "the set has it more than once, without a duid"))
            continue
        destination = {"uri": entry["uri"], "state": "enabled"}
        if entry["priority"]:
            destination["priority"] = entry["priority"]
        if entry["attrs"]:
            destination["attrs"] = entry["attrs"]
        if entry["no_dns"]:
            destination["flags"] = NO_DNS
        if entry["state"] == "disabled":
            destination["state"] = "disabled"
        data.setdefault(number, {"destinations": []})["destinations"].append(destination)
    if data:
        why = "the server moves destinations between its states by itself; order and flags 32 too"
        left.append(LeftOut(("dispatcher", "*", "state"), why))
    return data, left


def _uac(parts: Sequence[str]) -> Talk[Found]:
    found: Dict[str, Any] = {}
    for record in (yield from ask("uac.reg_dump")):
        fields = fields_of(record)
        enabled = fields.pop("enabled")
        each: Dict[str, Any] = {
            name: value
            for name, value in fields.items()
            if name not in SECRETS and (value != "" or name in ("realm", "socket"))
        }
        each.update(
            (name, {"keep": True})
            for name in sorted(SECRETS)
            if set_text(str(fields.get(name, "")))
        )
        each["state"] = "enabled" if enabled else "disabled"
        found[record["l_uuid"]] = each
    return ({"registrations": found} if found else {}), []


def _usrloc(parts: Sequence[str]) -> Talk[Found]:
    data: Dict[str, Any] = {}
    others: Dict[str, int] = {}
    for domain in (yield from ask("ul.dump"))[0]["Domains"]:
        table = (
            domain["Domain"]["Domain"] if isinstance(domain["Domain"], dict) else domain["Domain"]
        )
        aors = domain["AoRs"] if "AoRs" in domain else domain["Domain"]["AoRs"]
        if parts and table not in parts:
            continue
        for info in aors:
            aor = info["Info"]["AoR"]
            for each in info["Info"]["Contacts"]:
                contact = each["Contact"]
                mine = str(contact.get("Call-ID")).endswith(BY_RPC)
                if not mine or contact["Expires"] != "permanent":
                    others[table] = others.get(table, 0) + 1
                    continue
                fields = UsrlocContact.fields_of(contact)
                del fields["permanent"]
                fields = {n: v for n, v in fields.items() if v != DEFAULTS[n]}
                contacts = data.setdefault(table, {}).setdefault(aor, {"contacts": {}})["contacts"]
                contacts[contact["Address"]] = {"expires": 0, **fields}
    left = [
        LeftOut(("usrloc", table), "%d contacts expire, or phones have registered them" % count)
        for table, count in others.items()
    ]
    return data, left


def _pipelimit(parts: Sequence[str]) -> Talk[Found]:
    left = [LeftOut(("pipelimit", "NOP"), "the server does not list pipes with the algorithm NOP")]
    try:
        values = yield from ask("pl.list")
    except NotFound:
        values = []
    pipes = {
        each["name"]: {"algorithm": each["algorithm"], "limit": each["limit"]}
        for each in sorted(values, key=lambda each: str(each["name"]))
    }
    return ({"pipes": pipes} if pipes else {}), left


def _debugger(parts: Sequence[str]) -> Talk[Found]:
    yield from ask("dbg.get_mod_level", "core")
    return {}, [LeftOut(("debugger", "modules"), "the server does not list levels")]


DESCRIBED: Dict[str, Callable[[Sequence[str]], Talk[Found]]] = {
    "htable": _htable,
    "pv": _pv,
    "cfg": _cfg,
    "rtpengine": _rtpengine,
    "dispatcher": _dispatcher,
    "uac": _uac,
    "usrloc": _usrloc,
    "pipelimit": _pipelimit,
    "debugger": _debugger,
}
"""For each section, a generator that gets names of its parts, and returns data and what it leaves
out."""
