# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Calls on many endpoints at once, against lab servers."""

from __future__ import annotations

import asyncio

import pytest

from kamailio_binrpc.core import fan_out
from kamailio_binrpc.core.address import parse_address
from kamailio_binrpc.core.config import Config
from kamailio_binrpc.core.errors import AddressError, CallTimeout, ConnectError
from kamailio_binrpc.core.faults import Fault, MethodNotFound
from kamailio_binrpc.core.fleet import Fleet, Skipped, batches
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

    @server.registry.method("test.busy")
    def busy(ctx):
        raise Fault(500, "Ongoing reload")

    with server.running_in_thread() as running:
        running.slow = slow
        yield running


@pytest.fixture(autouse=True, params=["fan out", "tasks"])
def way(request, monkeypatch):
    """Both ways to call a method everywhere."""
    if request.param == "tasks":
        monkeypatch.setattr(fan_out, "AVAILABLE", False)


def many(lab, count):
    return {"n%03d" % n: lab.addresses[n % 3] for n in range(count)}


def test_replies_and_errors_are_collected_in_order(lab):
    endpoints = dict(many(lab, 90), gone="tcp:127.0.0.1:1", lost="unix:/nonexistent/s")
    report = Fleet(endpoints, limit=20).call_sync("core.echo", "x")
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


def test_within_an_event_loop(lab):
    async def main():
        return await Fleet(many(lab, 9)).call("core.echo", "x", serial=4)

    report = asyncio.run(main())
    assert report.ok
    assert report.replies == {name: ["x"] for name in many(lab, 9)}


@pytest.mark.parametrize(
    "options", [{"timeout": 0}, {"connect_wait": -1}, {"limit": 0}, {"rate": 0}]
)
def test_bad_numbers_are_refused(options):
    with pytest.raises(ValueError, match=r"is|must"):
        Fleet(["unix:/s"], **options)


def test_faults_are_grouped_by_code_and_text(lab):
    report = Fleet(many(lab, 6)).call_sync("core.nosuch")
    assert report.causes() == {
        "MethodNotFound: 500 command core.nosuch not found": list(many(lab, 6))
    }
    assert {type(error) for error in report.errors.values()} == {MethodNotFound}


def test_results_stream_in_order_of_arrival(lab):
    async def main():
        fleet = Fleet(many(lab, 5))
        seen = []
        async for result in fleet.stream(lambda client: client.call("core.echo", "y")):
            assert result.ok and result.seconds > 0
            seen.append(result.name)
        return seen

    assert sorted(asyncio.run(main())) == list(many(lab, 5))


def test_leaving_the_stream_early_leaves_no_task(lab):
    async def main():
        fleet = Fleet(many(lab, 30), limit=4)
        stream = fleet.stream(lambda client: client.call("core.echo", "y"))
        async for _other in stream:
            break
        await stream.aclose()
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())


@pytest.mark.parametrize("rate", [None, 200])
def test_the_limit_and_the_rate_hold(lab, rate):
    lab.slow["most"] = 0
    endpoints = {"n%d" % n: lab.addresses[0] for n in range(12)}
    options = {"rate": rate} if rate else {"limit": 3}
    report = Fleet(endpoints, **options).call_sync("test.slow", "a")
    assert report.ok
    if not rate:
        assert lab.slow["most"] <= 3


def test_serial_batches_and_max_fail_percentage(lab):
    endpoints = dict(many(lab, 4), bad1="tcp:127.0.0.1:1", bad2="tcp:127.0.0.1:1")
    endpoints.update(("m%d" % n, lab.addresses[0]) for n in range(4))
    seen = []
    report = Fleet(endpoints).call_sync(
        "core.version", serial=[2, 4], max_fail_percentage=25, on_result=seen.append
    )
    assert len(seen) == 6
    assert [name for name, e in report.errors.items() if isinstance(e, Skipped)] == [
        "m0",
        "m1",
        "m2",
        "m3",
    ]


def test_the_overall_deadline_ends_everything(lab):
    report = Fleet(many(lab, 3), timeout=600).call_sync("test.stuck", deadline=0.3)
    assert {type(error) for error in report.errors.values()} == {CallTimeout}
    assert all(error.executed is None for error in report.errors.values())


def test_retries_follow_what_is_safe(lab):
    pytest.importorskip("tenacity")
    before = len([call for call in lab.calls if call.method == "test.busy"])
    policy = RetryPolicy(retries=2, busy_wait=0.01)
    report = Fleet([lab.addresses[0]], retries=policy).call_sync("test.busy")
    assert report.causes() == {"Busy: 500 Ongoing reload": [lab.addresses[0]]}
    assert len([call for call in lab.calls if call.method == "test.busy"]) - before == 3


def test_an_observer_sees_every_call(lab):
    calls = []
    endpoints = dict(many(lab, 3), gone="unix:/nonexistent/s")
    Fleet(endpoints, on_call=calls.append).call_sync("core.echo", "x")
    assert sorted(str(call.address) for call in calls if call.outcome == "ok") == sorted(
        str(parse_address(text)) for text in many(lab, 3).values()
    )
    assert [call.outcome for call in calls].count("ConnectError") == 1
    assert all(call.method == "core.echo" and call.sent > 0 for call in calls)
    assert {call.received > 0 for call in calls if call.outcome == "ok"} == {True}


def test_a_function_can_make_several_calls(lab):
    async def work(client):
        return [(await client.call("core.echo", str(n)))[0] for n in range(3)]

    report = Fleet(many(lab, 3)).run_sync(work)
    assert set(map(tuple, report.replies.values())) == {("0", "1", "2")}


def test_a_fleet_from_the_configuration(lab):
    config = Config({"a": lab.addresses[0], "b": lab.addresses[2]}, {"all": ["a", "b"]})
    assert Fleet(config.select(["all"])).call_sync("core.echo", "z").replies == {
        "a": ["z"],
        "b": ["z"],
    }


def test_a_bad_address_fails_before_any_call():
    with pytest.raises(AddressError):
        Fleet({"a": "tcp:127.0.0.1:99999"})


@pytest.mark.parametrize(
    "serial, sizes",
    [(None, [10]), (3, [3, 3, 3, 1]), ("20%", [2] * 5), ([1, "50%"], [1, 5, 4]), ("1%", [1] * 10)],
)
def test_batches_as_in_ansible(serial, sizes):
    assert [len(batch) for batch in batches(list(range(10)), serial)] == sizes


@pytest.mark.parametrize("serial", [0, "x", "0%", -1])
def test_bad_batches_are_refused(serial):
    with pytest.raises(ValueError, match="serial"):
        batches([1], serial)
