# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.resource import StateError
from kamailio_binrpc.core.desired.rtpengine import NODES, MediaNodes, in_service, node

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
    assert in_service(shown) == (enabled and answers)


@pytest.mark.parametrize("lab", VERSIONS, indirect=True)
def test_a_node_that_does_not_answer(ensure, lab):
    each = lab.modules["rtpengine"].nodes[0]
    assert ensure(MediaNodes(each.url, enabled=False))["after"] == {each.url: "disabled"}
    assert each.recheck == -1
    each.reachable = False
    result = ensure(MediaNodes(each.url, enabled=True), failed=True)
    assert "does not answer" in result["msg"]
    # It would not be used, so it is as before.
    assert result["changed"] is False
    assert result["after"] == {each.url: "disabled"}
    result = ensure(MediaNodes(each.url, enabled=True, must_answer=False))
    assert (result["changed"], result["silent"]) == (True, [each.url])


@pytest.mark.parametrize("lab", VERSIONS, indirect=True)
def test_all_nodes(ensure):
    result = ensure(MediaNodes("all", enabled=False))
    assert len(result["rpc_calls"]) == 3
    assert set(result["after"].values()) == {"disabled"}
    assert result["silent"] == []
    assert ensure(MediaNodes("all", enabled=False))["changed"] is False


def test_a_node_that_is_not_there(ensure):
    message = ensure(MediaNodes("udp:nowhere", True), failed=True)["msg"]
    assert "no node udp:nowhere. There are udp:192.0.2.40:2223, udp:192.0.2.41:2223" in message


@pytest.mark.parametrize("lab", VERSIONS, indirect=True)
@pytest.mark.parametrize("spelling", ["udp:192.0.2.40:2223", "UDP:192.0.2.40:2223 "])
@pytest.mark.parametrize("other", ["disabled", "silent"])
def test_the_last_node_of_a_set_stays(ensure, lab, spelling, other):
    """A node of another set takes none of its calls."""
    nodes = lab.modules["rtpengine"].nodes
    nodes[1].reachable = other == "disabled"
    ensure(MediaNodes(nodes[1].url, enabled=other == "silent", must_answer=False))
    if other == "silent":
        nodes[1].disabled = True
        nodes[1].recheck = 0
    for check in (True, False):
        message = ensure(MediaNodes(spelling, enabled=False), failed=True, check=check)["msg"]
        assert "only 0 working nodes would be left in set 0, and at least 1 must stay" in message
    assert nodes[0].disabled is False
    assert ensure(MediaNodes(spelling, enabled=False, least=0))["changed"] is True
    assert nodes[0].recheck == -1


def test_all_nodes_but_some(ensure, lab):
    message = ensure(MediaNodes("all", enabled=False, least=1), failed=True)["msg"]
    assert "only 0 working nodes" in message
    for each in lab.modules["rtpengine"].nodes:
        assert each.disabled is False


def test_options():
    nodes = NODES.make({"url": "all", "state": "enabled", "must_answer": False})
    assert (nodes.nodes, nodes.must_answer) == ({"all": True}, False)


def test_several_nodes_at_once(ensure, lab):
    first, second, other = (each.url for each in lab.modules["rtpengine"].nodes)
    result = ensure(MediaNodes({first.upper(): False, other: False}, least=0))
    assert result["after"] == {first: "disabled", other: "disabled"}
    result = ensure(MediaNodes({first: True, second: False}))
    # Make before break.
    assert [call["params"] for call in result["rpc_calls"]] == [[first, 1], [second, 0]]
    message = ensure(MediaNodes({first: False, second: False}), failed=True)["msg"]
    assert "only 0 working nodes would be left in set 0" in message
    message = ensure(MediaNodes({first: True, "udp:nowhere": True}), failed=True)["msg"]
    assert "no node udp:nowhere. There are" in message


def test_a_node_that_is_given_twice():
    with pytest.raises(StateError, match="a node is given twice"):
        MediaNodes({"udp:h:1": True, "UDP:h:1": False})
