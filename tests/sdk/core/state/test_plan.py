# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import json

import pytest

from kamailio_binrpc.core.catalogue.reading import is_read_only
from kamailio_binrpc.core.desired.dispatcher import DispatcherDestinations
from kamailio_binrpc.core.desired.leaf import Secret
from kamailio_binrpc.core.desired.pv import SharedVariable
from kamailio_binrpc.core.desired.resource import Answers
from kamailio_binrpc.core.desired.toggle import Toggle
from kamailio_binrpc.core.desired.uac import UacRegistration
from kamailio_binrpc.core.faults import Busy, make_fault
from kamailio_binrpc.core.state.plan import Plan, plan
from kamailio_binrpc.core.state.run import apply
from kamailio_binrpc.core.state.seals import Seal
from kamailio_binrpc.core.state.wish import parse
from tests.support.state import Stage, four


def planned(server, *resources):
    return server.drive(plan([Stage(list(resources)) if resources else four()], "it", "d1"))


def test_only_reads_are_made(server):
    found = planned(server)
    assert server.written == []
    assert all(is_read_only(method) for method in server.asked)
    assert found.counts == {"add": 5, "change": 2, "remove": 1, "unknown": 0, "force": 0}
    assert found.differs
    assert "reverses the order" in " ".join(found.effects)


def test_rebuilds_are_counted_over_all_sets(server):
    def rebuilds(*numbers):
        uri = {"uri": "sip:127.0.0.9:5060", "priority": 7}
        found = planned(server, *(DispatcherDestinations(number, [uri]) for number in numbers))
        return [text for text in found.effects if "rebuilds all sets" in text]

    (one,) = rebuilds(1)
    assert "rebuilds all sets once" in one
    assert "and afterwards" in one
    (two,) = rebuilds(1, 2)
    assert "2 times, which takes 5 s" in two
    assert "and afterwards" not in two
    server.call("dispatcher.remove", 2, "sip:198.51.100.22:5060")
    assert rebuilds(1) == ["dispatcher rebuilds all sets once"]


def test_each_question_is_asked_once(server):
    planned(
        server,
        DispatcherDestinations(1, [{"uri": "sip:127.0.0.9:5060"}]),
        DispatcherDestinations(2, [{"uri": "sip:127.0.0.9:5060"}]),
    )
    assert server.asked.count("dispatcher.list") == 1


def test_what_the_server_does_not_show_is_unknown(server):
    found = planned(server, Toggle("nat_ping", enabled=True))
    assert found.unknown == ["toggle.nat_ping"]
    assert found.differences[0].shown["before"] == "?"
    assert [each.reversible for each in found.irreversible] == ["none"]


def test_a_plan_goes_to_json_and_back(server):
    found = planned(server)
    data = json.loads(json.dumps(found.dump()))
    again = Plan.load(data)
    assert again.stale(planned(server)) == []
    assert again.dump() == found.dump()


@pytest.mark.parametrize(
    "change, why",
    [
        (lambda server: server.client.call("htable.seti", "flags", "x", 7), "htable.flags.x"),
        (lambda server: server.running.state.restart(), "restarted"),
        (lambda server: server.client.call("dispatcher.remove", 2, "sip:127.0.0.1:5080"), "sip:"),
    ],
)
def test_a_plan_becomes_stale(server, change, why):
    found = Plan.load(planned(server).dump())
    members = server.seen()["members"]
    server.client.call("dispatcher.add", 2, "sip:127.0.0.1:5080", 0, 0)
    server.pause(10)
    found = Plan.load(planned(server).dump())
    assert "sip:127.0.0.1:5080" not in members
    change(server)
    assert why in " ".join(found.stale(planned(server)))


def test_another_wish_does_not_fit_a_saved_plan(server):
    found = planned(server, SharedVariable("maintenance", 1))
    assert found.stale(planned(server, SharedVariable("maintenance", 2))) != []
    assert found.stale(planned(server)) != []


@pytest.mark.parametrize("data", [{}, {"format": 2}, {"format": 1, "parts": [{}]}, [], None])
def test_what_is_not_a_plan_is_refused(data):
    with pytest.raises(ValueError, match="plan"):
        Plan.load(data)


def registration(secret):
    return UacRegistration(
        "one",
        l_username="a",
        l_domain="a.example",
        r_username="a",
        r_domain="b.example",
        auth_username="a",
        auth_proxy="sip:127.0.0.1",
        auth_password=secret,
    )


def test_a_secret_is_in_no_plan(server):
    found = planned(server, registration("geheim-4711"))
    assert "geheim" not in json.dumps([found.dump(), found.shown()]) + repr(found.differences)
    assert found.differences[0].secret


def test_a_secret_that_has_a_source_is_had_again(server):
    source = {"env": "TRUNK"}
    found = planned(server, registration(Secret("geheim-4711", source)))
    text = json.dumps(found.dump())
    assert "geheim" not in text
    again = Plan.load(json.loads(text), {"TRUNK": "geheim-4711"}.get and (lambda _s: "geheim-4711"))
    assert again.parts[0].resource.wanted["auth_password"] == Secret("geheim-4711")


def applied(server, *resources):
    assert server.drive(apply([Stage(list(resources))], irreversible=True)).outcome == "changed"


SEAL = Seal(b"k" * 32)


def saved(plan, seal):
    return Plan.load(json.loads(json.dumps(plan.dump(seal))), seal=seal)


@pytest.mark.parametrize("seal", [SEAL, None])
def test_a_saved_plan_with_a_secret_is_applied_while_all_is_as_it_was(server, seal):
    old = saved(planned(server, registration("geheim-4711")), seal)
    assert old.stale(planned(server, registration("geheim-4711"))) == []
    applied(server, registration("geheim-1"))
    assert old.stale(planned(server, registration("geheim-4711"))) != []


def test_another_secret_makes_a_saved_plan_stale(server):
    old = saved(planned(server, registration("geheim-4711")), SEAL)
    fresh = planned(server, registration("geheim-4712"))
    assert old.stale(fresh) == ["other steps would be taken now"]
    # Without the key nothing tells them apart.
    assert saved(planned(server, registration("geheim-4711")), None).stale(fresh) == []


def test_a_secret_that_was_changed_meanwhile_makes_a_saved_plan_stale(server):
    applied(server, registration("geheim-1"))
    old = saved(planned(server, registration("geheim-4711")), SEAL)
    applied(server, UacRegistration("one", auth_password="geheim-2"))
    assert old.stale(planned(server, registration("geheim-4711"))) == ["uac.one has changed since"]


def test_a_secret_that_stays_can_be_undone(server):
    """On the way back it is recognised, and is taken from the server."""
    applied(server, registration("geheim-1"))
    kept = planned(server, UacRegistration("one", expires=77))
    assert [each.reversible for each in kept.differences] == ["value"]
    other = planned(server, UacRegistration("one", auth_password="geheim-2"))
    assert [each.reversible for each in other.differences] == ["none"]


@pytest.mark.parametrize(
    "document, name",
    [
        ({"htable": {"flags": {"items": {"a": 1}}, "nothing": {"items": {"a": 1}}}}, "nothing"),
        ({"pv": {"shv": {"nothing": 1}}}, "nothing"),
        ({"cfg": {"core": {"nothing": 1}}}, "nothing"),
        ({"usrloc": {"nothing": {"ann": {"contacts": {"sip:a@h": {}}}}}}, "nothing"),
        ({"pipelimit": {"pipes": {"nothing": {"limit": 1}}}}, "nothing"),
        ({"dispatcher": {"7": {"destinations": [{"uri": "sip:h"}]}}}, "dispatcher.7"),
        ({"rtpengine": {"nodes": {"udp:h:1": "enabled"}}}, "rtpengine"),
        ({"uac": {"registrations": {"nothing": {"state": "enabled"}}}}, "uac.nothing"),
        ({"debugger": {"modules": {"tm": 1}}}, "debugger.tm"),
    ],
)
def test_a_fault_names_its_place_in_the_file(server, document, name):
    wish = parse([{"version": 1, **document}])
    method = next(iter(wish.resources[-1].questions(Answers()))).method
    if name != "nothing":
        server.events[method] = make_fault(500, "Something of its own", method)
    problems = server.drive(plan(wish.stages)).problems
    assert len(problems) == 1
    assert name in problems[0]


def test_a_server_that_is_busy_is_no_problem_of_the_plan(server):
    server.events["htable.dump"] = make_fault(500, "Ongoing reload", "htable.dump")
    with pytest.raises(Busy):
        planned(server)
