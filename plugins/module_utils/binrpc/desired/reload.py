# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Reloads, and whether they changed something."""

from __future__ import annotations

import re

from ..catalogue.secrets import HIDDEN, secret_members
from ..dispatcher import sets, write_flags
from ..errors import BinrpcError
from ..faults import Busy, Fault, MethodNotFound, ReplyTooLarge, TooFast
from ..uri import fold, normal_uri
from ..values import set_text
from ..views import reply_to_json
from .drive import Do, Now, Sleep, ask
from .engine import PAUSE, missing_methods
from .options import Option, Options
from .outcome import fault_data, message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Collection, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

    from .drive import Talk
    from .engine import Result

_FAILURE = re.compile(
    r"\b(fail(ed|ure)?|error|cannot|can't|couldn't|unable|invalid|disabled|skipped|not)\b",
    re.IGNORECASE,
)
EMPTY = (
    "no destination sets",
    "no address table",
    "no subnet table",
    "no domain list table",
    "no trusted table",
    "cache empty",
    "empty reply",
    "empty tree list",
    "no mtrees",
    "no records",
    "no sets loaded",
)


class Reload:
    """How a module's data is reloaded.

    :param method: what reloads.
    :param dumps: methods that show what there is; without any, a reload counts as a change.
    :param volatile: members of dumps that change by themselves.
    :param masks: members of dumps, and the bits of each that count.
    :param success: text of the only reply that means success.
    """

    def __init__(
        self,
        method: str,
        dumps: Sequence[str] = (),
        volatile: Iterable[str] = (),
        masks: Optional[Mapping[str, int]] = None,
        success: Optional[str] = None,
    ) -> None:
        self.method = method
        self.dumps = dumps
        self.volatile = frozenset(volatile)
        self.masks = masks or {}
        self.success = success


RELOADS = {
    "app_jsdt": Reload("app_jsdt.reload"),
    "app_lua": Reload("app_lua.reload"),
    "app_python": Reload("app_python.reload"),
    "carrierroute": Reload("cr.reload_routes"),
    "dialplan": Reload("dialplan.reload", ["dialplan.dump"]),
    "dispatcher": Reload(
        "dispatcher.reload", ["dispatcher.list"], ["LATENCY", "RUNTIME", "PROBING_COUNT", "IUID"]
    ),
    "domain": Reload("domain.reload", ["domain.dump"]),
    "drouting": Reload("drouting.reload", success="reload ok"),
    "geoip2": Reload("geoip2.reload"),
    "htable": Reload("htable.reload", ["htable.dump"]),
    "lcr": Reload("lcr.reload", ["lcr.dump_gws", "lcr.dump_rules"], ["defunct_until", "state"]),
    "matrix": Reload("matrix.reload"),
    "mtree": Reload("mtree.reload", ["mtree.list"]),
    "pdt": Reload("pdt.reload", ["pdt.list"]),
    "permissions": Reload(
        "permissions.addressReload",
        ["permissions.addressDump", "permissions.subnetDump", "permissions.domainDump"],
    ),
    "prefix_route": Reload("prefix_route.reload"),
    "regex": Reload("regex.reload"),
    "rtpengine": Reload(
        "rtpengine.reload", ["rtpengine.show"], ["recheck_ticks", "active", "index"]
    ),
    "secfilter": Reload("secfilter.reload", ["secfilter.print"]),
    "tls": Reload("tls.reload"),
    "trusted": Reload("permissions.trustedReload", ["permissions.trustedDump"]),
    "uac": Reload(
        "uac.reg_reload",
        ["uac.reg_dump"],
        ["diff_expires", "timer_expires", "reg_init"],
        {"flags": 1},
    ),
    "userblocklist": Reload("userblocklist.reload_blocklist", ["userblocklist.dump_blocklist"]),
}


class Reloading:
    """One reload at one endpoint.

    :param what: a key of RELOADS.
    :param table: name of the hash table.
    :param tree: name of the mtree, or None for all.
    :param dialplans: numbers of the dialplans whose content is compared.
    :param keep_states: put back the states of destinations that a reload of dispatcher undoes.
    """

    def __init__(
        self,
        what: str,
        table: Optional[str] = None,
        tree: Optional[str] = None,
        dialplans: Iterable[int] = (),
        keep_states: bool = False,
    ) -> None:
        self.reload = RELOADS[what]
        self.keep_states = keep_states
        self.params = [name for name in (table, tree) if name is not None]
        self.dumps: List[List[Any]] = [[method, *self.params] for method in self.reload.dumps]
        if what == "dialplan":
            self.dumps = [["dialplan.dump", number] for number in dialplans]
        if what == "rtpengine":
            self.dumps = [["rtpengine.show", "all"]]

    def dump(self) -> Talk[Optional[Dict[str, Any]]]:
        """Return what there is, without what changes by itself; None when that is not known."""
        if not self.dumps:
            return None
        found = {}
        for method, *params in self.dumps:
            name = "%s(%s)" % (method, ", ".join(map(str, params))) if params else method
            found[name] = self._clean((yield from self._ask(method, *params)))
        return found

    @staticmethod
    def _ask(method: str, *params: Any) -> Talk[List[Any]]:
        try:
            return (yield from ask(method, *params))
        except MethodNotFound:
            raise
        except Fault as fault:
            text = fault.text.lower()
            if any(part in text for part in EMPTY) or "not matched" in text:
                return []
            raise

    def _clean(self, value: Any) -> Any:
        masks = self.reload.masks
        if isinstance(value, dict):
            return {
                name: member & masks[name] if name in masks else self._clean(member)
                for name, member in value.items()
                if name not in self.reload.volatile
            }
        if isinstance(value, list):
            return [self._clean(item) for item in value]
        return value

    def show(self, found: Any) -> Any:
        """Return a dump for results: without secrets, which are compared all the same."""
        if found is None:
            return None
        secrets = map(secret_members, (method for method, *_params in self.dumps))
        return {name: _hidden(each, names) for (name, each), names in zip(found.items(), secrets)}

    def wrong(self, values: List[Any]) -> str:
        """Return what is wrong with a reply that is not a fault, or ""."""
        text = values[0].strip() if values and isinstance(values[0], str) else ""
        if self.reload.success is not None:
            return "" if text == self.reload.success else text or "an empty reply"
        return text if _FAILURE.search(text) else ""


def _hidden(value: Any, names: Collection[str]) -> Any:
    if isinstance(value, dict):
        return {
            name: HIDDEN if name in names and _is_set(member) else _hidden(member, names)
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [_hidden(item, names) for item in value]
    return value


def _is_set(value: Any) -> bool:
    return not isinstance(value, str) or bool(set_text(value))


def run(reloading: Reloading, check_mode: bool, busy_timeout: float) -> Talk[Result]:
    """Reload, and return the result."""
    method = reloading.reload.method
    result: Result = {
        "changed": False,
        "failed": False,
        "compared": False,
        "before": None,
        "after": None,
        "rpc_calls": [{"method": method, "params": reloading.params}],
        "fault": None,
        "warnings": [],
    }

    def failed(text: str, error: Optional[BinrpcError] = None) -> Result:
        result["failed"] = True
        result["msg"] = text
        if isinstance(error, Fault):
            result["fault"] = fault_data(error)
        return result

    def dump() -> Talk[Optional[Dict[str, Any]]]:
        try:
            return (yield from reloading.dump())
        except MethodNotFound:
            return None
        except ReplyTooLarge as fault:
            result["warnings"].append(
                "What was loaded cannot be compared, so the reload counts as a change: %s" % fault
            )
            return None

    try:
        before = yield from dump()
    except BinrpcError as error:
        result["rpc_calls"] = []
        return failed(
            "Nothing was reloaded, because the data before could not be read: " + message(error),
            error,
        )
    result["before"] = result["after"] = reloading.show(before)
    states = _states(before) if method == "dispatcher.reload" else {}
    drained = [each for each in states.values() if each["state"] == "disabled"]
    if check_mode:
        if (yield from missing_methods([method])):
            result["rpc_calls"] = []
            return failed(
                "Nothing was reloaded, and the task would fail: the server does not offer %s. The "
                "module that offers it may not be loaded" % method
            )
        result["changed"] = True
        if drained and not reloading.keep_states:
            result["warnings"].append(UNDONE % ("may put", _named(drained)))
        return result
    try:
        values = yield from _patiently(method, reloading.params, busy_timeout)
    except (Busy, TooFast) as fault:
        text = "Nothing was reloaded: the server refused for %g s (busy_timeout): %s"
        return failed(text % (busy_timeout, message(fault)), fault)
    except BinrpcError as error:
        result["changed"] = not isinstance(error, Fault) and error.executed is not False
        return failed(message(error), error)
    wrong = reloading.wrong(values)
    if wrong:
        result["changed"] = False
        return failed("%s failed, though it ended without a fault: %s" % (method, wrong))
    result["changed"] = True
    try:
        after = (yield from dump()) if before is not None else None
    except BinrpcError as error:
        return failed(
            "It was reloaded, but the data after could not be read: " + message(error), error
        )
    undone = _undone(states, after)
    if undone and reloading.keep_states:
        try:
            yield from _put_back(undone, result)
            after = yield from dump()
        except BinrpcError as error:
            result["after"] = reloading.show(after)
            return failed(
                "It was reloaded, but not all states of %s could be put back: %s"
                % (_named(old for old, _new in undone), message(error)),
                error,
            )
    elif undone:
        result["warnings"].append(UNDONE % ("put", _named(old for old, _new in undone)))
    if before is not None and after is not None:
        result["compared"] = True
        result["changed"] = before != after
        result["after"] = reloading.show(after)
    return result


UNDONE = (
    "The reload %s these destinations into the states of the list file or the database: %s. Write "
    "their states there, or say keep_states: true"
)


def _states(dumped: Optional[Dict[str, Any]]) -> Dict[Tuple[Any, ...], Dict[str, Any]]:
    """Return the destinations of a dump of dispatcher by set, URI and duid; twins are left out."""
    found: Dict[Tuple[Any, ...], Dict[str, Any]] = {}
    twins = set()
    for number, rows in sets((dumped or {}).get("dispatcher.list", [])).items():
        uris = [fold(row["uri"]) for row in rows]
        for row in rows:
            key = number, normal_uri(row["uri"]), row["duid"]
            if key in found:
                twins.add(key)
            alone = uris.count(fold(row["uri"])) == 1
            found[key] = dict(row, set_id=number, alone=alone)
    return {key: row for key, row in found.items() if key not in twins}


def _undone(
    before: Mapping[Tuple[Any, ...], Dict[str, Any]], dumped: Optional[Dict[str, Any]]
) -> List[Tuple[Dict[str, Any], Dict[str, Any]]]:
    """Return destinations, before and after, that were put into service or are probed no more.

    Whether a destination that is in service is active, inactive or trying, the server finds out.
    """
    after = _states(dumped) if before else {}
    pairs = [(old, after[key]) for key, old in before.items() if key in after]
    return [
        (old, new)
        for old, new in pairs
        if (old["state"] == "disabled") != (new["state"] == "disabled")
        or (old["state"] != "disabled" and old["probing"] != new["probing"])
    ]


def _put_back(
    undone: Iterable[Tuple[Dict[str, Any], Dict[str, Any]]], result: Result
) -> Talk[None]:
    for old, new in undone:
        letters = write_flags(old["state"], old["probing"])
        method, name = "dispatcher.set_state", new["uri"]
        if not new["alone"] and new["duid"]:
            # A lookup by URI finds only the first one.
            method, name = "dispatcher.set_duid_state", new["duid"]
        params = [letters, new["set_id"], name]
        yield Do(method, tuple(params))
        result["rpc_calls"].append({"method": method, "params": params})


def _named(rows: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(
        "%s in set %d (%s%s)"
        % (row["uri"], row["set_id"], row["state"], ", probed" if row["probing"] else "")
        for row in rows
    )


def _patiently(method: str, params: Sequence[Any], busy_timeout: float) -> Talk[List[Any]]:
    """Make a call, and again while the server refuses it."""
    give_up = (yield Now()) + busy_timeout
    while True:
        try:
            return reply_to_json((yield Do(method, tuple(params))), method)
        except (Busy, TooFast):
            if (yield Now()) >= give_up:
                raise
            yield Sleep(PAUSE)


OPTIONS = Options(
    {
        "what": Option(choices=sorted(RELOADS), required=True),
        "table": Option(),
        "tree": Option(),
        "dialplans": Option("list", elements="int", default=[], empty="none is compared"),
        "keep_states": Option("bool", default=False),
        "busy_timeout": Option("float", default=60, low=0),
    },
    required_if=[("what", "htable", ["table"])],
    only_if=[
        ("what", "htable", ["table"]),
        ("what", "mtree", ["tree"]),
        ("what", "dialplan", ["dialplans"]),
        ("what", "dispatcher", ["keep_states"]),
    ],
)


def build(params: Mapping[str, Any]) -> Reloading:
    """Return the reload that options describe."""
    return Reloading(
        params["what"],
        params["table"],
        params["tree"],
        params["dialplans"],
        params["keep_states"],
    )
