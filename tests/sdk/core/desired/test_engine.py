# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from kamailio_binrpc.core.desired.cfg import CfgVariables
from kamailio_binrpc.core.desired.debugger import CoreLogLevel, ModuleLogLevel
from kamailio_binrpc.core.desired.dialog import EndedDialogs
from kamailio_binrpc.core.desired.dispatcher import DispatcherDestinations, DispatcherState
from kamailio_binrpc.core.desired.drive import Ask, drive
from kamailio_binrpc.core.desired.engine import Run, apply, differences, look
from kamailio_binrpc.core.desired.htable import HashTable, HashTableItem
from kamailio_binrpc.core.desired.leaf import ABSENT, TOO_LARGE, UNKNOWN, Leaves
from kamailio_binrpc.core.desired.pipelimit import PipelimitPipe
from kamailio_binrpc.core.desired.pv import SharedVariable
from kamailio_binrpc.core.desired.resource import Answers, Resource, StateError
from kamailio_binrpc.core.desired.rtpengine import MediaNodes
from kamailio_binrpc.core.desired.step import DISABLE, REMOVE, Step, shown
from kamailio_binrpc.core.desired.toggle import SWITCHES, Toggle
from kamailio_binrpc.core.desired.uac import UacRegistration
from kamailio_binrpc.core.desired.usrloc import UsrlocContact
from kamailio_binrpc.core.errors import BinrpcError, CallTimeout, ConnectError, TruncatedReply
from kamailio_binrpc.core.faults import NotFound, make_fault
from kamailio_binrpc.core.reply import Reply
from kamailio_binrpc.core.values import Struct

BUSY = (500, "Ongoing reload")


class Endpoint:
    """Holds numbers by name; ``events`` happen before the calls with those numbers."""

    def __init__(self, **values):
        self.values = values
        self.events = {}
        self.count = 0
        self.written = []
        self.time = 0.0

    def _happen(self):
        self.count += 1
        event = self.events.get(self.count)
        if callable(event):
            event()
        elif isinstance(event, tuple):
            raise make_fault(*event, method="set")
        elif event is not None:
            raise event

    def call(self, method, *params, read_only=True):
        self._happen()
        if method == "system.listMethods":
            return Reply(["get", "set", "system.listMethods"], method)
        return Reply([dict(self.values)], method)

    def once(self, method, *params):
        self._happen()
        if method == "set":
            self.values[params[0]] = params[1]
        if method == "drop":
            self.values.pop(params[0], None)
        self.written.append((method, *params))
        return Reply(["ok"] if method in ("set", "drop") else [{"status": "fail"}], method)

    def clock(self):
        return self.time

    def pause(self, seconds):
        self.time += seconds


class Numbers(Resource):
    """Numbers by name; ``get`` shows all of them."""

    persisted_by = "a person writes it down"

    def __init__(self, **wanted):
        self.wanted = wanted

    def questions(self, answers):
        return [Ask("get")]

    def observe(self, answers):
        have = answers.values("get")[0]
        seen = Leaves({("n", name): have[name] for name in self.wanted if name in have})
        seen.neighbours = {("n", name): have[name] for name in have if name not in self.wanted}
        return seen

    def resolve(self, seen):
        if -1 in self.wanted.values():
            raise StateError("it cannot be -1")
        return {("n", name): value for name, value in self.wanted.items()}

    def steps(self, changes, seen):
        return [self.step(change.address, change.after) for change in changes]

    def step(self, address, value, **more):
        if value is ABSENT:
            return Step("drop", address[1], phase=REMOVE, leaves={address: ABSENT}, **more)
        return Step("set", address[1], value, leaves={address: value}, **more)

    def show(self, leaves):
        return {
            address[1]: shown(value) for address, value in leaves.items() if value is not ABSENT
        }


def go(endpoint, resource, check_mode=False, busy_timeout=10):
    return apply(
        resource, endpoint, check_mode, busy_timeout, clock=endpoint.clock, pause=endpoint.pause
    )


def test_nothing_is_sent_when_all_is_as_wanted():
    endpoint = Endpoint(a=1)
    result = go(endpoint, Numbers(a=1))
    assert result["changed"] is False
    assert result["before"] == result["after"] == {"a": 1}
    assert endpoint.written == []
    assert "persisted_by" not in result


def test_only_what_differs_is_sent():
    endpoint = Endpoint(a=1, b=2)
    result = go(endpoint, Numbers(a=1, b=3))
    assert result["changed"] is True
    assert result["after"] == {"a": 1, "b": 3}
    assert endpoint.written == [("set", "b", 3)]
    assert result["rpc_calls"] == [{"method": "set", "params": ["b", 3]}]
    assert result["persisted_by"] == "a person writes it down"


def test_check_mode_tells_what_would_be():
    endpoint = Endpoint(a=1)
    result = go(endpoint, Numbers(a=2), check_mode=True)
    assert result["changed"] is True
    assert result["after"] == {"a": 2}
    assert result["rpc_calls"] == [{"method": "set", "params": ["a", 2]}]
    assert endpoint.values == {"a": 1}


@pytest.mark.parametrize("check_mode", [False, True])
def test_what_cannot_be_fails_before_anything_is_sent(check_mode):
    endpoint = Endpoint(a=1)
    result = go(endpoint, Numbers(a=-1), check_mode)
    assert result["failed"] is True
    assert result["changed"] is False
    assert result["msg"] == "Nothing was changed: it cannot be -1"
    assert endpoint.written == []


def test_a_refusal_is_waited_for():
    endpoint = Endpoint(a=1)
    endpoint.events = {2: BUSY, 4: BUSY}
    result = go(endpoint, Numbers(a=2))
    assert result["failed"] is False
    assert endpoint.written == [("set", "a", 2)]


def test_what_another_client_did_during_the_wait_is_not_done_twice():
    endpoint = Endpoint(a=1)
    endpoint.events = {2: BUSY, 3: lambda: endpoint.values.update(a=2)}
    result = go(endpoint, Numbers(a=2))
    assert result["failed"] is False
    assert result["changed"] is False
    assert endpoint.written == []


def test_a_refusal_that_stays_fails():
    endpoint = Endpoint(a=1)
    endpoint.events = dict.fromkeys(range(2, 100, 2), BUSY)
    result = go(endpoint, Numbers(a=2))
    assert result["failed"] is True
    assert result["changed"] is False
    assert result["fault"]["kind"] == "busy"
    assert result["msg"].startswith("Nothing was changed: the server refused for 10 s")
    assert "busy_timeout" in result["msg"]
    assert endpoint.values == {"a": 1}
    assert endpoint.time == 10


def test_another_clients_change_at_the_same_time_is_overcome_and_told():
    endpoint = Endpoint(a=1)
    endpoint.events = {3: lambda: endpoint.values.update(a=7)}
    result = go(endpoint, Numbers(a=2))
    assert result["failed"] is False
    assert result["changed"] is True
    assert endpoint.values == {"a": 2}
    (warning,) = result["warnings"]
    assert "a is 7, not 2" in warning


def test_another_client_who_does_not_give_up_fails_the_task():
    endpoint = Endpoint(a=1)
    endpoint.events = {number: lambda: endpoint.values.update(a=7) for number in (3, 5, 7, 9)}
    result = go(endpoint, Numbers(a=2))
    assert result["failed"] is True
    assert result["changed"] is True
    assert result["after"] == {"a": 7}
    (left,) = result["not_undone"]
    assert (left["address"], left["before"], left["found"]) == ("n.a", 1, 7)
    assert left["why"] == "another client has changed it since"


def test_success_without_an_effect_fails():
    endpoint = Endpoint(a=1)
    endpoint.events = {3: lambda: endpoint.values.update(a=1)}
    result = go(endpoint, Numbers(a=2))
    assert result["failed"] is True
    assert result["msg"].startswith(
        "set answered with success, but reading back shows no such change: a is 1, not 2"
    )


def test_a_fault_in_the_middle_is_undone():
    endpoint = Endpoint(a=1, b=1)
    endpoint.events = {3: (400, "out of range")}
    result = go(endpoint, Numbers(a=2, b=2))
    assert result["failed"] is True
    assert result["changed"] is False
    assert endpoint.values == {"a": 1, "b": 1}


def test_a_fault_of_the_first_call_changes_nothing():
    endpoint = Endpoint(a=1)
    endpoint.events = {2: (400, "out of range")}
    result = go(endpoint, Numbers(a=2))
    assert result["failed"] is True
    assert result["changed"] is False


def test_a_lost_server_before_the_change():
    endpoint = Endpoint(a=1)
    endpoint.events = {2: ConnectError("nothing listens")}
    result = go(endpoint, Numbers(a=2))
    assert result["failed"] is True
    assert result["changed"] is False


def test_after_a_lost_answer_the_state_is_read_and_put_back():
    endpoint = Endpoint(a=1, b=1)

    def lost():
        endpoint.values["b"] = 2
        raise CallTimeout("no answer", executed=None)

    endpoint.events = {3: lost}
    result = go(endpoint, Numbers(a=2, b=2))
    assert (result["failed"], result["changed"]) == (True, False)
    assert "is unknown" in result["msg"]
    assert endpoint.values == {"a": 1, "b": 1}
    assert result["after"] == {"a": 1, "b": 1}
    assert "not_undone" not in result


def test_a_lost_answer_and_a_server_that_is_gone():
    endpoint = Endpoint(a=1)
    gone = {number: ConnectError("gone") for number in range(3, 99)}
    endpoint.events = {2: CallTimeout("no answer", executed=None), **gone}
    result = go(endpoint, Numbers(a=2))
    assert (result["failed"], result["changed"]) == (True, True)
    (left,) = result["not_undone"]
    assert left == {"address": "n.a", "before": 1, "found": "unknown", "why": "gone"}


def test_a_server_lost_after_the_change():
    endpoint = Endpoint(a=1)
    endpoint.events = {3: ConnectError("nothing listens")}
    result = go(endpoint, Numbers(a=2))
    assert (result["failed"], result["changed"]) == (True, False)
    assert "could not be verified" in result["msg"]
    assert endpoint.values == {"a": 1}


def test_replies_that_mean_failure_without_a_fault():
    class Texts(Numbers):
        def step(self, address, value):
            leaves = {address: value}
            return Step("try", leaves=leaves, refusal=("status", "fail", "could not do it"))

    result = go(Endpoint(a=1), Texts(a=2))
    assert result["failed"] is True
    assert "could not do it" in result["msg"]
    assert result["changed"] is False


def test_differences_in_words():
    assert differences({"a": {"b": 1}}, {"a": {"b": 2}}) == "a.b is 1, not 2"
    assert differences({}, {"a": 1}) == "a is absent, not 1"


def test_bytes_stay_as_the_server_sent_them():
    endpoint = Endpoint(a="x")
    result = go(endpoint, Numbers(a="caf\udcff"))
    assert result["after"] == {"a": "caf\udcff"}
    assert result["rpc_calls"] == [{"method": "set", "params": ["a", "caf\udcff"]}]


def test_no_effect_is_told_from_the_work_of_another_writer():
    """Calls without any effect are not repeated: it would not help, and each may cost."""
    endpoint = Endpoint(a=1)
    endpoint.events = {number: lambda: endpoint.values.update(a=1) for number in (3, 5, 7)}
    assert go(endpoint, Numbers(a=2))["warnings"] == []
    assert endpoint.written == [("set", "a", 2)]


def test_another_writer_is_overcome_three_times_at_most():
    endpoint = Endpoint(a=1)
    others = iter(range(100, 200))

    def write():
        endpoint.values["a"] = next(others)

    endpoint.events = dict.fromkeys((3, 5, 7), write)
    result = go(endpoint, Numbers(a=2))
    assert result["failed"] is True
    assert len(endpoint.written) == 3
    again = [each for each in result["warnings"] if each.startswith("Something else")]
    assert len(again) == 2


def test_a_reply_that_is_too_large_comes_after_the_change():
    """The call has run, so the state is read again, and the result says that it changed."""
    endpoint = Endpoint(a=1)

    def overflow():
        endpoint.values["a"] = 2
        raise make_fault(500, "buffer too small (overflow)", "set")

    endpoint.events = {2: overflow}
    result = go(endpoint, Numbers(a=2))
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["after"] == {"a": 1}
    assert result["fault"]["kind"] == "reply_too_large"


def test_a_server_that_is_busy_while_it_is_read():
    endpoint = Endpoint(a=1)
    endpoint.events = {1: BUSY, 2: BUSY}
    assert go(endpoint, Numbers(a=1))["changed"] is False
    assert endpoint.time == 1.0


def test_a_server_that_stays_busy_while_it_is_read():
    endpoint = Endpoint(a=1)
    endpoint.events = dict.fromkeys(range(1, 99), BUSY)
    result = go(endpoint, Numbers(a=1))
    assert result["msg"].startswith("Nothing was changed: set: fault 500: Ongoing reload")
    assert result["fault"]["kind"] == "busy"
    assert endpoint.time == 10


def test_a_refusal_that_stays_in_the_middle_tells_what_is_left():
    endpoint = Endpoint(a=1, b=1)
    endpoint.events = {3: BUSY, 5: BUSY}
    result = go(endpoint, Numbers(a=2, b=2), busy_timeout=0.4)
    assert result["msg"].startswith("A part of the change was made: the server refused for 0.4 s")
    assert (result["changed"], result["after"]) == (False, {"a": 1, "b": 1})


def test_what_cannot_be_undone_is_told():
    endpoint = Endpoint(a=1, b=1)
    gone = {number: ConnectError("gone") for number in range(4, 99)}
    endpoint.events = {3: (400, "out of range"), **gone}
    result = go(endpoint, Numbers(a=2, b=2))
    assert (result["failed"], result["changed"]) == (True, True)
    assert "could not be undone or read again: gone" in result["warnings"][0]


def test_a_wish_that_the_change_made_impossible():
    class Once(Numbers):
        def resolve(self, seen):
            if seen.facts["b"] == 2:
                raise StateError("never twice")
            return super().resolve(seen)

        def observe(self, answers):
            seen = super().observe(answers)
            seen.facts["b"] = answers.values("get")[0]["b"]
            return seen

    endpoint = Endpoint(a=1, b=1)
    endpoint.events = {3: lambda: endpoint.values.update(b=2)}
    result = go(endpoint, Once(a=2))
    assert result["msg"] == "The change was made, but it does not last: never twice"
    assert (result["changed"], endpoint.values["a"]) == (False, 1)


def test_a_state_that_cannot_be_read():
    class Unreadable(Numbers):
        def observe(self, answers):
            raise StateError("no")

    result = go(Endpoint(a=1), Unreadable(a=2))
    assert (result["msg"], result["fault"]) == ("Nothing was changed: no", None)


def test_advice_for_a_fault():
    class Advised(Numbers):
        def hint(self, fault):
            return "try %s" % fault.code

    endpoint = Endpoint(a=1)
    endpoint.events = {2: (400, "out of range")}
    assert go(endpoint, Advised(a=2))["msg"].endswith("out of range. try 400")


def test_an_accepted_fault_is_decided_by_reading():
    class Deleted(Numbers):
        def step(self, address, value):
            return super().step(address, value, accepts=[NotFound])

    endpoint = Endpoint(a=1)
    endpoint.events = {2: lambda: gone(endpoint)}

    def gone(endpoint):
        endpoint.values["a"] = 2
        raise make_fault(404, "no such", "set")

    result = go(endpoint, Deleted(a=2))
    # Another client was faster.
    assert (result["failed"], result["changed"]) == (False, False)


def test_a_fallback_for_parameters_that_a_release_refuses():
    class Fallback(Numbers):
        def step(self, address, value):
            other = Step("set", "a", 2.0)
            return super().step(address, value, fallback=other)

        def same(self, address, one, other):
            return one == other

    endpoint = Endpoint(a=1)
    endpoint.events = {2: (400, "Not enough parameters")}
    result = go(endpoint, Fallback(a=2))
    assert endpoint.written == [("set", "a", 2.0)]
    assert result["rpc_calls"] == [{"method": "set", "params": ["a", 2.0]}]


def test_no_fallback():
    endpoint = Endpoint(a=1)
    endpoint.events = {2: (400, "Not enough parameters")}
    assert go(endpoint, Numbers(a=2))["fault"]["kind"] == "invalid_params"


def test_the_error_that_ended_a_run_is_kept():
    endpoint = Endpoint(a=1)
    endpoint.events = {2: ConnectError("nothing listens")}
    run = Run(Numbers(a=2))
    drive(run.go(), endpoint, endpoint.clock, endpoint.pause)
    assert isinstance(run.error, ConnectError)


def test_long_lists_of_differences_end():
    have, want = dict.fromkeys("abcdef", 1), dict.fromkeys("abcdef", 2)
    assert differences(have, want).endswith("e is 1, not 2; and more")
    assert differences(1, 2) == "it is 1, not 2"
    have.pop("f")
    assert differences(have, {**want, "f": None}).endswith("d is 1, not 2; e is 1, not 2")
    assert differences(None, {"a": 1}) == "it is absent, not {'a': 1}"


def test_a_fault_of_the_first_call_needs_no_repair():
    """Nothing was changed, so nothing else is asked of a server that may be going away."""
    endpoint = Endpoint(a=1)
    endpoint.events = {2: (400, "out of range"), 3: ConnectError("gone")}
    result = go(endpoint, Numbers(a=2))
    assert (result["failed"], result["changed"], result["warnings"]) == (True, False, [])
    assert endpoint.count == 2


# --- make before break


class Moved(Numbers):
    """``a`` is wanted and ``old`` is not: what is new comes first."""

    def __init__(self, **wanted):
        super().__init__(**wanted, old=ABSENT)

    def steps(self, changes, seen):
        # In the wrong order: the engine knows the phases.
        return [*reversed(super().steps(changes, seen))]


def test_nothing_is_removed_before_its_replacement_is_seen():
    endpoint = Endpoint(old=5)
    endpoint.events = {3: lambda: endpoint.values.pop("a")}
    result = go(endpoint, Moved(a=1))
    assert result["failed"] is True
    assert "reading back does not show what it should have made: n.a is absent" in result["msg"]
    assert endpoint.written == [("set", "a", 1)]
    assert endpoint.values == {"old": 5}
    assert result["changed"] is False


def test_removals_come_last():
    endpoint = Endpoint(old=5)
    assert go(endpoint, Moved(a=1))["failed"] is False
    assert endpoint.written == [("set", "a", 1), ("drop", "old")]


def test_what_was_removed_is_put_back_when_the_rest_fails():
    endpoint = Endpoint(old=5)

    def fail():
        raise make_fault(500, "no", "drop")

    class Two(Moved):
        def __init__(self):
            super().__init__(a=1)
            self.wanted["older"] = ABSENT

    endpoint.values["older"] = 6
    endpoint.events = {5: fail}
    result = go(endpoint, Two())
    assert (result["failed"], result["changed"]) == (True, False)
    assert endpoint.values == {"old": 5, "older": 6}


# --- neighbours


class Disturbing(Numbers):
    def step(self, address, value):
        return super().step(address, value, scope="numbers")


def test_a_neighbour_that_a_step_disturbed_is_put_back():
    endpoint = Endpoint(a=1, b=1)
    endpoint.events = {3: lambda: endpoint.values.pop("b")}
    result = go(endpoint, Disturbing(a=2))
    assert result["failed"] is False
    assert endpoint.values == {"a": 2, "b": 1}
    assert "it was put back: n.b" in result["warnings"][0]


def test_a_neighbour_that_cannot_be_put_back_fails_the_run():
    endpoint = Endpoint(a=1, b=1)

    class Lost(Disturbing):
        def restorable(self, address, found, old):
            return "it is lost" if address == ("n", "b") else ""

    endpoint.events = {3: lambda: endpoint.values.pop("b")}
    result = go(endpoint, Lost(a=2))
    assert result["failed"] is True
    assert "could not be put back: n.b" in result["msg"]
    assert endpoint.values == {"a": 1}
    (left,) = result["not_undone"]
    assert left == {"address": "n.b", "before": 1, "found": "absent", "why": "it is lost"}


def test_neighbours_of_a_step_that_disturbs_none_are_not_compared():
    endpoint = Endpoint(a=1, b=1)
    endpoint.events = {3: lambda: endpoint.values.pop("b")}
    result = go(endpoint, Numbers(a=2))
    assert (result["failed"], result["warnings"]) == (False, [])


# --- what is unknown


class Blind(Numbers):
    """The server shows no ``a``; ``learned`` is what a reply tells."""

    learned = None

    def observe(self, answers):
        seen = Leaves({("n", "a"): UNKNOWN})
        if answers.written and self.learned is not None:
            seen.learned[("n", "a")] = self.learned
            seen["n", "a"] = answers.written[-1][0].leaves["n", "a"]
        return seen


def test_what_cannot_be_read_may_have_changed():
    endpoint = Endpoint(a=2)
    result = go(endpoint, Blind(a=2))
    assert (result["failed"], result["changed"]) == (False, True)
    assert endpoint.written == [("set", "a", 2)]


def test_a_reply_may_tell_what_was_there():
    class Told(Blind):
        learned = 2

    assert go(Endpoint(a=2), Told(a=2))["changed"] is False
    Told.learned = 1
    assert go(Endpoint(a=1), Told(a=2))["changed"] is True


def test_what_is_unknown_is_never_written_back():
    endpoint = Endpoint(a=1, b=1)

    class Half(Numbers):
        def observe(self, answers):
            seen = super().observe(answers)
            seen["n", "a"] = UNKNOWN
            return seen

    endpoint.events = {3: (400, "out of range")}
    result = go(endpoint, Half(a=2, b=2))
    assert (result["failed"], result["changed"]) == (True, True)
    assert endpoint.written == [("set", "a", 2)]
    (left,) = result["not_undone"]
    assert left["why"] == "the server does not show what it was before"


def test_what_is_too_large_to_be_read_back_is_undone():
    endpoint = Endpoint(a="x")

    class Large(Numbers):
        def observe(self, answers):
            seen = super().observe(answers)
            if len(seen["n", "a"]) > 5:
                seen["n", "a"] = TOO_LARGE
            return seen

    result = go(endpoint, Large(a="much longer"))
    assert (result["failed"], result["changed"]) == (True, False)
    assert "too large to be read back" in result["msg"]
    assert endpoint.values == {"a": "x"}
    # What was too large before can be overwritten.
    endpoint = Endpoint(a="much longer")
    result = go(endpoint, Large(a="y"))
    assert (result["failed"], result["changed"]) == (False, True)
    assert result["before"] == {"a": "too large"}


# --- foresight


def test_check_mode_fails_where_the_server_lacks_a_method():
    endpoint = Endpoint(old=5)
    result = go(endpoint, Moved(a=1), check_mode=True)
    assert (result["failed"], result["changed"]) == (True, False)
    assert "the server does not offer drop" in result["msg"]


def test_an_undo_that_fails_once_is_tried_again():
    endpoint = Endpoint(a=1, b=1)
    endpoint.events = {3: (400, "out of range"), 5: CallTimeout("no answer", executed=None)}
    result = go(endpoint, Numbers(a=2, b=2))
    assert (result["failed"], result["changed"]) == (True, False)
    assert endpoint.values == {"a": 1, "b": 1}


def test_a_change_of_another_client_is_not_undone():
    endpoint = Endpoint(a=1, b=1)

    def fault():
        endpoint.values["a"] = 7
        raise make_fault(400, "out of range", "set")

    endpoint.events = {3: fault}
    result = go(endpoint, Numbers(a=2, b=2))
    assert (result["failed"], result["changed"]) == (True, True)
    assert endpoint.values == {"a": 7, "b": 1}
    assert result["not_undone"][0]["why"] == "another client has changed it since"


def test_the_journal_hears_of_a_step_before_it_is_sent():
    endpoint = Endpoint(a=1, b=1)
    endpoint.events = {3: (400, "out of range")}
    heard = []

    def save(each):
        heard.append((each.event, len(endpoint.written)))

    run = Run(Numbers(a=2, b=2))
    drive(run.go(), endpoint, endpoint.clock, endpoint.pause, save)
    assert heard == [
        ("before", 0),
        *(("intent", 0), ("outcome", 1), ("intent", 1)),
        *(("undo", 1), ("intent", 1), ("outcome", 2)),
    ]


# --- time


class Slow(Numbers):
    """The server shows a change after some readings."""

    settles = 1.0
    readings = 0

    def observe(self, answers):
        seen = super().observe(answers)
        if answers.written:
            self.readings -= 1
            if self.readings > 0:
                seen["n", "a"] = 1
        return seen


@pytest.mark.parametrize("readings, failed, time", [(1, False, 0), (3, False, 0.4), (99, True, 1)])
def test_a_change_has_its_time_to_show(readings, failed, time):
    endpoint = Endpoint(a=1)
    resource = Slow(a=2)
    resource.readings = readings
    result = go(endpoint, resource)
    assert (result["failed"], endpoint.time) == (failed, pytest.approx(time))
    assert endpoint.written[:1] == [("set", "a", 2)]


def test_a_refusal_is_waited_for_a_minute():
    for run in (
        lambda endpoint: drive(Run(Numbers(a=2)).go(), endpoint, endpoint.clock, endpoint.pause),
        lambda endpoint: apply(Numbers(a=2), endpoint, clock=endpoint.clock, pause=endpoint.pause),
    ):
        endpoint = Endpoint(a=1)
        endpoint.events = dict.fromkeys(range(2, 999, 2), BUSY)
        assert run(endpoint)["failed"] is True
        assert endpoint.time == 60


def test_a_change_is_made_unless_it_is_said_otherwise():
    endpoint = Endpoint(a=1)
    assert apply(Numbers(a=2), endpoint)["failed"] is False
    assert endpoint.values == {"a": 2}


def test_each_step_has_the_whole_time():
    endpoint = Endpoint(a=1, b=1)
    endpoint.events = {3: BUSY, 5: BUSY}
    result = go(endpoint, Numbers(a=2, b=2))
    assert (result["failed"], endpoint.values, endpoint.time) == (False, {"a": 2, "b": 2}, 1)


@pytest.mark.parametrize("refusals, changed", [(2, False), (20, False), (21, True)])
def test_the_way_back_waits_as_well(refusals, changed):
    """Ten seconds with a pause of half a second: the 21st refusal is the last."""
    endpoint = Endpoint(a=1, b=1)
    endpoint.events = {3: (400, "out of range"), **dict.fromkeys(range(5, 5 + refusals), BUSY)}
    if changed:  # ... and what follows does not repair it
        endpoint.events.update(dict.fromkeys(range(26, 999), ConnectError("gone")))
    result = go(endpoint, Numbers(a=2, b=2))
    assert (result["failed"], result["changed"]) == (True, changed)
    assert endpoint.values == {"a": 2 if changed else 1, "b": 1}
    assert endpoint.time == min(refusals, 20) / 2


# --- foresight


def test_check_mode_fails_without_a_server():
    endpoint = Endpoint(a=1)
    endpoint.events = {2: ConnectError("nothing listens")}
    result = go(endpoint, Numbers(a=2), check_mode=True)
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"] == "Nothing was changed: nothing listens"


@pytest.mark.parametrize(
    "fault",
    [
        (500, "command set not found"),
        (500, "buffer too small (overflow)"),
    ],
)
def test_check_mode_trusts_a_server_that_lists_no_methods(fault):
    endpoint = Endpoint(old=5)
    endpoint.events = {2: fault}
    result = go(endpoint, Moved(a=1), check_mode=True)
    assert (result["failed"], result["changed"]) == (False, True)


@pytest.mark.parametrize("check_mode", [False, True])
def test_steps_that_cannot_be_planned(check_mode):
    class Unplanned(Numbers):
        def steps(self, changes, seen):
            raise StateError("there is no way")

    endpoint = Endpoint(a=1)
    result = go(endpoint, Unplanned(a=2), check_mode)
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"] == "Nothing was changed: there is no way"


# --- make before break, further


class Disabled(Moved):
    """``old`` is disabled and not removed."""

    def step(self, address, value):
        if value is ABSENT:
            return Step("drop", address[1], phase=DISABLE, leaves={address: ABSENT})
        return super().step(address, value)


def test_nothing_is_disabled_before_its_replacement_is_seen():
    endpoint = Endpoint(old=5)
    endpoint.events = {3: lambda: endpoint.values.pop("a")}
    assert go(endpoint, Disabled(a=1))["failed"] is True
    assert endpoint.written == [("set", "a", 1)]


def test_the_last_call_is_blamed():
    class Two(Moved):
        def step(self, address, value, **more):
            if address[1] == "b":
                return Step("put", "b", value, leaves={address: value})
            return super().step(address, value)

        def steps(self, changes, seen):
            return [self.step(change.address, change.after) for change in changes]

    result = go(Endpoint(old=5), Two(a=1, b=1))
    assert result["msg"].startswith("put answered with success, but reading back does not show")
    endpoint = Endpoint()
    endpoint.values["b"] = 0

    class Unbarred(Two):
        def __init__(self):
            Numbers.__init__(self, a=1, b=1)

    result = go(endpoint, Unbarred())
    assert result["msg"].startswith("put answered with success, but reading back shows no such")


class Vague(Moved):
    """The server decides which value a new ``a`` gets."""

    shown: Any = 7

    def step(self, address, value):
        if address == ("n", "a") and value is not ABSENT:
            return Step("set", "a", value, leaves={address: UNKNOWN})
        return super().step(address, value)

    def observe(self, answers):
        seen = super().observe(answers)
        if ("n", "a") in seen:
            seen["n", "a"] = self.shown
        return seen

    def same(self, address, one, other):
        return address == ("n", "a") or super().same(address, one, other)


@pytest.mark.parametrize("shown, failed", [(7, False), (TOO_LARGE, True)])
def test_a_replacement_of_which_the_value_cannot_be_foretold(shown, failed):
    resource = Vague(a=1)
    resource.shown = shown
    endpoint = Endpoint(old=5)
    result = go(endpoint, resource)
    assert result["failed"] is failed
    assert (("drop", "old") in endpoint.written) is not failed


def test_a_replacement_that_the_server_does_not_show():
    """It took the call, and that has to do."""

    class Hidden(Moved):
        def observe(self, answers):
            seen = super().observe(answers)
            seen["n", "a"] = UNKNOWN
            return seen

    endpoint = Endpoint(old=5)
    assert go(endpoint, Hidden(a=1))["failed"] is False
    assert endpoint.values == {"a": 1}


def test_what_may_be_ours_is_not_called_the_work_of_others():
    class Odd(Numbers):
        def step(self, address, value):
            return Step("set", "a", 9, leaves={address: UNKNOWN})

    endpoint = Endpoint(a=1)
    result = go(endpoint, Odd(a=2))
    assert result["failed"] is True
    assert not [each for each in result["warnings"] if "Something else" in each]
    assert "reading back shows no such change: a is 9, not 2" in result["msg"]


def test_a_step_of_which_the_value_cannot_be_foretold_is_undone():
    class Odd(Numbers):
        def step(self, address, value):
            leaves = UNKNOWN if value == 2 else value
            return Step("set", address[1], value, leaves={address: leaves})

    endpoint = Endpoint(a=1, b=1)
    endpoint.events = {3: (400, "out of range")}
    result = go(endpoint, Odd(a=2, b=2))
    assert (result["failed"], result["changed"]) == (True, False)
    assert endpoint.values == {"a": 1, "b": 1}


# --- messages


def test_the_first_of_several_that_are_too_large_is_named():
    class Large(Numbers):
        def observe(self, answers):
            seen = super().observe(answers)
            for address, value in list(seen.items()):
                if value > 5:
                    seen[address] = TOO_LARGE
            return seen

    result = go(Endpoint(a=1, b=1), Large(a=8, b=9))
    assert result["msg"].startswith("n.a was set, but is too large to be read back")


def test_an_accepted_fault_without_the_state_that_was_wanted():
    class Deleted(Numbers):
        def step(self, address, value):
            return super().step(address, value, accepts=[NotFound])

    endpoint = Endpoint(a=1)
    endpoint.events = dict.fromkeys(range(2, 99, 2), (404, "no such"))
    result = go(endpoint, Deleted(a=2))
    assert result["msg"].startswith("Reading back shows no such change: a is 1, not 2")
    assert (result["changed"], result["rpc_calls"]) == (False, [])


@pytest.mark.parametrize("reply, failed", [({"status": "ok"}, False), ("fail", False)])
def test_replies_that_are_no_refusal(reply, failed):
    class Texts(Numbers):
        def step(self, address, value):
            return super().step(address, value, refusal=("status", "fail", "could not do it"))

    class Answering(Endpoint):
        def once(self, method, *params):
            super().once(method, *params)
            return Reply([reply], method)

    assert go(Answering(a=1), Texts(a=2))["failed"] is failed


# --- neighbours, further


@pytest.mark.parametrize(
    "problem", [(400, "out of range"), ConnectError("gone"), StateError("there is no way")]
)
def test_why_a_neighbour_cannot_be_put_back(problem):
    class Stuck(Disturbing):
        def steps(self, changes, seen):
            if isinstance(problem, StateError) and changes[0].address == ("n", "b"):
                raise problem
            return super().steps(changes, seen)

    endpoint = Endpoint(a=1, b=1)
    endpoint.events = {3: lambda: endpoint.values.pop("b")}
    if not isinstance(problem, StateError):
        endpoint.events[4] = problem
    result = go(endpoint, Stuck(a=2))
    text = str(make_fault(*problem, "set")) if isinstance(problem, tuple) else str(problem)
    assert result["failed"] is True
    assert result["msg"].startswith("A part of the change was made: the server also changed what")
    assert result["msg"].endswith("could not be put back: n.b: %s" % text)


def cut():
    error = TruncatedReply("cut", 1, 2)
    error.executed = True
    return error


@pytest.mark.parametrize(
    "error",
    [
        make_fault(500, "buffer too small (overflow)", "set"),
        CallTimeout("no answer", executed=None),
        cut(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_after_a_lost_answer_neighbours_are_put_back(error):
    endpoint = Endpoint(a=1, b=1)

    def lost():
        endpoint.values["a"] = 2
        endpoint.values.pop("b")
        raise error

    endpoint.events = {2: lost}
    result = go(endpoint, Disturbing(a=2))
    assert (result["failed"], result["changed"]) == (True, False)
    assert endpoint.values == {"a": 1, "b": 1}


def test_after_a_call_that_did_not_run_nothing_is_asked():
    endpoint = Endpoint(a=1)
    endpoint.events = {2: ConnectError("nothing listens")}
    go(endpoint, Disturbing(a=2))
    assert endpoint.count == 2


# --- the way back, further


def test_a_way_back_without_steps_is_not_repeated():
    endpoint = Endpoint(a=1, b=1)

    def fault():
        endpoint.values["a"] = 7
        raise make_fault(400, "out of range", "set")

    endpoint.events = {3: fault}
    go(endpoint, Numbers(a=2, b=2))
    assert endpoint.count == 4  # one reading


def test_a_way_back_without_effect():
    endpoint = Endpoint(a=1, b=1)
    endpoint.events = {3: (400, "out of range")}
    back = {number: lambda: endpoint.values.update(a=2) for number in range(5, 99)}
    endpoint.events.update(back)
    result = go(endpoint, Numbers(a=2, b=2))
    assert result["not_undone"][0]["why"] == "the server did not put it back"


@pytest.mark.parametrize("errors", [["first", "second"], [None, "second"]])
def test_the_error_of_the_way_back_is_told(errors):
    endpoint = Endpoint(a=1, b=1)
    endpoint.events = {3: (400, "out of range")}
    if errors[0]:
        endpoint.events.update({number: ConnectError(errors[0]) for number in (4, 5, 6)})
        endpoint.events[7] = ConnectError(errors[1])
    else:  # three ways back without effect, and then the server is gone
        endpoint.events.update(
            {number: lambda: endpoint.values.update(a=2) for number in (6, 8, 10)}
        )
        endpoint.events[10] = ConnectError(errors[1])
    result = go(endpoint, Numbers(a=2, b=2))
    assert result["warnings"][0].endswith(": %s" % (errors[0] or errors[1]))


def test_what_came_later_is_not_ours_where_the_first_reading_decides():
    class First(Numbers):
        fixed = True

        def observe(self, answers):
            have = answers.values("get")[0]
            return Leaves({("n", name): have[name] for name in have})

        def resolve(self, seen):
            return dict.fromkeys(seen, 2)

    endpoint = Endpoint(a=1)
    endpoint.events = {3: lambda: endpoint.values.update(b=1)}
    result = go(endpoint, First())
    assert (result["failed"], result["after"]) == (False, {"a": 2})
    assert endpoint.values == {"a": 2, "b": 1}


# --- a server that answers in another form

UNEXPECTED = [
    [],
    [5],
    ["text"],
    [Struct()],
    [Struct(RECORDS=5)],
    [Struct(RECORDS=[5])],
    [Struct(RECORDS=[Struct(SET=Struct(ID="x", TARGETS=[Struct(DEST=3)]))])],
    [Struct(item=5)],
    [Struct(item=Struct(value=Struct()))],
    [Struct(slot=[5])],
    [Struct(AoRs=5)],
    [Struct(up_since=Struct())],
    [[Struct(name=5)]],
    [Struct(url=5, disabled="maybe")],
]
RESOURCES = [
    HashTable("t", {"a": 1}),
    HashTableItem("t", "a", 1),
    SharedVariable("v", 1),
    CfgVariables({"core": {"debug": 1}}),
    CoreLogLevel(1),
    ModuleLogLevel("tm", 1),
    DispatcherDestinations(1, [{"uri": "sip:192.0.2.1"}]),
    DispatcherState(1, "disabled", "sip:192.0.2.1"),
    MediaNodes("udp:192.0.2.1:2223", True),
    PipelimitPipe("p", algorithm="RED", limit=5),
    UacRegistration("l", state="absent"),
    UsrlocContact("location", "a", "sip:192.0.2.1", state="absent"),
    EndedDialogs({"key": "furi", "operator": "eq", "value": "x"}),
    *[Toggle(name, True) for name in SWITCHES],
]


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("values", UNEXPECTED, ids=repr)
def test_a_reply_of_an_unexpected_form_is_an_error_of_the_protocol(resource, values):
    class Odd:
        def call(self, method, *params, read_only=True):
            return Reply(values, method, params)

        once = call

    with contextlib.suppress(BinrpcError, StateError):  # some can be read: an empty table
        drive(look(resource, Answers([])), Odd())
