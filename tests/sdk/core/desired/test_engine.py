# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.drive import ask, drive
from kamailio_binrpc.core.desired.engine import (
    Resource,
    Run,
    StateError,
    Step,
    Wait,
    apply,
    differences,
)
from kamailio_binrpc.core.errors import CallTimeout, ConnectError
from kamailio_binrpc.core.faults import NotFound, make_fault
from kamailio_binrpc.core.reply import Reply

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
        return Reply([dict(self.values)], method)

    def once(self, method, *params):
        self._happen()
        if method == "set":
            self.values[params[0]] = params[1]
        self.written.append((method, *params))
        return Reply(["ok" if method == "set" else "could not do it"], method)

    def clock(self):
        return self.time

    def pause(self, seconds):
        self.time += seconds


class Numbers(Resource):
    persisted_by = "somebody writes it down"

    def __init__(self, undoable=False, **wanted):
        self.wanted = wanted
        self.undoable = undoable

    def read(self):
        have = (yield from ask("get"))[0]
        return {name: have[name] for name in self.wanted if name in have}

    def want(self, have):
        if -1 in self.wanted.values():
            raise StateError("it cannot be -1")
        return dict(self.wanted)

    def steps(self, have, want):
        return [Step("set", name, want[name]) for name in want if want[name] != have.get(name)]

    def undo(self, before, have):
        if not self.undoable:
            return []
        return [Step("set", name, before[name]) for name in before]


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


def test_only_what_differs_is_sent():
    endpoint = Endpoint(a=1, b=2)
    result = go(endpoint, Numbers(a=1, b=3))
    assert result["changed"] is True
    assert result["after"] == {"a": 1, "b": 3}
    assert endpoint.written == [("set", "b", 3)]
    assert result["rpc_calls"] == [{"method": "set", "params": ["b", 3]}]
    assert result["persisted_by"] == "somebody writes it down"


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


def test_what_somebody_else_did_during_the_wait_is_not_done_twice():
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
    assert "busy_timeout" in result["msg"]
    assert endpoint.values == {"a": 1}


def test_somebody_elses_change_at_the_same_time_is_overcome_and_told():
    endpoint = Endpoint(a=1)
    endpoint.events = {3: lambda: endpoint.values.update(a=7)}
    result = go(endpoint, Numbers(a=2))
    assert result["failed"] is False
    assert result["changed"] is True
    assert endpoint.values == {"a": 2}
    (warning,) = result["warnings"]
    assert "a is 7, not 2" in warning


def test_somebody_who_does_not_give_up_fails_the_task():
    endpoint = Endpoint(a=1)
    endpoint.events = {number: lambda: endpoint.values.update(a=7) for number in (3, 5, 7, 9)}
    result = go(endpoint, Numbers(a=2))
    assert result["failed"] is True
    assert result["changed"] is True
    assert result["after"] == {"a": 7}


def test_success_without_an_effect_fails():
    endpoint = Endpoint(a=1)
    endpoint.events = {3: lambda: endpoint.values.update(a=1)}
    result = go(endpoint, Numbers(a=2))
    assert result["failed"] is True
    assert "reading back shows no such change: a is 1, not 2" in result["msg"]


def test_a_fault_in_the_middle_tells_what_is_left():
    endpoint = Endpoint(a=1, b=1)
    endpoint.events = {3: (400, "out of range")}
    result = go(endpoint, Numbers(a=2, b=2))
    assert result["failed"] is True
    assert result["changed"] is True
    assert result["after"] == {"a": 2, "b": 1}
    assert result["fault"]["text"] == "out of range"


def test_a_fault_in_the_middle_is_undone():
    endpoint = Endpoint(a=1, b=1)
    endpoint.events = {3: (400, "out of range")}
    result = go(endpoint, Numbers(undoable=True, a=2, b=2))
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
    endpoint.events = {2: ConnectError("nobody listens")}
    result = go(endpoint, Numbers(a=2))
    assert result["failed"] is True
    assert result["changed"] is False


def test_a_lost_answer_counts_as_a_change():
    endpoint = Endpoint(a=1)
    endpoint.events = {2: CallTimeout("no answer", executed=None)}
    result = go(endpoint, Numbers(a=2))
    assert result["failed"] is True
    assert result["changed"] is True
    assert "is unknown" in result["msg"]


def test_a_server_lost_after_the_change():
    endpoint = Endpoint(a=1)
    endpoint.events = {3: ConnectError("nobody listens")}
    result = go(endpoint, Numbers(a=2))
    assert result["failed"] is True
    assert result["changed"] is True
    assert "could not be verified" in result["msg"]


def test_texts_of_success_that_mean_failure():
    class Texts(Numbers):
        def steps(self, have, want):
            return [Step("try", check=lambda values: values[0])]

    result = go(Endpoint(a=1), Texts(a=2))
    assert result["failed"] is True
    assert "could not do it" in result["msg"]
    assert result["changed"] is False


def test_waiting_for_somebody_else():
    endpoint = Endpoint(a=1, pending=1)

    class Polite(Numbers):
        def read(self):
            self.pending = (yield from ask("get"))[0]["pending"]
            return (yield from super().read())

        def steps(self, have, want):
            return [Wait("it is pending")] if self.pending else super().steps(have, want)

    endpoint.events = {5: lambda: endpoint.values.update(pending=0)}
    result = go(endpoint, Polite(a=2))
    assert result["failed"] is False
    assert endpoint.written == [("set", "a", 2)]

    endpoint = Endpoint(a=1, pending=1)
    result = go(endpoint, Polite(a=2))
    assert result["failed"] is True
    assert "it is pending" in result["msg"]
    assert endpoint.written == []


def test_secrets_are_not_shown():
    step = Step("add", "user", "password", secret=[1])
    assert step.shown == {"method": "add", "params": ["user", "(hidden)"]}


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
    assert len(result["warnings"]) == 2


def test_a_reply_that_is_too_large_comes_after_the_change():
    """The call has run, so the state is read again, and the result says that it changed."""
    endpoint = Endpoint(a=1)

    def overflow():
        endpoint.values["a"] = 2
        raise make_fault(500, "buffer too small (overflow)", "set")

    endpoint.events = {2: overflow}
    result = go(endpoint, Numbers(a=2))
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["after"] == {"a": 2}
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
    assert (result["changed"], result["after"]) == (True, {"a": 2, "b": 1})


def test_what_cannot_be_undone_is_told():
    endpoint = Endpoint(a=1, b=1)
    endpoint.events = {3: (400, "out of range"), 4: ConnectError("gone")}
    result = go(endpoint, Numbers(undoable=True, a=2, b=2))
    assert (result["failed"], result["changed"]) == (True, True)
    assert "could not be undone or read again: gone" in result["warnings"][0]


def test_a_wish_that_the_change_made_impossible():
    class Once(Numbers):
        def want(self, have):
            if have["a"] == 2:
                raise StateError("never twice")
            return super().want(have)

    result = go(Endpoint(a=1), Once(a=2))
    assert result["msg"] == "The change was made, but it does not last: never twice"
    assert result["changed"] is True


def test_a_state_that_cannot_be_read():
    class Unreadable(Numbers):
        def read(self):
            raise StateError("no")
            yield

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
        def steps(self, have, want):
            return [Step("set", "a", 2, accepts=[NotFound])]

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
        def steps(self, have, want):
            other = Step("set", "a", 2.0)
            return [Step("set", "a", 2, fallback=lambda fault: other)]

    endpoint = Endpoint(a=1)
    endpoint.events = {2: (400, "Not enough parameters")}
    result = go(endpoint, Fallback(a=2))
    assert endpoint.written == [("set", "a", 2.0)]
    assert result["rpc_calls"] == [{"method": "set", "params": ["a", 2.0]}]


@pytest.mark.parametrize("fallback", [None, lambda fault: None])
def test_no_fallback(fallback):
    class Refused(Numbers):
        def steps(self, have, want):
            return [Step("set", "a", 2, fallback=fallback)]

    endpoint = Endpoint(a=1)
    endpoint.events = {2: (400, "Not enough parameters")}
    assert go(endpoint, Refused(a=2))["fault"]["kind"] == "invalid_params"


def test_the_error_that_ended_a_run_is_kept():
    endpoint = Endpoint(a=1)
    endpoint.events = {2: ConnectError("nobody listens")}
    run = Run(Numbers(a=2))
    drive(run.go(), endpoint, endpoint.clock, endpoint.pause)
    assert isinstance(run.error, ConnectError)


def test_long_lists_of_differences_end():
    have, want = dict.fromkeys("abcdef", 1), dict.fromkeys("abcdef", 2)
    assert differences(have, want).endswith("e is 1, not 2; and more")
    assert differences(1, 2) == "it is 1, not 2"


def test_what_resources_need_not_say():
    resource = Resource()
    assert resource.undo(1, 2) == []
    assert resource.members(1) == {}
    assert resource.warnings(1) == []
    assert resource.hint(make_fault(500, "x")) == ""
    assert resource.show(5) == 5


def test_a_fault_of_the_first_call_needs_no_repair():
    """Nothing was changed, so nothing else is asked of a server that may be going away."""
    endpoint = Endpoint(a=1)
    endpoint.events = {2: (400, "out of range"), 3: ConnectError("gone")}
    result = go(endpoint, Numbers(undoable=True, a=2))
    assert (result["failed"], result["changed"], result["warnings"]) == (True, False, [])
    assert endpoint.count == 2
