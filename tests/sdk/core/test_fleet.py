# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Calls on many endpoints at once, against lab servers."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import CancelledError

import pytest

from kamailio_binrpc.core import fan_out
from kamailio_binrpc.core.address import Address, parse_address
from kamailio_binrpc.core.async_fleet import AsyncFleet
from kamailio_binrpc.core.config import Config
from kamailio_binrpc.core.errors import AddressError, CallTimeout, ConnectError, LengthLimit
from kamailio_binrpc.core.faults import Fault, MethodNotFound
from kamailio_binrpc.core.fleet import Fleet, Skipped
from kamailio_binrpc.core.retry import RetryPolicy
from kamailio_binrpc.lab import LabServer


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("fleet"))
    server = LabServer(["unix:%s/s" % folder, "udp:127.0.0.1:0", "tcp:127.0.0.1:0"])
    slow = {"running": 0, "most": 0, "order": []}

    @server.registry.method("test.slow", "s")
    async def wait(name):
        slow["running"] += 1
        slow["most"] = max(slow["most"], slow["running"])
        await asyncio.sleep(0.05)
        slow["order"].append(name)
        slow["running"] -= 1
        return name

    @server.registry.method("test.stuck")
    async def stuck(ctx):
        await asyncio.sleep(3600)

    @server.registry.method("test.large")
    def large(ctx):
        return -1

    @server.registry.method("test.busy")
    def busy(ctx):
        raise Fault(500, "Ongoing reload")

    with server.running_in_thread() as running:
        running.slow = slow
        yield running


class Awaited:
    """An AsyncFleet with the methods of a Fleet, so that both run the same tests."""

    def __init__(self, *args, **options):
        self._fleet = AsyncFleet(*args, **options)

    def call(self, *args, **options):
        return asyncio.run(self._fleet.call(*args, **options))

    def run(self, work, **options):
        return asyncio.run(self._fleet.run(awaited(work), **options))

    def stream(self, work, **options):
        async def results():
            return [each async for each in self._fleet.stream(awaited(work), **options)]

        return iter(asyncio.run(results()))


def awaited(work):
    """Run a function of a blocking client with an AsyncClient of the loop."""

    async def run(client):
        loop = asyncio.get_running_loop()
        ended = False

        class Blocking:
            def call(self, *args):
                if ended:  # else a function that never ends would outlive its deadline
                    raise CancelledError
                return asyncio.run_coroutine_threadsafe(client.call(*args), loop).result()

        try:
            return await loop.run_in_executor(None, work, Blocking())
        finally:
            ended = True

    return run


@pytest.fixture(params=["fan out", "clients"])
def way(request, monkeypatch):
    """Both ways to call a method everywhere."""
    if request.param == "clients":
        monkeypatch.setattr(fan_out, "AVAILABLE", False)


@pytest.fixture(params=[Fleet, Awaited])
def fleet(request, way):
    return request.param


def many(lab, count):
    return {"n%03d" % n: lab.addresses[n % 3] for n in range(count)}


def test_replies_and_errors_are_collected_in_order(fleet, lab):
    endpoints = dict(many(lab, 90), gone="tcp:127.0.0.1:1", lost="unix:/nonexistent/s")
    report = fleet(endpoints, limit=20).call("core.echo", "x")
    assert list(report.results) == list(endpoints)
    assert report.replies == {name: ["x"] for name in many(lab, 90)}
    assert {name: type(error) for name, error in report.errors.items()} == {
        "gone": ConnectError,
        "lost": ConnectError,
    }
    assert not report.ok
    assert report.causes() == {
        "ConnectError: Connection refused": ["gone"],
        "ConnectError: No such file or directory": ["lost"],
    }


@pytest.mark.parametrize(
    "options", [{"timeout": 0}, {"connect_wait": -1}, {"limit": 0}, {"rate": 0}]
)
def test_bad_numbers_are_refused(fleet, options):
    with pytest.raises(ValueError, match=r"is|must"):
        fleet(["unix:/s"], **options)


def test_faults_are_grouped_by_code_and_text(fleet, lab):
    report = fleet(many(lab, 6)).call("core.nosuch")
    assert report.causes() == {
        "MethodNotFound: 500 command core.nosuch not found": list(many(lab, 6))
    }
    assert {type(error) for error in report.errors.values()} == {MethodNotFound}


def test_results_stream_in_order_of_arrival(fleet, lab):
    seen = []
    for result in fleet(many(lab, 5)).stream(lambda client: client.call("core.echo", "y")):
        assert result.ok
        assert result.seconds > 0
        seen.append(result.name)
    assert sorted(seen) == list(many(lab, 5))


def test_leaving_the_stream_early_ends_its_threads(lab):
    before = set(threading.enumerate())
    stream = Fleet(many(lab, 30), limit=4).stream(lambda client: client.call("core.echo", "y"))
    next(stream)
    stream.close()
    # Threads of earlier tests may have ended meanwhile.
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("rate", [None, 200])
def test_the_limit_and_the_rate_hold(fleet, lab, rate):
    lab.slow["most"] = 0
    endpoints = {"n%d" % n: lab.addresses[0] for n in range(12)}
    options = {"rate": rate} if rate else {"limit": 3}
    report = fleet(endpoints, **options).call("test.slow", "a")
    assert report.ok
    if not rate:
        assert lab.slow["most"] <= 3


def test_serial_batches_and_max_fail_percentage(fleet, lab):
    endpoints = dict(many(lab, 4), bad1="tcp:127.0.0.1:1", bad2="tcp:127.0.0.1:1")
    endpoints.update(("m%d" % n, lab.addresses[0]) for n in range(4))
    seen = []
    report = fleet(endpoints).call(
        "core.version", serial=[2, 4], max_fail_percentage=25, on_result=seen.append
    )
    assert len(seen) == 6
    assert [name for name, e in report.errors.items() if isinstance(e, Skipped)] == [
        "m0",
        "m1",
        "m2",
        "m3",
    ]


def test_the_overall_deadline_ends_everything(fleet, lab):
    report = fleet(many(lab, 3), timeout=600).call("test.stuck", deadline=0.3)
    assert {type(error) for error in report.errors.values()} == {CallTimeout}
    assert all(error.executed is None for error in report.errors.values())


def test_retries_follow_what_is_safe(fleet, lab):
    before = len([call for call in lab.calls if call.method == "test.busy"])
    policy = RetryPolicy(retries=2, busy_wait=0.01)
    waits = []
    report = fleet(
        [lab.addresses[0]], retry=policy, on_retry=lambda error, made: waits.append(made)
    ).call("test.busy")
    assert waits == [1, 2]
    assert report.causes() == {"Busy: 500 Ongoing reload": [lab.addresses[0]]}
    assert len([call for call in lab.calls if call.method == "test.busy"]) - before == 3


def test_an_observer_sees_every_call(fleet, lab):
    calls = []
    endpoints = dict(many(lab, 3), gone="unix:/nonexistent/s")
    fleet(endpoints, on_call=calls.append).call("core.echo", "x")
    assert sorted(str(call.address) for call in calls if call.outcome == "ok") == sorted(
        str(parse_address(text)) for text in many(lab, 3).values()
    )
    assert [call.outcome for call in calls].count("ConnectError") == 1
    assert all(call.method == "core.echo" and call.sent > 0 for call in calls)
    assert {call.received > 0 for call in calls if call.outcome == "ok"} == {True}


def test_a_function_can_make_several_calls(fleet, lab):
    def work(client):
        return [client.call("core.echo", str(n))[0] for n in range(3)]

    report = fleet(many(lab, 3)).run(work)
    assert set(map(tuple, report.replies.values())) == {("0", "1", "2")}


def test_a_fleet_from_the_configuration(fleet, lab):
    config = Config({"a": lab.addresses[0], "b": lab.addresses[2]}, {"all": ["a", "b"]})
    assert fleet(config.select(["all"])).call("core.echo", "z").replies == {
        "a": ["z"],
        "b": ["z"],
    }


def test_a_bad_address_fails_before_any_call(fleet):
    with pytest.raises(AddressError):
        fleet({"a": "tcp:127.0.0.1:99999"})


def test_the_keywords_of_the_clients(fleet, lab):
    assert fleet(lab.addresses).call("test.large").replies == {name: [-1] for name in lab.addresses}
    assert fleet(lab.addresses, unsigned=True).call("test.large").replies == {
        name: [2**32 - 1] for name in lab.addresses
    }
    errors = fleet(lab.addresses, max_reply=3).call("core.echo", "long").errors
    assert {type(error) for error in errors.values()} == {LengthLimit}


@pytest.mark.skipif(not fan_out.AVAILABLE, reason="NOT TESTED: no epoll")
@pytest.mark.parametrize(
    "options, fast",
    [
        ({}, True),
        ({"unsigned": True, "max_reply": 100, "connect_wait": 1.0, "on_call": print}, True),
        ({"rate": 1e6}, False),
        ({"retry": RetryPolicy(retries=1)}, False),
    ],
)
def test_which_calls_are_fanned_out(monkeypatch, lab, options, fast):
    fans = []
    real = fan_out.FanOut
    monkeypatch.setattr(fan_out, "FanOut", lambda *args: fans.append(args) or real(*args))
    for kind in (Fleet, Awaited):
        assert kind(lab.addresses, **options).call("core.echo", "x").ok
    assert len(fans) == (2 if fast else 0)


def test_an_address_is_taken_wherever_its_text_is(fleet, lab):
    addresses = [parse_address(text) for text in lab.addresses]
    texts = [str(address) for address in addresses]
    assert list(fleet(addresses).call("core.echo", "x").replies) == texts
    assert list(fleet({"a": addresses[0]}).call("core.echo", "x").replies) == ["a"]
    config = Config({"b": addresses[1]})
    chosen = {"b": texts[1], texts[2]: texts[2]}
    assert config.select(["b", addresses[2]]) == chosen
    assert fleet(chosen).call("core.echo", "x").ok
    with pytest.raises(AddressError, match="names no host"):
        fleet([Address("udp", "*", 2049)])


def test_a_function_is_ended_by_the_deadline(fleet, lab):
    """All calls end, also several to one endpoint, and those not yet begun do not begin."""

    def work(client):
        while True:
            client.call("test.slow", "a")

    report = fleet({"n%d" % n: lab.addresses[0] for n in range(4)}, limit=2).run(work, deadline=0.3)
    assert [type(error) for error in report.errors.values()] == [CallTimeout] * 4
    assert all("deadline of 0.3 s" in str(error) for error in report.errors.values())


def test_an_error_in_the_function_is_raised(fleet, lab):
    def work(client):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fleet(many(lab, 3)).run(work)


def test_retries_end_with_the_deadline(fleet, lab):
    policy = RetryPolicy(retries=100, busy_wait=0.05)
    before = len(lab.calls.of("test.busy"))
    report = fleet([lab.addresses[0]], retry=policy).call("test.busy", deadline=0.3)
    assert not report.ok
    assert 1 <= len(lab.calls.of("test.busy")) - before < 12


@pytest.mark.parametrize("most, called", [(None, 8), (100, 8), (50, 8), (49.9, 4), (0, 4)])
def test_batches_end_after_more_failures_than_allowed(fleet, lab, most, called):
    """Half of each batch of four fails."""
    endpoints = {}
    for number in range(4):
        endpoints["good%d" % number] = lab.addresses[0]
        endpoints["bad%d" % number] = "unix:/nonexistent/s"
    report = fleet(endpoints).call("core.echo", "x", serial=4, max_fail_percentage=most)
    skipped = [isinstance(error, Skipped) for error in report.errors.values()]
    assert 8 - sum(skipped) == called
    assert list(report.results) == list(endpoints)
    assert report.seconds > 0


@pytest.mark.parametrize(
    "options", [{"max_fail_percentage": 101}, {"max_fail_percentage": -1}, {"deadline": 0}]
)
def test_bad_numbers_of_a_run_are_refused(fleet, options):
    with pytest.raises(ValueError, match=r"max_fail_percentage is|deadline is"):
        fleet(["unix:/nonexistent/s"]).call("core.echo", **options)
