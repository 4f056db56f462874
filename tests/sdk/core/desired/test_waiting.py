# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.drive import Ask, drive
from kamailio_binrpc.core.desired.waiting import wait_until
from kamailio_binrpc.core.errors import ConnectError
from kamailio_binrpc.core.faults import NotFound

from .script import Script


def check():
    value = (yield Ask("get"))[0]
    return value >= 3, value


def wait(script, timeout, interval, **more):
    return drive(wait_until(check, timeout, interval, **more), script, script.clock, script.pause)


def counting(*values):
    left = list(values)
    return Script({"get": lambda: [left.pop(0) if len(left) > 1 else left[0]]})


def test_at_once():
    found = wait(counting(3), 10, 1)
    assert (found.met, found.tries, found.elapsed) == (True, 1, 0)
    assert found.seen == [{"after": 0, "value": 3}]


def test_each_other_value_is_noted_once():
    noted = []
    found = wait(counting(1, 1, 2, 3), 10, 1, on_change=noted.append)
    assert (found.met, found.tries, found.elapsed) == (True, 4, 3)
    assert found.seen == [
        {"after": 0, "value": 1},
        {"after": 2, "value": 2},
        {"after": 3, "value": 3},
    ]
    assert noted == found.seen


def test_the_time_is_up():
    found = wait(counting(1), 2.5, 1)
    # Once more at the very end, and not later.
    assert (found.met, found.tries, found.elapsed) == (False, 4, 2.5)


def test_a_server_that_starts():
    script = counting(3)
    script.errors = {1: ConnectError("nothing listens"), 2: ConnectError("nothing listens")}
    found = wait(script, 10, 1)
    assert (found.met, found.tries) == (True, 3)
    assert [each["value"] for each in found.seen] == ["nothing listens", 3]


def test_a_server_that_never_answers():
    script = counting(3)
    script.errors = dict.fromkeys(range(1, 99), ConnectError("nothing listens"))
    with pytest.raises(ConnectError):
        wait(script, 3, 1)
    assert script.time == 3


def test_other_errors_end_the_wait():
    with pytest.raises(NotFound):
        wait(Script({"get": NotFound(404, "no")}), 3, 1)
