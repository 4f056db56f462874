# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Reloads, and whether they changed something. Private to this collection.

from __future__ import annotations

import re
from time import monotonic, sleep

from ._ctl import message, visible
from ._state import PAUSE, Server, fault_data
from .binrpc.errors import BinrpcError
from .binrpc.faults import Busy, Fault, MethodNotFound, ReplyTooLarge, TooFast
from .binrpc.views import reply_to_json

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
    """How an area is reloaded.

    :param method: what reloads.
    :param dumps: methods that show what there is; without any, a reload counts as a change.
    :param volatile: members of dumps that change by themselves.
    :param secret: members of dumps that are compared but not shown.
    :param masks: members of dumps of which only these bits count.
    :param success: text of the only reply that means success.
    """

    def __init__(self, method, dumps=(), volatile=(), secret=(), masks=None, success=None):
        self.method = method
        self.dumps = dumps
        self.volatile = frozenset(volatile)
        self.secret = frozenset(secret)
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
        ["auth_password", "auth_ha1"],
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
    """

    def __init__(self, what, table=None, tree=None, dialplans=()):
        self.reload = RELOADS[what]
        self.params = [name for name in (table, tree) if name is not None]
        self.dumps = [(method, *self.params) for method in self.reload.dumps]
        if what == "dialplan":
            self.dumps = [("dialplan.dump", number) for number in dialplans]
        if what == "rtpengine":
            self.dumps = [("rtpengine.show", "all")]

    def dump(self, server):
        """Return what there is, without what changes by itself; None when that is not known."""
        if not self.dumps:
            return None
        found = {}
        for method, *params in self.dumps:
            name = "%s(%s)" % (method, ", ".join(map(str, params))) if params else method
            found[name] = self._clean(self._ask(server, method, *params))
        return found

    @staticmethod
    def _ask(server, method, *params):
        try:
            return server.ask(method, *params)
        except MethodNotFound:
            raise
        except Fault as fault:
            text = fault.text.lower()
            if any(part in text for part in EMPTY) or "not matched" in text:
                return []
            raise

    def _clean(self, value):
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

    def show(self, found):
        """Return a dump for results: without secrets."""
        return _hidden(found, self.reload.secret) if found is not None else None

    def wrong(self, values):
        """Return what a reply that is no fault says against success, or ""."""
        text = values[0].strip() if values and isinstance(values[0], str) else ""
        if self.reload.success is not None:
            return "" if text == self.reload.success else text or "an empty reply"
        return text if _FAILURE.search(text) else ""


def _hidden(value, names):
    if isinstance(value, dict):
        return {
            name: "(hidden)" if name in names and member != "none" else _hidden(member, names)
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [_hidden(item, names) for item in value]
    return value


def run(reloading, endpoint, check_mode, busy_timeout, clock=monotonic, pause=sleep):
    """Reload, and return the result."""
    server = Server(endpoint)
    method = reloading.reload.method
    result = {
        "changed": False,
        "failed": False,
        "compared": False,
        "before": None,
        "after": None,
        "rpc_calls": [{"method": method, "params": reloading.params}],
        "fault": None,
        "warnings": [],
    }

    def failed(text, error=None):
        result["failed"] = True
        result["msg"] = text
        if isinstance(error, Fault):
            result["fault"] = fault_data(error)
        return visible(result)

    def look():
        try:
            return reloading.dump(server)
        except MethodNotFound:
            return None
        except ReplyTooLarge as fault:
            result["warnings"].append(
                "What was loaded cannot be compared, so the reload counts as a change: %s" % fault
            )
            return None

    try:
        before = look()
    except BinrpcError as error:
        result["rpc_calls"] = []
        return failed("Nothing was reloaded, since looking failed: " + message(error), error)
    result["before"] = result["after"] = reloading.show(before)
    if check_mode:
        result["changed"] = True
        return visible(result)
    try:
        values = patiently(endpoint, method, reloading.params, busy_timeout, clock, pause)
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
        after = look() if before is not None else None
    except BinrpcError as error:
        return failed("It was reloaded, but looking failed: " + message(error), error)
    if before is not None and after is not None:
        result["compared"] = True
        result["changed"] = before != after
        result["after"] = reloading.show(after)
    return visible(result)


def patiently(endpoint, method, params, busy_timeout, clock, pause):
    """Make a call, and again while the server refuses it."""
    give_up = clock() + busy_timeout
    while True:
        try:
            return reply_to_json(endpoint.once(method, *params), method)
        except (Busy, TooFast):
            if clock() >= give_up:
                raise
            pause(PAUSE)
