# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.desired.calls import Calls
from kamailio_binrpc.core.desired.drive import drive
from kamailio_binrpc.core.state.snapshot import snapshot
from kamailio_binrpc.core.state.startup import LOST, as_cfg, as_dispatcher_list
from kamailio_binrpc.core.state.wish import parse
from tests.sdk.core.state.documents import EVERYTHING
from tests.sdk.core.state.drifts import differences

DOCUMENT = {
    "version": 1,
    "pv": {"shv": {"maintenance": 3, "banner": 'say "hi"'}},
    "cfg": {
        "core": {"debug": 2},
        "lab": {"max_calls": 12, "label": "crate", "other": {"unset": True}},
        "lab[1]": {"max_calls": 5},
    },
    "htable": {
        "t": {
            "items": {
                "a": 1,
                "b": "text",
                "c": {"value": 1, "at_least": 5},
                "d(e)": 1,
                "f": "two\nlines",
            }
        }
    },
    "dispatcher": {
        "55": {
            "destinations": [
                {"uri": "sip:127.0.8.1:5060", "priority": 3, "state": "enabled"},
                {"uri": "sip:127.0.8.2:5060", "priority": 2, "attrs": "weight=5;duid=b"},
                {"uri": "sip:127.0.8.3:5060", "state": "disabled"},
            ]
        },
        "9": {"destinations": [{"uri": "sip:127.0.8.4:5060", "flags": 16}]},
    },
}


def test_lines_for_the_configuration():
    assert as_cfg(DOCUMENT).splitlines() == [
        'modparam("pv", "shvset", "maintenance=i:3")',
        'modparam("pv", "shvset", "banner=s:say \\"hi\\"")',
        "debug=2",
        "lab.max_calls = 12",
        'lab.label = "crate"',
        "# cfg.lab[1].max_calls: values of instances have no line; set it in a route",
        "event_route[htable:mod-init] {",
        "\t$sht(t=>a) = 1;",
        '\t$sht(t=>b) = "text";',
        "\t# htable.t: an item that expires",
        "\t# htable.t: a key that needs care in a script",
        "# htable.t.f: a text of several lines",
        "}",
        "# not here: destinations: see the list file",
    ]


def test_what_is_not_written_is_said():
    text = as_cfg(EVERYTHING)
    for name, why in LOST.items():
        assert name in EVERYTHING
        assert f"# not here: {why}\n" in text
    assert "sesame" not in text


def test_a_list_file():
    assert as_dispatcher_list(DOCUMENT) == (
        "9 sip:127.0.8.4:5060 16 0\n"
        "55 sip:127.0.8.1:5060 0 3\n"
        "55 sip:127.0.8.2:5060 0 2 weight=5;duid=b\n"
        "55 sip:127.0.8.3:5060 4 0\n"
    )
    assert as_dispatcher_list({}) == as_cfg({}) == ""


@pytest.mark.real
@pytest.mark.slow
def test_a_real_kamailio_reads_the_list(make_kamailio):
    server = make_kamailio()
    with Client(server.endpoints["unix"], timeout=30) as client:
        calls = Calls(client)
        document, _left_out = drive(snapshot(["dispatcher"]), calls)
        document["dispatcher"].update(DOCUMENT["dispatcher"])
        (server.directory / "dispatcher.list").write_text(as_dispatcher_list(document))
        client.call("dispatcher.reload")
        assert differences(lambda talk: drive(talk, calls), parse([document])) == []
