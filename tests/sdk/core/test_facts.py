# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import contextlib

import pytest

from kamailio_binrpc.core.errors import ConnectionLost, ProtocolError
from kamailio_binrpc.core.facts import MINIMUM, PARTS, gather, select
from kamailio_binrpc.core.faults import Fault
from kamailio_binrpc.core.values import Struct

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


ODD = ["x", 5, 1.5, b"", [], Struct(), Struct(a=Struct()), Struct.of("x"), "\u00b2", "9" * 5000]


@pytest.mark.parametrize("part", ALL)
@pytest.mark.parametrize("count", [1, 2, 4, 6])
def test_replies_of_another_shape_are_facts_or_no_answer(part, count):
    for value in ODD:
        try:
            gather(lambda method, *params, value=value: [value] * count, [part])
        except ProtocolError as error:
            assert "the reply has another shape than Kamailio's" in str(error)


def test_members_of_another_shape():
    for value in ODD:
        names = [
            "version",
            "uptime",
            "up_since",
            "socket",
            "total",
            "readers",
            "IDX",
            "id",
            "flags",
        ]
        reply = Struct((name, value) for name in names)
        with contextlib.suppress(ProtocolError):
            gather(lambda method, *params, reply=reply: [reply], ALL)


def test_versions_and_ports_of_many_digits():
    digits = "9" * 5000
    values = {
        "core.version": ["kamailio 5.%s.3 (x)" % digits],
        "ctl.listen": ["binrpc", "tcp", "h", digits, "binrpc", "tcp", "h", "99999"],
    }
    facts = gather(lambda method, *params: values.get(method, []), ["version", "listeners"])
    assert facts["version"]["minor"] is None
    assert [each["port"] for each in facts["listeners"]] == [None, None]
