# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.kamailio.ctl.plugins.module_utils import _endpoint
from ansible_collections.kamailio.ctl.plugins.module_utils._endpoint import (
    DeadlinePassed,
    Endpoint,
    Limit,
    wrong_endpoints,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.errors import (
    AddressError,
    CallTimeout,
    ConnectError,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.faults import Fault
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.reply import Reply

OPTIONS = {"endpoint": "udp:192.0.2.1", "timeout": 5, "connect_wait": 0, "retries": 0}
REFUSED = ConnectError("refused")
UNKNOWN = CallTimeout("no answer", executed=None)


@pytest.fixture
def clock(monkeypatch):
    """A clock that only pauses move; its attribute ``now`` is the time."""

    class Clock:
        now = 100.0

        def pause(self, seconds):
            self.now += seconds

    clock = Clock()
    monkeypatch.setattr(Limit, "_clock", lambda limit: clock.now)
    monkeypatch.setattr(_endpoint, "sleep", clock.pause)
    return clock


@pytest.fixture
def outcomes(monkeypatch):
    """Return what each call gives, in order: values, or an error."""
    outcomes = []

    class Client(_endpoint.Client):
        def call(self, method, *params, **options):
            outcome = outcomes.pop(0)
            if isinstance(outcome, Exception):
                raise outcome
            return Reply([method, *params, options["timeout"], self.connect_wait])

    monkeypatch.setattr(_endpoint, "Client", Client)
    # Retries do not wait in the tests.
    policy = _endpoint.RetryPolicy
    monkeypatch.setattr(
        _endpoint, "RetryPolicy", lambda retries, **more: policy(retries, wait=0.0, **more)
    )
    return outcomes


def endpoint(limit=None, address=None, **options):
    return Endpoint(dict(OPTIONS, **options), address, limit)


@pytest.mark.parametrize(
    "address, expected", [(None, "udp:192.0.2.1:2049"), ("tcp:h:5", "tcp:h:5")]
)
def test_the_address_is_the_option_unless_another_is_given(address, expected):
    assert endpoint(address=address).address == expected


@pytest.mark.parametrize(
    "options, error",
    [
        ({"endpoint": "udp:"}, AddressError),
        ({"timeout": -1}, ValueError),
        ({"retries": -1}, ValueError),
    ],
)
def test_wrong_options(options, error):
    with pytest.raises(error):
        endpoint(**options)


def test_a_call_has_the_times_of_the_options(outcomes):
    outcomes += ["ok", "ok"]
    tried = endpoint(timeout=7, connect_wait=3)
    assert tried.call("m.a", 1) == ["m.a", 1, 7, 3]
    assert tried.once("m.a", 1) == ["m.a", 1, 7, 3]


@pytest.mark.parametrize(
    "retries, read_only, error, calls",
    [
        (0, True, REFUSED, 1),
        (2, True, REFUSED, 3),
        # What did not run may be repeated, a change that may have run may not.
        (2, False, REFUSED, 3),
        (2, True, UNKNOWN, 3),
        (2, False, UNKNOWN, 1),
    ],
)
def test_retries(outcomes, retries, read_only, error, calls):
    outcomes += [error] * 5
    with pytest.raises(type(error)):
        endpoint(retries=retries).call("m.a", read_only=read_only)
    assert 5 - len(outcomes) == calls


def test_once_is_once(outcomes):
    outcomes += [REFUSED] * 5
    with pytest.raises(ConnectError):
        endpoint(retries=2).once("m.a")
    assert len(outcomes) == 4


@pytest.mark.parametrize("error, lost", [(REFUSED, True), (Fault(500, "no"), False)])
def test_the_way_to_the_server_is_lost_by_errors_of_transport_only(outcomes, error, lost):
    outcomes += [error, "ok"]
    tried = endpoint()
    assert tried.lost is False
    with pytest.raises(type(error)):
        tried.call("m.a")
    assert tried.lost is lost
    # For good: the advice that depends on it is about the task.
    tried.call("m.a")
    assert tried.lost is lost


def test_no_call_lasts_longer_than_the_limit(outcomes, clock):
    outcomes += ["ok"] * 3
    tried = endpoint(Limit(10), timeout=8, connect_wait=20)
    assert tried.once("m.a") == ["m.a", 8, 10]
    tried.pause(4)
    assert tried.once("m.a") == ["m.a", 6, 6]
    tried.pause(7)
    assert clock.now == 110, "a pause ends with the limit"
    with pytest.raises(DeadlinePassed, match="the deadline of 10 s for all endpoints has passed"):
        tried.once("m.a")
    tried.pause(1)
    assert clock.now == 110, "no pause is left; the next call says why"
    assert len(outcomes) == 1


def test_no_retry_is_begun_behind_the_limit(outcomes, clock):
    outcomes += [REFUSED] * 3
    limit = Limit(10)
    clock.now += 11
    with pytest.raises(DeadlinePassed):
        endpoint(limit, retries=5).call("m.a")
    assert len(outcomes) == 3


@pytest.mark.parametrize("limit, deadline", [(10, 6), (None, _endpoint.MAX_WAIT)])
def test_retries_have_no_more_time_than_the_task(outcomes, clock, monkeypatch, limit, deadline):
    policies = []

    def with_retries(attempt, policy, repeatable):
        policies.append((policy.retries, policy.deadline))
        return attempt()

    monkeypatch.setattr(_endpoint, "with_retries", with_retries)
    outcomes += ["ok"]
    tried = endpoint(Limit(limit), retries=3)
    tried.pause(4)
    tried.call("m.a")
    assert policies == [(3, deadline)]


@pytest.mark.parametrize("seconds", [None, 9])
def test_a_limit_that_is_stopped(clock, seconds):
    limit = Limit(seconds)
    assert limit.at_most(5) == 5
    limit.stop()
    with pytest.raises(DeadlinePassed, match="the task was stopped"):
        limit.at_most(5)


def test_leaving_closes_the_connection(monkeypatch):
    closed = []

    def close(client):
        closed.append(client)

    monkeypatch.setattr(_endpoint.Client, "close", close)
    with endpoint() as tried:
        assert closed == []
    assert closed == [tried._client]


@pytest.mark.parametrize("retries", [0, 2])
def test_what_only_reads_may_be_asked_for_again(monkeypatch, retries):
    """A reply whose end the server dropped: the client asks once more."""
    told = []

    class Client(_endpoint.Client):
        def call(self, method, *params, **options):
            told.append((method, options["repeatable"]))
            return Reply([])

    monkeypatch.setattr(_endpoint, "Client", Client)
    tried = endpoint(retries=retries)
    tried.call("m.read")
    tried.call("m.write", read_only=False)
    tried.once("m.once")
    assert told == [("m.read", True), ("m.write", False), ("m.once", False)]


# --- the option endpoints


@pytest.mark.parametrize(
    "endpoints", [[], {}, ["a", "udp:h"], ("a",), "a", "a, udp:h", {"a": "udp:h", 5: "tcp:h"}]
)
def test_what_endpoints_may_be(endpoints):
    assert wrong_endpoints(endpoints) == ""


@pytest.mark.parametrize("endpoints", ["", " ", "a,", [""], [None], [5], [["a"]], {"a": None}])
def test_what_is_no_endpoint(endpoints):
    assert "in it is neither a name nor an address" in wrong_endpoints(endpoints)


@pytest.mark.parametrize("endpoints", [5, True, 1.5])
def test_what_endpoints_cannot_be(endpoints):
    assert wrong_endpoints(endpoints) == "write a list, or a mapping of names to addresses"
