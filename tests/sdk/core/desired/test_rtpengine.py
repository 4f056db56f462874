# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.rtpengine import NODES, MediaNodes, node

VERSIONS = ["5.6", "5.8", "6.1", "master"]


@pytest.mark.parametrize(
    "shown, enabled, answers",
    [
        ({"disabled": 0}, True, True),
        ({"disabled": 1}, True, False),
        ({"disabled": "1(permanent)"}, False, False),
        ({"disabled": 0, "active": 1}, True, True),
        ({"disabled": 0, "active": 0}, True, False),
        ({"disabled": 1, "active": 0}, False, False),
    ],
)
def test_nodes_of_all_releases(shown, enabled, answers):
    assert node(shown) == {"enabled": enabled, "answers": answers}


@pytest.mark.parametrize("lab", VERSIONS, indirect=True)
def test_a_node_that_does_not_answer(ensure, lab):
    each = lab.modules["rtpengine"].nodes[0]
    assert ensure(MediaNodes(each.url, enabled=False))["after"] == {each.url: "disabled"}
    assert each.recheck == -1
    each.reachable = False
    result = ensure(MediaNodes(each.url, enabled=True), failed=True)
    assert "does not answer" in result["msg"]
    assert result["changed"] is True
    assert result["after"] == {each.url: "enabled"}
    result = ensure(MediaNodes(each.url, enabled=True, must_answer=False))
    assert (result["changed"], result["silent"]) == (False, [each.url])


@pytest.mark.parametrize("lab", VERSIONS, indirect=True)
def test_all_nodes(ensure):
    result = ensure(MediaNodes("all", enabled=False))
    assert len(result["rpc_calls"]) == 3
    assert set(result["after"].values()) == {"disabled"}
    assert result["silent"] == []
    assert ensure(MediaNodes("all", enabled=False))["changed"] is False


def test_a_node_that_is_not_there(ensure):
    assert "no node udp:nowhere" in ensure(MediaNodes("udp:nowhere", True), failed=True)["msg"]


def test_options():
    nodes = NODES.make({"url": "all", "state": "enabled", "must_answer": False})
    assert (nodes.url, nodes.enabled, nodes.must_answer) == ("all", True, False)
