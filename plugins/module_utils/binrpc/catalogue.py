# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""What is known of the methods: which only read, and which of their structs are arrays.

Sources: the handlers in Kamailio's modules (``src/modules/*``) and replies of a 5.6.3.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import FrozenSet, Sequence

_READING = {
    "app_jsdt": "api_list",
    "app_lua": "api_list list",
    "app_python": "api_list",
    "auth_xkeys_": "list",
    "autheph": "dump_secrets",
    "benchmark": "timer_list timer_name_list",
    "call_obj": "list stats",
    "cdp": "list_peers",
    "cfg": "diff get help list",
    "cfgutils": "check_config_hash get_config_hash get_gflags is_gflag rand_get_prob",
    "cnt": "get get_raw get_vars grp_get_all grps_list help list_groups list_vars var_list",
    "core": (
        "aliases_list arg echo echo_delta flags info modules ppdefines ppdefines_full printi "
        "prints ps psa psx pwd runinfo sfmalloc shmmem sockets_list tcp_info tcp_list tcp_options "
        "udp4_raw_info uptime version"
    ),
    "corex": "list_aliases list_sockets shm_status",
    "cr": "dump_routes",
    "ctl": "connections listen who",
    "dbcl": "list_clusters list_connections",
    "dbg": "get_mod_facility get_mod_level ls",
    "dialplan": "dump translate",
    "dispatcher": "hash list oclist",
    "dlg": (
        "briefing dlg_list dlg_list_ctx is_alive list list_ctx list_match list_match_ctx "
        "profile_get_size profile_list stats_active"
    ),
    "dlgs": "briefing count get getall list stats",
    "dmq": "list_nodes",
    # dns.lookup is left out: it asks name servers and keeps their answer.
    "dns": "debug debug_all get_server_state mem_info view",
    "domain": "dump",
    "dst_blacklist": "debug mem_info view",
    "dst_blocklist": "debug mem_info view",
    "htable": "dump get listTables stats",
    "imc": "list_members list_rooms",
    "jsonrpc": "echo",
    # keepalive.get is left out: in 5.6 it never returns and blocks the whole ctl process.
    "keepalive": "list",
    "lcr": "dump_gws dump_rules load_gws",
    "mod": "mem_stats mem_statsx stats",
    "modparam": "getn gets list",
    "mqueue": "get_size get_sizes",
    "msrp": "cmaplist",
    "mtree": "list match summary",
    "pdb": "status",
    "pdt": "list",
    "permissions": "addressDump allowUri domainDump subnetDump testUri trustedDump",
    "pike": "list top",
    "pkg": "info stats",
    "pl": "get_pid get_pipes list stats",
    "prefix_route": "dump",
    "presence": "presentity_list",
    "pv": "shvGet",
    "rl": "get_pid get_pipes get_queues stats",
    "rtpengine": "get_hash_total ping show",
    "rtpproxy": "list",
    "sca": (
        "all_appearances all_subscriptions show_appearance show_subscription subscribers "
        "subscription_count"
    ),
    "secfilter": "print stats",
    "shm": "info stats",
    "sl": "stats",
    "stats": "fetch fetchn get_statistics",
    "statsc": "report",
    "system": "listMethods methodHelp methodSignature",
    "tls": "domains info list options",
    "tm": "hash_stats list stats",
    "ts": "dump lookup",
    "uac": "reg_dump reg_info",
    "udp": "proxy.dump proxy.stats",
    "ul": "db_contacts db_expired_contacts db_users dump lookup",
    "userblocklist": (
        "check_allowlist check_blocklist check_userallowlist check_userblocklist dump_blocklist"
    ),
    "ws": "dump",
    "xhttp_prom": "metric_list_print",
}
"""Methods that change nothing on the server, by module."""

_READING_WITHOUT_PARAMS = frozenset(("corex.debug", "dispatcher.ping_active", "sipdump.enable"))
"""Methods that show a value when called without parameters, and set it otherwise."""

_READING_SET: FrozenSet[str] = frozenset(
    "%s.%s" % (module, name) for module, names in _READING.items() for name in names.split()
)


def is_read_only(method: str, params: Sequence[object] = ()) -> bool:
    """Is this call known to change nothing? False also where nothing is known.

    >>> is_read_only("htable.get"), is_read_only("htable.sets"), is_read_only("my.method")
    (True, False, False)
    """
    if method in _READING_SET:
        return True
    if method in ("siptrace.status", "sipcapture.status"):
        return list(params[:1]) == ["check"]
    return method in _READING_WITHOUT_PARAMS and not params


_ARRAYS = {
    "app_jsdt.api_list": "methods",
    "app_lua.api_list": "methods",
    "app_python.api_list": "methods",
    "auth_xkeys_.list": "KEYS",
    "core.aliases_list": "aliases",
    "core.sockets_list": ".",
    "cr.dump_routes": "routes routes.domains routes.domains.data routes.domains.data.backup_for",
    "dialplan.dump": "ENTRIES",
    "dispatcher.list": "RECORDS RECORDS.SET.TARGETS",
    "dlg.dlg_list": "profiles variables",
    "dlg.dlg_list_ctx": "profiles variables",
    "dlg.list": "profiles variables",
    "dlg.list_ctx": "profiles variables",
    "dlg.list_match": "profiles variables",
    "dlg.list_match_ctx": "profiles variables",
    "dlg.profile_list": "profiles variables",
    "dns.lookup": "records",
    "dns.view": "records",
    "domain.dump": "attributes attributes.attrs domains",
    "htable.dump": "slot",
    "imc.list_members": "members",
    "lcr.dump_gws": "gw",
    "lcr.dump_rules": "prefix_len rule rule.gw",
    "lcr.load_gws": ".",
    "mtree.list": "tvalue",
    "pike.list": "list",
    "pike.top": "list",
    "statsc.report": "stats stats.data",
    "ul.dump": "Domains Domains.Domain.AoRs Domains.Domain.AoRs.Info.Contacts",
    "ul.lookup": "Contacts",
}
"""Per method, the members that its handler builds as arrays (format ``[``), as dotted paths;
``.`` is the value itself. Read off the jsonrpcs replies of a 5.6.3."""


def arrays_of(method: str) -> FrozenSet[str]:
    """Paths of the members that are arrays in the method's replies, as far as known.

    On the wire an array is a struct (docs/protocol.md#arrays-as-structs): only this
    list can tell an array that holds one named member, or none, from a struct.
    """
    return frozenset(_ARRAYS.get(method, "").split())
