# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Whole modules against the lab server: what is peculiar to each, and to releases.

from __future__ import annotations

import ast
import importlib
import os
import threading

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.kamailio.ctl.plugins.module_utils._endpoint import Endpoint
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.dispatcher import (
    DispatcherDestinations,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.engine import apply
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.kind import Kind
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.faults import Fault
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.lab.server import LabServer

VERSIONS = ("5.6", "5.8", "6.1", "master")
GATEWAY = "sip:192.0.2.11:5060"


@pytest.fixture
def lab(request, tmp_path, monkeypatch):
    # The path of a unix socket has to be short, so it is relative.
    monkeypatch.chdir(tmp_path)
    version = getattr(request, "param", "5.6")
    with LabServer(binrpc=["unix:ctl"], version=version).running_in_thread() as server:
        # No test waits for a reload_delta.
        for module in server.modules.values():
            if hasattr(module, "guard"):
                module.guard.delta = 0
        yield server


@pytest.fixture
def play(lab, run, monkeypatch):
    """Run a module, which has to succeed unless told otherwise.

    Warnings are the texts of this run: ansible-core collects those of a process.
    """
    warned = []
    monkeypatch.setattr(AnsibleModule, "warn", lambda self, text: warned.append(text))

    def play(name, /, failed=False, check_mode=False, diff=False, **options):
        module = importlib.import_module(
            "ansible_collections.kamailio.ctl.plugins.modules.kamailio_" + name
        )
        options.setdefault("endpoint", "unix:ctl")
        warned.clear()
        result = run(module, check_mode, diff, **options)
        result["warnings"] = list(warned)
        assert bool(result.get("failed")) is failed, result.get("msg")
        return result

    return play


def all_versions(function):
    return pytest.mark.parametrize("lab", VERSIONS, indirect=True)(function)


def test_a_warning_says_that_a_change_is_lost(play):
    options = {"table": "t", "key": "k"}
    result = play("htable_item", value=1, **options)
    assert "lost when Kamailio is restarted" in result["warnings"][0]
    assert play("htable_item", value=1, **options)["warnings"] == []
    assert play("htable_item", value=2, warn_lost=False, **options)["warnings"] == []


def test_a_fault_keeps_its_meaning(play):
    result = play("htable_item", failed=True, table="nowhere", key="k", value=1)
    assert result["changed"] is False
    assert result["fault"]["text"] == "No such htable"
    assert result["fault"]["kind"] == "not_found"


# --- dispatcher


def test_probing_is_left_alone_unless_given(play, lab):
    destination = lab.modules["dispatcher"].find(1, GATEWAY)
    destination.flags = 8
    options = {"set_id": 1, "uri": GATEWAY.upper()}
    assert play("dispatcher_state", state="inactive", **options)["changed"] is True
    assert destination.state == "IP"
    assert play("dispatcher_state", state="inactive", **options)["changed"] is False
    assert play("dispatcher_state", state="inactive", probing=False, **options)["changed"] is True
    assert destination.state == "IX"


def test_a_destination_by_its_duid(play, lab):
    result = play("dispatcher_state", set_id=1, duid="GW2", state="disabled")
    assert result["matched"] == ["sip:192.0.2.12:5060"]
    assert [each.state for each in lab.modules["dispatcher"].sets[1]] == ["AX", "DX"]


def test_a_whole_set_in_one_call(play, lab):
    result = play("dispatcher_state", set_id=1, all=True, state="trying", probing=True, diff=True)
    assert [call["method"] for call in result["rpc_calls"]] == ["dispatcher.set_state"]
    assert result["diff"]["after"][GATEWAY] == {"state": "trying", "probing": True}


@pytest.mark.parametrize(
    "options, text",
    [
        ({"set_id": 1, "uri": "sip:nobody"}, "0 destinations match, at least 1"),
        ({"set_id": 99, "all": True}, "0 destinations match, at least 1"),
        ({"set_id": 1, "all": True, "require_matches_max": 1}, "2 destinations match, at most 1"),
        ({"set_id": 1, "all": True, "probing": True}, "cannot be probed"),
        (
            {"set_id": 1, "at_least_active": 2, "duid": "gw1"},
            "only 1 active destinations would be left",
        ),
    ],
)
def test_guards(play, lab, options, text):
    result = play("dispatcher_state", failed=True, state="disabled", **options)
    assert text in result["msg"]
    assert all(each.state == "AX" for each in lab.modules["dispatcher"].sets[1])


def test_the_last_one_stays_unless_that_is_wanted(play, lab):
    options = {"set_id": 1, "state": "disabled"}
    text = play("dispatcher_state", failed=True, uri=GATEWAY, at_least_active=2, **options)["msg"]
    assert "only 1 active destinations would be left in set 1" in text
    assert play("dispatcher_state", uri=GATEWAY, **options)["changed"] is True
    options["duid"] = "gw2"
    assert "set at_least_active" in play("dispatcher_state", failed=True, **options)["msg"]
    assert play("dispatcher_state", at_least_active=0, **options)["changed"] is True
    first, second, _other = lab.modules["rtpengine"].nodes
    assert play("rtpengine_node", url=first.url, state="disabled")["changed"] is True
    options = {"url": second.url.upper(), "state": "disabled"}
    assert "set at_least_active" in play("rtpengine_node", failed=True, **options)["msg"]
    assert play("rtpengine_node", at_least_active=0, **options)["changed"] is True


REFUSED = [
    # null counts as not given
    ("htable_item", {"table": "t", "key": "n", "value": None}, "state is present; give value as"),
    ("htable_item", {"table": "t", "key": None, "value": 1}, "key is null; give it"),
    ("dispatcher_state", {"set_id": 1, "state": "disabled", "uri": None}, "nothing is given of"),
    ("dispatcher_destination", {"set_id": 1, "uri": None}, "nothing is given of uri, destinat"),
    (
        "dispatcher_destination",
        {"set_id": 1, "mode": "replaced", "destinations": None},
        "nothing is given of uri, destinations",
    ),
    ("cfg", {"variables": None}, "nothing is given of group, variables"),
    ("cfg", {"group": "core", "name": "debug", "value": None}, "belong together"),
    ("shv", {"name": "maintenance", "value": None}, "value is null; give it"),
    ("htable", {"table": "t", "items": None, "mode": "replaced"}, "items is null; leave it out"),
    ("rpc", {"method": None}, "nothing is given of calls, method"),
    ("rpc", {"calls": [{"method": None}]}, "calls[0].method is null; give it"),
    ("wait_for", {"method": None}, "method is null; give it"),
    ("htable_item", {"table": "t", "key": "n", "value": 1, "endpoint": None}, "endpoint is null"),
    ("htable_item", {"table": "t", "key": "n", "value": 1, "endpoints": None}, "endpoints is nul"),
    (
        "htable_item",
        {"table": "t", "key": "n", "value": 1, "endpoints": {"a": None}},
        "None in it is neither a name nor an address",
    ),
    # what is empty chooses nothing
    ("dispatcher_state", {"set_id": 1, "state": "disabled", "duid": ""}, "duid is refused; it is"),
    ("dispatcher_state", {"set_id": 1, "state": "disabled", "uri": ""}, "uri is refused; it is"),
    ("dispatcher_destination", {"set_id": 1, "uri": ""}, "uri is refused; it is empty"),
    ("dispatcher_destination", {"set_id": 1, "uri": " sip:x"}, "remove the blanks"),
    ("htable", {"table": "", "items": {"a": 1}}, "table is refused; it is empty"),
    # a whole set needs the word
    ("dispatcher_state", {"set_id": 1, "state": "disabled"}, "nothing is given of uri, duid, all"),
    ("htable", {"table": "t", "mode": "replaced"}, "say allow_empty: true"),
    (
        "dispatcher_destination",
        {"set_id": 1, "mode": "replaced", "destinations": []},
        "say allow_empty: true",
    ),
    # without effect
    (
        "dispatcher_destination",
        {"set_id": 1, "state": "absent", "destinations": [{"uri": "sip:x"}]},
        "destinations has no effect with state: absent",
    ),
    (
        "dispatcher_destination",
        {"set_id": 1, "uri": "sip:x", "mode": "replaced"},
        "mode is given; give destinations as well",
    ),
    # out of range
    ("debug_level", {"level": 99}, "level is 99; write a number from -5 to 3"),
    ("dispatcher_destination", {"set_id": 1, "uri": "sip:x", "flags": 64}, "from 0 to 63"),
]


@pytest.mark.parametrize("name, options, text", REFUSED)
def test_what_is_refused_sends_nothing(play, lab, name, options, text):
    assert text in play(name, failed=True, **options)["msg"]
    assert not lab.calls.counts


def test_a_table_and_a_set_are_emptied_on_request(play, lab):
    lab.modules["htable"].tables["t"]["n"] = 1
    assert play("htable", table="t", mode="replaced", allow_empty=True)["changed"] is True
    assert lab.modules["htable"].tables["t"] == {}
    options = {"set_id": 1, "destinations": [], "mode": "replaced", "allow_empty": True}
    assert play("dispatcher_destination", **options)["changed"] is True
    assert not lab.modules["dispatcher"].sets.get(1)


def test_no_match_may_be_allowed(play):
    options = {"set_id": 99, "all": True, "state": "disabled", "require_matches_min": 0}
    assert play("dispatcher_state", **options)["changed"] is False


@all_versions
def test_a_changed_destination_keeps_its_state(play, lab):
    lab.modules["dispatcher"].find(1, GATEWAY).flags = 4
    options = {"set_id": 1, "uri": GATEWAY, "priority": 7}
    assert play("dispatcher_destination", **options)["changed"] is True
    found = lab.modules["dispatcher"].find(1, GATEWAY)
    assert (found.priority, found.state) == (7, "DX")
    assert found.attrs == "duid=gw1;weight=50"
    options["attrs"] = "weight=50; duid=gw1;"
    assert play("dispatcher_destination", **options)["changed"] is False


@all_versions
def test_a_duplicate_is_repaired(play, lab):
    dispatcher = lab.modules["dispatcher"]
    dispatcher._load([*dispatcher._rows(), (1, dispatcher.find(1, GATEWAY))])
    assert [each.uri for each in dispatcher.sets[1]].count(GATEWAY) == 2
    assert play("dispatcher_destination", set_id=1, uri=GATEWAY)["changed"] is True
    assert [each.uri for each in dispatcher.sets[1]].count(GATEWAY) == 1


@all_versions
def test_a_set_exactly(play, lab):
    wanted = [{"uri": GATEWAY}, {"uri": "192.0.2.13:5060", "priority": 3}]
    options = {"set_id": 1, "destinations": wanted, "mode": "replaced"}
    predicted = play("dispatcher_destination", check_mode=True, **options)
    result = play("dispatcher_destination", **options)
    assert predicted["after"] == result["after"]
    uris = sorted(each.uri for each in lab.modules["dispatcher"].sets[1])
    assert uris == [GATEWAY, "sip:192.0.2.13:5060"]
    assert play("dispatcher_destination", **options)["changed"] is False
    assert 2 in lab.modules["dispatcher"].sets


def test_a_destination_that_the_server_swallows(play):
    result = play("dispatcher_destination", failed=True, set_id=1, uri="sip:[::1]:5060")
    assert "reading back shows no such change" in result["msg"]
    assert result["changed"] is False


def test_a_name_that_the_server_cannot_resolve(play, lab):
    lab.modules["dns"].addresses["gone.example"] = ""
    options = {"set_id": 1, "uri": "sip:gone.example"}
    assert "cannot resolve" in play("dispatcher_destination", failed=True, **options)["msg"]
    options["allow_unresolved"] = True
    result = play("dispatcher_destination", failed=True, **options)
    assert "reading back shows no such change" in result["msg"]


@pytest.mark.parametrize("lab", ["master"], indirect=True)
def test_many_at_once_add_one_destination_once(lab):
    """Without a reload_delta nothing but looking again keeps it from being there twice."""
    results = []

    def work():
        options = {"endpoint": "unix:ctl", "timeout": 20, "connect_wait": 0, "retries": 0}
        with Endpoint(options) as endpoint:
            wish = {"uri": "sip:192.0.2.77", "priority": None, "attrs": None, "flags": None}
            results.append(apply(DispatcherDestinations(5, [wish]), endpoint))

    threads = [threading.Thread(target=work) for _other in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    uris = [each.uri for each in lab.modules["dispatcher"].sets.get(5, [])]
    failed = [result for result in results if result["failed"]]
    # Whoever loses for good says so.
    assert failed or uris == ["sip:192.0.2.77"]
    assert any(result["changed"] for result in results)


# --- htable


@pytest.mark.parametrize("lab", ["5.6", "5.7.4", "5.8.0", "6.1", "master"], indirect=True)
@pytest.mark.parametrize("value", [5, -5, 2**31 - 1])
def test_integers_in_every_release(play, lab, value):
    assert play("htable_item", table="t", key="n", value=value)["changed"] is True
    assert lab.modules["htable"].tables["t"]["n"] == value
    assert play("htable_item", table="t", key="n", value=value)["changed"] is False
    assert play("htable_item", table="t", key="n", value=str(value))["changed"] is True
    assert lab.modules["htable"].tables["t"]["n"] == str(value)


@pytest.mark.parametrize("value", [2**31, 1.5, ["a"], "a\0b"])
def test_what_a_table_cannot_hold(play, value):
    result = play("htable_item", failed=True, table="t", key="n", value=value)
    assert result.get("changed", False) is False


def test_a_type_may_be_forced(play, lab):
    play("htable_item", table="t", key="n", value={"type": "int", "value": "7"})
    assert lab.modules["htable"].tables["t"]["n"] == 7
    play("htable_item", table="t", key="n", value={"type": "escaped", "value": r"caf\xe9"})
    assert lab.modules["htable"].tables["t"]["n"] == "caf\udce9"
    again = {"type": "escaped", "value": r"caf\xe9"}
    assert play("htable_item", table="t", key="n", value=again)["changed"] is False


def test_a_longer_text_does_not_lose_its_expiry(play, lab):
    options = {"table": "blocked", "key": "x", "expire": 1000}
    play("htable_item", value="short", **options)
    result = play("htable_item", value="something much longer", **options)
    assert not [text for text in result["warnings"] if "Something else" in text]
    assert lab.modules["htable"].tables["blocked"].cells["x"].expire > 0
    assert play("htable_item", value="something much longer", **options)["changed"] is False
    options["expire"] = 0
    assert play("htable_item", value="something much longer", **options)["changed"] is True
    assert lab.modules["htable"].tables["blocked"].cells["x"].expire == 0


def test_how_much_an_expiry_may_differ(play):
    options = {"table": "blocked", "key": "x", "value": 1}
    play("htable_item", expire=1000, **options)
    assert play("htable_item", expire=1500, **options)["changed"] is False
    again = play("htable_item", expire=2000, expire_tolerance=1500, **options)
    assert again["changed"] is False
    assert play("htable_item", expire=2000, expire_tolerance=60, **options)["changed"] is True


def test_expiry_needs_a_table_that_expires(play):
    options = {"table": "t", "key": "x", "value": 1, "expire": 60}
    assert "never expire" in play("htable_item", **options)["warnings"][0]
    assert play("htable_item", **options)["changed"] is False


def test_merged_leaves_the_rest_alone(play, lab):
    table = lab.modules["htable"].tables["t"]
    play("htable", table="t", items={"limit": "10", "new": 1}, absent=["greeting"])
    assert (table["limit"], table["new"]) == ("10", 1)
    assert "greeting" not in table
    assert "hosts[0]" in table


def test_replaced_deletes_the_rest(play, lab):
    options = {"table": "t", "items": {"limit": 10}, "mode": "replaced"}
    result = play("htable", diff=True, **options)
    assert list(lab.modules["htable"].tables["t"]) == ["limit"]
    assert result["diff"]["before"]["greeting"] == "hello"
    assert "htable.seti" not in [call["method"] for call in result["rpc_calls"]]
    assert play("htable", **options)["changed"] is False


# --- cfg


def test_several_variables_or_none(play, lab):
    cfg = lab.modules["cfg_rpc"]
    # The last one can be read, but not set.
    wish = {"lab": {"max_calls": 11, "label": "x"}, "tcp": {"fd_cache": 0}}
    result = play("cfg", failed=True, variables=wish)
    assert "may be read-only" in result["msg"]
    assert [call["params"][-1] for call in result["rpc_calls"]] == [11, "x", 10, "box"]
    assert result["changed"] is False
    assert cfg["lab"]["max_calls"] == 10
    assert cfg.pending == []


def test_someone_elses_transaction_is_not_committed(play, lab):
    with Endpoint({"endpoint": "unix:ctl", "timeout": 5, "connect_wait": 0, "retries": 0}) as other:
        other.once("cfg.set_delayed_int", "core", "debug", 0)
    wish = {"lab": {"max_calls": 11, "label": "x"}}
    result = play("cfg", variables=wish)
    assert "core.debug = 0" in result["warnings"][0]
    assert lab.modules["cfg_rpc"]["core"]["debug"] != 0
    assert len(lab.modules["cfg_rpc"].pending) == 1


def test_the_variable_decides_on_the_type(play, lab):
    assert play("cfg", group="lab", name="max_calls", value="10")["changed"] is False
    assert play("cfg", group="lab", name="label", value=5)["changed"] is True
    assert lab.modules["cfg_rpc"]["lab"]["label"] == "5"
    result = play("cfg", failed=True, group="lab", name="max_calls", value="many")
    assert "is a number" in result["msg"]
    result = play("cfg", failed=True, group="lab", name="nothing", value=1)
    assert "lab.nothing cannot be read" in result["msg"]


# --- the others


def test_a_shared_variable_has_to_be_declared(play):
    result = play("shv", failed=True, name="nothing", value=1)
    assert "there is no $shv(nothing)" in result["msg"]


def test_a_level_that_does_not_count(play, lab):
    lab.modules["cfg_rpc"].put("dbg", "mod_level_mode", 0)
    options = {"module": "tm", "level": 3}
    assert "mod_level_mode is 0" in play("debug_level", failed=True, **options)["msg"]
    assert play("debug_level", activate=True, **options)["changed"] is True
    assert play("debug_level", **options)["changed"] is False


@all_versions
def test_a_registration_changes_without_telling_secrets(play, lab):
    records = lab.modules["uac"].records
    result = play("uac_registration", l_uuid="trunk-1", auth_password="another-1", diff=True)
    assert result["changed"] is True
    assert "not-secret-1" not in str(result)
    assert "another-1" not in str(result)
    assert records["trunk-1"]["auth_password"] == "another-1"
    assert records["trunk-1"]["l_username"] == "alice"
    options = {"l_uuid": "trunk-1", "enabled": False}
    result = play("uac_registration", **options)
    assert [call["method"] for call in result["rpc_calls"]] == ["uac.reg_disable"]
    assert play("uac_registration", **options)["changed"] is False


@pytest.mark.parametrize("lab", ["master"], indirect=True)
def test_each_field_of_a_registration(play, lab):
    fields = {
        "l_username": "bob",
        "l_domain": "b.example.com",
        "r_username": "1002",
        "r_domain": "b.example.net",
        "realm": "b.example.org",
        "auth_username": "1003",
        "auth_proxy": "sip:192.0.2.9",
        "expires": 77,
        "reg_delay": 3,
        "socket": "udp:192.0.2.5:5060",
        "contact_addr": "192.0.2.6:5060",
        "contact_user": "bob",
    }
    for name, value in fields.items():
        options = {"l_uuid": "trunk-1", name: value}
        assert play("uac_registration", **options)["changed"] is True, name
        assert lab.modules["uac"].records["trunk-1"][name] == value
        assert play("uac_registration", **options)["changed"] is False, name


def test_a_registration_that_cannot_be_added_again_is_restored(play, lab):
    wish = {"l_uuid": "trunk-1", "auth_ha1": "not a hash"}
    result = play("uac_registration", failed=True, **wish)
    assert "32 hexadecimal digits" in result["msg"]
    assert result["changed"] is False
    assert lab.modules["uac"].records["trunk-1"]["auth_password"] == "not-secret-1"


def test_a_new_registration_needs_more(play):
    result = play("uac_registration", failed=True, l_uuid="trunk-8", l_username="x")
    assert "a new registration needs l_domain" in result["msg"]


@all_versions
def test_a_node_that_does_not_answer(play, lab):
    node = lab.modules["rtpengine"].nodes[0]
    play("rtpengine_node", url=node.url, state="disabled")
    assert node.recheck == -1
    node.reachable = False
    options = {"url": node.url, "state": "enabled"}
    result = play("rtpengine_node", failed=True, **options)
    assert "does not answer" in result["msg"]
    assert (result["changed"], result["after"]) == (False, {node.url: "disabled"})
    assert play("rtpengine_node", must_answer=False, **options)["silent"] == [node.url]


def test_each_field_of_a_contact(play, lab):
    fields = {
        "cflags": ("CFlags", 64),
        "methods": ("Methods", 15),
        "received": ("Received", "sip:198.51.100.9:5060"),
        "socket": ("Socket", "%s:%s:%s" % lab.state.sockets[0]),
    }
    contact = {"aor": "static", "contact": "sip:198.51.100.7:5060"}
    for name, (member, value) in fields.items():
        assert play("usrloc_contact", **{name: value}, **contact)["changed"] is True, name
        (found,) = lab.modules["usrloc"].domains["location"]["static"]
        assert found.members[member] == value
        assert play("usrloc_contact", **{name: value}, **contact)["changed"] is False, name
    assert play("usrloc_contact", expires=600, **contact)["changed"] is True
    assert play("usrloc_contact", expires=600, **contact)["changed"] is False
    assert play("usrloc_contact", expires=0, **contact)["changed"] is True


def test_a_contact_that_is_there_is_changed_in_place(play, lab):
    contact = {"aor": "static", "contact": "sip:198.51.100.7:5060"}
    assert play("usrloc_contact", **contact)["changed"] is False
    assert play("usrloc_contact", q=0.25, path="<sip:192.0.2.1;lr>", **contact)["changed"] is True
    (found,) = lab.modules["usrloc"].domains["location"]["static"]
    assert found.members["Q"] == 0.25
    assert play("usrloc_contact", path="<sip:192.0.2.1;lr>", **contact)["changed"] is False
    result = play("usrloc_contact", failed=True, table="nowhere", **contact)
    assert "there is no location table nowhere" in result["msg"]


def test_pipes(play):
    assert "cannot create one" in play("pipelimit", failed=True, name="x", limit=1)["msg"]
    result = play("pipelimit", failed=True, name="p1", state="absent")
    assert "since Kamailio 5.7" in result["msg"]
    assert play("pipelimit", name="p1", algorithm="NOP")["changed"] is True
    assert play("pipelimit", name="p1", algorithm="NOP")["changed"] is False


@pytest.mark.parametrize("lab", ["5.8"], indirect=True)
def test_a_pipe_can_be_removed_since_5_7(play, lab):
    assert play("pipelimit", name="p1", state="absent")["changed"] is True
    assert play("pipelimit", name="p1", state="absent")["changed"] is False
    assert "p1" not in lab.modules["pipelimit"].pipes


@pytest.mark.parametrize("what", ["siptrace", "sipdump", "dispatcher_ping", "uac"])
def test_switches(play, what):
    play("toggle", what=what, enabled=False)
    assert play("toggle", what=what, enabled=True)["changed"] is True
    assert play("toggle", what=what, enabled=True)["changed"] is False


# --- reloads


def test_a_reload_waits_and_compares(play, lab):
    play("reload", what="dispatcher")
    assert play("reload", what="dispatcher")["changed"] is False
    lab.modules["dispatcher"].stored.pop()
    result = play("reload", what="dispatcher", diff=True)
    assert result["compared"] is True
    assert result["changed"] is True
    assert result["diff"]["before"] != result["diff"]["after"]


def test_a_reload_that_is_refused_at_first(play, lab):
    answers = [Fault(500, "Ongoing reload"), Fault(500, "ongoing reload")]

    def refuse(ctx):
        if answers:
            raise answers.pop()
        return "Ok. Mtrees reloaded."

    lab.registry.method("mtree.reload")(refuse)
    assert play("reload", what="mtree", busy_timeout=60)["changed"] is False
    assert answers == []


def test_a_reload_in_check_mode(play, lab):
    lab.modules["dispatcher"].stored.pop()
    before = len(lab.modules["dispatcher"].sets[2])
    assert play("reload", what="dispatcher", check_mode=True)["changed"] is True
    assert len(lab.modules["dispatcher"].sets[2]) == before


@pytest.mark.parametrize(
    "what, method, text",
    [
        ("drouting", "drouting.reload", "failed to load routing data"),
        ("drouting", "drouting.reload", "Ok."),
        ("mtree", "mtree.reload", "Failed to reload"),
        ("permissions", "permissions.addressReload", "Reload skipped (disabled cache)"),
    ],
)
def test_texts_of_success_that_mean_failure(play, lab, what, method, text):
    lab.registry.method(method)(lambda ctx: text)
    result = play("reload", failed=True, what=what)
    assert text in result["msg"]
    assert result["changed"] is False


def test_a_reload_that_is_refused_for_too_long(play, lab):
    def refuse(ctx):
        raise Fault(500, "ongoing reload")

    lab.registry.method("dialplan.reload")(refuse)
    result = play("reload", failed=True, what="dialplan", busy_timeout=0.1)
    assert result["fault"]["kind"] == "busy"
    assert result["changed"] is False


def test_secrets_of_a_reload(play, lab):
    lab.modules["uac"].rows[0]["auth_password"] = "another-1"
    result = play("reload", what="uac", diff=True)
    assert result["changed"] is True
    assert "not-secret-1" not in str(result)
    assert "another-1" not in str(result)


# --- looking and waiting


@all_versions
def test_permissions_in_one_shape(play):
    result = play("permissions_info")["permissions"]
    address = {"group": 1, "ip": "192.0.2.10", "port": 0, "tag": "carrier-a"}
    assert result["addresses"] == [address]
    assert result["subnets"][0]["mask"] == 24
    assert result["domains"][0]["name"] == "gw.example.com"
    assert result["trusted"][0]["protocol"] == "udp"
    assert play("permissions_info", group_id=9)["permissions"]["addresses"] == []


@all_versions
def test_statistics_are_whole_numbers(play):
    missing = play("stats_info", names=["shmem:", "nothing"], failed=True)
    assert "names: there are no counters nothing" in missing["msg"]
    result = play("stats_info", names=["shmem:", "core.fwd_requests"])["stats"]
    assert isinstance(result["shmem"]["free_size"], int)
    assert list(result["core"]) == ["fwd_requests"]


def test_dialogs_are_ended_and_waited_for(play, lab):
    match = {"key": "furi", "operator": "re", "value": "example"}
    options = {"state": "absent", "match": match}
    predicted = play("dialog", check_mode=True, **options)
    assert list(predicted["before"]) == ["lab-call-1"]
    assert play("dialog", failed=True, require_matches_max=0, **options)["changed"] is False
    result = play("dialog", **options)
    assert result["changed"] is True
    assert result["unanswered"] == 1
    assert [each["call-id"] for each in lab.modules["dialog"].dialogs] == ["lab-call-2"]
    assert play("dialog", **options)["changed"] is False

    drained = {"state": "drained", "poll": 0.01}
    assert play("dialog", check_mode=True, **drained)["remaining"] == 1
    result = play("dialog", failed=True, wait_timeout=0.05, **drained)
    assert "1 dialogs are left" in result["msg"]
    timer = threading.Timer(0.2, lab.modules["dialog"].dialogs.clear)
    timer.start()
    result = play("dialog", wait_timeout=60, **drained)
    timer.join()
    assert [seen["value"] for seen in result["progress"]] == [1, 0]
    assert result["changed"] is False


def test_dialogs_of_a_profile_are_waited_for(play):
    drained = {"state": "drained", "profile": "caller", "wait_timeout": 0.05, "poll": 0.01}
    assert play("dialog", profile_value="carol", **drained)["changed"] is False
    assert (
        "dialogs are left" in play("dialog", failed=True, profile_value="alice", **drained)["msg"]
    )


def test_a_dialog_that_begins_meanwhile_is_left_alone(play, lab):
    dialogs = lab.modules["dialog"]
    new = {"call-id": "new", "from_uri": "sip:eve@example.com", "state": 4}

    def end(ctx):
        number = ctx.scan("dd")[1]
        dialogs.dialogs = [each for each in dialogs.dialogs if each["h_id"] != number]
        dialogs.add(new, 99)

    lab.registry.method("dlg.end_dlg")(end)
    match = {"key": "furi", "operator": "re", "value": "example"}
    result = play("dialog", state="absent", match=match, wait_timeout=1)
    assert result["after"] == {}
    assert "new" in [each["call-id"] for each in dialogs.dialogs]


def test_waiting_for_a_value(play, lab):
    options = {"method": "cfg.get", "params": ["lab", "max_calls"], "poll": 0.01}
    assert play("wait_for", **options)["value"] == 10
    assert play("wait_for", min=5, max=10, **options)["tries"] == 1
    timer = threading.Timer(0.2, lab.modules["cfg_rpc"].put, ("lab", "max_calls", 3))
    timer.start()
    assert play("wait_for", expect=3, wait_timeout=60, **options)["value"] == 3
    timer.join()
    result = play("wait_for", failed=True, min=5, wait_timeout=0.05, **options)
    assert "3 is less than 5" in result["msg"]
    assert result["progress"][-1]["value"] == 3


def test_waiting_for_a_fault_and_for_nothing_that_changes(play):
    options = {"method": "htable.get", "params": ["t", "no such key"]}
    assert play("wait_for", fault="not_found", **options)["tries"] == 1
    result = play("wait_for", failed=True, method="dispatcher.reload")
    assert "not known to change nothing" in result["msg"]


def test_waiting_for_a_server(play, tmp_path):
    late = LabServer(binrpc=["unix:late"])
    stop = threading.Event()

    def serve():
        with late.running_in_thread():
            stop.wait(60)

    timer = threading.Timer(0.3, serve)
    timer.start()
    options = {"endpoint": "unix:late", "method": "core.version", "poll": 0.01}
    assert play("wait_for", wait_timeout=60, **options)["value"]
    stop.set()
    timer.join()
    result = play("wait_for", failed=True, wait_timeout=0.05, **options)
    assert "late" in result["msg"]


# --- texts with bytes that are not UTF-8


def test_bytes_are_escaped_once(play):
    wish = {"type": "escaped", "value": r"caf\xff"}
    result = play("htable_item", table="t", key="n", value=wish, diff=True)
    assert result["after"] == {"value": r"caf\xff"}
    assert result["diff"]["after"] == {"value": r"caf\xff"}
    assert result["rpc_calls"][0]["params"] == ["t", "n", r"caf\xff"]


def test_backslashes_are_escaped_once(play):
    wish = {"type": "escaped", "value": r"\x5cxff"}  # the four characters, and no byte
    result = play("htable_item", table="t", key="n", value=wish)
    assert result["after"] == {"value": r"\x5cxff"}
    assert result["rpc_calls"][0]["params"] == ["t", "n", r"\x5cxff"]


def test_bytes_in_messages_are_escaped_once(play, lab):
    lab.modules["htable"].tables["t"]["n"] = "caf\udcff"
    options = {"method": "htable.get", "params": ["t", "n"], "path": "item.value"}
    assert play("wait_for", expect=r"caf\xff", **options)["value"] == r"caf\xff"
    result = play("wait_for", failed=True, expect=r"x\xff", wait_timeout=0, **options)
    assert result["msg"].endswith(r"item.value: expected str 'x\xff', got str 'caf\xff'")
    probe = dict(options, expect=r"x\xff")
    call = {"method": "htable.sets", "params": ["t", "n", "caf\\x"], "probe": probe}
    predicted = play("rpc", check_mode=True, diff=True, **call)
    assert predicted["probe"]["before"] == r"caf\xff"
    assert predicted["probe"]["after"] == r"x\xff"
    result = play("rpc", failed=True, **call)
    assert result["msg"].endswith(r"item.value: expected str 'x\xff', got str 'caf\\x'")


# --- all options


def names_of_modules():
    folder = os.path.join(os.path.dirname(__file__), *[os.pardir] * 4, "plugins", "modules")
    return sorted(name[:-3] for name in os.listdir(folder) if name.startswith("kamailio_"))


def given():
    """Return names of arguments, and whole texts, such as the keys of options."""
    with open(__file__, encoding="utf-8") as file:
        nodes = list(ast.walk(ast.parse(file.read())))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant)}
    return texts | {node.arg for node in nodes if isinstance(node, ast.keyword)}


GIVEN = given()


@pytest.mark.parametrize("name", names_of_modules())
def test_each_option_of_a_kind_is_in_a_test(name):
    module = importlib.import_module("ansible_collections.kamailio.ctl.plugins.modules." + name)
    kinds = [value for value in vars(module).values() if isinstance(value, Kind)]
    missing = [option for kind in kinds for option in kind.options.fields if option not in GIVEN]
    assert not missing, "no test here gives %s to %s" % (", ".join(missing), name)


# --- information modules: what they return is taken by the state modules, and changes nothing


def taken(play, name, entries):
    """Give each entry to a state module, which has to find nothing to change."""
    assert entries, name
    for entry in entries:
        result = play(name, **entry)
        assert (result["changed"], result["rpc_calls"]) == (False, []), (entry, result)


@all_versions
def test_destinations_go_there_and_back(play, lab):
    lab.modules["dispatcher"].find(1, GATEWAY).flags = 8
    lab.modules["dispatcher"].find(1, "sip:192.0.2.12:5060").flags = 4
    found = play("dispatcher_info")
    assert [each["set_id"] for each in found["sets"]] == [1, 2]
    taken(play, "dispatcher_destination", [dict(each, mode="replaced") for each in found["sets"]])
    taken(play, "dispatcher_state", found["states"])
    assert found["sets"][0]["destinations"][0]["flags"] == 8
    assert play("dispatcher_info", set_id=2)["sets"] == found["sets"][1:]
    assert play("dispatcher_info", set_id=99) == dict(found, sets=[], states=[])


def test_destinations_with_one_uri_are_told_apart_by_their_duid(play, lab):
    twin = {"method": "dispatcher.add", "params": [1, GATEWAY, 0, 0, "duid=twin"]}
    play("rpc", **twin)
    states = play("dispatcher_info", set_id=1)["states"]
    named = {each.get("duid", each.get("uri")) for each in states}
    assert named == {"gw1", "twin", "sip:192.0.2.12:5060"}


@all_versions
def test_tables_go_there_and_back(play, lab):
    odd = {"": 0, "bytes": "caf\udce9", "like": "\\xe9", "digits": "5", "empty": ""}
    lab.modules["htable"].tables["t"].update(odd)
    found = play("htable_info")["tables"]
    assert [each["table"] for each in found] == ["blocked", "flags", "t"]
    full = [each for each in found if each["items"]]
    taken(play, "htable", [dict(each, mode="replaced") for each in full])
    assert found[2]["items"]["bytes"] == {"type": "escaped", "value": "caf\\xe9"}
    assert play("htable_info", table="t")["tables"] == found[2:]
    assert play("htable_info", table="nowhere")["tables"] == []


@all_versions
def test_variables_go_there_and_back(play):
    found = play("cfg_info")["variables"]
    taken(play, "cfg", [{"variables": {group: found[group]}} for group in ("core", "lab")])
    assert play("cfg_info", group="core")["variables"] == {"core": found["core"]}
    assert "fr_timer" not in found.get("tm", {})
    assert play("cfg_info", group="nowhere")["variables"] == {}


@all_versions
def test_contacts_go_there_and_back(play):
    answer = play("usrloc_info")
    found = answer["contacts"]
    taken(play, "usrloc_contact", found)
    permanent = {each["contact"] for each in found if each.get("expires") == 0}
    assert permanent == {each["contact"] for each in found} - set(answer["left"])
    assert all(seconds > 0 for seconds in answer["left"].values())
    alice = [each["contact"] for each in found if each["aor"] == "alice"]
    again = play("usrloc_info", aor="alice")["contacts"]
    assert [each["contact"] for each in again] == alice
    assert play("usrloc_info", aor="nobody")["contacts"] == []
    assert play("usrloc_info", table="nowhere")["contacts"] == []


@all_versions
def test_registrations_go_there_and_back_without_secrets(play):
    found = play("uac_info")
    taken(play, "uac_registration", found["registrations"])
    assert "not-secret" not in str(found)
    assert not {"auth_password", "auth_ha1"} & set(found["registrations"][0])
    (one,) = play("uac_info", l_uuid="trunk-1")["registrations"]
    assert one in found["registrations"]
    assert one["enabled"] is True
    assert play("uac_info", l_uuid="nobody")["registrations"] == []


@all_versions
def test_pipes_go_there_and_back(play):
    found = play("pipelimit_info")["pipes"]
    taken(play, "pipelimit", found)
    assert play("pipelimit_info", name="p1")["pipes"] == [
        {"name": "p1", "algorithm": "TAILDROP", "limit": 100}
    ]
    assert play("pipelimit_info", name="nobody")["pipes"] == []


@all_versions
def test_each_dialog_has_the_match_that_means_it(play, lab):
    found = play("dialog_info")["dialogs"]
    assert {each["state"] for each in found} == {"early", "confirmed"}
    match = {"key": "furi", "operator": "sw", "value": "sip:alice"}
    (one,) = play("dialog_info", match=match)["dialogs"]
    result = play("dialog", state="absent", match=one["match"], require_matches_max=1)
    assert list(result["before"]) == [one["call_id"]]
    assert [each["call-id"] for each in lab.modules["dialog"].dialogs] == ["lab-call-2"]
    lab.modules["dialog"].dialogs.clear()
    assert play("dialog_info")["dialogs"] == []
