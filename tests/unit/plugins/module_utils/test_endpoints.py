# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from ansible_collections.kamailio.ctl.plugins.module_utils import _endpoint, _endpoints
from ansible_collections.kamailio.ctl.plugins.module_utils._endpoints import addresses, grouped
from ansible_collections.kamailio.ctl.plugins.module_utils._task import SHARED, Setting, Task
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.batches import Limit
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.engine import StateError
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.options import Options
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.errors import BinrpcError

NAMES = ["udp:192.0.2.%d" % number for number in range(1, 11)]


class Clock:
    """Time that passes only by sleeping and calling."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(Limit, "_clock", clock)
    monkeypatch.setattr(_endpoint, "sleep", clock.sleep)
    return clock


def everywhere(job, setting=None, prepare=None, **options):
    params = {name: each.default for name, each in SHARED.items()}
    params.update(options)
    if params["endpoints"] is None:
        params["endpoints"] = NAMES
    task = Task(Options({}), prepare or (lambda given: job))
    return task.run(params, setting or Setting())


def changes(endpoint, setting):
    return {"changed": True}


# --- what the option endpoints may hold


def test_a_list_a_text_and_a_mapping(tmp_path):
    path = tmp_path / "config.ini"
    path.write_text("[endpoints]\na = udp:192.0.2.1\nb = udp:192.0.2.2\n[groups]\nall = a b\n")
    both = {"a": "udp:192.0.2.1", "b": "udp:192.0.2.2"}
    assert addresses(["all"], str(path)) == both
    assert addresses("b, a", str(path)) == both
    assert addresses(both, "/nowhere") == both
    assert addresses(["tcp:h:1", "a"], str(path)) == {"tcp:h:1": "tcp:h:1", "a": both["a"]}


@pytest.mark.parametrize(
    "wrong",
    [["udp:"], "nowhere", ["nowhere"], {"a": "udp:"}],
)
def test_what_is_no_list_of_endpoints(wrong, tmp_path):
    path = tmp_path / "config.ini"
    path.write_text("")
    result = everywhere(changes, endpoints=wrong, config_file=str(path))
    assert result["failed"] is True
    assert "results" not in result


@pytest.mark.parametrize("nothing", [[], {}])
def test_no_endpoint_skips_the_task(nothing):
    result = everywhere(changes, endpoints=nothing)
    assert (result["skipped"], result["changed"], result["results"]) == (True, False, [])


# --- results


def test_counts_and_order():
    def job(endpoint, setting):
        return {"changed": endpoint.address.endswith((".3:2049", ".4:2049"))}

    result = everywhere(job)
    assert [each["name"] for each in result["results"]] == NAMES
    assert [each["endpoint"] for each in result["results"]] == [n + ":2049" for n in NAMES]
    assert (result["changed"], result["failed"]) == (True, False)
    assert (result["changed_count"], result["failed_count"], result["skipped_count"]) == (2, 0, 0)


def test_options_are_checked_before_anything_is_called():
    called = []

    def prepare(params):
        if called:
            raise StateError("that cannot be")
        return called.append

    assert everywhere(called.append, endpoints={"a": "udp:h", "b": "udp:"})["failed"] is True
    called.append("b")
    assert everywhere(None, prepare=prepare)["msg"] == "that cannot be"
    assert called == ["b"]


@pytest.mark.parametrize(
    "option",
    [
        {"forks": 0},
        {"max_fail_percentage": 101},
        {"deadline": 0},
        {"serial": ["none"]},
        {"timeout": -1},
        {"retries": -1},
    ],
)
def test_options_that_are_wrong(option):
    called = []
    result = everywhere(lambda endpoint, setting: called.append(1), **option)
    assert result["failed"] is True
    assert not called


def test_an_unexpected_error_does_not_hide_the_others():
    def job(endpoint, setting):
        if endpoint.address == "udp:192.0.2.2:2049":
            raise KeyError("oh")
        return {"changed": True}

    result = everywhere(job, max_fail_percentage=10)
    assert result["failed"] is False
    assert [each["failed"] for each in result["results"]].count(True) == 1
    broken = result["results"][1]
    assert broken["changed"] is True
    assert "KeyError('oh')" in broken["msg"]
    assert "KeyError" in broken["exception"]


def test_failures_are_grouped_by_their_cause():
    def job(endpoint, setting):
        return {"failed": True, "msg": "cannot connect to %s: no" % endpoint.address}

    result = everywhere(job)
    assert result["failed"] is True
    assert result["msg"] == (
        "10 of 10 endpoints failed. udp:192.0.2.1, udp:192.0.2.2, udp:192.0.2.3, udp:192.0.2.4, "
        "udp:192.0.2.5 and 5 more: cannot connect to the endpoint: no"
    )


def test_warnings_of_all_go_without_names():
    def job(endpoint, setting):
        own = ["of one"] if endpoint.address == "udp:192.0.2.2:2049" else []
        return {"changed": False, "warnings": ["of all", *own]}

    result = everywhere(job)
    assert result["warnings"] == ["of all", "udp:192.0.2.2: of one"]
    assert all("warnings" not in each for each in result["results"])


def test_the_text_of_most_comes_first_and_that_of_all_has_no_names():
    pairs = [({"endpoint": "e", "name": name}, text) for name, text in ["ax", "by", "cy"]]
    assert grouped(pairs) == ["b, c: y", "a: x"]
    assert grouped(pairs[:1]) == grouped(pairs[:1], 1) == ["a: x"]
    assert grouped(pairs[1:]) == grouped(pairs[1:], 3) == ["b, c: y"]
    assert grouped(pairs[1:], 2) == ["y"]


def test_grouped_keeps_what_differs_apart():
    pairs = [({"endpoint": "a", "name": "n%d" % number}, "x") for number in range(2)]
    assert grouped([*pairs, ({"endpoint": "b", "name": "m"}, "y")]) == ["n0, n1: x", "m: y"]


def test_diffs_have_the_names_and_leave_out_what_is_equal():
    def job(endpoint, setting):
        after = {"v": 2} if endpoint.address == "udp:192.0.2.2:2049" else {"v": 1}
        return {"changed": True, "diff": {"before": {"v": 1}, "after": after}}

    result = everywhere(job)
    assert result["diff"] == [
        {
            "before": {"v": 1},
            "after": {"v": 2},
            "before_header": "udp:192.0.2.2",
            "after_header": "udp:192.0.2.2",
        }
    ]


def test_diffs_of_batches_keep_their_headers():
    def job(endpoint, setting):
        diff = {"before": 1, "after": 2, "before_header": "p", "after_header": "p"}
        return {"changed": True, "diff": [diff, diff]}

    result = everywhere(job, endpoints={"a": "udp:h"})
    assert [each["after_header"] for each in result["diff"]] == ["a: p", "a: p"]


# --- how many at once, and when to stop


def test_no_more_at_once_than_forks():
    threads = set()
    together = threading.Barrier(3)

    def job(endpoint, setting):
        threads.add(threading.get_ident())
        together.wait(20)
        return {"changed": False}

    # The barrier needs three at once, and nine are three times three.
    assert everywhere(job, endpoints=NAMES[:9], forks=3)["failed"] is False
    assert len(threads) == 3


def test_a_batch_begins_when_the_one_before_is_done():
    done = []

    def job(endpoint, setting):
        done.append(endpoint.address)
        return {"changed": False}

    everywhere(job, serial=["1", "50%"], forks=20)
    assert done[0] == NAMES[0] + ":2049"
    assert set(done[1:6]) == {name + ":2049" for name in NAMES[1:6]}


@pytest.mark.parametrize(
    "limit, failed, skipped", [(0, True, 7), (33, True, 7), (34, False, 0), (100, False, 0)]
)
def test_too_many_failures_stop_the_next_batch(limit, failed, skipped):
    def job(endpoint, setting):
        if endpoint.address == "udp:192.0.2.2:2049":
            return {"failed": True, "msg": "no"}
        return {"changed": True}

    result = everywhere(job, serial=["3"], max_fail_percentage=limit)
    assert (result["failed"], result["skipped_count"]) == (failed, skipped)
    assert result["changed_count"] == 9 - skipped
    text = result["msg"] if failed else result["warnings"][0]
    assert "1 of 10 endpoints failed. udp:192.0.2.2: no" in text
    assert ("7 were not called after that" in text) is failed


def test_the_deadline_ends_calls_and_pauses(clock, monkeypatch):
    asked = []

    class Client:
        def __init__(self, address, timeout, connect_wait):
            self.address = address

        def call(self, method, *params, timeout, repeatable):
            asked.append((timeout, self.connect_wait))
            clock.now += 3
            return []

        def close(self):
            pass

    monkeypatch.setattr(_endpoint, "Client", Client)

    def job(endpoint, setting):
        for _call in range(3):
            endpoint.once("core.version")
            endpoint.pause(4)
        return {"changed": True}

    result = everywhere(job, endpoints={"a": "udp:h"}, deadline=10, timeout=5, connect_wait=60)
    # 3 s of a call, 4 s of a pause, 3 s of a call; the next pause has no time left.
    assert asked == [(5, 10), (3, 3)]
    assert clock.now == 1010
    assert result["failed"] is True
    assert "the deadline of 10 s for all endpoints has passed" in result["msg"]


def test_an_interrupted_task_calls_no_one_else(monkeypatch):
    said = []
    started = threading.Event()

    class Threads(ThreadPoolExecutor):
        def map(self, function, *items):
            super().map(function, *items)
            started.wait(20)
            raise KeyboardInterrupt

    def job(endpoint, setting):
        started.set()
        text = ""
        for _try in range(50000):
            try:
                endpoint.once("core.version")
            except BinrpcError as error:
                text = str(error)
            if "stopped" in text:
                break
        said.append(text)
        return {"changed": False}

    monkeypatch.setattr(_endpoints, "ThreadPoolExecutor", Threads)
    paths = ["unix:/nowhere/%d" % number for number in range(3)]
    with pytest.raises(KeyboardInterrupt):
        everywhere(job, forks=1, endpoints=paths)
    assert said == ["the task was stopped"] * 3
