# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.drive import drive
from kamailio_binrpc.core.desired.reload import OPTIONS, RELOADS, Reloading, build, run
from kamailio_binrpc.core.errors import CallTimeout, ConnectError
from kamailio_binrpc.core.faults import Busy, Fault, MethodNotFound, ReplyTooLarge
from kamailio_binrpc.core.values import Struct

from .script import Script

BUSY = Busy(500, "Ongoing reload", "mtree.reload")


def go(reloading, script, check=False, busy_timeout=10):
    return drive(run(reloading, check, busy_timeout), script, script.clock, script.pause)


def mtree(before=("a",), after=("a",), reload=("Ok",)):
    dumps = [list(before), list(after)]
    return Script(
        {
            "mtree.list": lambda *params: dumps.pop(0),
            "mtree.reload": reload,
            "system.listMethods": ["mtree.list", "mtree.reload"],
        }
    )


def test_a_reload_that_changes_nothing():
    script = mtree()
    result = go(Reloading("mtree", tree="x"), script)
    assert (result["changed"], result["compared"]) == (False, True)
    assert result["before"] == result["after"] == {"mtree.list(x)": ["a"]}
    assert result["rpc_calls"] == [{"method": "mtree.reload", "params": ["x"]}]
    assert script.made[1] == ("once", "mtree.reload", "x")


def test_a_reload_that_changes_something():
    result = go(Reloading("mtree"), mtree(after=["b"]))
    assert (result["changed"], result["compared"]) == (True, True)
    assert (result["before"], result["after"]) == ({"mtree.list": ["a"]}, {"mtree.list": ["b"]})


def test_what_cannot_be_compared_counts_as_a_change():
    script = Script({"tls.reload": ["Ok"]})
    result = go(Reloading("tls"), script)
    assert (result["changed"], result["compared"], result["before"]) == (True, False, None)
    script = Script({"mtree.list": MethodNotFound(500, "x"), "mtree.reload": ["Ok"]})
    assert go(Reloading("mtree"), script)["changed"] is True


def test_a_dump_that_is_too_large():
    fault = ReplyTooLarge(500, "buffer too small (overflow)")
    result = go(Reloading("mtree"), Script({"mtree.list": fault, "mtree.reload": ["Ok"]}))
    assert (result["changed"], result["compared"]) == (True, False)
    assert "cannot be compared" in result["warnings"][0]


def test_check_mode():
    script = mtree()
    assert go(Reloading("mtree"), script, check=True)["changed"] is True
    assert [call[:2] for call in script.made] == [
        ("ask", "mtree.list"),
        ("ask", "system.listMethods"),
    ]


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_module_that_is_not_loaded(check_mode):
    """Check mode fails where the task would."""
    missing = MethodNotFound(500, "command tls.reload not found", "tls.reload")
    script = Script({"tls.reload": missing, "system.listMethods": ["core.version"]})
    result = go(Reloading("tls"), script, check_mode)
    assert (result["failed"], result["changed"]) == (True, False)


def test_data_that_cannot_be_read():
    result = go(Reloading("mtree"), Script({"mtree.list": ConnectError("gone")}))
    assert result["msg"] == "Nothing was reloaded, because the data before could not be read: gone"
    assert (result["changed"], result["rpc_calls"]) == (False, [])
    script = mtree()
    script.errors = {3: ConnectError("gone")}
    result = go(Reloading("mtree"), script)
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"] == "It was reloaded, but the data after could not be read: gone"


def test_a_refusal_is_waited_for():
    script = mtree()
    script.errors = {2: BUSY, 3: BUSY}
    assert go(Reloading("mtree"), script)["failed"] is False
    assert script.time == 1.0


def test_a_refusal_that_stays():
    script = mtree(reload=BUSY)
    result = go(Reloading("mtree"), script, busy_timeout=3)
    assert (result["changed"], result["fault"]["kind"]) == (False, "busy")
    assert "the server refused for 3 s (busy_timeout)" in result["msg"]
    assert script.time == 3


@pytest.mark.parametrize(
    "error, changed",
    [
        (Fault(500, "no"), False),
        (ConnectError("gone"), False),
        (CallTimeout("late", executed=None), True),
        (CallTimeout("late", executed=True), True),
    ],
)
def test_a_failed_call_counts_as_a_change_only_if_it_may_have_run(error, changed):
    result = go(Reloading("mtree"), mtree(reload=error))
    assert (result["failed"], result["changed"]) == (True, changed)


@pytest.mark.parametrize(
    "what, values, wrong",
    [
        ("mtree", ["Ok. Mtrees reloaded."], ""),
        ("mtree", [], ""),
        ("mtree", [5], ""),
        ("mtree", [" Failed to reload "], "Failed to reload"),
        ("permissions", ["Reload skipped (disabled cache)"], "Reload skipped (disabled cache)"),
        ("drouting", ["reload ok"], ""),
        ("drouting", ["Ok."], "Ok."),
        ("drouting", [], "an empty reply"),
    ],
)
def test_texts_that_mean_failure(what, values, wrong):
    assert Reloading(what).wrong(values) == wrong


def test_a_text_that_means_failure_ends_the_run():
    result = go(Reloading("mtree"), mtree(reload=["Failed to reload"]))
    assert (result["failed"], result["changed"]) == (True, False)
    assert "ended without a fault: Failed to reload" in result["msg"]


@pytest.mark.parametrize(
    "text, empty", [("No Mtrees loaded", True), ("Dialplan ID not matched", True), ("no", False)]
)
def test_faults_that_mean_an_empty_dump(text, empty):
    result = go(Reloading("mtree"), mtree_with(Fault(500, text)))
    assert result["failed"] is not empty
    assert (result["before"] == {"mtree.list": []}) is empty


def mtree_with(fault):
    return Script({"mtree.list": fault, "mtree.reload": ["Ok"]})


def test_what_changes_by_itself_does_not_count():
    def record(seconds, flags, password):
        return Struct(l_uuid="a", diff_expires=seconds, flags=flags, auth_password=password)

    dumps = [[record(5, 1, "s1")], [record(4, 3, "s1")], [record(4, 3, "s1")], [record(4, 2, "s2")]]
    script = Script({"uac.reg_dump": lambda: dumps.pop(0), "uac.reg_reload": []})
    assert go(Reloading("uac"), script)["changed"] is False
    result = go(Reloading("uac"), script)
    assert result["changed"] is True
    shown = {"l_uuid": "a", "flags": 0, "auth_password": "(hidden)"}
    assert result["after"] == {"uac.reg_dump": [shown]}
    assert "s1" not in str(result)


def test_an_unset_secret_is_no_secret():
    shown = Reloading("uac").show({"uac.reg_dump": [{"auth_password": "none", "auth_ha1": "x"}]})
    assert shown == {"uac.reg_dump": [{"auth_password": "none", "auth_ha1": "(hidden)"}]}


def test_what_is_dumped():
    assert Reloading("dialplan").dumps == []
    assert Reloading("dialplan", dialplans=[1, 2]).dumps == [
        ["dialplan.dump", 1],
        ["dialplan.dump", 2],
    ]
    assert Reloading("rtpengine").dumps == [["rtpengine.show", "all"]]
    assert Reloading("htable", table="t").dumps == [["htable.dump", "t"]]


def test_options():
    assert OPTIONS.fields["what"].choices == sorted(RELOADS)
    made = build(OPTIONS.check({"what": "htable", "table": "t"}))
    assert made.params == ["t"]
    with pytest.raises(ValueError, match="table has no effect with what: mtree; leave it out"):
        OPTIONS.check({"what": "mtree", "table": "t"})
    with pytest.raises(ValueError, match="what is htable; give table as well"):
        OPTIONS.check({"what": "htable"})


# --- states of dispatcher


def dispatcher(lab):
    return lab.modules["dispatcher"]


def drain(lab):
    """Gateway 1 of set 1 is disabled, gateway 2 probed; neither is in the list file."""
    first, second = dispatcher(lab).sets[1]
    first.flags, second.flags = 4, 8
    return first.uri, second.uri


def letters(lab):
    return [each.state for each in dispatcher(lab).sets[1]]


def reloaded(calls, check=False, **options):
    return drive(
        run(Reloading("dispatcher", **options), check, 20), calls, calls.clock, calls.pause
    )


def test_states_that_a_reload_undoes_are_named(lab, calls):
    first, second = drain(lab)
    result = reloaded(calls, check=True)
    assert "may put" in result["warnings"][0]
    assert letters(lab) == ["DX", "AP"]
    result = reloaded(calls)
    assert letters(lab) == ["AX", "AX"]
    (warning,) = result["warnings"]
    assert "%s in set 1 (disabled), %s in set 1 (active, probed)" % (first, second) in warning
    assert reloaded(calls)["warnings"] == []


def test_states_are_kept(lab, calls):
    first, second = drain(lab)
    assert reloaded(calls, check=True, keep_states=True)["warnings"] == []
    result = reloaded(calls, keep_states=True)
    assert letters(lab) == ["DX", "AP"]
    assert (result["changed"], result["warnings"]) == (False, [])
    assert result["rpc_calls"][1:] == [
        {"method": "dispatcher.set_state", "params": ["D", 1, first]},
        {"method": "dispatcher.set_state", "params": ["AP", 1, second]},
    ]


def test_states_of_twins_are_kept_by_their_duid(lab, calls):
    uri = "sip:192.0.2.11:5060"
    stored = dispatcher(lab).stored
    kind = type(stored[0][1])
    stored[:] = [(1, kind(uri, attrs="duid=" + name)) for name in ("a", "b")]
    dispatcher(lab)._load(stored)
    dispatcher(lab).sets[1][1].flags = 4
    before = letters(lab)
    result = reloaded(calls, keep_states=True)
    assert result["rpc_calls"][1]["method"] == "dispatcher.set_duid_state"
    assert letters(lab) == before


def test_what_the_server_finds_out_is_left_to_it(lab, calls):
    dispatcher(lab).sets[1][0].flags = 1
    assert reloaded(calls, keep_states=True)["rpc_calls"][1:] == []
    assert letters(lab) == ["AX", "AX"]


def test_states_that_cannot_be_put_back(lab, calls):
    def refuse(ctx):
        raise Fault(500, "State Update Failed")

    first, _second = drain(lab)
    lab.registry.method("dispatcher.set_state")(refuse)
    result = reloaded(calls, keep_states=True)
    assert result["failed"] is True
    assert "not all states of %s in set 1" % first in result["msg"]
    assert result["changed"] is True


def test_only_dispatcher_has_states():
    with pytest.raises(ValueError, match="keep_states has no effect with what: tls; leave it out"):
        OPTIONS.check({"what": "tls", "keep_states": True})
