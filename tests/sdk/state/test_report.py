# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Results as data, and servers grouped by what differs."""

from __future__ import annotations

import json

from kamailio_binrpc.state.report import ChangeReport, NotUndone, ServerReport, grouped


def server(name, *changes, **more):
    return ServerReport(name, "differs", list(changes), **more)


RECORDING = ChangeReport("htable.features.recording", "add", None, 1, lost_on="restart")
GREETING = ChangeReport("htable.features.greeting", "change", "hi", "hello")


def test_a_report_is_plain_data():
    report = server("edge1", RECORDING, not_undone=[NotUndone("pv.shv.x", 3, "changed since")])
    data = json.loads(json.dumps(report.to_json()))
    assert data["changes"] == [
        {
            "address": "htable.features.recording",
            "action": "add",
            "before": None,
            "after": 1,
            "secret": False,
            "reversible": "exact",
            "why": None,
            "lost_on": "restart",
        }
    ]
    assert data["not_undone"] == [{"address": "pv.shv.x", "found": 3, "why": "changed since"}]
    assert data["id"] is None


def test_no_value_of_a_secret_is_in_the_data():
    secret = ChangeReport("uac.registrations.t.auth_password", "change", "old", "new", secret=True)
    text = json.dumps(server("edge1", secret).to_json())
    assert "old" not in text
    assert "new" not in text
    assert "(hidden)" in text


def test_servers_with_the_same_changes_are_one_group_the_largest_first():
    reports = [
        server("odd", GREETING),
        server("one", RECORDING, GREETING, seconds=1.0),
        server("two", GREETING, RECORDING, seconds=2.0, id="20261127-1"),
        server("ill", error="no answer"),
    ]
    found = [group.names for group in grouped(reports)]
    assert found == [["one", "two"], ["odd"], ["ill"]]


def test_a_number_and_its_text_are_not_the_same_change():
    one = server("one", ChangeReport("pv.shv.x", "change", 1, 2))
    two = server("two", ChangeReport("pv.shv.x", "change", "1", 2))
    assert len(grouped([one, two])) == 2
