# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import random
import sys

import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.faults import (
    Fault,
    MethodNotFound,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.values import Struct
from ansible_collections.kamailio.ctl.plugins.modules import kamailio_rpc

from .conftest import LOST, SILENCE

ABSENT = Fault(500, "Key name doesn't exist in htable.")
NO_TABLE = Fault(500, "No such htable")
DONE = ["Ok. Key set to new value."]


def item(value):
    return [Struct(item=Struct(name="k", value=value, flags=0, expire="NEVER"))]


def get(answer):
    return ("htable.get", ["t", "k"], answer)


def seti(answer, value=5):
    return ("htable.seti", ["t", "k", value], answer)


def probed(**changes):
    """Return options of a task that sets an item to 5 unless it is 5."""
    probe = {"method": "htable.get", "params": ["t", "k"], "path": "item.value", "expect": 5}
    return dict({"method": "htable.seti", "params": ["t", "k", 5], "probe": probe}, **changes)


def deletion(**changes):
    probe = dict({"method": "htable.get", "params": ["t", "k"], "fault": "not_found"}, **changes)
    return {"method": "htable.delete", "params": ["t", "k"], "probe": probe}


@pytest.fixture
def rpc(server, run):
    def call(script=(), check_mode=False, diff=False, **options):
        server.script[:] = script
        options.setdefault("endpoint", server.endpoint)
        return run(kamailio_rpc, check_mode, diff, **options)

    return call


# --- replies


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_reading_call_runs_always_and_changes_nothing(rpc, check_mode):
    result = rpc([("core.version", [], ["kamailio 5.6.3"])], check_mode, method="core.version")
    assert result == {
        "changed": False,
        "endpoint": "unixs:ctl",
        "executed": "yes",
        "failed": False,
        "fault": None,
        "method": "core.version",
        "value": "kamailio 5.6.3",
        "values": ["kamailio 5.6.3"],
    }


@pytest.mark.parametrize("values", [[], ["a", "b"]])
def test_value_is_null_unless_there_is_exactly_one(rpc, values):
    result = rpc([("core.arg", [], values)], method="core.arg")
    assert result["value"] is None
    assert result["values"] == values


def test_structs_have_the_shape_of_jsonrpcs(rpc):
    reply = Struct([("socket", Struct(port="1")), ("socket", Struct(port="2"))])
    result = rpc([("core.sockets_list", [], [reply])], method="core.sockets_list")
    assert result["value"] == [{"socket": {"port": "1"}}, {"socket": {"port": "2"}}]


def test_bytes_that_are_not_utf8_are_escaped_everywhere(rpc):
    odd = b"a\xffb".decode("utf-8", "surrogateescape")
    script = [("core.arg", [], [odd, Struct([(odd, odd)]), "C:\\xdir", "\\xff", "\\\\x5c"])]
    values = rpc(script, method="core.arg")["values"]
    assert values == [
        "a\\xffb",
        {"a\\xffb": "a\\xffb"},
        "C:\\xdir",
        "\\x5cxff",
        "\\\\x5cx5c",
    ]


def test_an_odd_fault_is_escaped_too(rpc):
    odd = Fault(500, b"bad \xe9".decode("utf-8", "surrogateescape"))
    result = rpc([("core.arg", [], odd)], method="core.arg")
    assert result["fault"]["text"] == "bad \\xe9"
    assert "bad \\xe9" in result["msg"]


# --- parameters


def test_parameters_keep_their_types(rpc):
    params = [1, "1", "007", 1.5, "", True]
    script = [("core.echo", [1, "1", "007", 1.5, "", 1], [])]
    assert not rpc(script, method="core.echo", params=params)["failed"]


def test_types_can_be_forced(rpc):
    params = [
        {"type": "int", "value": "5"},
        {"type": "str", "value": 5},
        {"type": "float", "value": 2},
        {"type": "bool", "value": "yes"},
        {"type": "bytes", "value": "00ff"},
        {"type": "escaped", "value": "a\\xff\\x5cx41"},
    ]
    odd = b"a\xff\\x41".decode("utf-8", "surrogateescape")
    script = [("core.echo", [5, "5", 2.0, 1, b"\x00\xff", odd], [])]
    assert not rpc(script, method="core.echo", params=params)["failed"]


@pytest.fixture
def warned(monkeypatch):
    texts = []
    monkeypatch.setattr(AnsibleModule, "warn", lambda self, text: texts.append(text))
    return texts


def signature(answer, method="my.method"):
    return ("system.methodSignature", [method], answer)


NO_SIGNATURE = Fault(500, "Not Implemented Yet")


def test_a_server_that_knows_types_is_asked_for_those_that_the_collection_lacks(rpc, warned):
    params = ["5", 7, {"type": "str", "value": "5"}]
    script = [signature(["int int string int"]), ("my.method", [5, "7", "5"], [])]
    result = rpc(script, method="my.method", params=params)
    assert (result["failed"], warned) == (False, [])


def test_types_that_nothing_tells_bring_one_warning(rpc, warned):
    calls = [{"method": "my.method", "params": ["a", "5", 7]}] * 2
    script = [signature(NO_SIGNATURE), ("my.method", ["a", "5", 7], [])] * 2
    result = rpc(script, calls=calls)
    assert not result["failed"]
    (warning,) = warned
    assert "my.method is not in the catalogue" in warning
    assert "sent: parameter 2 as a text. To say the type, write a mapping" in warning


def test_a_number_is_meant_as_it_is_written(rpc, warned):
    script = [signature(NO_SIGNATURE), ("my.method", [5], [])]
    assert not rpc(script, method="my.method", params=[5])["failed"]
    assert warned == []


def test_a_method_that_does_not_exist_is_only_said_to_be_missing(rpc, warned):
    missing = MethodNotFound(500, "command my.method not found")
    script = [signature(NO_SIGNATURE), ("my.method", ["5"], missing)]
    result = rpc(script, method="my.method", params=["5"])
    assert (result["failed"], warned) == (True, [])


@pytest.mark.parametrize("check_mode", [False, True])
def test_calls_whose_types_are_known_cost_no_other_call(rpc, check_mode):
    for method, params, sent in (
        ("htable.sets", ["t", "k", "5"], ["t", "k", "5"]),
        ("my.method", ["a", {"type": "str", "value": "5"}], ["a", "5"]),
    ):
        script = [(method, sent, [])]
        assert not rpc(script[check_mode:], check_mode, method=method, params=params)["failed"]


@pytest.mark.parametrize(
    "param, reason",
    [
        ({"type": "int", "value": "x"}, "'x' does not read as int"),
        ({"typ": "int", "value": "1"}, "no method takes a struct"),
        (None, "binrpc has no null"),
        (2**40, "does not fit a 32-bit int"),
    ],
)
@pytest.mark.parametrize("check_mode", [False, True])
def test_impossible_parameters_fail_before_anything_is_sent(rpc, param, reason, check_mode):
    result = rpc([], check_mode, method="core.echo", params=[param])
    assert result["failed"]
    assert reason in result["msg"]


# --- changes without a probe


@pytest.mark.parametrize("method", ["htable.seti", "some.method"])
def test_any_method_not_known_to_be_reading_reports_a_change(rpc, method):
    result = rpc([(method, [], [])], method=method)
    assert result["changed"]
    assert result["executed"] == "yes"


def test_check_mode_predicts_the_change_without_any_call(rpc, server):
    result = rpc([], check_mode=True, method="htable.seti", params=["t", "k", 5])
    assert result["changed"]
    assert result["executed"] == "no"
    assert server.connections == 0


def test_mutates_overrules_the_table(rpc):
    result = rpc([("some.method", [], [])], True, method="some.method", mutates="never")
    assert not result["changed"]
    assert result["executed"] == "yes"
    assert rpc([], True, method="core.version", mutates="always")["changed"]


# --- probes


def test_a_satisfied_probe_is_all_that_runs(rpc):
    result = rpc([get(item(5))], diff=True, **probed())
    assert not result["changed"]
    assert result["executed"] == "no"
    assert result["probe"] == {"before": 5, "after": 5, "matched": True}
    assert result["diff"]["before"] == result["diff"]["after"]


def test_a_needed_change_is_made_and_verified(rpc):
    result = rpc([get(item(4)), seti(DONE), get(item(5))], diff=True, **probed())
    assert result["changed"]
    assert result["executed"] == "yes"
    assert result["value"] == DONE[0]
    assert result["probe"] == {"before": 4, "after": 5, "matched": False}
    assert result["diff"]["before"] == {"value": 4}
    assert result["diff"]["after"] == {"value": 5}
    assert result["diff"]["before_header"] == "htable.get(t, k): item.value"


def test_check_mode_probes_and_predicts(rpc):
    result = rpc([get(item(4))], check_mode=True, diff=True, **probed())
    assert result["changed"]
    assert result["executed"] == "no"
    assert result["probe"] == {"before": 4, "after": 5, "matched": False}
    assert result["diff"]["after"] == {"value": 5}


def test_no_diff_unless_wanted(rpc):
    assert "diff" not in rpc([get(item(4))], check_mode=True, **probed())


def test_what_does_not_exist_yet_differs(rpc):
    result = rpc([get(ABSENT), seti(DONE), get(item(5))], **probed())
    assert result["changed"]
    assert result["probe"]["before"] == {"fault": "500 Key name doesn't exist in htable."}


@pytest.mark.parametrize(
    "found, shown",
    [
        (item("5"), "item.value: expected int 5, got str '5'"),
        (item(6), "item.value: expected int 5, got int 6"),
        ([Struct(other=1)], "item.value is not in the reply"),
        (ABSENT, "Key name doesn't exist"),
    ],
)
def test_a_change_that_did_not_take_fails(rpc, found, shown):
    result = rpc([get(item(4)), seti(DONE), get(found)], **probed())
    assert result["failed"]
    assert result["changed"]
    assert result["executed"] == "yes"
    assert shown in result["msg"]


def test_another_fault_of_the_probe_fails_before_the_change(rpc):
    result = rpc([get(Fault(500, "Out of order"))], **probed())
    assert result["failed"]
    assert not result["changed"]
    assert result["executed"] == "no"
    assert result["fault"]["text"] == "Out of order"
    assert "Nothing was changed" in result["msg"]


def test_unless_the_probe_says_that_it_means_absence(rpc):
    options = probed()
    options["probe"]["ignore_faults"] = ["out of ORDER"]
    result = rpc([get(Fault(500, "Out of order")), seti(DONE), get(item(5))], **options)
    assert result["changed"]
    assert not result["failed"]


def test_a_fault_of_the_call_needs_no_verification(rpc):
    result = rpc([get(item(4)), seti(NO_TABLE)], **probed())
    assert result["failed"]
    assert not result["changed"]
    assert result["fault"]["kind"] == "not_found"


def test_a_lost_verification_tells_that_the_change_was_made(rpc):
    result = rpc([get(item(4)), seti(DONE), get(LOST)], **probed())
    assert result["failed"]
    assert result["changed"]
    assert result["executed"] == "yes"
    assert "the probe that should verify it failed" in result["msg"]


@pytest.mark.parametrize("fault", ["not_found", 500, "500", "doesn't EXIST"])
def test_absence_is_reached(rpc, fault):
    deleting = ("htable.delete", ["t", "k"], ["Ok. Key deleted."])
    result = rpc([get(item(4)), deleting, get(ABSENT)], **deletion(fault=fault))
    assert result["changed"]
    assert not result["failed"]
    assert not rpc([get(ABSENT)], **deletion(fault=fault))["changed"]


def test_absence_is_predicted(rpc):
    result = rpc([get(item(4))], check_mode=True, diff=True, **deletion())
    assert result["changed"]
    assert result["diff"]["after"] == {"fault": "not_found"}


def test_absence_of_another_kind_is_an_error(rpc):
    result = rpc([get(NO_TABLE)], **deletion(fault="key name"))
    assert result["failed"]
    assert "No such htable" in result["msg"]


def test_still_there_after_deleting(rpc):
    deleting = ("htable.delete", ["t", "k"], ["Ok. Key deleted."])
    result = rpc([get(item(4)), deleting, get(item(4))], **deletion())
    assert result["failed"]
    assert "expected the fault not_found" in result["msg"]


@pytest.mark.parametrize(
    "changes, reason",
    [
        ({"method": "some.method"}, "not known to change nothing"),
        ({"fault": "not_found"}, "either expect or fault"),
        ({"expect": None}, "either expect or fault"),
        ({"expect": None, "fault": True}, "neither the code of a fault"),
    ],
)
def test_probes_that_cannot_be(rpc, changes, reason):
    options = probed()
    options["probe"].update(changes)
    result = rpc([], **options)
    assert result["failed"]
    assert reason in result["msg"]


def test_an_unknown_probe_can_be_vouched_for(rpc):
    options = probed(probe={"method": "some.show", "expect": {"on": 1}, "mutates": "never"})
    assert not rpc([("some.show", [], [Struct(on=1, since="today")])], **options)["changed"]


def test_a_reading_call_takes_no_probe(rpc):
    result = rpc([], **probed(method="core.version", params=[]))
    assert "it takes no probe" in result["msg"]


# --- faults and failures


def test_a_fault_is_data_of_a_failed_task(rpc):
    result = rpc([("htable.get", ["t", "k"], NO_TABLE)], method="htable.get", params=["t", "k"])
    assert result["failed"]
    assert result["executed"] == "yes"
    assert result["fault"] == {
        "code": 500,
        "text": "No such htable",
        "kind": "not_found",
        "remedy": "",
    }
    assert result["msg"] == "htable.get: fault 500: No such htable"


def test_a_missing_method_did_not_run(rpc):
    fault = Fault(500, "command my.method not found")
    result = rpc([("my.method", [], fault)], method="my.method")
    assert result["fault"]["kind"] == "method_not_found"
    assert result["executed"] == "no"
    assert not result["changed"]
    assert "See system.listMethods" in result["msg"]


@pytest.mark.parametrize("accepted", [[500], ["500"], ["no such"], ["not_found"], [404, "NO SUCH"]])
def test_accepted_faults_do_not_fail(rpc, accepted):
    script = [("htable.delete", ["t", "k"], NO_TABLE)]
    result = rpc(script, method="htable.delete", params=["t", "k"], ignore_faults=accepted)
    assert not result["failed"]
    assert not result["changed"]
    assert result["fault"]["code"] == 500
    assert result["value"] is None


@pytest.mark.parametrize("accepted", [[404], ["busy"], ["no such item"], ["50"]])
def test_other_faults_do(rpc, accepted):
    script = [("htable.delete", ["t", "k"], NO_TABLE)]
    assert rpc(script, method="htable.delete", params=["t", "k"], ignore_faults=accepted)["failed"]


def test_a_reply_that_outgrew_its_buffer_comes_after_the_change(rpc):
    script = [("some.method", [], Fault(500, "buffer too small (overflow)"))]
    result = rpc(script, method="some.method")
    assert result["changed"]
    assert "binrpc_max_body_size" in result["fault"]["remedy"]


@pytest.mark.parametrize("answer, timeout", [(SILENCE, 0.2), (LOST, 5)])
def test_without_an_answer_no_one_knows(rpc, answer, timeout):
    result = rpc([("some.method", [], answer)], method="some.method", timeout=timeout)
    assert result["failed"]
    assert result["executed"] == "unknown"
    assert result["changed"]
    assert "unknown" in result["msg"]


def test_nothing_listens(rpc):
    result = rpc([], method="some.method", endpoint="unix:./nothing")
    assert result["failed"]
    assert result["executed"] == "no"
    assert not result["changed"]
    assert "ctl.so" in result["msg"]


@pytest.mark.parametrize(
    "options, reason",
    [
        ({"endpoint": "tcp:host:99999"}, "99999"),
        ({"timeout": 0}, "0"),
        ({"connect_wait": -1}, "connect_wait"),
        ({"retries": -1}, "retries"),
    ],
)
def test_connection_options_out_of_range(rpc, options, reason):
    result = rpc([], method="core.version", **options)
    assert result["failed"]
    assert reason in result["msg"]


def test_retries_need_no_library(rpc, monkeypatch):
    monkeypatch.setitem(sys.modules, "tenacity", None)
    monkeypatch.setattr(random, "random", lambda: 0.0)
    result = rpc([("core.version", [], LOST)] * 3, method="core.version", retries=2)
    assert result["failed"]
    assert "closed the connection without an answer" in result["msg"]
    result = rpc(
        [("core.version", [], LOST), ("core.version", [], ["5"])], method="core.version", retries=2
    )
    assert result["value"] == "5"


def test_a_change_that_may_have_been_made_is_not_repeated(rpc):
    result = rpc([("some.method", [], LOST)], method="some.method", retries=2)
    assert result["executed"] == "unknown"


# --- batches


def test_a_batch_runs_in_order_over_one_connection(rpc, server):
    script = [
        ("core.version", [], ["v"]),
        ("htable.sets", ["t", "k", "5"], DONE),
        get(item(5)),
    ]
    calls = [
        {"method": "core.version"},
        {"method": "htable.sets", "params": ["t", "k", "5"]},
        probed(),
    ]
    result = rpc(script, diff=True, calls=calls)
    assert [entry["changed"] for entry in result["results"]] == [False, True, False]
    assert result["changed"]
    assert result["executed"] == "yes"
    assert len(result["diff"]) == 1
    assert server.connections == 1


def test_a_batch_ends_at_the_first_failure(rpc):
    script = [("core.version", [], ["v"]), get(NO_TABLE)]
    calls = [
        {"method": "core.version"},
        {"method": "htable.get", "params": ["t", "k"]},
        {"method": "some.method"},
        {"method": "some.method"},
    ]
    result = rpc(script, calls=calls)
    assert result["failed"]
    assert result["msg"].startswith("call 2 of 4: htable.get: fault 500")
    assert "The 2 calls after it were not executed" in result["msg"]
    assert result["fault"]["code"] == 500
    assert not result["changed"]
    assert [entry["executed"] for entry in result["results"]] == ["yes", "yes", "no", "no"]
    assert [entry["failed"] for entry in result["results"]] == [False, True, False, False]
    assert "Not executed" in result["results"][3]["msg"]


def test_accepted_faults_do_not_end_a_batch(rpc):
    script = [get(NO_TABLE), ("core.version", [], ["v"])]
    calls = [
        {"method": "htable.get", "params": ["t", "k"], "ignore_faults": ["no such"]},
        {"method": "core.version"},
    ]
    assert not rpc(script, calls=calls)["failed"]


def test_a_bad_call_fails_the_batch_before_anything_is_sent(rpc, server):
    calls = [{"method": "core.version"}, {"method": "some.method", "params": [None]}]
    result = rpc([], calls=calls)
    assert "call 2 of 2, some.method" in result["msg"]
    assert server.connections == 0


def test_check_mode_of_a_batch(rpc):
    calls = [{"method": "core.version"}, {"method": "some.method"}]
    result = rpc([("core.version", [], ["v"])], check_mode=True, calls=calls)
    assert result["changed"]
    assert result["executed"] == "yes"


@pytest.mark.parametrize("options", [{}, {"method": "a", "calls": []}, {"calls": [], "params": []}])
def test_method_or_calls(rpc, options):
    assert rpc([], **options)["failed"]


# --- secrets

DUMP = ("autheph.dump_secrets", [], ["ID 0: stored"])
RECORD = Struct(auth_password="stored", l_uuid="t")
INFO = ("uac.reg_info", ["l_uuid", "t"], [RECORD])


def test_stored_secrets_come_only_if_they_are_asked_for(rpc):
    assert rpc([DUMP], method="autheph.dump_secrets")["values"] == ["(hidden)"]
    assert rpc([DUMP], method="autheph.dump_secrets", reveal=True)["values"] == ["ID 0: stored"]
    calls = [{"method": "uac.reg_info", "params": ["l_uuid", "t"]}]
    assert "stored" not in str(rpc([INFO], calls=calls))
    assert "stored" in str(rpc([INFO], calls=calls, reveal=True))


def test_a_secret_in_the_text_of_a_fault(rpc):
    script = [("autheph.add_secret", ["s3same"], Fault(500, "cannot add 's3same'"))]
    result = rpc(script, method="autheph.add_secret", params=["s3same"])
    assert result["fault"]["text"] == "cannot add '(hidden)'"
    assert "s3same" not in str(result)


def test_a_probe_for_a_secret(rpc):
    probe = {"method": "uac.reg_info", "params": ["l_uuid", "t"]}
    probe.update(path="auth_password", expect="s3same")
    options = {"method": "uac.reg_refresh", "params": ["t"], "probe": probe}
    script = [INFO, ("uac.reg_refresh", ["t"], []), INFO]
    result = rpc(script, diff=True, **options)
    assert result["failed"] is True
    assert "expected str '(hidden)', got str '(hidden)'" in result["msg"]
    assert not {"s3same", "stored"} & set(str(result).replace("'", " ").split())
