# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.call import Call, Probe, remember_secrets, run_all
from kamailio_binrpc.core.desired.drive import drive
from kamailio_binrpc.core.errors import CallTimeout, ConnectError, EncodeError
from kamailio_binrpc.core.faults import Fault, NotFound, ReplyTooLarge
from kamailio_binrpc.core.masking import Secrets
from kamailio_binrpc.core.values import Struct

from .script import Script

CALL = {"params": None, "mutates": "auto", "ignore_faults": None, "probe": None}
PROBE = {**dict.fromkeys(("params", "path", "expect", "fault", "ignore_faults")), "mutates": "auto"}
ABSENT = NotFound(500, "Key name doesn't exist", "htable.get")


def call(method="htable.seti", **options):
    return Call({**CALL, "method": method, **options})


def probe(method="htable.get", **options):
    return {**PROBE, "method": method, **options}


def go(call, script, check_mode=False):
    return drive(call.run(check_mode), script)


def item(value):
    return Struct(item=Struct(value=value))


# --- calls without a probe


def test_a_call_that_reads_may_be_repeated():
    script = Script({"core.version": ["k"]})
    result = go(call("core.version"), script, check_mode=True)
    assert (result["values"], result["value"], result["executed"]) == (["k"], "k", "yes")
    assert result["changed"] is False
    assert script.made == [("ask", "core.version")]


def test_a_call_that_changes_is_not_sent_in_check_mode():
    script = Script({"htable.seti": []})
    result = go(call(), script, check_mode=True)
    assert (result["changed"], result["executed"], script.made) == (True, "no", [])


def test_a_call_that_changes_is_repeated_only_if_it_did_not_run():
    script = Script({"htable.seti": []})
    result = go(call(params=["t", "k", 1]), script)
    assert (result["changed"], result["value"]) == (True, None)
    assert script.made == [("retry", "htable.seti", "t", "k", 1)]


def test_several_values():
    result = go(call("x.y", mutates="never"), Script({"x.y": [1, 2]}))
    assert (result["values"], result["value"], result["changed"]) == ([1, 2], None, False)


@pytest.mark.parametrize(
    "error, executed, changed",
    [
        (Fault(500, "no"), "yes", False),
        (ReplyTooLarge(500, "x"), "yes", True),
        (ConnectError("gone"), "no", False),
        (CallTimeout("late", executed=None), "unknown", True),
    ],
)
def test_failures(error, executed, changed):
    result = go(call(), Script({"htable.seti": error}))
    assert result["failed"] is True
    assert (result["executed"], result["changed"]) == (executed, changed)
    assert (result["fault"] is not None) is isinstance(error, Fault)


def test_a_fault_may_be_ignored():
    result = go(call(ignore_faults=["not_found"]), Script({"htable.seti": ABSENT}))
    assert (result["failed"], result["fault"]["kind"]) == (False, "not_found")


# --- probes


def test_a_probe_that_matches_saves_the_call():
    each = call(probe=probe(path="item.value", expect=1))
    result = go(each, Script({"htable.get": [item(1)]}))
    assert result["changed"] is False
    assert result["probe"] == {"before": 1, "after": 1, "matched": True}
    assert result["diff"]["before"] == result["diff"]["after"] == {"value": 1}
    assert result["diff"]["before_header"] == "htable.get(): item.value"


def test_a_probe_that_differs_is_asked_again():
    values = [ABSENT, [item(1)]]
    script = Script({"htable.get": lambda *params: values.pop(0), "htable.seti": []})
    each = call(probe=probe(path="item.value", expect=1, params=["t", "k"]))
    result = go(each, script)
    assert (result["failed"], result["changed"]) == (False, True)
    assert result["probe"]["before"] == {"fault": "500 Key name doesn't exist"}
    assert result["probe"]["after"] == 1
    assert result["diff"]["before"] == {"fault": "500 Key name doesn't exist"}
    assert result["diff"]["before_header"] == "htable.get(t, k): item.value"


def test_a_prediction():
    each = call(probe=probe(expect={"item": {"value": 1}}))
    result = go(each, Script({"htable.get": [item(0)]}), check_mode=True)
    assert result["probe"]["after"] == {"item": {"value": 1}}
    assert result["diff"]["after"] == {"item": {"value": 1}}
    assert go(each, Script({"htable.get": ABSENT}), check_mode=True)["changed"] is True
    each = call(probe=probe(path="item.none", expect=1))
    result = go(each, Script({"htable.get": [item(0)]}), check_mode=True)
    assert (result["probe"]["before"], result["probe"]["after"]) == (None, 1)


def test_a_call_that_does_not_help():
    script = Script({"htable.get": [item(0)], "htable.seti": []})
    result = go(call(probe=probe(path="item.value", expect=1)), script)
    assert (result["failed"], result["changed"]) == (True, True)
    text = "the probe htable.get() still differs: item.value: expected int 1, got int 0"
    assert text in result["msg"]


def test_a_fault_may_be_wanted():
    each = call("htable.delete", probe=probe(fault="not_found"))
    assert go(each, Script({"htable.get": ABSENT}))["changed"] is False
    script = Script({"htable.get": [1]})
    result = go(each, script, check_mode=True)
    assert result["probe"] == {"before": 1, "after": {"fault": "not_found"}, "matched": False}
    script = Script({"htable.get": [1], "htable.delete": []})
    assert "expected the fault not_found, got 1" in go(each, script)["msg"]


def test_another_fault_than_the_wanted_one():
    each = call("htable.delete", probe=probe(fault=404, ignore_faults=["no such"]))
    script = Script({"htable.get": Fault(500, "No such table"), "htable.delete": []})
    result = go(each, script)
    assert "expected the fault 404, got fault 500: No such table" in result["msg"]


@pytest.mark.parametrize("error", [Fault(500, "broken"), ConnectError("gone")])
def test_a_probe_that_fails_changes_nothing(error):
    script = Script({"htable.get": error})
    result = go(call(probe=probe(expect=1)), script)
    assert (result["failed"], result["changed"], len(script.made)) == (True, False, 1)
    assert result["msg"].startswith("Nothing was changed, since the probe failed: ")
    assert (result["fault"] is not None) is isinstance(error, Fault)


def test_a_probe_that_fails_after_the_call():
    script = Script({"htable.get": [item(0)], "htable.seti": []}, {3: ConnectError("gone")})
    result = go(call(probe=probe(expect=1)), script)
    assert (result["failed"], result["changed"]) == (True, True)
    assert "htable.seti was run, but the probe that should verify it failed: gone" in result["msg"]


def test_texts_of_tasks_are_escaped_and_those_of_the_server_are_not():
    each = call(probe=probe(path="[a=\\xe9].b", expect="x\\xff"))
    rows = Struct.of(Struct(a="\udce9", b="x\udcff"))
    result = go(each, Script({"htable.get": [rows]}))
    assert (result["changed"], result["probe"]["before"]) == (False, "x\udcff")


# --- what is refused


@pytest.mark.parametrize(
    "options, text",
    [
        ({"expect": 1, "fault": 1}, "either expect or fault"),
        ({}, "either expect or fault"),
        ({"expect": 1, "path": ".."}, "is not a path"),
        ({"fault": True}, "neither the code"),
        ({"expect": 1, "ignore_faults": [""]}, "neither the code"),
        ({"expect": 1, "method": "htable.seti"}, "say mutates: never in the probe"),
        ({"expect": 1, "params": [{"a": 1}]}, "no method takes a struct"),
        ({"expect": 1, "params": [2**40]}, "1099511627776"),
    ],
)
def test_probes_that_are_refused(options, text):
    with pytest.raises(EncodeError, match=text):
        Probe(probe(**options))


def test_calls_that_are_refused():
    with pytest.raises(EncodeError, match="takes no probe"):
        call("core.version", probe=probe(expect=1))
    with pytest.raises(EncodeError, match="neither the code"):
        call(ignore_faults=[None])


# --- several calls


def test_calls_after_a_failure_are_not_made():
    script = Script({"a": Fault(500, "no"), "b": [1]})
    results = drive(run_all([call("b"), call("a"), call("b")], False), script)
    assert [each["failed"] for each in results] == [False, True, False]
    assert results[2]["msg"].startswith("Not executed")
    assert [each[1] for each in script.made] == ["b", "a"]


# --- secrets

RECORD = Struct(l_uuid="t", r_username="1001", auth_password="1001")


def test_stored_secrets_are_hidden_unless_they_are_asked_for():
    script = Script({"uac.reg_info": [RECORD]})
    shown = go(call("uac.reg_info"), script)
    assert shown["value"] == {"l_uuid": "t", "r_username": "1001", "auth_password": "(hidden)"}
    assert shown["values"] == [shown["value"]]
    revealed = Call({**CALL, "method": "uac.reg_info"}, reveal=True)
    assert go(revealed, Script({"uac.reg_info": [RECORD]}))["value"]["auth_password"] == "1001"


@pytest.mark.parametrize("path, expect", [("auth_password", "x"), ("", {"auth_password": "x"})])
@pytest.mark.parametrize("reveal", [False, True])
def test_a_probe_for_a_secret_compares_it_and_does_not_show_it(path, expect, reveal):
    options = probe("uac.reg_info", params=["auth_username", "1001"], path=path, expect=expect)
    wanted = Call({**CALL, "method": "uac.reg_refresh", "probe": options}, reveal)
    same = {"uac.reg_info": [Struct(auth_password="x")]}
    result = go(wanted, Script(same))
    assert result["probe"]["matched"] is True
    assert ("'x'" in str(result["probe"])) is reveal
    other = Script({"uac.reg_info": [Struct(auth_password="y")], "uac.reg_refresh": []})
    result = go(wanted, other)
    assert result["failed"] is True
    assert ("'y'" in str(result["diff"])) is reveal


def test_the_label_of_a_probe_has_no_secrets():
    options = probe("autheph.add_secret", params=["x"], expect="y", mutates="never")
    assert Probe(options).label == "autheph.add_secret((hidden))"
    assert Probe(options, reveal=True).label == "autheph.add_secret(x)"


def remembered(options):
    secrets = Secrets()
    remember_secrets(options, secrets)
    return [text for text in MARKS if secrets.hide(text) == "(hidden)"]


MARKS = ["sesame-1", "sesame-2", "sesame-3"]
SECRET = {"method": "autheph.add_secret", "params": ["sesame-1"]}


@pytest.mark.parametrize(
    "options, found",
    [
        (SECRET, MARKS[:1]),
        ({**SECRET, "params": [{"type": "str", "value": "sesame-1"}]}, MARKS[:1]),
        ({**SECRET, "params": [{"type": "bytes", "value": b"sesame-1".hex()}]}, MARKS[:1]),
        ({**SECRET, "params": [{"type": "int", "value": "sesame-1"}]}, MARKS[:1]),
        ({**SECRET, "params": "sesame-1,sesame-2"}, MARKS[:1]),
        ({**SECRET, "params": None}, []),
        ({**SECRET, "method": 5}, []),
        ({**SECRET, "method": "no.such"}, []),
        ({"calls": [SECRET]}, MARKS[:1]),
        ({"calls": SECRET}, MARKS[:1]),
        ({"calls": (SECRET, 5)}, MARKS[:1]),
        ({"method": "x", "probe": SECRET}, MARKS[:1]),
        ([SECRET], MARKS[:1]),
        ("sesame-1", []),
        ({"method": "uac.reg_info", "path": "auth_ha1", "expect": "sesame-1"}, MARKS[:1]),
        ({"method": "uac.reg_info", "path": "0.auth_ha1", "expect": "sesame-1"}, MARKS[:1]),
        ({"method": "uac.reg_dump", "path": "[auth_ha1=sesame-2].l_uuid"}, MARKS[1:2]),
        ({"method": "uac.reg_dump", "path": "[a.auth_ha1=sesame-2].auth_ha1", "expect": "sesame-1"},
         MARKS[:2]),
        ({"method": "uac.reg_info", "expect": {"auth_ha1": "sesame-3"}}, MARKS[2:]),
        ({"method": "uac.reg_info", "path": "a..b", "expect": {"auth_ha1": "sesame-3"}}, []),
        ({"method": "cfg.get", "params": ["a", "token"], "expect": "sesame-3"}, MARKS[2:]),
        ({"method": "cfg.get", "params": ["a", "b"], "expect": "sesame-3"}, []),
    ],
)  # fmt: skip
def test_secrets_in_options_of_whatever_shape(options, found):
    assert remembered(options) == found
