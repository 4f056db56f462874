# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Laws that hold for every resource, whatever is wished for and whatever is there.

The model of the server is the lab server: each example sets up a state, wishes for another, and
lets at most one call fail in one of the ways in which calls fail.
"""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kamailio_binrpc.core.catalogue.reading import is_read_only
from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.desired.cfg import CfgVariables
from kamailio_binrpc.core.desired.debugger import CoreLogLevel, ModuleLogLevel
from kamailio_binrpc.core.desired.dialog import EndedDialogs
from kamailio_binrpc.core.desired.dispatcher import DispatcherDestinations, DispatcherState
from kamailio_binrpc.core.desired.drive import drive
from kamailio_binrpc.core.desired.engine import Run, look
from kamailio_binrpc.core.desired.htable import HashTable, HashTableItem
from kamailio_binrpc.core.desired.leaf import ABSENT, dump_leaves, load_leaves, text_of
from kamailio_binrpc.core.desired.pipelimit import PipelimitPipe
from kamailio_binrpc.core.desired.pv import SharedVariable
from kamailio_binrpc.core.desired.resource import Answers, StateError
from kamailio_binrpc.core.desired.rtpengine import MediaNodes
from kamailio_binrpc.core.desired.step import Change, Conflict, Step, Undo
from kamailio_binrpc.core.desired.toggle import SWITCHES, Toggle
from kamailio_binrpc.core.desired.uac import UacRegistration
from kamailio_binrpc.core.desired.usrloc import UsrlocContact
from kamailio_binrpc.core.errors import CallTimeout
from kamailio_binrpc.core.faults import Busy, Fault, ReplyTooLarge
from kamailio_binrpc.core.lab.server import LabServer
from kamailio_binrpc.core.reply import Reply

pytestmark = pytest.mark.slow

PASSWORDS = ("sesame-1", "sesame-2")
KEYS = st.sampled_from(["greeting", "limit", "x", "hosts[0]"])
VALUES = st.integers(-5, 5) | st.sampled_from(["", "5", "short", "a much longer text", "\udcff"])
URIS = st.sampled_from(
    ["sip:192.0.2.11:5060", "sip:192.0.2.12:5060", "sip:192.0.2.13", "sip:192.0.2.14;transport=tcp"]
)
TABLES = st.sampled_from(["t", "blocked"])


def options(**each):
    return st.fixed_dictionaries({}, optional=each)


DESTINATION = st.builds(
    dict,
    uri=URIS,
    priority=st.none() | st.integers(0, 2),
    attrs=st.none() | st.sampled_from(["", "weight=5", "duid=gw1;weight=50", "weight=5;duid=b"]),
    flags=st.none() | st.sampled_from([0, 1, 4, 8, 9, 16]),
    state=st.none() | st.sampled_from(["enabled", "disabled"]),
)


def destinations(wanted, absent, exact, set_id):
    try:
        return DispatcherDestinations(set_id, wanted, absent, exact, least=0)
    except StateError:
        return DispatcherDestinations(set_id, wanted[:1], (), exact, least=0)


RESOURCES = {
    "htable_item": st.builds(
        lambda table, key, value, expire: HashTableItem(
            table, key, value, expire, present=value is not None
        ),
        TABLES,
        KEYS,
        st.none() | VALUES,
        st.none() | st.sampled_from([0, 100, 5000]),
    ),
    "htable": st.builds(
        lambda table, items, absent, exact: HashTable(table, items, absent - set(items), exact),
        TABLES,
        st.dictionaries(KEYS, VALUES, max_size=3),
        st.frozensets(KEYS, max_size=2),
        st.booleans(),
    ),
    "htable_timed": st.builds(
        lambda value, seconds, more: HashTable(
            "blocked", {**more, "greeting": value}, at_least={"greeting": seconds}
        ),
        VALUES,
        st.sampled_from([60, 5000]),
        st.dictionaries(KEYS, VALUES, max_size=2),
    ),
    "rtpengine_nodes": st.builds(
        lambda one, other: MediaNodes(
            {"udp:192.0.2.40:2223": one, "udp:192.0.2.41:2223": other}, least=0
        ),
        st.booleans(),
        st.booleans(),
    ),
    "cfg_inherited": st.builds(
        lambda calls: CfgVariables(
            {"lab[2]": {"feature_on": 0}, "lab": {"max_calls": calls}},
            inherit=[("lab[2]", "max_calls")],
        ),
        st.integers(0, 20),
    ),
    "uac_kept": st.builds(
        lambda uuid, expires: UacRegistration(uuid, keep=["auth_password"], expires=expires),
        st.sampled_from(["trunk-1", "trunk-9"]),
        st.integers(0, 3),
    ),
    "pv": st.builds(SharedVariable, st.sampled_from(["maintenance", "greeting"]), VALUES),
    "cfg": st.builds(
        CfgVariables,
        st.fixed_dictionaries(
            {"lab": st.fixed_dictionaries({"max_calls": st.integers(0, 20)})},
            optional={
                "tm": st.just({"fr_timer": 20000}),
                "maxfwd[1]": st.just({"max_limit": 5}),
                "tcp": st.just({"fd_cache": 0}),
            },
        ),
    ),
    "debug_level": st.builds(CoreLogLevel, st.integers(-3, 4)),
    "module_level": st.builds(ModuleLogLevel, st.just("tm"), st.integers(-3, 4), st.just(True)),
    "pipelimit": st.builds(
        PipelimitPipe,
        st.sampled_from(["p1", "p2"]),
        st.sampled_from([None, "NOP", "RED", "TAILDROP"]),
        st.none() | st.integers(0, 50),
    ),
    "rtpengine": st.builds(
        MediaNodes,
        st.sampled_from(["all", "udp:192.0.2.40:2223"]),
        st.booleans(),
        st.booleans(),
        st.just(0),
    ),
    "toggle": st.builds(Toggle, st.sampled_from(sorted(SWITCHES)), st.booleans()),
    "uac": st.builds(
        lambda uuid, present, more: UacRegistration(uuid, present, **more),
        st.sampled_from(["trunk-1", "trunk-9"]),
        st.booleans(),
        options(
            enabled=st.booleans(),
            auth_password=st.sampled_from(PASSWORDS),
            expires=st.integers(0, 3),
            realm=st.sampled_from(["", "example"]),
            l_username=st.just("u"),
            l_domain=st.just("d"),
            r_username=st.just("u"),
            r_domain=st.just("d"),
            auth_username=st.just("u"),
            auth_proxy=st.just("sip:192.0.2.1"),
        ),
    ),
    "usrloc": st.builds(
        lambda contact, present, expires, more: UsrlocContact(
            "location", "alice", contact, present, expires, **more
        ),
        st.sampled_from(["sip:alice@192.0.2.70:5060", "sip:new@192.0.2.71"]),
        st.booleans(),
        st.sampled_from([None, 0, 600]),
        options(q=st.sampled_from([-1.0, 0.5]), path=st.just("<sip:192.0.2.9;lr>")),
    ),
    "dialog": st.just(EndedDialogs(("furi", "re", "."), wait=0.2)),
    "dispatcher_state": st.builds(
        lambda number, state, uri, **more: DispatcherState(
            number, state, uri, whole=uri is None, **more
        ),
        st.sampled_from([1, 2]),
        st.sampled_from(["active", "inactive", "disabled", "trying"]),
        st.none() | URIS,
        at_least=st.just(0),
        least=st.just(0),
    ),
    "dispatcher_destination": st.builds(
        destinations,
        st.lists(DESTINATION, max_size=3),
        st.lists(URIS, max_size=1),
        st.booleans(),
        st.sampled_from([1, 2, 5]),
    ),
}
CANNOT_GO_BACK = {"dialog", "pipelimit", "toggle", "cfg", "module_level"}
"""Resources with leaves that the server does not show, or that an RPC cannot make."""

FAILURES = ("none", "fault", "ignored", "lost before", "lost after", "busy", "too large")
SECRET_TEXTS = (*PASSWORDS, "secret", "sesame")


class Endpoint:
    """A server on a clock that only pauses move, with one call that fails.

    :param which: number of the writing call that fails, from 1.
    """

    def __init__(self, client, failure="none", which=0):
        self.client = client
        self.failure = failure
        self.which = which
        self.writes = []
        self.asked = []
        self.time = 0.0

    def call(self, method, *params, read_only=True):
        self.asked.append((method, *params))
        return self.client.call(method, *params)

    def once(self, method, *params):
        self.writes.append((method, *params))
        if len(self.writes) != self.which:
            return self.client.call(method, *params)
        if self.failure == "fault":
            raise Fault(500, "no memory", method)
        if self.failure == "lost before":
            raise CallTimeout("no answer", executed=None)
        if self.failure == "busy":
            raise Busy(500, "Ongoing reload", method)
        if self.failure == "ignored":
            return Reply([], method)
        reply = self.client.call(method, *params)
        if self.failure == "lost after":
            raise CallTimeout("no answer", executed=None)
        if self.failure == "too large":
            raise ReplyTooLarge(500, "buffer too small (overflow)", method)
        return reply

    def clock(self):
        return self.time

    def pause(self, seconds):
        self.time += seconds
        self.leap(seconds)

    def leap(self, seconds):
        """Let the clock of the server go on as well."""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("invariants")
    lab = LabServer(binrpc=[f"unix:{folder}/ctl"], version="5.8")
    with lab.running_in_thread() as running, Client(running.addresses[0]) as client:
        start, running.offset = running.state.clock(), 0.0
        running.state.clock = lambda: start + running.offset
        yield running, client


def run(server, resource, **more):
    lab, client = server
    endpoint = Endpoint(client, **more)

    def leap(seconds):
        lab.offset += seconds

    endpoint.leap = leap
    engine = Run(resource, busy_timeout=30)
    result = drive(engine.go(), endpoint, endpoint.clock, endpoint.pause)
    return result, endpoint, engine


def leaves(server, resource, written=()):
    endpoint = Endpoint(server[1])
    talk = look(resource, Answers(written))
    return drive(talk, endpoint, endpoint.clock, endpoint.pause), endpoint


def alike(resource, one, other):
    """Are two readings equal, neighbours included, but for what is unknown or runs down?"""
    addresses = {**one.neighbours, **one, **other.neighbours, **other}
    found = []
    for address in addresses:
        left, right = one.at(address), other.at(address)
        if left is right or resource.equal(address, left, right):
            continue
        if address[-1] in ("until", "expires"):
            continue
        found.append((address, left, right))
    return found


def cases(test):
    """Give a test every kind of resource, and wishes of it."""
    return pytest.mark.parametrize("kind", sorted(RESOURCES))(test)


SETTINGS = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@cases
@SETTINGS
@given(data=st.data())
def test_success_means_that_a_second_run_changes_nothing(server, kind, data):
    resource = data.draw(RESOURCES[kind])
    result, _endpoint, engine = run(server, resource)
    if result["failed"]:
        return
    seen, _endpoint = leaves(server, resource, engine.record.written)
    if kind != "dialog":
        assert not engine.record.remaining(seen, resource.resolve(seen))
    again, endpoint, _engine = run(server, resource)
    unknown = kind in ("cfg", "toggle", "pipelimit", "module_level")
    assert unknown or endpoint.writes == []
    assert unknown or again["changed"] is False


@cases
@SETTINGS
@given(data=st.data())
def test_check_mode_changes_nothing_and_says_what_would_be(server, kind, data):
    resource = data.draw(RESOURCES[kind])
    endpoint = Endpoint(server[1])
    predicted = drive(Run(resource, True).go(), endpoint, endpoint.clock, endpoint.pause)
    assert endpoint.writes == []
    result, endpoint, _engine = run(server, resource)
    assert predicted["before"] == result["before"] or kind in ("htable_item", "usrloc")
    if result["failed"] or predicted["failed"]:
        return
    assert predicted["changed"] or not result["changed"]
    if kind not in ("htable_item", "cfg", "toggle", "pipelimit", "uac", "module_level"):
        assert _sorted(predicted["after"]) == _sorted(result["after"])


def _sorted(shown):
    """Which of two with one name comes second is up to the server."""
    if not isinstance(shown, dict):
        return shown
    return sorted((name.partition(" (")[0], repr(value)) for name, value in shown.items())


@cases
@SETTINGS
@given(data=st.data())
def test_a_failure_leaves_what_was_there_or_names_it(server, kind, data):
    resource = data.draw(RESOURCES[kind])
    failure = data.draw(st.sampled_from(FAILURES[1:]))
    which = data.draw(st.integers(1, 4))
    try:
        before, _endpoint = leaves(server, resource)
    except (StateError, Fault):
        return
    result, _endpoint, _engine = run(server, resource, failure=failure, which=which)
    if not result["failed"]:
        return
    after, _endpoint = leaves(server, resource)
    different = alike(resource, before, after)
    if result["changed"] is False:
        assert not different
    named = {each["address"] for each in result.get("not_undone", ())}
    assert {text_of(address) for address, _left, _right in different} <= named
    if kind not in CANNOT_GO_BACK:
        assert not different


@cases
@SETTINGS
@given(data=st.data())
def test_nothing_that_is_not_named_is_touched(server, kind, data):
    """Steps touch their addresses, and whatever else they disturb is put back."""
    resource = data.draw(RESOURCES[kind])
    try:
        before, _endpoint = leaves(server, resource)
    except (StateError, Fault):
        return
    _result, _endpoint, engine = run(server, resource)
    after, _endpoint = leaves(server, resource)
    for address, value in before.neighbours.items():
        assert address in engine.record.acted or resource.equal(address, after.at(address), value)


@cases
@SETTINGS
@given(data=st.data())
def test_the_way_back_is_empty_where_all_is_as_before(server, kind, data):
    resource = data.draw(RESOURCES[kind])
    try:
        seen, endpoint = leaves(server, resource)
        wanted = resource.resolve(seen)
    except (StateError, Fault):
        return
    known = {each: seen.at(each) for each in wanted if resource.equal(each, *[seen.at(each)] * 2)}
    undo = resource.undo(known, {each: wanted[each] for each in known}, seen)
    assert (undo.steps, undo.conflicts) == ((), ())
    # What is as wanted needs no change.
    reached = seen.merged(wanted)
    plain = {each: wanted[each] for each in wanted if resource.equal(each, *[wanted[each]] * 2)}
    assert resource.compare(reached, plain) == []
    for method, *params in endpoint.asked:
        # A look-up fills the cache of names, and may be repeated.
        assert is_read_only(method, params) or method == "dns.lookup", method


@cases
@SETTINGS
@given(data=st.data())
def test_everything_goes_to_json_and_back_without_secrets(server, kind, data):
    resource = data.draw(RESOURCES[kind])
    try:
        seen, _endpoint = leaves(server, resource)
        changes = resource.compare(seen, resource.resolve(seen))
        steps = resource.steps(changes, seen) if changes else []
    except (StateError, Fault):
        return
    secret = kind in ("uac", "uac_kept")
    things = [*changes, *steps, Undo(steps, [Conflict(("a",), ABSENT, 1, "no")])]
    for each in things:
        text = json.dumps(each.dump())
        if not secret:
            assert type(each).load(json.loads(text)) == each
        for password in PASSWORDS:
            assert password not in text + repr(each)
    text = json.dumps(dump_leaves(seen))
    assert secret or load_leaves(json.loads(text)) == seen
    assert isinstance(changes, list) and all(isinstance(each, Change) for each in changes)
    assert all(isinstance(each, Step) for each in steps)


@cases
@SETTINGS
@given(data=st.data())
def test_a_run_does_not_change_its_resource(server, kind, data):
    resource = data.draw(RESOURCES[kind])
    before = repr(vars(resource))
    result, _endpoint, _engine = run(server, resource)
    assert repr(vars(resource)) == before
    for password in PASSWORDS:
        assert password not in repr(result)
