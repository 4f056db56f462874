# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The state of one server, made on another: only passwords are missing."""

from __future__ import annotations

import contextlib
from functools import partial

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.core.desired.calls import Calls
from kamailio_binrpc.core.desired.drive import drive
from kamailio_binrpc.core.state.plan import plan
from kamailio_binrpc.core.state.run import apply
from kamailio_binrpc.core.state.sections import SECTIONS
from kamailio_binrpc.core.state.snapshot import snapshot
from kamailio_binrpc.core.state.wish import parse
from tests.support.state import ground

WISH = {
    "version": 1,
    "htable": {
        "t": {"items": {"a": 1, "b": "text", "": "", "raw": {"value": r"\xe9", "type": "escaped"}}}
    },
    "pv": {"shv": {"maintenance": 3, "banner": "another"}},
    "cfg": {"core": {"debug": 1, "mem_join": 0}},
    "dispatcher": {
        "55": {
            "destinations": [
                {"uri": "sip:127.0.8.1:5060", "priority": 3},
                {"uri": "sip:127.0.8.2:5060", "priority": 2, "attrs": "weight=5;duid=b"},
                {"uri": "sip:127.0.8.3:5060", "priority": 1, "state": "disabled"},
            ]
        }
    },
    "uac": {
        "registrations": {
            "wish-1": {
                "l_username": "bob",
                "l_domain": "example.com",
                "r_username": "2002",
                "r_domain": "127.0.0.1",
                "auth_username": "2002",
                "auth_proxy": "sip:127.0.0.1:9",
                "auth_password": {"env": "TRUNK"},
                "state": "disabled",
                "expires": 3600,
            }
        }
    },
    "usrloc": {"location": {"wish": {"contacts": {"sip:wish@127.0.0.1:9": {"q": 0.5}}}}},
    "pipelimit": {"pipes": {"p1": {"algorithm": "RED", "limit": 17}}},
}


def transferred(one, other, without=()):
    """Return the documents of two servers, after the first was made of the second.

    :param one: drives generators at a server.
    :param without: sections in which their configurations differ.
    """

    def described(run):
        document = run(snapshot(set(SECTIONS) - set(without)))[0]
        found = {name: each for name, each in document.items() if name not in without}
        if without:
            # Destinations of the list file have the port of their own server.
            found["dispatcher"] = {"55": found["dispatcher"]["55"]}
        return found

    def made(run, document):
        wish = parse([document], lambda reference: "sesame-1")
        outcome = run(apply(wish.stages, irreversible=True))
        assert outcome.outcome == "changed", outcome
        assert run(plan(wish.stages)).differs is False

    made(one, WISH)
    first = described(one)
    copied = {**first, "uac": {"registrations": {}}}
    for uuid, each in first["uac"]["registrations"].items():
        # What a snapshot cannot have.
        named = {n: {"env": "X"} if v == {"keep": True} else v for n, v in each.items()}
        copied["uac"]["registrations"][uuid] = named
    made(other, copied)
    return first, described(other)


def test_at_a_lab_server(tmp_path):
    with contextlib.ExitStack() as stack:
        drives = []
        for name in ("one", "other"):
            (tmp_path / name).mkdir()
            drives.append(stack.enter_context(ground(tmp_path / name)).drive)
        first, second = transferred(*drives)
    assert second == first


@pytest.mark.real
@pytest.mark.slow
def test_at_real_servers(make_kamailio):
    eager = 'modparam("dispatcher", "reload_delta", 0)'
    servers = [make_kamailio(extra_config=eager) for _each in range(2)]
    with contextlib.ExitStack() as stack:
        calls = [
            Calls(stack.enter_context(Client(each.endpoints["unix"], timeout=60)))
            for each in servers
        ]
        drives = [partial(drive, endpoint=each) for each in calls]
        # Each has media nodes with ports of its own.
        first, second = transferred(*drives, without=["rtpengine"])
    assert second == first
