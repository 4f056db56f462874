# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.dispatcher import (
    DESTINATIONS,
    STATE,
    DispatcherDestinations,
    DispatcherState,
    parts,
)
from kamailio_binrpc.core.desired.drive import Ask
from kamailio_binrpc.core.desired.resource import Answers, StateError
from kamailio_binrpc.core.faults import Fault
from tests.support.work import count_steps

GATEWAY = "sip:192.0.2.11:5060"
OTHER = "sip:192.0.2.12:5060"
VERSIONS = ["5.6", "5.8", "6.1", "master"]
every_version = pytest.mark.parametrize("lab", VERSIONS, indirect=True)


def calls_of(result):
    return [(call["method"], *call["params"]) for call in result["rpc_calls"]]


def states(lab, number=1):
    return [each.state for each in lab.modules["dispatcher"].sets[number]]


def test_the_order_of_attributes_does_not_count():
    assert parts("b=1; a=2 ;") == parts("a=2;b=1")
    assert parts("a") != parts("a;b")


# --- spellings

SPELLINGS = [
    "192.0.2.11",
    "192.0.2.11:5060",
    "SIP:192.0.2.11",
    "sip:192.0.2.11;transport=udp",
    " sip:192.000.002.011:05060 ",
]


@pytest.mark.parametrize("uri", SPELLINGS)
def test_the_server_gets_its_own_spelling(ensure, lab, uri):
    result = ensure(DispatcherState(1, "disabled", uri))
    assert calls_of(result) == [("dispatcher.set_state", "D", 1, GATEWAY)]
    assert ensure(DispatcherDestinations(1, [{"uri": uri}]))["changed"] is False
    result = ensure(DispatcherDestinations(1, absent=[uri]))
    assert calls_of(result) == [("dispatcher.remove", 1, GATEWAY)]
    assert [each.uri for each in lab.modules["dispatcher"].sets[1]] == [OTHER]


def test_ipv6_spellings(ensure, lab):
    lab.modules["dispatcher"].ipv6 = True
    ensure(DispatcherDestinations(9, [{"uri": "sip:[2001:DB8:0::1]"}]))
    assert ensure(DispatcherDestinations(9, [{"uri": "2001:db8::1"}]))["changed"] is False
    assert ensure(DispatcherState(9, "trying", "sip:[2001:db8::1]:5060"))["changed"] is True


def test_the_user_part_has_a_case_and_the_servers_look_up_has_none(ensure, lab):
    """By the URI of the second the server finds the first one; by its duid it does not."""
    users = [{"uri": "sip:%s@192.0.2.5" % name, "attrs": "duid=" + name} for name in ("A", "a")]
    ensure(DispatcherDestinations(9, users))
    result = ensure(DispatcherState(9, "disabled", "sip:a@192.0.2.5"))
    assert calls_of(result) == [("dispatcher.set_duid_state", "D", 9, "a")]


# --- states


@every_version
def test_a_state_by_uri(ensure, lab):
    result = ensure(DispatcherState(1, "disabled", GATEWAY.upper()))
    assert calls_of(result) == [("dispatcher.set_state", "D", 1, GATEWAY)]
    assert states(lab)[0] == "DX"
    assert result["after"] == {GATEWAY: {"state": "disabled", "probing": False}}
    assert ensure(DispatcherState(1, "disabled", GATEWAY))["changed"] is False


def test_probing_is_left_alone_unless_given(ensure, lab):
    lab.modules["dispatcher"].find(1, GATEWAY).flags = 8
    ensure(DispatcherState(1, "inactive", GATEWAY))
    assert states(lab)[0] == "IP"
    ensure(DispatcherState(1, "inactive", GATEWAY, probing=False))
    assert states(lab)[0] == "IX"


def test_a_state_by_duid(ensure, lab):
    result = ensure(DispatcherState(1, "disabled", duid="GW2"))
    assert [call[0] for call in calls_of(result)] == ["dispatcher.set_duid_state"]
    assert result["matched"] == [OTHER]
    assert states(lab) == ["AX", "DX"]


def test_a_whole_set_takes_one_call(ensure, lab):
    result = ensure(DispatcherState(1, "trying", probing=True, whole=True))
    assert calls_of(result) == [("dispatcher.set_state", "TP", 1, "all")]
    assert states(lab) == ["TP", "TP"]


def test_a_part_of_a_set_is_never_changed_as_a_whole(ensure, lab, calls):
    """Two of three destinations match: the third has to stay as it is."""
    calls.once("dispatcher.add", 1, GATEWAY, 0, 0, "duid=gw3")
    result = ensure(DispatcherState(1, "disabled", GATEWAY))
    assert sorted(call[1:] for call in calls_of(result)) == [("D", 1, "gw1"), ("D", 1, "gw3")]
    assert lab.modules["dispatcher"].find(1, OTHER).state == "AX"


def test_one_of_two_with_the_same_uri_is_changed_by_its_duid(ensure, lab, calls):
    calls.once("dispatcher.add", 1, GATEWAY, 4, 0, "duid=gw3")
    result = ensure(DispatcherState(1, "disabled", GATEWAY))
    assert calls_of(result) == [("dispatcher.set_duid_state", "D", 1, "gw1")]


def test_two_that_nothing_tells_apart_cannot_have_a_state(ensure, lab, calls):
    calls.once("dispatcher.add", 2, "sip:198.51.100.21:5060", 4)
    result = ensure(DispatcherState(2, "disabled", "sip:198.51.100.21:5060"), failed=True)
    assert "the server cannot tell them apart" in result["msg"]


def test_one_of_a_whole_set_that_differs(ensure, lab):
    lab.modules["dispatcher"].find(1, GATEWAY).flags = 4
    result = ensure(DispatcherState(1, "disabled", whole=True))
    assert calls_of(result) == [("dispatcher.set_state", "D", 1, OTHER)]


@pytest.mark.parametrize(
    "options, text",
    [
        (
            {"set_id": 1, "uri": "sip:nobody"},
            "0 destinations match, at least 1 are required. Set 1 has 2 destinations",
        ),
        ({"set_id": 99, "whole": True}, "0 destinations match, at least 1"),
        (
            {"set_id": 1, "whole": True, "at_most": 1},
            "2 destinations match, at most 1 may: " + GATEWAY,
        ),
    ],
)
def test_guards(ensure, lab, options, text):
    assert text in ensure(DispatcherState(state="disabled", **options), failed=True)["msg"]
    assert states(lab) == ["AX", "AX"]


def test_no_match_may_be_allowed(ensure):
    assert ensure(DispatcherState(99, "disabled", at_least=0, whole=True))["changed"] is False


def test_a_disabled_destination_is_not_probed():
    with pytest.raises(StateError, match="cannot be probed"):
        DispatcherState(1, "disabled", probing=True, whole=True)


def test_twins_have_names_of_their_own(ensure, lab):
    dispatcher = lab.modules["dispatcher"]
    dispatcher._load([*dispatcher._rows(), (1, dispatcher.find(1, GATEWAY))])
    result = ensure(DispatcherState(1, "active", GATEWAY), check=True)
    assert list(result["before"]) == [GATEWAY, GATEWAY + " (again)"]


# --- the last one stays


@pytest.mark.parametrize("uri", SPELLINGS)
@pytest.mark.parametrize("state", ["disabled", "inactive"])
@pytest.mark.parametrize("other", [1, 2, 4, 9])
def test_the_last_active_destination_stays(ensure, lab, uri, state, other):
    """Another spelling is not another one, and what is inactive, trying or disabled is not left."""
    lab.modules["dispatcher"].find(1, OTHER).flags = other
    before = states(lab)
    for check in (True, False):
        message = ensure(DispatcherState(1, state, uri), failed=True, check=check)["msg"]
        assert "only 0 active destinations would be left in set 1, and at least 1" in message
    assert states(lab) == before
    assert ensure(DispatcherState(1, state, uri, least=0))["changed"] is True


def test_how_many_stay_may_be_said(ensure, lab):
    message = ensure(DispatcherState(1, "disabled", duid="gw1", least=2), failed=True)["msg"]
    assert "only 1 active" in message
    message = ensure(DispatcherState(1, "disabled", least=1, whole=True), failed=True)["msg"]
    assert "only 0 active" in message
    assert ensure(DispatcherState(1, "trying", GATEWAY, least=2))["changed"] is True


def test_what_is_out_already_may_be_said_to_be_out(ensure, lab):
    lab.modules["dispatcher"].find(1, OTHER).flags = 4
    lab.modules["dispatcher"].find(1, GATEWAY).flags = 1
    assert ensure(DispatcherState(1, "disabled", OTHER))["changed"] is False
    assert ensure(DispatcherState(1, "disabled", GATEWAY))["changed"] is True


# --- members


@every_version
def test_a_destination_comes_and_goes(ensure, lab):
    lab.modules["dispatcher"].ping_interval = 30  # without it, 6.1 forgets that it is to be probed
    wish = {"uri": "192.0.2.77", "flags": 9, "priority": 3, "attrs": "weight=5;"}
    result = ensure(DispatcherDestinations(1, [wish]))
    assert result["after"] == {"sip:192.0.2.77": {"priority": 3, "attrs": "weight=5"}}
    assert lab.modules["dispatcher"].find(1, "sip:192.0.2.77").state == "IP"
    assert ensure(DispatcherDestinations(1, [wish]))["changed"] is False
    result = ensure(DispatcherDestinations(1, absent=["192.0.2.77"]))
    assert calls_of(result) == [("dispatcher.remove", 1, "sip:192.0.2.77")]


@every_version
def test_a_changed_destination_keeps_its_state(ensure, lab):
    lab.modules["dispatcher"].find(1, GATEWAY).flags = 4
    wish = {"uri": GATEWAY, "priority": 7}
    assert ensure(DispatcherDestinations(1, [wish]))["changed"] is True
    found = lab.modules["dispatcher"].find(1, GATEWAY)
    assert (found.priority, found.state, found.attrs) == (7, "DX", "duid=gw1;weight=50")
    wish["attrs"] = "weight=50; duid=gw1;"
    assert ensure(DispatcherDestinations(1, [wish]))["changed"] is False


def test_a_twin_is_removed(ensure, lab):
    dispatcher = lab.modules["dispatcher"]
    dispatcher._load([*dispatcher._rows(), (1, dispatcher.find(1, GATEWAY))])
    result = ensure(DispatcherDestinations(1, [{"uri": GATEWAY}]))
    assert list(result["before"]) == [GATEWAY, GATEWAY + " (2)"]
    assert [each.uri for each in dispatcher.sets[1]].count(GATEWAY) == 1


def test_a_set_exactly(ensure, lab):
    wanted = [{"uri": GATEWAY}, {"uri": "192.0.2.13:5060", "priority": 3}]
    predicted = ensure(DispatcherDestinations(1, wanted, exact=True), check=True)
    result = ensure(DispatcherDestinations(1, wanted, exact=True))
    assert predicted["after"] == result["after"]
    # What is new comes first, so that no destination is missed meanwhile.
    assert [call[0] for call in calls_of(result)] == ["dispatcher.add", "dispatcher.remove"]
    assert 2 in lab.modules["dispatcher"].sets


def test_a_destination_given_twice():
    with pytest.raises(StateError, match="sip:a is given twice"):
        DispatcherDestinations(1, [{"uri": "sip:A"}, {"uri": "sip:a"}])


@pytest.mark.parametrize(
    "code, text, hint",
    [(500, "adding failed", "often a host name does not resolve"), (500, "no", "")],
)
def test_advice(ensure, lab, code, text, hint):
    def refuse(ctx):
        raise Fault(code, text)

    lab.registry.method("dispatcher.add")(refuse)
    message = ensure(DispatcherDestinations(1, [{"uri": "sip:new"}]), failed=True)["msg"]
    assert message.endswith(hint or "fault 500: no")


# --- what the server does not take, although it answers with Ok

REFUSED = {
    "name": {"uri": "sip:gone.example"},
    "attributes": {"attrs": "duid=gw 1"},
    "socket": {"attrs": "socket=udp:192.0.2.99:5060"},
    "port": {"uri": "sip:192.0.2.13:99999"},
    "blank": {"uri": "sip:192.0.2.13 5060"},
}


@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("exact", [True, False], ids=["replaced", "merged"])
@pytest.mark.parametrize("uri", [GATEWAY, "sip:192.0.2.13"], ids=["changed", "added"])
def test_a_set_is_never_emptied(ensure, lab, refused, exact, uri):
    """Every old destination keeps its place, attributes and state."""
    dispatcher = lab.modules["dispatcher"]
    lab.modules["dns"].addresses["gone.example"] = ""
    dispatcher.find(1, OTHER).flags = 4
    wanted = {"uri": uri, "priority": 3, **refused}
    if uri == GATEWAY and "uri" in refused:
        wanted = {"uri": GATEWAY, "priority": 3, "attrs": "socket=udp:192.0.2.98:5060"}

    def look():
        return {each.uri: (each.state, each.priority, each.attrs) for each in dispatcher.sets[1]}

    before = look()
    assert len(before) == 2
    result = ensure(DispatcherDestinations(1, [wanted], exact=exact), failed=True)
    assert look() == before
    assert result["changed"] is False


# --- options


def test_options_of_a_state():
    state = STATE.make({"set_id": 1, "state": "active", "duid": "x", "require_matches_max": 3})
    assert (state.set_id, state.duid, state.at_least, state.at_most) == (1, "x", 1, 3)
    with pytest.raises(ValueError, match="uri and duid exclude each other"):
        STATE.make({"set_id": 1, "state": "active", "uri": "a", "duid": "x"})


def test_options_of_destinations():
    one = DESTINATIONS.make({"set_id": 1, "uri": "a", "priority": 3})
    assert one.wanted["sip:a:5060", ""]["priority"] == 3
    gone = DESTINATIONS.make({"set_id": 1, "uri": "a", "state": "absent"})
    assert (gone.wanted, list(gone.absent)) == ({}, ["sip:a:5060"])
    several = DESTINATIONS.make({"set_id": 1, "destinations": [{"uri": "a"}], "mode": "replaced"})
    assert (several.exact, several.wanted["sip:a:5060", ""]["attrs"]) == (True, None)


def test_all_stands_for_the_whole_set(ensure, lab):
    result = ensure(STATE.make({"set_id": 1, "all": True, "state": "disabled"}))
    assert len(result["matched"]) == len(lab.modules["dispatcher"].sets[1])


@pytest.mark.parametrize(
    "chosen", [{}, {"uri": None}, {"duid": None}, {"uri": ""}, {"duid": ""}, {"all": False}]
)
def test_a_whole_set_needs_the_word(chosen):
    with pytest.raises(ValueError, match=r"nothing is given of uri, duid, all|it is empty"):
        STATE.make({"set_id": 1, "state": "disabled", **chosen})
    with pytest.raises(StateError, match="give one of uri, duid and whole"):
        DispatcherState(1, "disabled")


@pytest.mark.parametrize(
    "options, text",
    [
        ({"uri": "sip:a", "all": True}, "uri and all exclude each other"),
        ({"uri": " sip:a"}, "uri is ' sip:a'; remove the blanks"),
        ({"uri": "sip:a\n"}, "remove the blanks"),
        ({"uri": "sip:a", "require_matches_min": 3, "require_matches_max": 2}, "no number is both"),
        ({"uri": "sip:a", "require_matches_min": -1}, "write a number from 0"),
    ],
)
def test_options_of_states_that_are_refused(options, text):
    with pytest.raises(ValueError, match=text):
        STATE.make({"set_id": 1, "state": "disabled", **options})


ROWS = [{"uri": "sip:a"}]


@pytest.mark.parametrize(
    "options, text",
    [
        ({"state": "absent", "destinations": ROWS}, "destinations has no effect with state: abs"),
        ({"state": "absent", "uri": "sip:a", "attrs": "a=b"}, "attrs has no effect with state"),
        ({"mode": "replaced", "uri": "sip:a"}, "mode is given; give destinations as well"),
        ({"mode": "replaced", "destinations": []}, "removes the whole set"),
        ({"mode": "replaced", "destinations": None}, "nothing is given of uri, destinations"),
        ({"destinations": ROWS, "allow_empty": True}, "allow_empty has no effect with mode: merg"),
        ({"uri": None}, "nothing is given of uri, destinations"),
        ({"uri": ""}, "uri is refused; it is empty"),
        ({"destinations": [{"uri": ""}]}, r"destinations\[0\].uri is refused; it is empty"),
        ({"destinations": [{"uri": None}]}, r"destinations\[0\].uri is null; give it"),
        (
            {"destinations": [{"uri": "sip:a", "flags": 64}]},
            r"flags is 64; write a number from 0 to",
        ),
        ({"uri": "sip:a", "flags": 64}, "flags is 64; write a number from 0 to 63"),
        ({"uri": "sip:a", "priority": 2**31}, "write a number from -2147483648 to"),
    ],
)
def test_options_of_destinations_that_are_refused(options, text):
    with pytest.raises(ValueError, match=text):
        DESTINATIONS.make({"set_id": 1, **options})


def test_a_set_is_emptied_on_request():
    given = {"set_id": 1, "mode": "replaced", "destinations": [], "allow_empty": True}
    assert DESTINATIONS.make(given).wanted == {}
    assert DESTINATIONS.make({"set_id": 1, "destinations": []}).exact is False


# --- members and their states together


@every_version
def test_members_with_their_states(ensure, lab):
    wish = DispatcherDestinations(
        1,
        [
            {"uri": GATEWAY, "state": "disabled"},
            {"uri": OTHER, "state": "enabled"},
            {"uri": "sip:192.0.2.99", "state": "disabled"},
        ],
    )
    lab.modules["dispatcher"].sets[1][1].flags = 1
    message = ensure(wish, failed=True)["msg"]
    assert "only 0 active destinations would be left in set 1" in message
    lab.modules["dispatcher"].sets[1][1].flags = 0
    result = ensure(wish)
    assert [each["state"] for each in result["after"].values()] == [
        "disabled",
        "enabled",
        "disabled",
    ]
    assert [call["method"] for call in result["rpc_calls"]] == [
        "dispatcher.add",
        "dispatcher.set_state",
    ]
    assert ensure(wish)["changed"] is False


@every_version
@pytest.mark.parametrize("flags", [0, 1, 2, 8])
def test_what_is_not_disabled_is_enabled(ensure, lab, flags):
    first = lab.modules["dispatcher"].sets[1][0]
    first.flags = flags
    wish = DispatcherDestinations(1, [{"uri": GATEWAY, "state": "enabled"}])
    assert ensure(wish)["changed"] is False
    first.flags = 4
    assert ensure(wish)["changed"] is True
    assert states(lab)[0][0] == "A"


def test_disabling_a_member_ends_its_probing(ensure, lab):
    with pytest.raises(StateError, match="cannot be probed"):
        DispatcherDestinations(1, [{"uri": GATEWAY, "state": "disabled", "probing": True}])
    lab.modules["dispatcher"].sets[1][0].flags = 8
    result = ensure(DispatcherDestinations(1, [{"uri": GATEWAY, "state": "disabled"}]))
    assert any("Disabling ends probing of %s" % GATEWAY in each for each in result["warnings"])
    wish = DispatcherDestinations(1, [{"uri": GATEWAY, "state": "enabled", "probing": True}])
    assert ensure(wish)["after"] == {
        GATEWAY: {**result["after"][GATEWAY], "state": "enabled", "probing": True}
    }
    assert lab.modules["dispatcher"].sets[1][0].flags == 8


def test_exact_removes_no_more_than_allowed(ensure, lab):
    count = len(lab.modules["dispatcher"].sets[1])
    wish = [{"uri": GATEWAY}]
    result = ensure(DispatcherDestinations(1, wish, exact=True, max_remove=0), failed=True)
    text = "%d destinations would be removed from set 1, and max_remove is 0" % (count - 1)
    assert text in result["msg"]
    result = ensure(DispatcherDestinations(1, exact=True, allow_empty=False, least=0), failed=True)
    assert "exact without destinations would remove set 1" in result["msg"]
    nothing = DispatcherDestinations(77, exact=True, allow_empty=False)
    assert ensure(nothing)["changed"] is False


# --- large sets


def listing(count, **more):
    """Return the reply of a server with one large set."""
    dests = [
        {"DEST": {"URI": "sip:192.0.2.1:%d" % (5000 + n), "FLAGS": "AX", "PRIORITY": 0, **more}}
        for n in range(count)
    ]
    return [{"NRSETS": 1, "RECORDS": [{"SET": {"ID": 1, "TARGETS": dests}}]}]


def plan(resource, reply):
    answers = Answers()
    answers.add(Ask("dispatcher.list", ("full",)), reply)
    seen = resource.observe(answers)
    return resource.steps(resource.compare(seen, resource.resolve(seen)), seen)


def uris(numbers):
    return [{"uri": "sip:192.0.2.1:%d" % (5000 + n), "priority": 1} for n in numbers]


@pytest.mark.parametrize("case", ["other priorities", "others", "removed", "states"])
def test_the_work_grows_with_the_set(case):
    def steps(count):
        resource = {
            "other priorities": lambda: DispatcherDestinations(1, uris(range(count))),
            "others": lambda: DispatcherDestinations(
                1, uris(range(count // 2, count * 2)), exact=True
            ),
            "removed": lambda: DispatcherDestinations(
                1, absent=[each["uri"] for each in uris(range(count - 1))]
            ),
            "states": lambda: DispatcherState(1, "disabled", whole=True, least=0),
        }[case]()
        found = []
        work = count_steps(lambda: found.extend(plan(resource, listing(count))))
        assert found
        return work

    steps(10)  # what is compiled or kept at first
    assert steps(80) < 2.4 * steps(40)
