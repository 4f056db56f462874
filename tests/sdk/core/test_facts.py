# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.errors import ConnectionLost
from kamailio_binrpc.core.facts import MINIMUM, PARTS, gather, select
from kamailio_binrpc.core.faults import Fault

ALL = list(PARTS)


@pytest.mark.parametrize(
    "wanted, parts",
    [
        (["all"], ALL),
        ([], ALL),
        (["!all"], list(MINIMUM)),
        (["min"], list(MINIMUM)),
        (["!all", "!min"], []),
        (["!all", "!min", "version"], ["version"]),
        (["tcp"], [*MINIMUM, "tcp"]),
        (["!min", "tcp"], ["tcp"]),
        (["!tcp"], ALL[:-1]),
        (["all", "!tcp"], ALL[:-1]),
        (["!version"], ALL[1:]),
    ],
)
def test_subsets(wanted, parts):
    assert select(wanted) == parts


@pytest.mark.parametrize("name", ["hardware", "!hardware", "", "!"])
def test_unknown_subset(name):
    with pytest.raises(ValueError, match="unknown subset"):
        select([name])


def shape(value):
    """Reduce facts to their member names; what lists hold does not count."""
    if isinstance(value, dict):
        return {name: shape(member) for name, member in value.items()}
    return list if isinstance(value, list) else None


def test_faults_keep_the_shape_and_are_named():
    def refuse(method, *params):
        raise Fault(500, "command %s not found\n" % method)

    facts = gather(refuse, ALL)
    missing = facts.pop("missing")
    assert missing["core.psx"] == "fault 500: command core.psx not found"
    assert list(facts) == ALL
    assert facts["modules"] == facts["sockets"] == []
    assert set(facts["shared_memory"].values()) == {None}
    facts_of_empty_replies = gather(lambda method, *params: [], ALL)
    assert facts_of_empty_replies.pop("missing") == {}
    assert shape(facts) == shape(facts_of_empty_replies)


def test_a_lost_connection_is_an_error():
    def lose(method, *params):
        raise ConnectionLost("lost")

    with pytest.raises(ConnectionLost):
        gather(lose, ["modules"])
