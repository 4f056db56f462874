# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A lab server that knows what a running Kamailio knows, so that both give the same answers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from kamailio_binrpc.core.faults import Fault
from kamailio_binrpc.core.lab.state import LabState, Process
from kamailio_binrpc.core.values import Struct
from kamailio_binrpc.lab import (
    CfgUtils,
    Configuration,
    Counters,
    Debugger,
    Dialogs,
    DialPlan,
    Dispatcher,
    DnsCache,
    Domains,
    HashTables,
    LabServer,
    LeastCost,
    Pdb,
    PeerStates,
    Permissions,
    Pike,
    PipeLimit,
    PrefixDomains,
    Prometheus,
    Queues,
    RateLimit,
    Registrations,
    RtpEngine,
    RtpProxy,
    SecFilter,
    SharedVariables,
    Stateless,
    Transactions,
    Trees,
    UserBlockList,
    UserLocation,
)
from tests.support import dbtext
from tests.support.releases import holds

if TYPE_CHECKING:
    from kamailio_binrpc.core.client import Client
    from tests.support.kamailio import Kamailio

MANY = 120
PROFILES = {"caller": True, "trunk": True, "inbound": False, "outbound": False}
TABLES = dbtext.TABLES
HASH_TABLES: dict[str, dict[str, Any]] = {
    "t": {},
    "a": {},
    "big": {"size": 10},
    "exp": {"autoexpire": 3600},
    "upd": {"autoexpire": 3600, "updateexpire": 0},
    "stored": {"dbtable": "htable"},
}

# Reloads one after the other, which the defaults refuse; no timer that changes tables or pipes;
# transactions that are over are gone.
CONFIG = """
modparam("htable", "timer_interval", 3600)
modparam("dispatcher", "reload_delta", 0)
modparam("dispatcher", "ds_hash_size", 4)
modparam("permissions", "reload_delta", 0)
modparam("dialplan", "reload_delta", 0)
modparam("pipelimit", "timer_interval", 3600)
modparam("ratelimit", "timer_interval", 3600)
modparam("tm", "wt_timer", 100)
modparam("pv", "shvset", "big=s:x")
modparam("xhttp_prom", "prom_histogram", "name=lab_time; label=method:code; buckets=1:2.5;")
modparam("xhttp_prom", "prom_histogram", "name=lab_size;")
""" + "".join(f'modparam("pv", "shvset", "v{number}=s:{number}")\n' for number in range(MANY))
"""For the real server, on top of tests/support/kamailio.cfg.in."""
if holds("peerstate"):
    CONFIG += 'loadmodule "peerstate.so"\n'

METRICS: dict[str, dict[str, Any]] = {
    "lab_counter": {"type": "counter", "labels": ["method"]},
    "lab_gauge": {"type": "gauge"},
    "lab_time": {"type": "histogram", "labels": ["method", "code"], "buckets": [1, 2.5]},
    "lab_size": {"type": "histogram"},
}


def lab_like(server: Kamailio, client: Client, folder: str, **options: Any) -> LabServer:
    """Make a lab server with sockets in ``folder`` and the data of ``server``.

    :param client: asks ``server``.
    :param options: modparams of ctl.
    """
    _wait_for_transactions(client)
    modules = [
        *_tables(),
        *_routing(),
        *_media(client),
        Configuration(variables(client)),
        Debugger({"core": 2}),
        dispatcher(server),
        Dialogs(dialogs(client), PROFILES, timeout=600),
        Registrations(TABLES["uacreg"], f"127.0.0.1:{server.sip_port}", active=0),
        UserLocation({"location": {}}),
        PeerStates(peers(client)),
        CfgUtils(4, 10, server.config.read_text()),
        counters(client),
        Transactions(_members(client, "tm.stats")),
        Stateless(_members(client, "sl.stats")),
    ]
    binrpc = [f"unix:{folder}/s", f"unixd:{folder}/d", "udp:127.0.0.1:0", "tcp:127.0.0.1:0"]
    fifo = [f"fifo:{folder}/f", "udp:127.0.0.1:0", "tcp:127.0.0.1:0"]
    version = client.call("core.version").value.split()[1]
    lab = LabServer(binrpc, fifo, modules=modules, version=version, **options)
    copy_state(lab.state, server, client)
    lab.modules["cfg_rpc"].groups["dbg"]["mod_level_mode"].value = 1  # no one can read it
    for name in ("dispatcher", "dmq"):
        lab.modules[name].added()  # again, now that they can know the sockets
    return lab


def _wait_for_transactions(client: Client) -> None:
    """Wait until those of the start are gone, since some counters count them."""
    for _other in range(100):
        if not _members(client, "tm.stats")["current"]:
            break
        time.sleep(0.1)


def _tables() -> list[Any]:
    shared: dict[str, int | str] = {"maintenance": 0, "banner": "hello", "big": "x"}
    shared |= {f"v{number}": str(number) for number in range(MANY)}
    return [
        DnsCache(others=""),  # no name server answers the real one
        SharedVariables(shared),
        hash_tables(),
        Queues({"events": [], "other": []}),
    ]


def hash_tables() -> HashTables:
    """The tables of tests/support/kamailio.cfg.in, and the rows of the stored one."""
    rows = {"htable": {"text": "abc", "number": 42}}
    return HashTables({}, HASH_TABLES, rows, timer_interval=3600)


def _routing() -> list[Any]:
    files = {"permissions": {"allow": [("ALL", "ALL")]}}
    targets = [{"gw_id": 1}, {"gw_id": 2, "priority": 2}]
    pipes = {"p1": {"algorithm": "TAILDROP", "limit": 100}, "p2": {"algorithm": "RED", "limit": 50}}
    return [
        Permissions(TABLES["address"], TABLES["trusted"], files, reload_delta=0),
        Trees({"pstn": {str(row["tprefix"]): row["tvalue"] for row in TABLES["mtree"]}}),
        Domains(TABLES["domain"], TABLES["domain_attrs"]),
        DialPlan(TABLES["dialplan"], reload_delta=0),
        LeastCost(TABLES["lcr_gw"], [{"prefix": "49", "targets": targets}]),
        PrefixDomains(TABLES["pdt"]),
        UserBlockList({"666": 0, "777": 1}, {"alice": {"900": 0}}),
        SecFilter({"ua": ["badagent"]}, {"user": ["goodagent"]}),
        PipeLimit(pipes),
        RateLimit({0: ("TAILDROP", 100), 1: ("RED", 50)}, [[0, "INVITE"]]),
        Pike([], max_hits=1000),
        Pdb(),
        Prometheus(METRICS),
    ]


def _media(client: Client) -> list[Any]:
    """Nodes at which nothing answers, as in the test server's tables."""
    engines = [
        {"url": node["url"], "set": node["set"], "weight": node["weight"], "reachable": False}
        for node in client.call("rtpengine.show", "all")
    ]
    proxies = [
        {"url": node["url"], "set": node["setid"], "weight": node["weight"], "reachable": False}
        for node in client.call("rtpproxy.list")
    ]
    return [RtpEngine(engines, disable_tout=3600), RtpProxy(proxies)]


def dispatcher(server: Kamailio) -> Dispatcher:
    """The sets of the list file."""
    sets: dict[str, list[dict[str, Any]]] = {}
    for line in (server.directory / "dispatcher.list").read_text().splitlines():
        number, uri, *rest = line.split()
        row = {"uri": uri, **dict(zip(("flags", "priority"), map(int, rest[:2]), strict=False))}
        sets.setdefault(number, []).append({**row, **({"attrs": rest[2]} if rest[2:] else {})})
    return Dispatcher(sets, latency_stats=True, hash_size=16, reload_delta=0)


def variables(client: Client) -> dict[str, dict[str, Any]]:
    """Every variable that can be read with its value and help text, by group."""
    groups: dict[str, dict[str, Any]] = {}
    for line in client.call("cfg.list"):
        group, _other, name = line.partition(": ")
        try:
            value = client.call("cfg.get", group, name).value
        except Fault:
            continue
        described = client.call("cfg.help", group, name)[0]
        text = described["desc"] if isinstance(described, Struct) else described
        groups.setdefault(group, {})[name] = [None if value == "<null string>" else value, text]
    # The first to be declared is the last in the list.
    own = {name: groups.pop(name) for name in ("lab", "drain")}
    return {**groups, **own}


def counters(client: Client) -> Counters:
    """Every counter with its value and help text."""
    values = {
        group: {
            name: client.call("cnt.get", group, name).value
            for name in client.call("cnt.var_list", group)
        }
        for group in client.call("cnt.grps_list")
    }
    texts = {
        f"{group}.{name}": client.call("cnt.help", group, name).value
        for group, names in values.items()
        for name in names
    }
    return Counters(values, texts)


def dialogs(client: Client) -> list[dict[str, Any]]:
    """The dialogs there are, as the lab server takes them, once the ACK of each is through."""
    deadline = time.monotonic() + 10
    while any((each["state"], each["ref"]) != (4, 2) for each in client.call("dlg.list")):
        if time.monotonic() > deadline:
            raise TimeoutError("calls that do not come up")
        time.sleep(0.02)
    found = []
    for reply in client.call("dlg.list"):
        dialog = dict(reply.items())
        for leg in ("caller", "callee"):
            dialog[leg] = dict(reply[leg].items())
        dialog["profiles"] = {}
        for each in reply["profiles"].values():
            dialog["profiles"].update({each: None} if isinstance(each, str) else each.items())
        dialog["variables"] = {}
        for each in reply["variables"].values():
            dialog["variables"].update(each.items())
        found.append(dialog)
    return found


def peers(client: Client) -> list[dict[str, Any]]:
    """Return the peers that peerstate knows, the newest last."""
    if not holds("peerstate"):
        return []
    known = client.call("peerstate.dump").value["Peers"]["Peer"]
    return [dict(each.items()) for each in reversed(list(known.values()))]


def _members(client: Client, method: str) -> dict[str, int]:
    return dict(client.call(method).value.items())


def copy_state(state: LabState, server: Kamailio, client: Client) -> None:
    """Give the lab's process the real one's numbers and names."""
    copy_build(state, client)
    state.directory = client.call("core.pwd").value
    state.arguments = list(client.call("core.arg"))
    state.processes = [
        Process(each["pid"], each["description"], each["rank"], each["status"])
        for each in client.call("core.psa")
    ]
    state.load_order = list(client.call("core.modules"))[::-1]
    copy_sockets(state, server)
    up_since = client.call("core.uptime").value["up_since"]
    state.started = time.mktime(time.strptime(up_since, "%a %b %d %H:%M:%S %Y"))
    defined = [(each["name"], each["value"]) for each in client.call("core.ppdefines_full")]
    state.defines = [
        (name, "" if value == "none" else value)
        for name, value in defined
        if not name.startswith(("KAMAILIO_", "MOD_"))
    ]


def copy_build(state: LabState, client: Client) -> None:
    """Give the lab's process what the real one says of its build."""
    info = client.call("core.info").value
    state.compiler, state.compiled, state.flags = info["compiler"], info["compiled"], info["flags"]


def copy_sockets(state: LabState, server: Kamailio) -> None:
    """Give the lab's process the addresses at which the real one takes SIP."""
    port = str(server.sip_port)
    state.sockets = [("udp", "127.0.0.1", port), ("tcp", "127.0.0.1", port)]
    state.aliases = [("*", "lab.example.com", 0), ("udp", "other.example.com", 5060)]
