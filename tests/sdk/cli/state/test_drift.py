# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc drift``."""

from __future__ import annotations

from kamailio_binrpc.cli import exit_codes
from kamailio_binrpc.cli.state import drift, reading
from kamailio_binrpc.state.report import ChangeReport, ServerReport


def test_servers_are_grouped_by_how_they_differ(kamrpc, apply, fleet):
    apply("-g", "labs", "wanted.yml")
    fleet.change("two", "htable.seti", "features", "recording", 0)
    status, out, err = kamrpc("drift", "-g", "labs", "wanted.yml")
    assert status == exit_codes.DIFFERENCES
    assert out == (
        "2 servers (one, ill):\n  as wanted\ntwo:\n  ~ htable.features.recording: 0 -> 1\n"
    )
    assert err == "3 servers: 2 unchanged, 1 differs\n"


def test_no_drift(run, apply):
    apply("-g", "labs", "wanted.yml")
    status, data, _err = run("drift", "-g", "labs", "wanted.yml")
    assert status == exit_codes.OK
    assert data["groups"] == [
        {"names": ["one", "two", "ill"], "outcome": "unchanged", "changes": []}
    ]


def test_what_is_not_shown_is_counted_alone_and_is_no_drift(monkeypatch, kamrpc, fleet):
    report = ServerReport("one", "differs")
    report.changes.append(ChangeReport("cfg.tm.fr_timer", "unknown", "?", 5000))

    def planned(_addresses, _wishes, _settings, _options, on_report):
        on_report(report)
        return [report]

    monkeypatch.setattr(reading, "planned", planned)
    status, out, _err = kamrpc("drift", "-s", "one", "wanted.yml")
    assert (status, out) == (0, "one:\n  as wanted\n  not shown by the server: cfg.tm.fr_timer\n")
    report.changes.append(ChangeReport("cfg.core.debug", "change", 2, 3))
    report.outcome = "differs"
    status, out, _err = kamrpc("drift", "-s", "one", "wanted.yml")
    assert status == exit_codes.DIFFERENCES
    assert out == ("one:\n  ~ cfg.core.debug: 2 -> 3\n  not shown by the server: cfg.tm.fr_timer\n")
    assert drift.reading is reading


def test_a_server_that_does_not_answer_is_a_group(kamrpc, fleet):
    status, out, _err = kamrpc("drift", "--all", "wanted.yml")
    assert status == exit_codes.CONNECT
    assert "gone:\n  unreachable" in out
