# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.condition import OPTIONS as ALL_OPTIONS
from kamailio_binrpc.core.desired.condition import Condition, wait
from kamailio_binrpc.core.desired.drive import drive
from kamailio_binrpc.core.errors import EncodeError
from kamailio_binrpc.core.faults import MethodNotFound, NotFound
from kamailio_binrpc.core.values import Struct

from .script import Script

OPTIONS = dict.fromkeys(("params", "path", "expect", "fault", "min", "max"))


def condition(**options):
    return Condition({**OPTIONS, "method": "cfg.get", "mutates": "auto", **options})


def look(condition, *values):
    answer = values[0] if values and isinstance(values[0], Exception) else list(values)
    return drive(condition.check(), Script({condition.method: answer}))


@pytest.mark.parametrize(
    "options, values, found, differs",
    [
        ({}, (5,), (True, 5), ""),
        ({}, (5, 6), (True, [5, 6]), ""),
        ({}, (), (True, []), ""),
        ({"expect": 5}, (5,), (True, 5), ""),
        ({"expect": 5}, (6,), (False, 6), "expected int 5, got int 6"),
        ({"expect": "caf\\xe9"}, ("caf\udce9",), (True, "caf\udce9"), ""),
        ({"path": "a", "expect": 1}, (Struct(a=1),), (True, 1), ""),
        ({"path": "a"}, (Struct(b=1),), (False, None), "a is not in the reply"),
        ({"path": "[a=\\xe9].b"}, (Struct.of(Struct(a="\udce9", b=2)),), (True, 2), ""),
        ({"min": 1, "max": 3}, (1,), (True, 1), ""),
        ({"min": 1, "max": 3}, (3,), (True, 3), ""),
        ({"min": 1, "max": 3}, (0,), (False, 0), "0 is less than 1"),
        ({"min": 1, "max": 3}, (4,), (False, 4), "4 is greater than 3"),
        ({"min": 1}, ("2.5",), (True, "2.5"), ""),
        ({"max": 1}, ("x",), (False, "x"), "'x' is not a number"),
        ({"max": 1}, (Struct(a=1),), (False, {"a": 1}), "{'a': 1} is not a number"),
        ({"fault": 404}, (5,), (False, 5), "expected the fault 404, got none"),
    ],
)
def test_values(options, values, found, differs):
    each = condition(**options)
    assert look(each, *values) == found
    assert each.differs == differs


def test_faults():
    fault = NotFound(404, "no such key\n", "cfg.get")
    shown = {"fault": "404 no such key"}
    assert look(condition(fault="not_found"), fault) == (True, shown)
    assert look(condition(fault="busy"), fault) == (False, shown)
    each = condition(expect=5)
    assert look(each, fault) == (False, shown)
    assert each.differs == "got cfg.get: fault 404: no such key"


def test_a_method_that_is_not_there():
    fault = MethodNotFound(500, "command cfg.get not found", "cfg.get")
    with pytest.raises(MethodNotFound):
        look(condition(expect=5), fault)
    assert look(condition(fault="method_not_found"), fault)[0] is True


@pytest.mark.parametrize(
    "options, text",
    [
        ({"method": "dispatcher.reload"}, "not known to change nothing"),
        ({"path": "a."}, "is not a path"),
        ({"fault": " "}, "neither the code of a fault"),
        ({"params": [{"a": 1}]}, "no method takes a struct"),
    ],
)
def test_what_is_refused(options, text):
    with pytest.raises(EncodeError, match=text):
        condition(**options)


def test_a_method_that_is_said_to_change_nothing():
    assert condition(method="my.method", mutates="never").method == "my.method"


def waited(wanted, *values, timeout=2, on_change=None):
    script = Script({wanted.method: list(values)})
    return drive(wait(wanted, timeout, 1, on_change), script, script.clock, script.pause)


def test_a_wait_for_a_condition():
    noted = []
    result = waited(condition(expect=5), 5, on_change=noted.append)
    assert noted == result.pop("progress") == [{"after": 0, "value": 5}]
    expected = {"changed": False, "failed": False, "value": 5, "tries": 1, "elapsed": 0}
    assert result == expected


def test_a_wait_that_ends_without_it():
    result = waited(condition(expect=5), 6)
    assert (result["failed"], result["value"], result["tries"]) == (True, 6, 3)
    assert result["msg"] == "not met after 2 s (wait_timeout): expected int 5, got int 6"


def test_the_last_value_counts_and_times_have_milliseconds():
    values = [1, 2, 5]
    wanted = condition(expect=5)
    script = Script({wanted.method: lambda *params: [values.pop(0)]})
    result = drive(wait(wanted, 9, 0.123456), script, script.clock, script.pause)
    assert (result["value"], result["tries"], result["elapsed"]) == (5, 3, 0.247)
    assert [each["value"] for each in result["progress"]] == [1, 2, 5]


def test_a_wait_that_an_error_ends():
    wanted = condition(expect=5)
    script = Script({wanted.method: MethodNotFound(404, "no")})
    result = drive(wait(wanted, 2, 1), script, script.clock, script.pause)
    assert (result["failed"], set(result)) == (True, {"changed", "failed", "msg"})


def test_options():
    found = ALL_OPTIONS.check({"method": "m", "min": 1})
    assert (found["wait_timeout"], found["poll"], found["mutates"]) == (300, 1, "auto")
    with pytest.raises(ValueError, match="method is missing"):
        ALL_OPTIONS.check({})
    with pytest.raises(ValueError, match="expect and min exclude each other"):
        ALL_OPTIONS.check({"method": "m", "min": 1, "expect": 2})


def test_a_secret_is_compared_and_not_shown():
    looked = condition(method="uac.reg_info", path="auth_password", expect="x")
    assert look(looked, Struct(auth_password="x")) == (True, "(hidden)")
    assert look(condition(method="uac.reg_info"), Struct(auth_password="x"))[1] == {
        "auth_password": "(hidden)"
    }
