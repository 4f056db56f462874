# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.pipelimit import PIPE, PipelimitPipe


def test_a_limit(ensure, lab):
    result = ensure(PipelimitPipe("p1", limit=7))
    assert result["after"] == {"algorithm": "TAILDROP", "limit": 7}
    assert lab.modules["pipelimit"].pipes["p1"].limit == 7
    assert ensure(PipelimitPipe("p1", "taildrop", 7))["changed"] is False


def test_a_pipe_that_lets_everything_through_is_not_listed(ensure):
    assert ensure(PipelimitPipe("p1", "NOP"))["changed"] is True
    assert ensure(PipelimitPipe("p1", "NOP"))["changed"] is False
    assert ensure(PipelimitPipe("p1"))["before"] == {"algorithm": "NOP", "limit": "unknown"}


def test_a_limit_that_is_unknown_is_never_written(ensure, lab):
    ensure(PipelimitPipe("p1", "NOP"))
    result = ensure(PipelimitPipe("p1", "TAILDROP"), failed=True)
    assert "Give limit as well" in result["msg"]
    assert lab.modules["pipelimit"].pipes["p1"].algorithm == "NOP"
    assert ensure(PipelimitPipe("p1", "TAILDROP", 7))["after"] == {
        "algorithm": "TAILDROP",
        "limit": 7,
    }


def test_a_limit_that_no_one_can_see_may_have_changed(ensure):
    ensure(PipelimitPipe("p1", "NOP"))
    result = ensure(PipelimitPipe("p1", limit=5))
    assert (result["changed"], len(result["rpc_calls"])) == (True, 1)


def test_a_pipe_cannot_be_created(ensure):
    assert "cannot create one" in ensure(PipelimitPipe("x", limit=1), failed=True)["msg"]


def test_a_pipe_cannot_be_removed_before_5_7(ensure):
    result = ensure(PipelimitPipe("p1", present=False), failed=True)
    assert "since Kamailio 5.7" in result["msg"]


@pytest.mark.parametrize("lab", ["5.8"], indirect=True)
def test_a_pipe_is_removed(ensure, lab):
    assert ensure(PipelimitPipe("p1", present=False))["changed"] is True
    assert "p1" not in lab.modules["pipelimit"].pipes
    assert ensure(PipelimitPipe("p1", present=False))["changed"] is False


def test_other_faults_have_no_advice(ensure):
    result = ensure(PipelimitPipe("p1", "FEEDBACKS"), failed=True)
    assert "5.7" not in result["msg"]


def test_options():
    pipe = PIPE.make({"name": "p1", "limit": 5})
    assert (pipe.name, pipe.algorithm, pipe.limit, pipe.present) == ("p1", None, 5, True)
    assert PIPE.make({"name": "p1", "state": "absent"}).present is False
    with pytest.raises(ValueError, match="limit has no effect with state: absent"):
        PIPE.make({"name": "p1", "limit": 5, "state": "absent"})
    with pytest.raises(ValueError, match="limit is -1; write a number from 0"):
        PIPE.make({"name": "p1", "limit": -1})
