# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Every reading operation once, with parameters that fit the servers of the tests, and the writing
operations that only send something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Operation = Callable[[Any], Any]

# What an operation is called for, and what it sends.
READING: dict[tuple[Any, ...], Operation] = {
    ("core.version",): lambda k: k.core.version(),
    ("core.info",): lambda k: k.core.info(),
    ("core.runinfo",): lambda k: k.core.runinfo(),
    ("core.uptime",): lambda k: k.core.uptime(),
    ("core.ps",): lambda k: k.core.ps(),
    ("core.psx",): lambda k: k.core.psx(),
    ("core.psa",): lambda k: k.core.psa(),
    ("core.shmmem", "b"): lambda k: k.core.shmmem(),
    ("core.sockets_list",): lambda k: k.core.sockets_list(),
    ("core.aliases_list",): lambda k: k.core.aliases_list(),
    ("core.tcp_info",): lambda k: k.core.tcp_info(),
    ("core.tcp_list",): lambda k: k.core.tcp_list(),
    ("core.udp4_raw_info",): lambda k: k.core.udp4_raw_info(),
    ("core.ppdefines_full",): lambda k: k.core.ppdefines_full(),
    ("corex.list_sockets",): lambda k: k.corex.list_sockets(),
    ("corex.list_aliases",): lambda k: k.corex.list_aliases(),
    ("shm.info",): lambda k: k.shm.info(),
    ("shm.stats",): lambda k: k.shm.stats(),
    ("pkg.stats",): lambda k: k.pkg.stats(),
    ("ctl.listen",): lambda k: k.ctl.listen(),
    ("ctl.who",): lambda k: k.ctl.who(),
    ("cfg.list", "lab"): lambda k: k.cfg.list("lab"),
    ("cfg.diff",): lambda k: k.cfg.diff(),
    ("stats.get_statistics", "shmem:"): lambda k: k.stats.get_statistics("shmem:"),
    ("pv.shvGet",): lambda k: k.pv.shv_list(),
    ("pv.shvGet", "banner"): lambda k: k.pv.shv_get("banner"),
    ("tm.stats",): lambda k: k.tm.stats(),
    ("tm.list",): lambda k: k.tm.list(),
    ("dispatcher.list",): lambda k: k.dispatcher.list(),
    ("dispatcher.list", "full"): lambda k: k.dispatcher.list("full"),
    ("dispatcher.ping_active",): lambda k: k.dispatcher.ping_active(),
    ("dispatcher.hash", 4, "a", "b"): lambda k: k.dispatcher.hash(4, "a", "b"),
    ("htable.get", "t", "number"): lambda k: k.htable.get("t", "number"),
    ("htable.get", "exp", "soon"): lambda k: k.htable.get("exp", "soon"),
    ("htable.dump", "t"): lambda k: k.htable.dump("t"),
    ("htable.listTables",): lambda k: k.htable.list_tables(),
    ("htable.stats",): lambda k: k.htable.stats(),
    ("permissions.addressDump",): lambda k: k.permissions.address_dump(),
    ("permissions.subnetDump",): lambda k: k.permissions.subnet_dump(),
    ("permissions.domainDump",): lambda k: k.permissions.domain_dump(),
    ("permissions.trustedDump",): lambda k: k.permissions.trusted_dump(),
    ("rtpengine.show", "all"): lambda k: k.rtpengine.show(),
    ("rtpengine.ping", "all"): lambda k: k.rtpengine.ping("all"),
    ("rtpproxy.list",): lambda k: k.rtpproxy.list(),
    ("pl.list",): lambda k: k.pl.list(),
    ("pl.list", "p1"): lambda k: k.pl.get("p1"),
    ("pike.list",): lambda k: k.pike.list(),
    ("mtree.summary",): lambda k: k.mtree.summary(),
    ("mtree.list",): lambda k: k.mtree.list(),
    ("mtree.match", "pstn", "4420123", 2): lambda k: k.mtree.match("pstn", "4420123", every=True),
    ("domain.dump",): lambda k: k.domain.dump(),
    ("dialplan.dump", 1): lambda k: k.dialplan.dump(1),
    ("dialplan.translate", 1, "0049123"): lambda k: k.dialplan.translate(1, "0049123"),
    ("lcr.dump_gws",): lambda k: k.lcr.dump_gws(),
    ("lcr.dump_rules",): lambda k: k.lcr.dump_rules(),
    ("uac.reg_dump",): lambda k: k.uac.reg_dump(),
    ("uac.reg_info", "l_uuid", "trunk-1"): lambda k: k.uac.reg_info("l_uuid", "trunk-1"),
    ("ul.dump",): lambda k: k.ul.dump(),
    ("ul.dump", "brief"): lambda k: k.ul.dump_brief(),
    ("ul.lookup", "location", "alice"): lambda k: k.ul.lookup("location", "alice"),
    ("dlg.list",): lambda k: k.dlg.list(),
    ("dlg.list_match", "furi", "re", "caller@"): lambda k: k.dlg.list_match(
        "furi", "re", "caller@"
    ),
    ("dlg.briefing", "ftcFTISEs"): lambda k: k.dlg.briefing("ftcFTISEs"),
    ("dlg.stats_active",): lambda k: k.dlg.stats_active(),
    ("dmq.list_nodes",): lambda k: k.dmq.list_nodes(),
    ("mqueue.get_sizes",): lambda k: k.mqueue.get_sizes(),
}

# Members that stand around the models and say nothing more, and texts that name the table again.
AROUND: dict[str, set[str]] = {
    "dispatcher.list": {"NRSETS"},
    "mtree.match": {""},
}

# Those that change something, and what the tests of a real server do not have: a database, a
# module, a later release. They have a test of their own.
ELSEWHERE = {
    *("corex.set_debug", "dispatcher.set_ping_active", "uac.reg_active", "rtpengine.enable"),
    *("dlg.is_alive", "ul.db_users", "ul.db_contacts", "ul.db_expired_contacts"),
    *("tls.info", "tls.list"),
    *("presence.presentity_list", "presence.presentity_show", "presence.watcher_list"),
    *("peerstate.get_peer", "peerstate.stats", "peerstate.list", "peerstate.dump"),
    *("pdb.status", "pdb.timeout", "pdb.set_timeout", "xhttp_prom.metric_list_print"),
    *("cnxcc.stats", "cnxcc.active_clients", "cnxcc.check_client"),
    *("ulpcscf.status", "ulscscf.status", "ulscscf.showimpu", "tm.cancel", "tm.t_uac_wait_block"),
    *("tm.t_uac_wait_block_noack", "tm.t_uac_wait_block_hex", "tm.t_uac_wait_block_noack_hex"),
}

# Those whose answer is not a model, and what they say with the configuration of tests/support.
PLAIN: dict[str, tuple[Operation, Callable[[Any], bool]]] = {
    "system.list_methods": (
        lambda k: k.system.list_methods(),
        lambda names: "core.version" in names and names == sorted(names),
    ),
    "system.method_help": (
        lambda k: k.system.method_help("core.echo"),
        lambda text: "parameters" in text,
    ),
    "core.flags": (lambda k: k.core.flags(), lambda flags: "USE_TCP" in flags),
    "core.modules": (lambda k: k.core.modules(), lambda names: "ctl" in names),
    "core.arg": (lambda k: k.core.arg(), lambda words: "-f" in words),
    "core.pwd": (lambda k: k.core.pwd(), lambda path: path.startswith("/")),
    "core.tcp_options": (lambda k: k.core.tcp_options(), lambda found: found["async"] == 1),
    "corex.debug": (lambda k: k.corex.debug(), lambda level: level == 2),
    "ctl.connections": (lambda k: k.ctl.connections(), lambda count: count >= 1),
    "pkg.info": (lambda k: k.pkg.info(), lambda found: found.size > 2**20),
    "cfg.get": (lambda k: k.cfg.get("lab", "label"), lambda value: value == "box"),
    "cfg.get_all": (
        lambda k: k.cfg.get_all("lab"),
        lambda found: found == {"label": "box", "blank": "", "max_calls": 10, "feature_on": 1},
    ),
    "cfg.get_all of tm": (
        lambda k: k.cfg.get_all("tm"),
        lambda found: found["ac_extra_hdrs"] is None and found["default_code"] == 500,
    ),
    "cfg.help": (
        lambda k: k.cfg.help("lab", "label"),
        lambda found: (found.description, found.type) == ("a text variable", "string"),
    ),
    "htable.items": (
        lambda k: k.htable.items("t"),
        lambda items: items["number"] == 42 and items["numeric-text"] == "0042",
    ),
    "stats.fetch": (
        lambda k: k.stats.fetch("core:"),
        lambda found: found["core.rcv_requests"] >= 0 and all(n.startswith("core.") for n in found),
    ),
    "cnt.get": (lambda k: k.cnt.get("core", "rcv_requests"), lambda number: number >= 0),
    "cnt.grp_get_all": (
        lambda k: k.cnt.grp_get_all("core"),
        lambda found: found["rcv_requests"] >= 0,
    ),
    "cnt.grps_list": (lambda k: k.cnt.grps_list(), lambda names: "core" in names),
    "cnt.var_list": (lambda k: k.cnt.var_list("core"), lambda names: "rcv_requests" in names),
    "cnt.help": (
        lambda k: k.cnt.help("core", "rcv_requests"),
        lambda text: "kamailio statistic" in text,
    ),
    "dbg.get_mod_level": (lambda k: k.dbg.get_mod_level("core"), lambda level: level == 2),
    "dbg.get_mod_facility": (
        lambda k: k.dbg.get_mod_facility("core"),
        lambda name: name.startswith("LOG_"),
    ),
    "sl.stats": (lambda k: k.sl.stats(), lambda found: found["404"] >= 0),
    "permissions.test_uri": (
        lambda k: k.permissions.test_uri("permissions", "sip:alice@example.com", "sip:bob@a.com"),
        lambda allowed: isinstance(allowed, bool),
    ),
    "rtpengine.get_hash_total": (lambda k: k.rtpengine.get_hash_total(), lambda n: n == 0),
    "pike.top": (lambda k: k.pike.top("ALL"), lambda found: found.max_hits == 1000),
    "dlg.list_ctx": (lambda k: k.dlg.list_ctx(), lambda found: len(found) == 1),
    "dlg.dlg_list": (lambda k: k.dlg.dlg_list("@call@"), lambda found: len(found) == 1),
    "dlg.profile_get_size": (
        lambda k: k.dlg.profile_get_size("caller", "lab"),
        lambda size: size == 1,
    ),
    "dlg.profile_list": (
        lambda k: k.dlg.profile_list("caller"),
        lambda found: found[0].profiles == (("inbound", None), ("caller", "lab")),
    ),
    "siptrace.status": (lambda k: k.siptrace.status(), lambda on: on is False),
    "sipdump.enabled": (lambda k: k.sipdump.enabled(), lambda on: on is False),
}

# Writing operations that no other test in test_operations.py calls, and what they send.
WRITING: dict[tuple[Any, ...], Operation] = {
    ("tm.clean",): lambda k: k.tm.clean(),
    ("tm.reply", 480, "Away", "7:9", "t"): lambda k: k.tm.reply(480, "Away", "7:9", "t"),
    ("tm.reply_callid", 480, "Away", "c", "1 INVITE", "t", "X: y\r\n"): lambda k: k.tm.reply_callid(
        480, "Away", "c", "1 INVITE", "t", "X: y\r\n"
    ),
    ("tm.retransmit_reply", "7:9"): lambda k: k.tm.retransmit_reply("7:9"),
    ("tm.retransmit_reply_callid", "c", "1 INVITE"): lambda k: k.tm.retransmit_reply_callid(
        "c", "1 INVITE"
    ),
    ("tm.t_uac_start", "OPTIONS", "sip:a@b", ".", ".", "To: x\r\n"): lambda k: k.tm.t_uac_start(
        "OPTIONS", "sip:a@b", None, None, "To: x\r\n"
    ),
    ("tm.t_uac_start_noack", "INFO", "sip:a@b", "sip:c", ".", "To: x\r\n", "hi"): lambda k: (
        k.tm.t_uac_start_noack("INFO", "sip:a@b", "sip:c", None, "To: x\r\n", "hi")
    ),
    ("tm.t_uac_start_hex", "INFO", "sip:a@b", ".", ".", "To: x\r\n", "6869"): lambda k: (
        k.tm.t_uac_start_hex("INFO", "sip:a@b", None, None, "To: x\r\n", "6869")
    ),
    ("tm.t_uac_start_noack_hex", "INFO", "sip:a@b", ".", "udp:h", "To: x\r\n", "68"): lambda k: (
        k.tm.t_uac_start_noack_hex("INFO", "sip:a@b", None, "udp:h", "To: x\r\n", "68")
    ),
    ("tm.t_uac_attrs", "a=1", "INFO", "sip:a@b", ".", ".", "To: x\r\n"): lambda k: k.tm.t_uac_attrs(
        "a=1", "INFO", "sip:a@b", None, None, "To: x\r\n"
    ),
    ("presence.publish_cache_sync",): lambda k: k.presence.publish_cache_sync(),
    ("presence.cleanup",): lambda k: k.presence.cleanup(),
    ("presence.refreshWatchers", "sip:a@b", "presence", 0): lambda k: k.presence.refresh_watchers(
        "sip:a@b", "presence", 0
    ),
    ("presence.updateWatchers", "sip:a@b", "presence"): lambda k: k.presence.update_watchers(
        "sip:a@b", "presence"
    ),
    ("pdb.activate",): lambda k: k.pdb.activate(),
    ("pdb.deactivate",): lambda k: k.pdb.deactivate(),
    ("xhttp_prom.counter_inc", "calls", 2, "in"): lambda k: k.xhttp_prom.counter_inc(
        "calls", 2, "in"
    ),
    ("xhttp_prom.counter_reset", "calls", "in"): lambda k: k.xhttp_prom.counter_reset(
        "calls", "in"
    ),
    ("xhttp_prom.gauge_set", "load", 0.5): lambda k: k.xhttp_prom.gauge_set("load", 0.5),
    ("xhttp_prom.gauge_inc", "load", -1.0): lambda k: k.xhttp_prom.gauge_inc("load", -1),
    ("xhttp_prom.gauge_reset", "load"): lambda k: k.xhttp_prom.gauge_reset("load"),
    ("xhttp_prom.histogram_observe", "delay", 3.0, "a", "b", "c"): lambda k: (
        k.xhttp_prom.histogram_observe("delay", 3, "a", "b", "c")
    ),
    ("cnxcc.kill_call", "c"): lambda k: k.cnxcc.kill_call("c"),
    ("ulscscf.snapshot", "/tmp/s"): lambda k: k.ulscscf.snapshot("/tmp/s"),
    ("regscscf.dereg_impu", "sip:a@b"): lambda k: k.regscscf.dereg_impu("sip:a@b"),
    ("cfg.del_delayed", "lab", "label"): lambda k: k.cfg.delete_delayed("lab", "label"),
    ("stats.reset_statistics", "core:", "shmem:"): lambda k: k.stats.reset_statistics(
        "core:", "shmem:"
    ),
    ("cnt.reset", "core", "rcv_requests"): lambda k: k.cnt.reset("core", "rcv_requests"),
    ("dbg.set_mod_facility", "core", "LOG_LOCAL1"): lambda k: k.dbg.set_mod_facility(
        "core", "LOG_LOCAL1"
    ),
    ("htable.reload", "stored"): lambda k: k.htable.reload("stored"),
    ("htable.store", "stored"): lambda k: k.htable.store("stored"),
    ("permissions.addressReload",): lambda k: k.permissions.address_reload(),
    ("permissions.trustedReload",): lambda k: k.permissions.trusted_reload(),
    ("rtpengine.reload",): lambda k: k.rtpengine.reload(),
    ("mtree.reload", "pstn"): lambda k: k.mtree.reload("pstn"),
    ("domain.reload",): lambda k: k.domain.reload(),
    ("dialplan.reload",): lambda k: k.dialplan.reload(),
    ("lcr.defunct_gw", 1, 2, 60): lambda k: k.lcr.defunct_gw(1, 2, 60),
    ("lcr.reload",): lambda k: k.lcr.reload(),
    ("uac.reg_unregister", "l_uuid", "one"): lambda k: k.uac.reg_unregister("l_uuid", "one"),
    ("uac.reg_refresh", "one"): lambda k: k.uac.reg_refresh("one"),
    ("uac.reg_reload",): lambda k: k.uac.reg_reload(),
    ("ul.flush",): lambda k: k.ul.flush(),
    ("dlg.terminate_dlg", "call", "a", "b"): lambda k: k.dlg.terminate_dlg("call", "a", "b"),
    ("dmq.remove", "sip:192.0.2.1:5060"): lambda k: k.dmq.remove("sip:192.0.2.1:5060"),
    ("tls.reload",): lambda k: k.tls.reload(),
    ("siptrace.status", "on"): lambda k: k.siptrace.set_status(True),
    ("siptrace.status", "off"): lambda k: k.siptrace.set_status(False),
    ("sipdump.enable", 1): lambda k: k.sipdump.enable(True),
    ("sipdump.enable", 0): lambda k: k.sipdump.enable(False),
}
