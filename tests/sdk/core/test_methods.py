# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""The method catalogue: its data are whole, and parameters come out as the methods want them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kamailio_binrpc
from kamailio_binrpc.core import fault_meanings, methods
from kamailio_binrpc.core.catalogue import is_read_only
from kamailio_binrpc.core.encoder import Encoder
from kamailio_binrpc.core.errors import EncodeError
from kamailio_binrpc.core.faults import (
    AlreadyExists,
    Busy,
    Fault,
    InvalidParams,
    NotFound,
    make_fault,
)
from kamailio_binrpc.core.methods import AsIs, bind, explain, find, signature

EVERY = list(methods.methods())
NAMES = [method.name for method in EVERY]


def test_every_entry_is_whole():
    assert len(NAMES) == len(set(NAMES))
    for method in EVERY:
        assert find(method.name) is method
        assert re.match(r"[a-z_0-9]+(\.[A-Za-z_0-9]+)+\Z", method.name)
        assert method.text, method.name
        assert method.shape in {
            "empty",
            "text",
            "number",
            "struct",
            "array",
            "list",
            "any",
        }
        assert method.reply.count("{") == method.reply.count("}"), method.name
        assert method.reply.count("[") == method.reply.count("]"), method.name
        names = [param.name for param in method.params]
        assert len(names) == len(set(names)), method.name
        for version in (method.since, method.until):
            assert re.match(r"(\d+\.\d+(\.\d+)?|master|)\Z", version), method.name


def test_every_parameter_is_whole():
    for method in EVERY:
        optional = False
        for place, param in enumerate(method.params):
            assert param.type in ("str", "int", "float", "any"), (method.name, param)
            assert re.match(r"[a-z0-9_]+\Z", param.name), (method.name, param)
            assert not param.repeated or place == len(method.params) - 1, (method.name, param)
            # What is required comes first, or could not be told from what is left out.
            assert param.optional or not optional, (method.name, param)
            optional = optional or param.optional
            if param.typed_by:
                assert param.typed_by in [other.name for other in method.params[:place]]
            if param.type == "int" and param.fill is not None:
                assert isinstance(param.fill, int)


def test_a_method_is_not_both_reading_and_marked_as_a_repeatable_write():
    both = [method.name for method in EVERY if method.again and method.access == "read"]
    assert both == []
    assert [m.name for m in EVERY if m.reads_without_params] == [
        "corex.debug",
        "dispatcher.ping_active",
        "sipdump.enable",
    ]


@pytest.mark.parametrize(
    "method, params, repeatable",
    [
        ("htable.get", ["t", "k"], True),
        ("htable.sets", ["t", "k", "v"], True),
        ("dispatcher.set_state", ["A", 1, "all"], True),
        ("dispatcher.add", [1, "sip:a"], False),
        ("dispatcher.remove", [1, "sip:a"], False),
        ("cnt.reset", ["core", "x"], False),
        ("mqueue.fetch", ["q"], False),
        ("core.kill", [], False),
        ("siptrace.status", ["check"], True),
    ],
)
def test_what_may_be_repeated(method, params, repeatable):
    assert find(method).is_repeatable(params) is repeatable


@pytest.mark.parametrize(
    "method, args, kwargs, sent",
    [
        # Numbers where the method reads strings, and the other way round.
        ("htable.get", ["t", 5], {}, ["t", "5"]),
        ("htable.get", ["t", -1], {}, ["t", "-1"]),
        ("htable.sets", ["t", "k", 1.5], {}, ["t", "k", "1.5"]),
        ("htable.seti", ["t", "k", "5"], {}, ["t", "k", 5]),
        ("htable.seti", ["t", "k", " -7 "], {}, ["t", "k", -7]),
        ("htable.seti", ["t", "k", 3.0], {}, ["t", "k", 3]),
        ("htable.seti", ["t", "k", True], {}, ["t", "k", 1]),
        ("pl.push_load", [1], {}, [1.0]),
        ("pl.push_load", ["0.25"], {}, [0.25]),
        ("uac.reg_disable", ["l_uuid", "85030"], {}, ["l_uuid", "85030"]),
        ("uac.reg_disable", ["l_uuid", 85030], {}, ["l_uuid", "85030"]),
        # By name, in any order.
        (
            "dispatcher.set_state",
            [],
            {"uri": "sip:a", "state": "I", "group": "2"},
            ["I", 2, "sip:a"],
        ),
        ("htable.setxi", ["t", "k"], {"expire": 60, "value": 1}, ["t", "k", 1, 60]),
        # Left out.
        ("dispatcher.list", [], {}, []),
        ("dispatcher.list", [None], {}, []),
        ("dispatcher.list", [], {"mode": None}, []),
        ("dispatcher.add", [1, "sip:a"], {"attrs": "x=1"}, [1, "sip:a", 0, 0, "x=1"]),
        ("dispatcher.add", [1, "sip:a"], {"priority": 5}, [1, "sip:a", 0, 5]),
        (
            "ul.add",
            ["location", "a", "sip:b"],
            {"expires": 0, "q": -1},
            ["location", "a", "sip:b", 0, -1.0, ".", 0, 0, -1, ".", "."],
        ),
        # Typed by another one.
        ("pv.shvSet", ["v", "int", "5"], {}, ["v", "int", 5]),
        ("pv.shvSet", ["v", "str", 5], {}, ["v", "str", "5"]),
        ("pv.shvSet", [], {"value": 5, "type": "str", "name": "v"}, ["v", "str", "5"]),
        # Either.
        ("cfg.set", ["core", "debug", 3], {}, ["core", "debug", 3]),
        ("cfg.set", ["core", "debug", "3"], {}, ["core", "debug", "3"]),
        # Repeated.
        ("core.printi", ["1", 2], {}, [1, 2]),
        ("core.printi", [], {}, []),
        ("core.printi", [], {"value": [1, "2"]}, [1, 2]),
        ("stats.fetch", ["core:", "tm:", 5], {}, ["core:", "tm:", "5"]),
        # Asked to be left alone.
        ("htable.get", ["t", AsIs(5)], {}, ["t", 5]),
        ("no.such", ["5", 5, AsIs(1.5)], {}, ["5", 5, 1.5]),
    ],
)
def test_bind(method, args, kwargs, sent):
    bound = bind(method, args, kwargs)
    assert [(type(value), value) for value in bound] == [(type(value), value) for value in sent]


@pytest.mark.parametrize(
    "method, args, kwargs, parts",
    [
        ("htable.get", ["t"], {}, ["htable.get", "key", "htable.get table key"]),
        ("htable.get", [], {"key": "k"}, ["htable.get", "table"]),
        ("htable.get", ["t", None], {}, ["htable.get", "key"]),
        ("htable.get", ["t", "a", "b"], {}, ["htable.get", "3", "too many", "quotes"]),
        ("htable.get", ["t"], {"table": "t", "key": "k"}, ["table", "twice"]),
        ("htable.get", ["t"], {"kee": "k"}, ["no parameter kee", "table key"]),
        ("htable.get", ["t", b"k"], {}, ["parameter 2", "key", "text", "b'k'"]),
        ("htable.get", ["t", ["k"]], {}, ["parameter 2", "key", "text"]),
        ("dispatcher.set_state", ["A", "x", "all"], {}, ["parameter 2", "group", "whole", "'x'"]),
        ("dispatcher.set_state", ["A", "1_0", "all"], {}, ["group", "whole"]),
        ("dispatcher.set_state", ["A", 1.5, "all"], {}, ["group", "whole", "1.5"]),
        ("dispatcher.set_state", ["A", 2**32, "all"], {}, ["group", "32 bits"]),
        ("dispatcher.set_state", ["A", float("inf"), "all"], {}, ["group", "whole"]),
        ("dispatcher.set_state", ["A", float("nan"), "all"], {}, ["group", "whole"]),
        ("pl.push_load", ["much"], {}, ["load", "number", "'much'"]),
        ("pl.push_load", ["nan"], {}, ["load", "number"]),
        ("pl.push_load", [1e300], {}, ["load", "number"]),
        ("cfg.set", ["a", "b", {"c": 1}], {}, ["parameter 3", "value"]),
        ("pv.shvSet", ["v", "int", "five"], {}, ["parameter 3", "value", "whole"]),
        ("no.such", [], {"a": 1}, ["no.such", "order"]),
    ],
)
def test_bind_refuses_and_says_why(method, args, kwargs, parts):
    with pytest.raises(EncodeError) as caught:
        bind(method, args, kwargs)
    for part in parts:
        assert part in str(caught.value)


def test_an_optional_parameter_without_filling_cannot_be_jumped_over():
    with pytest.raises(EncodeError) as caught:
        bind("pkg.stats", [], {"value": 1})
    assert "by" in str(caught.value)
    assert "before" in str(caught.value)


@given(st.data())
def test_whatever_bind_returns_can_be_sent_and_has_the_type(data):
    method = data.draw(st.sampled_from(EVERY))
    value = st.one_of(
        st.integers(-(2**40), 2**40),
        st.floats(),
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5),
        st.integers(-9, 9).map(str),
        st.booleans(),
        st.binary(max_size=2),
    )
    args = data.draw(st.lists(value, max_size=len(method.params) + 1))
    try:
        bound = bind(method.name, args)
    except EncodeError as error:
        assert method.name in str(error)
        return
    for param, sent in zip(method.params, bound):
        if not param.typed_by and param.type != "any":
            assert type(sent).__name__ == param.type
    if not any(param.type == "any" for param in method.params):
        Encoder().add_all(bound)


def test_signatures():
    assert signature("dispatcher.set_state") == "dispatcher.set_state state group uri"
    assert signature("dispatcher.list") == "dispatcher.list [mode]"
    assert signature("core.echo") == "core.echo [value ...]"
    assert signature("no.such") == "no.such"


@pytest.mark.parametrize(
    "code, text, method, kind, meaning",
    [
        (500, "No Destination Sets", "dispatcher.list", NotFound, "empty"),
        (500, "State Update Failed", "dispatcher.set_state", NotFound, "absent"),
        (500, "Unknown State Value", "dispatcher.set_state", InvalidParams, "invalid"),
        (500, "Failed to set the item", "htable.setxs", NotFound, "absent"),
        (500, "Failed to set the item", "htable.sets", Fault, ""),
        (409, "uuid already exists", "uac.reg_add", AlreadyExists, "exists"),
        (500, "Node is already added", "dmq.add", AlreadyExists, "exists"),
        (500, "Ongoing reload", "dispatcher.reload", Busy, "busy"),
        (500, "Nothing collected yet - try later", "statsc.report", Busy, "busy"),
        (500, "dst blocklist support disabled", "dst_blocklist.view", Fault, "refused"),
        (400, "no open stream connection", "ctl.who", NotFound, "empty"),
        (500, "No Destination Sets", "my.method", NotFound, "absent"),
        (500, "Not enabled", "uac.reg_dump", Fault, "refused"),
        (500, "Not enabled", "my.method", Fault, ""),
    ],
)
def test_faults_get_their_meaning_from_the_method(code, text, method, kind, meaning):
    fault = make_fault(code, text, method)
    assert (type(fault), fault.meaning) == (kind, meaning)


def test_the_table_of_meanings_is_sound():
    fault_meanings.meanings_of("core.version")
    words = {"absent", "exists", "empty", "busy", "refused", "invalid"}
    for name, rules in fault_meanings._rules.items():
        module = name.partition(".")[0]
        assert name in NAMES or name == module + ".*", name
        assert any(known.startswith(module + ".") for known in NAMES), name
        for meaning, part in rules:
            assert meaning in words, (name, meaning)
            assert part, name
            assert part == part.lower(), (name, part)


@pytest.mark.parametrize(
    "code, text, method, params, parts",
    [
        (500, "Not enough parameters (htable name and key name)", "htable.get", ["t", 5], ["key"]),
        (500, "Not enough parameters", "htable.get", ["t"], ["missing: key"]),
        (500, "Invalid Parameters", "dispatcher.set_state", ["A", "1", "a"], ["group", "'1'"]),
        # The server converts the state, so it is not to blame.
        (500, "Invalid Parameters", "dispatcher.set_state", [1, "1", "a"], ["group"]),
        (500, "Unknown State Value", "uac.reg_add", [], []),
        (
            400,
            "error at parameter 1: expected string type but record doesn't match type",
            "core.prints",
            ["a", 1],
            ["parameter 2", "value"],
        ),
        (400, "error at parameter 0: expected x type but y", "core.echo", [1.5], ["parameter 1"]),
        (500, "Not enough parameters", "rtpengine.enable", ["all", 1, 1], ["one too many"]),
        (500, "Bad argument. Select: ALL, HOT or WARM", "pike.list", ["X"], ["ALL, HOT, WARM"]),
    ],
)
def test_explain_names_the_parameter(code, text, method, params, parts):
    said = explain(make_fault(code, text, method), params)
    for part in parts:
        assert part in said
    assert ("state," in said) is False
    assert bool(said) is bool(parts)


def test_explain_has_nothing_to_say_of_other_faults():
    assert explain(make_fault(404, "Dialog not found", "dlg.end_dlg"), ["x"]) == ""
    assert explain(make_fault(500, "Invalid Parameters", "my.method"), ["x"]) == ""
    assert explain(make_fault(500, "Invalid Parameters", "uac.reg_remove"), ["x"]) == ""


def test_replies_that_mean_failure():
    reload = find("drouting.reload")
    assert reload.failure_in(["failed to load routing data"]) == "failed to load routing data"
    assert reload.failure_in(["reload ok"]) == ""
    assert find("tls.kill").failure_in(["TLS connection id not found"])


def test_aliases_take_over_what_they_stand_for():
    one, two = find("cfg.seti"), find("cfg.set_now_int")
    assert two.name == "cfg.set_now_int"
    assert (one.text, one.again, one.reply) == (two.text, two.again, two.reply)
    assert [str(param) for param in one.params] == [str(param) for param in two.params]
    assert find("dst_blacklist.view").until == "5.4"
    assert find("dst_blacklist.view").since == ""
    assert find("dst_blocklist.view").since == "5.5"


def test_every_reading_method_is_known():
    from kamailio_binrpc.core import catalogue

    assert {name for name in catalogue._READING_SET if find(name) is None} == set()
    assert {name for name in catalogue._ARRAYS if find(name) is None} == set()
    # A reply with an array that no one knows of would be shown as a struct where it is empty.
    for method in EVERY:
        if method.shape == "array":
            assert method.arrays == {"."}, method.name


def loaded_after(code):
    root = Path(kamailio_binrpc.__file__).parents[1]
    program = "import sys; sys.path.insert(0, %r); %s; print(*sys.modules)" % (str(root), code)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True
    )
    return {name for name in done.stdout.split() if "method" in name or "meaning" in name}


def test_only_what_is_needed_is_loaded():
    start = "from kamailio_binrpc.core import client, views, retry, faults"
    core = "kamailio_binrpc.core."
    assert loaded_after(start) == set()
    assert loaded_after(start + "; faults.make_fault(500, '', 'x')") == {core + "fault_meanings"}
    assert loaded_after("from kamailio_binrpc.core.methods import find; find('htable.get')") == {
        core + "methods",
        core + "method_data",
        core + "method_data.routing",
    }


def test_each_area_lists_the_modules_that_it_holds():
    assert [method.name for method in EVERY if is_read_only(method.name)]
    for module in methods._AREAS:
        assert any(name.startswith(module + ".") for name in NAMES), module
