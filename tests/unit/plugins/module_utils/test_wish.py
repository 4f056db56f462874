# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible_collections.kamailio.ctl.plugins.module_utils._task import SHARED, Setting
from ansible_collections.kamailio.ctl.plugins.module_utils._wish import (
    OPTIONS,
    _importable,
    wish_task,
    wrong_keys,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.lab.server import LabServer
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.state.journal import Journals

TASK = wish_task()
DOCUMENT = {
    "version": 1,
    "name": "unit",
    "htable": {"t": {"items": {"greeting": "servus"}, "absent": ["limit"]}},
    "pv": {"shv": {"maintenance": 1}},
}


@pytest.fixture
def lab():
    # The path of a unix socket has to be short.
    with tempfile.TemporaryDirectory() as folder:
        with LabServer(binrpc=["unix:%s/ctl" % folder]).running_in_thread() as server:
            yield server


@pytest.fixture
def play(lab, tmp_path):
    """Run the task, which has to succeed unless told otherwise."""

    def play(failed=False, check_mode=False, diff=False, **options):
        defaults = {**SHARED, **OPTIONS.fields}
        params = {name: option.default for name, option in defaults.items()}
        params.update(endpoint=lab.addresses[0], journals=str(tmp_path / "journals"))
        params.update(options)
        secrets = TASK.secrets(params)
        result = TASK.run(params, Setting(check_mode, diff, secrets=secrets))
        assert bool(result.get("failed")) is failed, result
        json.dumps(result)
        return result

    return play


def test_a_change_and_nothing_more(play, lab):
    predicted = play(document=DOCUMENT, check_mode=True, diff=True)
    assert (predicted["changed"], predicted["outcome"], predicted["id"]) == (True, "changed", "")
    assert lab.modules["pv"].variables["maintenance"] == 0
    result = play(document=DOCUMENT, diff=True)
    assert result["diff"] == predicted["diff"]
    assert result["diff"]["before"] == {
        "htable.t.greeting": "hello",
        "htable.t.limit": 10,
        "pv.shv.maintenance": 0,
    }
    assert [each["action"] for each in result["changes"]] == ["change", "remove", "change"]
    assert [each["method"] for each in result["rpc_calls"]] == [
        "htable.sets",
        "pv.shvSet",
        "htable.delete",
    ]
    assert result["rpc_calls"] == predicted["rpc_calls"]
    assert result["id"]
    assert any("lost when Kamailio is restarted" in each for each in result["warnings"])
    again = play(document=DOCUMENT)
    assert (again["changed"], again["outcome"], again["warnings"]) == (False, "unchanged", [])


def test_stages(play, lab):
    stages = [DOCUMENT, {"pv": {"shv": {"banner": "done"}}}]
    assert play(document=stages)["changed"] is True
    assert lab.modules["pv"].variables["banner"] == "done"


def test_a_failure_is_undone_as_a_whole(play, lab):
    before = dict(lab.modules["pv"].variables)
    lab.failures.add("refuse", method="htable.delete")
    result = play(document=DOCUMENT, failed=True)
    assert (result["changed"], result["outcome"], result["not_undone"]) == (False, "undone", [])
    assert dict(lab.modules["pv"].variables) == before
    assert "htable.delete" in result["msg"]


@pytest.mark.parametrize("check_mode", [True, False])
def test_what_cannot_be_is_refused_before_anything_is_sent(play, lab, check_mode):
    document = {**DOCUMENT, "pv": {"shv": {"maintenance": 1, "nothing": 1}}}
    result = play(document=document, failed=True, check_mode=check_mode)
    assert (result["changed"], result["outcome"]) == (False, "refused")
    assert "there is no $shv(nothing)" in result["msg"]
    assert lab.modules["pv"].variables["maintenance"] == 0


def test_a_document_that_is_wrong(play):
    result = play(document={"version": 1, "htabel": {}}, failed=True)
    assert result["msg"] == "htabel: there is no such key; did you mean htable?"
    assert "give document as well" in play(failed=True)["msg"]
    assert "give id as well" in play(state="confirmed", failed=True)["msg"]


@pytest.mark.parametrize(
    "value, path",
    [
        ({"htable": {"t": {"items": {50674039: 1}}}}, "htable.t.items.50674039"),
        ([{"version": 1}, {1: 2}], "1"),
        ({"dispatcher": {1: {}}}, "dispatcher.1"),
        ({"checks": [{"params": [{True: 1}]}]}, "checks.params.True"),
    ],
)
def test_keys_that_are_not_text_are_refused(play, value, path):
    assert wrong_keys(value).startswith("quote the key %s, " % path)
    message = play(document=value, failed=True)["msg"]
    assert "quote the key %s, since YAML may have made" % path in message


def test_keys_that_are_text_are_fine():
    assert wrong_keys({"a": [{"b": {"c": 1}}, 5]}) == ""


@pytest.mark.parametrize("value", ["text", 5, ["text"]])
def test_a_document_is_a_mapping(play, value):
    assert "write a mapping" in play(document=value, failed=True)["msg"]


def test_no_secret_is_shown(play, lab):
    document = {
        "version": 1,
        "uac": {"registrations": {"trunk-1": {"auth_password": "sesame-7", "expires": 77}}},
        "htable": {"t": {"items": {"db_password": "sesame-8"}}},
    }
    result = play(document=document, failed=True, diff=True)
    assert result["reason"] == "irreversible"
    assert "sesame" not in json.dumps(result)
    result = play(document=document, allow_irreversible=True, diff=True)
    assert lab.modules["uac"].records["trunk-1"]["auth_password"] == "sesame-7"
    assert "sesame" not in json.dumps(result)
    assert "not-secret-1" not in json.dumps(result)
    assert any(each["secret"] for each in result["changes"])


def test_a_server_that_does_not_answer(play):
    for check_mode in (True, False):
        result = play(
            document=DOCUMENT, endpoint="unix:/nowhere/ctl", failed=True, check_mode=check_mode
        )
        assert (result["changed"], result["outcome"]) == (False, "unreachable")


def test_many_endpoints(play, lab):
    result = play(document=DOCUMENT, endpoints={"a": lab.addresses[0]})
    assert result["changed_count"] == 1
    assert result["results"][0]["outcome"] == "changed"


def test_confirming_what_is_not_there(play, tmp_path):
    message = play(state="confirmed", id=["nothing"], failed=True)["msg"]
    assert "There is no change nothing at unix" in message
    assert str(tmp_path / "journals") in message
    done = play(document=DOCUMENT)
    message = play(state="confirmed", id=[done["id"]], failed=True)["msg"]
    assert "is applied, so it cannot be confirmed" in message


# --- changes that have to be confirmed


def test_a_change_waits_to_be_confirmed(play, lab):
    change = play(document=DOCUMENT, confirm=3600)
    assert (change["changed"], change["outcome"]) == (True, "pending")
    assert any("unless it is confirmed" in each for each in change["warnings"])
    other = {"version": 1, "pv": {"shv": {"banner": "x"}}}
    refused = play(document=other, failed=True)
    assert (refused["outcome"], refused["reason"]) == ("refused", "pending")
    assert play(state="confirmed", id=[change["id"]], check_mode=True)["changed"] is True
    assert play(state="confirmed", id=[change["id"]])["changed"] is True
    assert play(state="confirmed", id=[change["id"]])["changed"] is False
    assert lab.modules["pv"].variables["maintenance"] == 1
    assert play(document=other)["outcome"] == "changed"
    message = play(state="cancelled", id=[change["id"]], failed=True)["msg"]
    assert "is confirmed, so it cannot be cancelled" in message


def test_a_change_is_cancelled(play, lab):
    change = play(document=DOCUMENT, confirm=3600)
    assert lab.modules["pv"].variables["maintenance"] == 1
    assert play(state="cancelled", id=[change["id"]], check_mode=True)["changed"] is True
    result = play(state="cancelled", id=[change["id"]])
    assert {"htable.t.greeting", "htable.t.limit", "pv.shv.maintenance"} <= set(result["undone"])
    assert result["not_undone"] == []
    assert lab.modules["pv"].variables["maintenance"] == 0


def test_what_is_not_confirmed_is_undone(play, lab):
    """The guardian is a process of its own."""
    play(document=DOCUMENT, confirm=1)
    give_up = time.monotonic() + 60
    while lab.modules["pv"].variables["maintenance"] and time.monotonic() < give_up:
        time.sleep(0.1)
    assert lab.modules["pv"].variables["maintenance"] == 0


def test_nothing_to_do_needs_no_confirmation(play):
    play(document=DOCUMENT)
    result = play(document=DOCUMENT, confirm=3600)
    assert (result["outcome"], result["id"]) == ("unchanged", "")


def test_a_guardian_outlives_what_ansible_sends(tmp_path):
    """A module runs from a file that is removed when it ends."""
    payload = tmp_path / "payload.zip"
    payload.write_bytes(b"code")
    module = SimpleNamespace(__name__="a.b.c", __file__=str(payload / "a" / "b" / "c.py"))
    journals = Journals(str(tmp_path / "journals"))
    (tmp_path / "journals").mkdir()
    place = Path(_importable(module, journals, "id-2"))
    assert (place.parent, place.read_bytes()) == (tmp_path / "journals", b"code")
    # Copies of changes that are over go.
    assert Path(_importable(module, journals, "id-3")).exists()
    assert not place.exists()
    folder = SimpleNamespace(__name__="a.b.c", __file__=str(tmp_path / "a" / "b" / "c.py"))
    assert _importable(folder, journals, "id-3") == str(tmp_path)
