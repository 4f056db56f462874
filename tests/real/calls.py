# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The read-only calls that the tests make of a real Kamailio, and something to be read by them.

Every method that a server lists and that `is_read_only` knows must stand in `CALLS`; what
is listed and not known to be reading stands in `WRITING`, with the reason where it is not plain
from the name. A test compares both with the server's own list, so that a method which comes
with a new release makes someone decide.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from typing import Any

from kamailio_binrpc import Client
from tests.real.wire import Wire
from tests.support.kamailio import Kamailio
from tests.support.sip import Call, register

# Switches the scenery needs on: dst_blocklist.* are refused without.
EXTRA_CONFIG = "use_dst_blocklist=on"

TRANSPORTS = ("unix", "unixd", "udp", "tcp")

# Bytes that are not UTF-8, as Python sees them.
LATIN = b"caf\xe9 \xff".decode("utf-8", "surrogateescape")

# "@call@", "@tag@" and "@to-tag@" stand for what identifies the call that is up. Parameters are
# what follows the method. Some calls are meant to be answered with a fault: that is a reply too.
UNKNOWN = "no.such.method"

CALLS: list[tuple[Any, ...]] = [
    ("app_jsdt.api_list",),
    ("auth_xkeys_.list",),
    ("benchmark.timer_list",),
    ("benchmark.timer_name_list",),
    ("benchmark.timer_name_list", "nobody"),
    ("call_obj.list", 0),
    ("call_obj.list", 0, 5),
    ("call_obj.list",),
    ("call_obj.stats",),
    ("cfg.diff",),
    ("cfg.get", "lab"),
    ("cfg.get", "lab", "label"),
    ("cfg.get", "lab", "blank"),
    ("cfg.get", "lab", "max_calls"),
    ("cfg.get", "core"),
    ("cfg.get", "core", "debug"),
    ("cfg.get", "tm"),
    ("cfg.get", "lab", "absent"),
    ("cfg.get",),
    ("cfg.help", "lab", "label"),
    ("cfg.help", "core", "debug"),
    ("cfg.help", "core", "absent"),
    ("cfg.list",),
    ("cfg.list", "lab"),
    ("cfg.list", "core"),
    ("cfgutils.check_config_hash",),
    ("cfgutils.get_config_hash",),
    ("cfgutils.get_gflags",),
    ("cfgutils.is_gflag", 4),
    ("cfgutils.is_gflag", 3),
    ("cfgutils.rand_get_prob",),
    ("cnt.get", "core", "rcv_requests"),
    ("cnt.get", "core", "absent"),
    # The fault text of this one is too long for ctl, which then reports an empty success.
    ("cnt.get", "core", "x" * 230),
    ("cnt.get_raw", "core", "rcv_requests"),
    ("cnt.get_vars", "core"),
    ("cnt.get_vars", "shmem"),
    ("cnt.grp_get_all", "sl"),
    ("cnt.grps_list",),
    ("cnt.help", "core", "rcv_requests"),
    ("cnt.list_groups",),
    ("cnt.list_vars", "core"),
    ("cnt.var_list", "tmx"),
    ("core.aliases_list",),
    ("core.arg",),
    ("core.echo",),
    ("core.echo", 0, 1, 255, 256, 65535, 65536, -1, 2**31 - 1, -(2**31), 2**32 - 1),
    ("core.echo", "", "a", "123456", "1234567", "x" * 254, "x" * 255, "x" * 30000),
    ("core.echo", LATIN, "h\u00e9llo \u20ac \U0001f600", "two\nlines\ttab", "5", "1.5", "0x10"),
    ("core.echo", 1.5),
    ("core.echo", "x" * 40000),
    ("core.flags",),
    ("core.info",),
    ("core.modules",),
    ("core.ppdefines",),
    ("core.ppdefines_full",),
    ("core.printi", 1, -1, 0),
    ("core.printi", "1"),
    ("core.prints", "a", "b c", ""),
    ("core.prints", 1),
    ("core.ps",),
    ("core.psa",),
    ("core.psx",),
    ("core.pwd",),
    ("core.runinfo",),
    ("core.shmmem",),
    ("core.shmmem", "k"),
    ("core.shmmem", "m"),
    ("core.sockets_list",),
    ("core.tcp_info",),
    ("core.tcp_list",),
    ("core.tcp_options",),
    ("core.udp4_raw_info",),
    ("core.uptime",),
    ("core.version",),
    ("core.echo_delta",),
    ("corex.debug",),
    ("corex.list_aliases",),
    ("corex.list_sockets",),
    ("corex.shm_status",),
    ("cr.dump_routes",),
    ("ctl.connections",),
    ("ctl.listen",),
    ("ctl.who",),
    ("dbcl.list_clusters",),
    ("dbcl.list_connections", "main"),
    ("dbcl.list_connections", "absent"),
    ("dbg.get_mod_facility", "core"),
    ("dbg.get_mod_level", "core"),
    ("dbg.get_mod_level", "all"),
    ("dbg.ls",),
    ("dbg.ls", 0),
    ("dialplan.dump", 1),
    ("dialplan.dump", 99),
    ("dialplan.translate", 1, "0049123"),
    ("dialplan.translate", 1, "100"),
    ("dialplan.translate", 1, "nothing"),
    ("dispatcher.hash", 4, "a", "b"),
    ("dispatcher.hash", 4),
    ("dispatcher.list",),
    ("dispatcher.ping_active",),
    ("dlg.briefing", ""),
    ("dlg.briefing", "ftcFT"),
    ("dlg.dlg_list", "@call@", "@tag@"),
    ("dlg.dlg_list", "@call@"),
    ("dlg.dlg_list", "absent"),
    ("dlg.dlg_list_ctx", "@call@", "@tag@"),
    ("dlg.is_alive", "@call@", "@tag@", "@to-tag@"),
    ("dlg.is_alive", "@call@", "@tag@", "other"),
    ("dlg.list",),
    ("dlg.list_ctx",),
    ("dlg.list_match", "furi", "re", "caller@"),
    ("dlg.list_match", "furi", "eq", "sip:nobody@example.com"),
    ("dlg.list_match_ctx", "turi", "sw", "sip:callee@"),
    ("dlg.profile_get_size", "caller"),
    ("dlg.profile_get_size", "caller", "lab"),
    ("dlg.profile_get_size", "absent"),
    ("dlg.profile_list", "caller"),
    ("dlg.profile_list", "inbound"),
    ("dlg.profile_list", "outbound"),
    ("dlg.stats_active",),
    ("dmq.list_nodes",),
    ("dns.debug",),
    ("dns.debug_all",),
    ("dns.mem_info",),
    ("dns.view",),
    ("domain.dump",),
    ("dst_blocklist.debug",),
    ("dst_blocklist.mem_info",),
    ("dst_blocklist.view",),
    ("htable.dump", "t"),
    ("htable.dump", "a"),
    ("htable.dump", "big"),
    ("htable.dump", "stored"),
    ("htable.dump", "absent"),
    ("htable.get", "t", "number"),
    ("htable.get", "t", "text"),
    ("htable.get", "t", "numeric-text"),
    ("htable.get", "t", "empty"),
    ("htable.get", "t", "latin"),
    ("htable.get", "t", LATIN),
    ("htable.get", "t", "negative"),
    ("htable.get", "t", "absent"),
    ("htable.get", "absent", "x"),
    ("htable.get", "exp", "soon"),
    ("htable.listTables",),
    ("htable.stats",),
    ("imc.list_members", "sip:room@example.com"),
    ("imc.list_members", "sip:absent@example.com"),
    ("imc.list_rooms",),
    ("jsonrpc.echo",),
    ("jsonrpc.echo", "a", 1),
    ("keepalive.list",),
    ("lcr.dump_gws",),
    ("lcr.dump_rules",),
    ("lcr.load_gws", 1, "49123"),
    ("lcr.load_gws", 1),
    ("mod.mem_stats", "core", "pkg"),
    ("mod.mem_stats", "htable", "shm"),
    ("mod.mem_statsx", "htable", "all"),
    ("mod.stats", "htable", "shm"),
    ("mod.stats", "all", "all"),
    ("mod.stats", "htable"),
    ("mqueue.get_size", "events"),
    ("mqueue.get_size", "absent"),
    ("mqueue.get_sizes",),
    ("msrp.cmaplist",),
    ("mtree.list",),
    ("mtree.list", "pstn"),
    ("mtree.match", "pstn", "4420123", 0),
    ("mtree.match", "pstn", "4420123", 2),
    ("mtree.match", "pstn", "999", 0),
    ("mtree.summary",),
    ("mtree.summary", "pstn"),
    ("pdb.status",),
    ("pdt.list",),
    ("pdt.list", "example.com"),
    ("permissions.addressDump",),
    ("permissions.allowUri", "permissions", "sip:alice@example.com", "sip:bob@example.com"),
    ("permissions.domainDump",),
    ("permissions.subnetDump",),
    ("permissions.testUri", "permissions", "sip:alice@example.com", "sip:bob@example.com"),
    ("permissions.trustedDump",),
    ("pike.list",),
    ("pike.top",),
    ("pike.top", "ALL"),
    ("pkg.info",),
    ("pkg.stats",),
    ("pkg.stats", "index", 1),
    ("pl.get_pid",),
    ("pl.get_pipes",),
    ("pl.list",),
    ("pl.list", "p1"),
    ("pl.stats",),
    ("pv.shvGet",),
    ("pv.shvGet", "banner"),
    ("pv.shvGet", "maintenance"),
    ("pv.shvGet", "absent"),
    ("rl.get_pid",),
    ("rl.get_pipes",),
    ("rl.get_queues",),
    ("rl.stats",),
    ("rtpengine.get_hash_total",),
    ("rtpengine.ping", "all"),
    ("rtpengine.show", "all"),
    ("rtpengine.show", "udp:127.0.0.3:1"),
    ("rtpproxy.list",),
    ("sca.all_appearances",),
    ("sca.all_subscriptions",),
    ("sca.show_appearance", "sip:alice@example.com"),
    ("sca.show_subscription", "sip:alice@example.com", "call-info"),
    ("sca.subscribers",),
    ("sca.subscription_count", "call-info"),
    ("secfilter.print",),
    ("secfilter.print", "bl"),
    ("secfilter.stats",),
    ("shm.info",),
    ("shm.stats",),
    ("sipdump.enable",),
    ("siptrace.status", "check"),
    ("sl.stats",),
    ("stats.fetch", "all"),
    ("stats.fetch", "core:", "shmem:"),
    ("stats.fetchn", "all"),
    ("stats.fetchn", "absent:"),
    ("stats.get_statistics", "all"),
    ("stats.get_statistics", "core:"),
    ("stats.get_statistics", "rcv_requests"),
    ("statsc.report", "absent"),
    ("system.listMethods",),
    ("system.methodHelp", "core.echo"),
    ("system.methodHelp", "no.such"),
    ("system.methodHelp",),
    ("system.methodSignature", "core.echo"),
    ("tm.hash_stats",),
    ("tm.list",),
    ("tm.stats",),
    ("ts.dump",),
    ("ts.dump", "brief"),
    ("ts.lookup", "sip:alice@lab.example.com"),
    ("uac.reg_dump",),
    ("uac.reg_info", "l_uuid", "trunk-1"),
    ("uac.reg_info", "l_uuid", "absent"),
    ("ul.db_contacts", "location"),
    ("ul.db_expired_contacts", "location"),
    ("ul.db_users", "location"),
    ("ul.dump",),
    ("ul.dump", "brief"),
    ("ul.lookup", "location", "alice"),
    ("ul.lookup", "location", "alice@lab.example.com"),
    ("ul.lookup", "location", "absent"),
    ("userblocklist.check_allowlist", "777"),
    ("userblocklist.check_blocklist", "666"),
    ("userblocklist.check_userallowlist", "900", "alice", "example.com"),
    ("userblocklist.check_userblocklist", "900", "alice", "example.com"),
    ("userblocklist.dump_blocklist",),
    ("xhttp_prom.metric_list_print",),
    ("modparam.list",),
    ("modparam.getn", "dispatcher", "ds_ping_interval"),
    ("modparam.gets", "dispatcher", "list_file"),
    ("dispatcher.oclist",),
    ("dispatcher.oclist", 1),
    ("pdb.timeout",),
    (UNKNOWN,),
]

# Listed methods that are not called: what they do, where the name does not say it.
WRITING: dict[str, str] = {
    "app_jsdt": "reload",
    "auth_xkeys_": "set",
    "benchmark": "enable_global enable_timer granularity loglevel",
    "call_obj": "free free_all",
    "cfg": (
        "add_group_inst commit del del_delayed del_group_inst reset rollback set set_delayed "
        "set_delayed_int set_delayed_string set_now_int set_now_string seti sets"
    ),
    "cfgutils": "rand_reset_prob rand_set_prob reset_gflag set_gflag",
    "cnt": "reset",
    "core": "kill",
    # These two write into the log, and nothing into the reply.
    "corex": "pkg_summary shm_summary",
    "cr": "activate_host add_host deactivate_host delete_host reload_routes replace_host",
    # dump writes files; query takes any SQL.
    "db_text": "dump query",
    "dbcl": "disable_connection enable_connection",
    "dbg": "bp reset_msgid set_mod_facility set_mod_level trace",
    "dialplan": "reload",
    "dispatcher": "add reload remove set_duid_state set_state",
    "dlg": "bridge_dlg dump_file end_dlg set_state terminate_dlg",
    "dmq": "remove",
    "dns": (
        "add_a add_aaaa add_srv delete_a delete_aaaa delete_all delete_all_force delete_cname "
        "delete_ebl delete_naptr delete_ptr delete_srv delete_txt lookup"
    ),
    "domain": "reload",
    "drouting": "reload",
    "dst_blocklist": "add delete_all",
    "evrexec": "run",
    "flatstore": "k_rotate rotate",
    "modparam": "setn sets",
    "htable": "delete dmqresync dmqsync flush reload setex seti sets setxi setxs store",
    # get reads, but never returns and blocks the whole ctl process.
    "keepalive": "add del flush get",
    "lcr": "defunct_gw reload",
    "matrix": "reload",
    "mohqueue": "debug drop_call",
    # Takes the value out of the queue.
    "mqueue": "fetch",
    "mtree": "reload",
    "nathelper": "enable_ping",
    "pdb": "activate deactivate",
    "pdt": "reload",
    "permissions": "addressReload trustedReload",
    "pl": "push_load reset_pipe rm_pipe set_pid set_pipe",
    "pv": "shvSet",
    "regex": "reload",
    "rl": "push_load set_dbg set_pid set_pipe set_queue",
    "rtpengine": "enable reload",
    "rtpproxy": "enable",
    "sca": (
        "deactivate_all_subscriptions deactivate_subscription release_appearance "
        "seize_appearance update_appearance"
    ),
    "secfilter": "add_bl add_dst add_wl del_bl del_dst del_wl reload stats_reset",
    # Writes into the log.
    "shm": "report rprint",
    # Reads only with the parameter "check", for which CALLS has it.
    "siptrace": "status",
    "stats": "clear_statistics reset_statistics",
    "tm": (
        "cancel clean reply reply_callid retransmit_reply retransmit_reply_callid t_uac_attrs "
        "t_uac_start t_uac_start_hex t_uac_start_noack t_uac_start_noack_hex "
        "t_uac_wait t_uac_wait_hex t_uac_wait_noack t_uac_wait_noack_hex "
        "t_uac_wait_block t_uac_wait_block_hex t_uac_wait_block_noack t_uac_wait_block_noack_hex"
    ),
    "uac": (
        "reg_active reg_add reg_disable reg_enable reg_refresh reg_register reg_reload reg_remove "
        "reg_unregister"
    ),
    "ul": "add flush rm rm_contact",
    "userblocklist": "reload_blocklist",
    "xhttp_prom": "counter_inc counter_reset gauge_reset gauge_set gauge_inc histogram_observe",
}

WRITING_SET = {f"{module}.{name}" for module, names in WRITING.items() for name in names.split()}


FURNITURE: list[tuple[Any, ...]] = [
    ("htable.seti", "t", "number", 42),
    ("htable.seti", "t", "negative", -5),
    ("htable.sets", "t", "text", "some text"),
    ("htable.sets", "t", "numeric-text", "0042"),
    ("htable.sets", "t", "empty", ""),
    ("htable.sets", "t", "latin", LATIN),
    ("htable.sets", "t", LATIN, "a key that is not UTF-8"),
    ("htable.sets", "exp", "soon", "x"),
    *(("htable.sets", "big", f"key-{number}", "v" * (number % 40)) for number in range(60)),
    ("cfg.set_delayed_int", "lab", "max_calls", 20),
    ("cfg.set_delayed_string", "lab", "label", "other"),
    ("dns.add_a", "host.example.com", 3600, "192.0.2.1", 0),
    ("dns.add_a", "second.example.com", 3600, "192.0.2.2", 0),
    ("dns.add_srv", "_sip._udp.example.com", 3600, 10, 20, 5060, "host.example.com", 0),
    ("dst_blocklist.add", "192.0.2.99", 5060, 1, 0),
]


class Scene:
    """A server with something to be read in its tables, and the calls to be made of it.

    Two contacts, a call that is up, htable items of every kind of value, pending changes of the
    configuration, DNS records, a blocked destination, idle connections to SIP and ctl.
    """

    def __init__(self, server: Kamailio, calls: list[tuple[Any, ...]]) -> None:
        self.server = server
        self.calls = calls

    @property
    def version(self) -> str:
        with Client(self.server.endpoints["unix"]) as client:
            return str(client.call("core.version").value)

    @property
    def methods(self) -> set[str]:
        """The methods that the server lists."""
        with Client(self.server.endpoints["unix"]) as client:
            return set(client.call("system.listMethods"))


@contextlib.contextmanager
def furnished(server: Kamailio) -> Iterator[Scene]:
    """Bring a server of one's own into that state, for as long as the context lasts."""
    with contextlib.ExitStack() as stack:
        register(server, "alice")
        register(server, "bob")
        stack.enter_context(Call(server))
        stack.enter_context(socket.create_connection(("127.0.0.1", server.sip_port), timeout=5))
        client = stack.enter_context(Client(server.endpoints["unix"]))
        for step in FURNITURE:
            client.call(*step)
        dialog = client.call("dlg.list").value
        marks = {
            "@call@": dialog["call-id"],
            "@tag@": dialog["caller"]["tag"],
            "@to-tag@": dialog["callee"]["tag"],
        }
        client.close()
        stack.enter_context(Wire(server.endpoints["unix"]))  # ctl.who must have something to list
        with Client(server.endpoints["unix"]) as asking:
            there = {UNKNOWN, *asking.call("system.listMethods")}
        calls = [call for call in CALLS if call[0] in there]
        yield Scene(server, [tuple(marks.get(part, part) for part in call) for call in calls])
