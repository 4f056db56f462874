# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""State modules accept what information modules return about a real Kamailio."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kamailio_binrpc import Client
from tests.support.sip import Call, register

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

Jobs = Callable[[list[Any]], list[dict[str, Any]]]


def without_empty(table: dict[str, Any]) -> dict[str, Any]:
    """Return the options that leave a table as it is, also where it is empty."""
    return {**table, "mode": "replaced", **({} if table["items"] else {"allow_empty": True})}


def test_what_is_returned_changes_nothing(kamailio: Any, run_jobs: Jobs) -> None:
    where = {"endpoint": kamailio.endpoints["unix"]}
    register(kamailio, "alice")
    with Call(kamailio):
        names = ("dispatcher", "htable", "cfg", "dialog", "usrloc", "uac", "pipelimit")
        found = dict(
            zip(names, run_jobs([[f"kamailio_{name}_info", dict(where)] for name in names]))
        )
        assert not [result.get("msg") for result in found.values() if result.get("failed")]
        jobs: list[tuple[str, dict[str, Any]]] = [
            *(
                ("dispatcher_destination", {**each, "mode": "replaced"})
                for each in found["dispatcher"]["sets"]
            ),
            *(("dispatcher_state", each) for each in found["dispatcher"]["states"]),
            *(("htable", without_empty(each)) for each in found["htable"]["tables"]),
            ("cfg", {"variables": found["cfg"]["variables"]}),
            *(("usrloc_contact", each) for each in found["usrloc"]["contacts"]),
            *(("uac_registration", each) for each in found["uac"]["registrations"]),
            *(("pipelimit", each) for each in found["pipelimit"]["pipes"]),
        ]
        assert {name for name, _options in jobs} == {
            *("dispatcher_destination", "dispatcher_state", "htable", "cfg"),
            *("usrloc_contact", "uac_registration", "pipelimit"),
        }
        results = run_jobs([[f"kamailio_{name}", {**where, **options}] for name, options in jobs])
        for job, result in zip(jobs, results):
            assert not result.get("failed"), (job, result)
            assert (result["changed"], result["rpc_calls"]) == (False, []), (job, result)

        # A dialog is not state: its match finds it, and it alone.
        (dialog,) = found["dialog"]["dialogs"]
        absent = {"state": "absent", "match": dialog["match"], "_ansible_check_mode": True}
        (ended,) = run_jobs([["kamailio_dialog", {**where, **absent}]])
        assert list(ended["before"]) == [dialog["call_id"]]
    with Client(kamailio.endpoints["unix"]) as client:
        secrets = [str(each["auth_password"]) for each in client.call("uac.reg_dump")]
    assert secrets
    assert not any(secret in json.dumps(found["uac"]) for secret in secrets)
