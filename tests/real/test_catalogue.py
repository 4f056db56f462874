# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The statements of the method catalogue, tried on a real Kamailio.

Writing methods too: on a server of the test's own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.core.catalogue.binding import bind
from kamailio_binrpc.core.catalogue.blame import explain
from kamailio_binrpc.core.catalogue.lookup import FILES, find
from kamailio_binrpc.core.catalogue.notation import Method, Param
from kamailio_binrpc.core.faults import Busy, Fault, InvalidParams
from kamailio_binrpc.core.values import Struct
from tests.support.kamailio import Kamailio, find_module_dir

pytestmark = pytest.mark.real

Call = tuple[Any, ...]

CONFIG = """\
use_dst_blocklist=on
modparam("dispatcher", "reload_delta", 0)
modparam("permissions", "reload_delta", 0)
modparam("dialplan", "reload_delta", 0)
"""

UAC = ("", "_hex", "_noack", "_noack_hex")
REQUEST = ["OPTIONS", "sip:127.0.0.1:9", ".", ".", "From: <sip:a@b>\r\n", ""]

# Not to be called at all.
HARMFUL = {
    "auth_xkeys_.set": "the server dies",
    "core.kill": "ends the server",
    "dbg.bp": "stops the workers",
    "keepalive.add": "never returns",
    "keepalive.del": "never returns",
    "keepalive.flush": "never returns",
    "keepalive.get": "never returns",
    **{"tm.t_uac_wait_block" + end: "blocks until a SIP answer comes" for end in UAC},
}

# Listed by a server and not in the catalogue, with the reason. Nothing so far.
UNKNOWN: dict[str, str] = {}

# What goes in where the name of a thing does not do.
SAMPLES: dict[str, list[Any]] = {
    "call_obj.free": ["7"],
    "cfg.add_group_inst": ["core[1]"],
    "cfg.del": ["core[1]", "debug"],
    "cfg.del_delayed": ["core[1]", "debug"],
    "cfg.del_group_inst": ["core[1]"],
    "cfgutils.set_gflag": [2],
    "cr.activate_host": ["-d main -p 49 -h 127.0.0.1 -w 0.5"],
    "cr.add_host": ["-d main -p 49 -h 127.0.0.9 -w 0.5"],
    "cr.deactivate_host": ["-d main -p 49 -h 127.0.0.1"],
    "cr.delete_host": ["-d main -p 49 -h 127.0.0.9"],
    "cr.replace_host": ["-d main -p 49 -h 127.0.0.1 -t 127.0.0.8"],
    "dispatcher.add": [1, "sip:127.0.0.1:5999"],
    "dispatcher.remove": [1, "sip:127.0.0.1:5999"],
    "dns.add_a": ["a.test", 60, "192.0.2.1", 0],
    "dns.add_aaaa": ["a.test", 60, "2001:db8::1", 0],
    "dns.add_srv": ["_sip._udp.a.test", 60, 1, 1, 5060, "a.test", 0],
    # An address, so that no name server is asked.
    "dns.lookup": ["A", "192.0.2.1"],
    "dst_blocklist.add": ["192.0.2.9", 5060, 1, 0],
    "imc.list_members": ["sip:room@example.com"],
    "mtree.match": ["pstn", "44201", 0],
    "pdt.list": ["*", "12", "one.example.com"],
    "tm.reply": [200, "OK", "1:2", "tag", "", ""],
    **{"tm.t_uac_start" + end: REQUEST for end in UAC},
    "tm.t_uac_attrs": ["a=b", *REQUEST],
    "tm.retransmit_reply": ["1:2"],
    "uac.reg_add": ["u", "a", "b", "c", "d", ".", "e", "secret", ".", "sip:127.0.0.1:9", 60],
    "xhttp_prom.counter_inc": ["lab_counter", 1, "x"],
}

# Answered before the parameters are looked at, so that a wrong one is not noticed.
UNREAD = {
    "db_text.query": "works on a text of its own accord",
    "statsc.report": "nothing is collected in the first minutes",
    **{"tm.t_uac_wait" + end: "not offered over binrpc" for end in UAC},
    "ul.db_contacts": "db_mode is 0",
    "ul.db_expired_contacts": "db_mode is 0",
    "ul.db_users": "db_mode is 0",
}


@pytest.fixture
def server() -> Iterator[Client]:
    """A client of a server that these tests may change."""
    with Kamailio(extra_config=CONFIG) as kamailio, Client(kamailio.endpoints["unix"]) as client:
        yield client


def outcome(client: Client, method: str, *params: Any) -> Any:
    """The reply or the fault; waits where the server asks for patience."""
    for _other in range(3):
        try:
            return client.call(method, *params, timeout=20)
        except Busy as fault:
            if method in UNREAD or "interval" in fault.text:
                return fault
            time.sleep(1.1)  # a reload_delta of 0 still means one a second
            last: Fault = fault
        except Fault as fault:
            return fault
    return last


def value_for(param: Param) -> Any:
    if param.words:
        word = param.words[0]
        return int(word) if param.type == "int" else word
    if param.fill is not None:
        return param.fill
    return {"str": "nosuch", "int": 1, "float": 0.5, "any": "5"}[param.type]


def samples(method: Method) -> list[list[Any]]:
    """Parameters of the right types: those that are needed, and all."""
    needed = [value_for(param) for param in method.params if not param.optional]
    every = [value_for(param) for param in method.params]
    given = SAMPLES.get(method.name)
    if given is not None:
        needed, every = given, given + every[len(given) :]
    several = [needed] if len(needed) == len(every) else [needed, every]
    return [bind(method.name, params) for params in several]


def listed(client: Client) -> list[str]:
    return list(client.call("system.listMethods"))


def called(client: Client) -> list[Method]:
    known = [find(name) for name in listed(client)]
    return [method for method in known if method is not None and method.name not in HARMFUL]


def test_every_listed_method_is_known(server: Client, tell: Callable[[str], None]) -> None:
    names = listed(server)
    unknown = {name for name in names if find(name) is None}
    assert unknown - set(UNKNOWN) == set(), "into the catalogue, or into UNKNOWN with the reason"
    assert {name for name in UNKNOWN if find(name) is not None} == set()
    tell(f"catalogue: {len(names) - len(unknown)} of {len(names)} listed methods are known")


def test_entries_are_in_the_file_of_the_module_that_exports_them(
    server: Client, tell: Callable[[str], None]
) -> None:
    folder = find_module_dir()
    assert folder is not None
    modules = {path.stem: path.read_bytes() for path in folder.glob("*.so")}
    of_modules = 0
    for name in listed(server):
        prefix = name.partition(".")[0]
        file = FILES[prefix]
        if file in modules:
            assert name.encode() in modules[file], f"{name} is none of {file}'s"
            of_modules += 1
        else:
            exporting = [each for each, code in modules.items() if name.encode() in code]
            assert (file, exporting) == (prefix, []), f"{name} is none of the core's"
    tell(f"catalogue: {of_modules} methods are in the file of their module, the core's others too")


def test_no_listed_method_is_said_to_have_come_later(server: Client) -> None:
    number = str(server.call("core.version").value).split()[1]
    version = tuple(int(part) for part in number.split(".")[:2])
    for method in called(server):
        if method.since:
            assert method.since != "master", method.name
            assert tuple(map(int, method.since.split(".")[:2])) <= version, method.name
        if method.until:
            assert version <= tuple(map(int, method.until.split(".")[:2])), method.name


def test_every_method_accepts_the_types_of_the_catalogue(
    server: Client, tell: Callable[[str], None]
) -> None:
    refused = []
    calls = 0
    for method in called(server):
        for params in samples(method):
            result = outcome(server, method.name, *params)
            calls += 1
            if isinstance(result, InvalidParams):
                refused.append((str(result), params, explain(result, params)))
    assert refused == []
    tell(
        f"catalogue: {len(called(server))} methods accept its types in {calls} calls"
        f" ({len(HARMFUL)} left out: {', '.join(sorted(HARMFUL))})"
    )


def test_every_method_refuses_other_types(server: Client, tell: Callable[[str], None]) -> None:
    """Else the test before would pass for anything, and the catalogue could be too strict."""
    accepted = []
    calls = 0
    for method in called(server):
        if method.name in UNREAD:
            continue
        params = samples(method)[0]
        wrong: list[tuple[str, list[Any]]] = []
        needed = [p for p in method.params if not p.optional and p.fill is None]
        if needed and needed[-1] is [p for p in method.params if not p.optional][-1]:
            wrong.append(("one is missing", params[: len(needed) - 1]))
        for place, param in enumerate(method.params[: len(params)]):
            if not param.optional and not param.converted and param.type != "any":
                other: Any = 1 if param.type == "str" else "x"
                changed = [*params[:place], other, *params[place + 1 :]]
                wrong.append((param.name, changed))
        for what, changed in wrong:
            result = outcome(server, method.name, *changed)
            calls += 1
            if not isinstance(result, InvalidParams):
                accepted.append((method.name, what, changed, result))
            elif what != "one is missing":
                assert what in explain(result, changed), (result, changed)
    assert [case for case in accepted if case[:2] not in TOLERATED] == []
    tell(f"catalogue: {calls - len(accepted)} of {calls} calls with other types are refused")


# Accepted by the method all the same, with the reason.
TOLERATED = {
    # Takes what follows the user only where it is there.
    ("tm.reply_callid", "to_tag"),
}

WRITES: list[tuple[Call, bool]] = [
    # The call, and whether calling it once more changes something again.
    (("htable.sets", "t", "k", "5"), False),
    (("htable.seti", "t", "k", 6), False),
    (("htable.setxi", "t", "k", 7, 3600), False),
    (("htable.setxs", "t", "k", "8", 3600), False),
    (("htable.delete", "t", "k"), False),
    (("dispatcher.set_state", "IP", 1, "all"), False),
    (("dispatcher.set_duid_state", "A", 1, "gw1"), False),
    (("dispatcher.add", 1, "sip:127.0.0.1:5998"), True),
    # Destinations of equal priority change places, also when there is nothing to remove.
    (("dispatcher.remove", 1, "sip:127.0.0.1:5998"), True),
    (("dispatcher.ping_active", 0), False),
    (("cfg.seti", "lab", "max_calls", 77), False),
    (("cfg.sets", "lab", "label", "77"), False),
    (("cfg.set", "lab", "max_calls", "78"), False),
    # Noted twice, it also shows twice.
    (("cfg.set_delayed_int", "lab", "max_calls", 79), True),
    (("cfg.rollback",), False),
    (("pv.shvSet", "maintenance", "int", 1), False),
    (("pv.shvSet", "banner", "str", "5"), False),
    (("corex.debug", 1), False),
    (("dbg.set_mod_level", "core", 3), False),
    (("cfgutils.set_gflag", 8), False),
    (("cfgutils.reset_gflag", 8), False),
    (("cfgutils.rand_set_prob", 20), False),
    (("cfgutils.rand_reset_prob",), False),
    (("pl.set_pipe", "p1", "RED", 7), False),
    (("rl.set_pipe", 0, "RED", 7), False),
    (("rl.set_pid", 1.5, 2.0, -0.5), False),
    (("pl.set_pid", 1.5, 2.0, -0.5), False),
    (("siptrace.status", "on"), False),
    (("sipdump.enable", 1), False),
    (("pdb.deactivate",), False),
    (("pdb.activate",), False),
    (("secfilter.add_bl", "user", "somebody"), True),
    (("ul.add", "location", "w", "sip:w@127.0.0.1", 0, 1.0, ".", 0, 0, -1, ".", "."), False),
    (("ul.rm_contact", "location", "w@example.com", "sip:w@127.0.0.1"), False),
    (("uac.reg_remove", "trunk-2"), False),
    (("dns.add_a", "b.test", 600, "192.0.2.1", 0), False),
    (("dns.delete_a", "b.test"), False),
    (("dst_blocklist.add", "192.0.2.8", 5060, 1, 0), False),
    (("dbcl.disable_connection", "main", "first", 3600), False),
    (("xhttp_prom.gauge_set", "lab_gauge", 7.5), False),
    (("xhttp_prom.counter_inc", "lab_counter", 1, "a"), True),
]

WATCHED: list[Call] = [
    ("htable.dump", "t"),
    ("dispatcher.list",),
    ("dispatcher.ping_active",),
    ("cfg.get", "lab"),
    ("cfg.diff",),
    ("pv.shvGet",),
    ("corex.debug",),
    ("dbg.get_mod_level", "core"),
    ("cfgutils.get_gflags",),
    ("cfgutils.rand_get_prob",),
    ("pl.list",),
    ("pl.get_pid",),
    ("rl.get_pipes",),
    ("rl.get_pid",),
    ("siptrace.status", "check"),
    ("sipdump.enable",),
    ("pdb.status",),
    ("secfilter.print",),
    ("ul.dump",),
    ("uac.reg_dump",),
    ("dns.view",),
    ("dst_blocklist.view",),
    ("dbcl.list_connections", "main"),
    ("xhttp_prom.metric_list_print",),
    ("dmq.list_nodes",),
    ("mqueue.get_sizes",),
    ("lcr.dump_gws",),
    ("dialplan.dump", 1),
    ("domain.dump",),
    ("mtree.list", "pstn"),
    ("rtpproxy.list",),
    ("permissions.addressDump",),
    ("imc.list_rooms",),
]

# Members that time alone changes, or that say when something was done.
RESTLESS = {
    *("expires", "last_used", "diff_expires", "timer_expires", "reg_init", "ticks", "recheck"),
    *("Last-Modified", "Ruid", "CSeq", "Expires", "LATENCY", "last_notification", "ref"),
    *("Last-Keepalive",),
    *("reference_counter", "rr_expires", "counter", "last_counter", "unused_intervals", "flags"),
}


def settled(value: Any) -> Any:
    """Return what stays the same of a reply while no one writes."""
    if isinstance(value, Struct):
        return [(name, settled(part)) for name, part in value.items() if name not in RESTLESS]
    if isinstance(value, list):
        return [settled(part) for part in value]
    if isinstance(value, str):
        # Timestamps of metrics, seconds to go.
        lines = [line for line in value.splitlines() if "expires in" not in line]
        return [line.rpartition(" ")[0] if line.startswith("kamailio_") else line for line in lines]
    return value


def digest(client: Client) -> dict[Call, Any]:
    seen = {}
    for call in WATCHED:
        result = outcome(client, *call)
        seen[call] = str(result) if isinstance(result, Fault) else settled(list(result))
    return seen


def changes(before: dict[Call, Any], after: dict[Call, Any]) -> list[str]:
    return [
        f"{call}: {before[call]} became {after[call]}"
        for call in WATCHED
        if before[call] != after[call]
    ]


def test_reading_methods_change_nothing(server: Client, tell: Callable[[str], None]) -> None:
    before = digest(server)
    reading = [method for method in called(server) if method.access == "read"]
    assert len(reading) > 150
    for method in reading:
        for params in samples(method):
            outcome(server, method.name, *params)
    changed = changes(before, digest(server))
    assert changed == []
    count = len(reading)
    tell(f"catalogue: {count} reading methods leave {len(WATCHED)} digests as they were")


def test_writing_methods_change_something_and_repeat_as_marked(
    server: Client, tell: Callable[[str], None]
) -> None:
    state = digest(server)
    for (name, *params), changes_again in WRITES:
        method = find(name)
        assert method is not None
        assert not isinstance(outcome(server, name, *bind(name, params)), InvalidParams)
        after = digest(server)
        changed = changes(state, after)
        assert changed, f"{name} {params} changed nothing that is watched"
        assert method.access == "write", name
        outcome(server, name, *params)
        again = digest(server)
        changed = changes(after, again)
        assert bool(changed) is changes_again, f"{name} {params}: {changed}"
        assert not (changes_again and method.again), f"{name} must not be repeated"
        state = again
    repeatable = sum(not changes_again for _other, changes_again in WRITES)
    tell(
        f"catalogue: {len(WRITES)} writes seen to write, {repeatable} of them to do nothing more "
        "the second time"
    )
