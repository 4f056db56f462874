# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``cnt.*``: counters (upstream ``counters/counters.c``)."""

from __future__ import annotations

from ...faults import Fault
from ...values import Struct
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Mapping, Optional, Tuple

    Key = Tuple[str, str]

_NAMES: Dict[str, str] = {
    "core": (
        "bad_URIs_rcvd bad_msg_hdr drop_replies drop_requests err_replies err_requests "
        "fwd_replies fwd_requests rcv_replies rcv_replies_18x rcv_replies_1xx rcv_replies_1xx_bye "
        "rcv_replies_1xx_cancel rcv_replies_1xx_invite rcv_replies_1xx_message "
        "rcv_replies_1xx_prack rcv_replies_1xx_refer rcv_replies_1xx_reg rcv_replies_1xx_update "
        "rcv_replies_2xx rcv_replies_2xx_bye rcv_replies_2xx_cancel rcv_replies_2xx_invite "
        "rcv_replies_2xx_message rcv_replies_2xx_prack rcv_replies_2xx_refer rcv_replies_2xx_reg "
        "rcv_replies_2xx_update rcv_replies_3xx rcv_replies_3xx_bye rcv_replies_3xx_cancel "
        "rcv_replies_3xx_invite rcv_replies_3xx_message rcv_replies_3xx_prack "
        "rcv_replies_3xx_refer rcv_replies_3xx_reg rcv_replies_3xx_update rcv_replies_401 "
        "rcv_replies_404 rcv_replies_407 rcv_replies_480 rcv_replies_486 rcv_replies_4xx "
        "rcv_replies_4xx_bye rcv_replies_4xx_cancel rcv_replies_4xx_invite "
        "rcv_replies_4xx_message rcv_replies_4xx_prack rcv_replies_4xx_refer rcv_replies_4xx_reg "
        "rcv_replies_4xx_update rcv_replies_5xx rcv_replies_5xx_bye rcv_replies_5xx_cancel "
        "rcv_replies_5xx_invite rcv_replies_5xx_message rcv_replies_5xx_prack "
        "rcv_replies_5xx_refer rcv_replies_5xx_reg rcv_replies_5xx_update rcv_replies_6xx "
        "rcv_replies_6xx_bye rcv_replies_6xx_cancel rcv_replies_6xx_invite "
        "rcv_replies_6xx_message rcv_replies_6xx_prack rcv_replies_6xx_refer rcv_replies_6xx_reg "
        "rcv_replies_6xx_update rcv_requests rcv_requests_ack rcv_requests_bye "
        "rcv_requests_cancel rcv_requests_info rcv_requests_invite rcv_requests_message "
        "rcv_requests_notify rcv_requests_options rcv_requests_prack rcv_requests_publish "
        "rcv_requests_refer rcv_requests_register rcv_requests_subscribe rcv_requests_update "
        "unsupported_methods"
    ),
    "dialog": "active_dialogs early_dialogs expired_dialogs failed_dialogs processed_dialogs",
    "dns": "failed_dns_request slow_dns_request",
    "registrar": (
        "accepted_regs default_expire default_expires_range expires_range max_contacts "
        "max_expires rejected_regs"
    ),
    "shmem": "fragments free_size max_used_size real_used_size total_size used_size",
    "sl": (
        "1xx_replies 200_replies 202_replies 2xx_replies 300_replies 301_replies 302_replies "
        "3xx_replies 400_replies 401_replies 403_replies 404_replies 407_replies 408_replies "
        "483_replies 4xx_replies 500_replies 5xx_replies 6xx_replies failures received_ACKs "
        "sent_err_replies sent_replies xxx_replies"
    ),
    "tcp": (
        "con_reset con_timeout connect_failed connect_success current_opened_connections "
        "current_write_queue_size established local_reject passive_open send_timeout sendq_full"
    ),
    "tmx": (
        "2xx_transactions 3xx_transactions 4xx_transactions 5xx_transactions 6xx_transactions "
        "UAC_transactions UAS_transactions active_transactions inuse_transactions rpl_absorbed "
        "rpl_generated rpl_received rpl_relayed rpl_sent"
    ),
    "uac": "regactive regdisabled regtotal",
    "usrloc": "location_contacts location_expires location_users registered_users",
}
_HELP: Dict[str, str] = {
    "dns.failed_dns_request": "incremented each time a DNS request has failed.",
    "dns.slow_dns_request": (
        "incremented each time a DNS request took longer than dns_slow_query_ms."
    ),
    "tcp.con_reset": "total number of TCP_RSTs received on established connections.",
    "tcp.con_timeout": "total number of connections that did timeout (idle for too long).",
    "tcp.connect_failed": "number of failed active connection attempts.",
    "tcp.connect_success": (
        "total number of successfully active opened connections (successful connect()s)."
    ),
    "tcp.current_opened_connections": "number of currently opened connections.",
    "tcp.current_write_queue_size": "current sum of all the connections write queue sizes.",
    "tcp.established": "incremented each time a tcp connection is established.",
    "tcp.local_reject": "number of rejected incoming connections.",
    "tcp.passive_open": "total number of accepted connections (so far).",
    "tcp.send_timeout": (
        "number of send attempts that failed due to a timeout(note: works only in tcp async mode)."
    ),
    "tcp.sendq_full": (
        "number of send attempts that failed because of exceeded bufferingcapacity (send "
        "queue full, works only in tcp async mode)."
    ),
    "uac.regactive": "Number of successfully registered accounts (200 OK)",
    "uac.regdisabled": "Counter of failed registrations (not 200 OK)",
    "uac.regtotal": "Total number of registration accounts in memory",
}

SAMPLE: Dict[str, Dict[str, int]] = {
    "core": {"rcv_requests": 42, "rcv_requests_invite": 17, "fwd_requests": 15},
    "registrar": {"default_expire": 3600},
    "script": {"lab_calls": 7, "lab_errors": 0},
}
_NO_HELP = "kamailio statistic (no description)"
# Read through a function or not to be reset.
_FIXED_GROUPS = ("shmem", "sl", "tmx", "usrloc")
_FIXED = (
    *("registrar.default_expire", "registrar.default_expires_range", "registrar.expires_range"),
    *("registrar.max_contacts", "registrar.max_expires"),
    *("tcp.current_opened_connections", "tcp.current_write_queue_size"),
)


class Counters(Module):
    """The module counters; ``stats.*`` of the module kex reads and resets the same values.

    Counters of contacts, dialogs, registrations and shared memory show what the lab has; the
    others change only when set: ``lab.modules["counters"]["core", "x"] = 1``.

    :param values: group to counters and their values, on top of those that the core and common
        modules have. None for a few samples.
    :param help: text of ``cnt.help`` by ``group.name``.
    """

    name = "counters"
    # kex is loaded before this one, although its class comes later among the defaults.
    loads = ("kex", "counters")

    def __init__(
        self,
        values: Optional[Mapping[str, Mapping[str, int]]] = None,
        help: Optional[Mapping[str, str]] = None,
    ) -> None:
        self.groups: Dict[str, Dict[str, int]] = {
            group: dict.fromkeys(names.split(), 0) for group, names in _NAMES.items()
        }
        for group, members in (SAMPLE if values is None else values).items():
            self.groups.setdefault(group, {}).update(members)
        self.help = {**_HELP, **(help or {})}

    def __getitem__(self, key: Key) -> int:
        group, name = key
        live = self._live().get("%s.%s" % key)
        return self.groups[group][name] if live is None else live

    def __setitem__(self, key: Key, value: int) -> None:
        group, name = key
        self.groups.setdefault(group, {})[name] = value

    def increment(self, group: str, name: str, step: int = 1) -> None:
        """Count."""
        self.groups[group][name] += step

    def _live(self) -> Dict[str, int]:
        modules = self.state.modules
        values: Dict[str, int] = {}
        if "usrloc" in modules:
            for table, records in modules["usrloc"].domains.items():
                values["usrloc.%s_users" % table] = len(records)
                values["usrloc.%s_contacts" % table] = sum(map(len, records.values()))
            values["usrloc.registered_users"] = sum(
                len(records) for records in modules["usrloc"].domains.values()
            )
        if "dialog" in modules:
            states = [dialog["state"] for dialog in modules["dialog"].dialogs]
            values["dialog.active_dialogs"] = sum(state in (3, 4) for state in states)
            values["dialog.early_dialogs"] = states.count(2)
        if "uac" in modules:
            for name, value in modules["uac"].counts.items():
                values["uac." + name] = value
        if "core" in modules:
            for name, value in modules["core"].shared_memory.items():
                unit = "" if name == "fragments" else "_size"
                values["shmem." + name + unit] = value
        return values

    def names(self, group: str) -> List[str]:
        """Return the names of a group's counters, sorted."""
        return sorted(self.groups.get(group, ()))

    def _known(self, group: str, name: str) -> Key:
        """Look a counter up; without a group the first of that name."""
        for each in [group] if group else sorted(self.groups):
            if name in self.groups.get(each, ()):
                return each, name
        raise Fault(400, "non-existent counter %s.%s\n" % (group, name))

    @method("cnt.get", help="get counter value (takes group and counter name as parameters)")
    def get(self, ctx: Any) -> Any:
        group = ctx.scan("s")
        if group.count < 1:
            return None
        name = ctx.scan("*s")
        if name.count < 1:
            return self.get_all(group[0])
        return self.get_one(group[0], name[0])

    @method("cnt.get_raw", "ss", help="get raw counter value (debugging version)")
    def get_raw(self, group: str, name: str) -> int:
        key = self._known(group, name)
        # Nothing is stored of those that a function computes.
        return 0 if key[0] in _FIXED_GROUPS else self.get_one(*key)

    def get_one(self, group: str, name: str) -> int:
        return self[self._known(group, name)] & 0xFFFFFFFF

    @method("cnt.get_vars", "s", help="list all counter names and values in a specified group")
    @method("cnt.grp_get_all", "s", help="list all counter names and values in a specified group")
    def get_all(self, group: str) -> Struct:
        return Struct((name, self[group, name] & 0xFFFFFFFF) for name in self.names(group))

    @method("cnt.list_groups", "", help="list all the counter group names")
    @method("cnt.grps_list", "", help="list all the counter group names")
    def list_groups(self) -> List[str]:
        return sorted(self.groups)

    @method("cnt.list_vars", "s", help="list all the counters names in a specified group")
    @method("cnt.var_list", "s", help="list all the counters names in a specified group")
    def list_names(self, group: str) -> List[str]:
        return self.names(group)

    @method(
        "cnt.help",
        "ss",
        help="print the description of a counter (group and counter name required).",
    )
    def describe(self, group: str, name: str) -> str:
        return self.help.get("%s.%s" % self._known(group, name), _NO_HELP)

    @method("cnt.reset", "ss", help="reset counter (takes group and counter name as parameters)")
    def reset(self, group: str, name: str) -> None:
        self.set_to_zero(*self._known(group, name))

    def set_to_zero(self, group: str, name: str) -> None:
        """Reset one counter; those that a function computes keep their value."""
        if group not in _FIXED_GROUPS and "%s.%s" % (group, name) not in _FIXED:
            self.groups[group][name] = 0
            if group == "uac" and group in self.state.modules:
                self.state.modules[group].counts[name] = 0
