# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime as dt
import importlib
import os
from types import SimpleNamespace

import pytest
from ansible_collections.kamailio.ctl.plugins.module_utils._task import Task
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.options import (
    Option,
    Options,
)
from ansible_collections.kamailio.ctl.plugins.modules import kamailio_rpc
from ansible_collections.kamailio.ctl.plugins.plugin_utils import _action
from ansible_collections.kamailio.ctl.plugins.plugin_utils._action import Action, is_internet, plain

FOLDER = os.path.join(os.path.dirname(__file__), *[os.pardir] * 4, "plugins", "modules")
MODULES = sorted(name[:-3] for name in os.listdir(FOLDER) if name.endswith(".py"))


class Text(str):
    """As templating makes them."""

    __slots__ = ()


class Number(int):
    pass


class Encrypted:
    def __str__(self):
        return "open"


@pytest.mark.parametrize(
    "value, expected",
    [
        (Text("a"), "a"),
        (Number(5), 5),
        (True, True),
        (None, None),
        (2.5, 2.5),
        ((Text("a"), 1), ["a", 1]),
        ({Text("k"): [Text("v")]}, {"k": ["v"]}),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (Encrypted(), "open"),
        (b"\xff", "\udcff"),
    ],
)
def test_options_are_what_json_would_bring(value, expected):
    found = plain(value)
    assert found == expected
    assert found.__class__ is expected.__class__


def test_members_are_plain_as_well():
    found = plain({Text("k"): [Text("v")]})
    assert [each.__class__ for each in (*found, *found["k"])] == [str, str]


@pytest.mark.parametrize("name", MODULES)
def test_each_module_has_an_action_with_its_task(name):
    action = importlib.import_module("ansible_collections.kamailio.ctl.plugins.action." + name)
    module = importlib.import_module("ansible_collections.kamailio.ctl.plugins.modules." + name)
    assert issubclass(action.ActionModule, Action)
    assert action.ActionModule.module_task is module.TASK


# --- an action with a fake task and a fake connection

OPTIONS = Options(
    {
        "password": Option(secret=True),
        "entries": Option("list", elements="dict", options={"pin": Option(secret=True)}),
        "word": Option(),
        "size": Option("int", default=1, high=9),
        "left": Option("raw"),
        "right": Option("raw"),
    },
    required_together=[("left", "right")],
)
AWAY = "udp:192.0.2.1"
"""An address for documentation, which no machine has: it means the same everywhere."""
UNIX = "unix:/run/ctl"
HIDDEN = "(hidden)"
TMPDIR = "/remote/tmp"


class Trial:
    """Runs an action with these options, and keeps the result.

    :param result: of the module's job, on the controller.
    :param stdin: the connection passes input to commands, as a relay needs it.
    :param no_relay: of the Task.
    """

    def __init__(
        self,
        result=None,
        verbosity=0,
        transport="ssh",
        become=None,
        stdin=False,
        no_relay="",
        **task,
    ):
        self.here = []
        self.on_host = []
        self.removed = []
        self.logged = []
        self.named = []
        task = dict(
            {"async_val": 0, "check_mode": False, "diff": False, "delegate_to": None}, **task
        )

        def prepare(params):
            def job(endpoint, setting):
                self.here.append((params, setting))
                return dict({"changed": False} if result is None else result)

            return job

        class Tried(Action):
            module_task = Task(OPTIONS, prepare, no_relay=no_relay)

        self.task = SimpleNamespace(action="kamailio.ctl.kamailio_tried", args={}, **task)
        shell = SimpleNamespace(tmpdir=TMPDIR)
        connection = SimpleNamespace(
            transport=transport, become=become, _shell=shell, has_pipelining=stdin
        )
        play_context = SimpleNamespace(remote_addr="host1", port=22, remote_user="root")
        self.action = Tried(self.task, connection, play_context, None, None, None)
        self.action._display = SimpleNamespace(verbosity=verbosity, vvv=self._vvv, v=self._v)
        self.action._execute_module = self._execute_module
        self.action._remove_tmp_path = self.removed.append

    def _v(self, text, host=None):
        self.named.append(text)

    def _vvv(self, text, host=None):
        self.logged.append((host, text))

    def _execute_module(self, module_args=None, task_vars=None, wrap_async=False):
        self.on_host.append((module_args, task_vars, wrap_async))
        return {"of": "the module"}

    def run(self, **options):
        self.task.args = options
        return self.action.run(task_vars={"a": 1})


# --- where it runs


@pytest.mark.parametrize(
    "where, task, options",
    [
        # auto: here, if the address means the same server here
        ("here", {}, {"endpoint": AWAY}),
        ("host", {}, {"endpoint": UNIX}),
        ("host", {}, {}),
        ("host", {}, {"endpoint": "tcp:127.0.0.1:2049"}),
        ("here", {}, {"endpoints": {"a": AWAY, "b": "tcp:198.51.100.7"}}),
        ("host", {}, {"endpoints": {"a": AWAY, "b": UNIX}}),
        ("here", {}, {"endpoint": UNIX, "endpoints": [AWAY]}),
        # a host that is this machine
        ("here", {"transport": "local"}, {"endpoint": UNIX}),
        ("here", {"transport": "local"}, {"endpoint": AWAY}),
        ("host", {"transport": "local", "become": "sudo"}, {"endpoint": UNIX}),
        ("here", {"transport": "local", "become": "sudo"}, {"endpoint": AWAY}),
        ("host", {"transport": "local", "become": "sudo"}, {"endpoints": {"a": AWAY, "b": UNIX}}),
        # a host that was chosen to reach it
        ("host", {"delegate_to": "other"}, {"endpoint": AWAY}),
        ("here", {"delegate_to": "localhost", "transport": "local"}, {"endpoint": UNIX}),
        # as the task says
        ("here", {}, {"endpoint": UNIX, "run_on": "controller"}),
        ("here", {"delegate_to": "other"}, {"endpoint": UNIX, "run_on": "controller"}),
        (
            "here",
            {"transport": "local", "become": "sudo"},
            {"endpoint": UNIX, "run_on": "controller"},
        ),
        ("host", {}, {"endpoint": AWAY, "run_on": "host"}),
        ("host", {"transport": "local"}, {"endpoint": UNIX, "run_on": "host"}),
        # in the background
        ("host", {"async_val": 5}, {"endpoint": AWAY}),
        ("host", {"async_val": 5, "transport": "local"}, {"endpoint": UNIX}),
        ("host", {"async_val": 5}, {"endpoint": AWAY, "run_on": "host"}),
    ],
)
def test_where_it_runs(where, task, options):
    trial = Trial(**task)
    result = trial.run(**options)
    assert bool(trial.here) is (where == "here")
    assert len(trial.on_host) == (where == "host")
    assert (result == {"of": "the module"}) is (where == "host")


@pytest.mark.parametrize("run_on", ["auto", "controller"])
@pytest.mark.parametrize("options", [{"endpoint": "ssh://h/k"}, {"endpoints": {"a": "ssh://h"}}])
def test_a_task_has_a_connection_and_needs_no_ssh_of_ours(options, run_on):
    trial = Trial()
    result = trial.run(run_on=run_on, **options)
    assert result["failed"]
    assert "ssh://h" in result["msg"]
    assert "such as unix:/run/kamailio/kamailio_ctl" in result["msg"]
    assert not trial.here
    assert not trial.on_host


@pytest.mark.parametrize(
    "where, task, options",
    [
        ("relay", {}, {"endpoint": UNIX}),
        ("relay", {"delegate_to": "other"}, {"endpoint": AWAY}),
        ("relay", {}, {"endpoints": {"a": UNIX}}),
        ("relay", {}, {"endpoints": {"a": AWAY, "b": UNIX}, "run_on": "relay"}),
        ("relay", {}, {"endpoint": AWAY, "run_on": "relay"}),
        ("relay", {"transport": "local"}, {"endpoint": UNIX, "run_on": "relay"}),
        ("here", {}, {"endpoint": AWAY}),
        ("here", {"transport": "local"}, {"endpoint": UNIX}),
        ("host", {}, {"endpoint": UNIX, "run_on": "host"}),
        ("host", {"async_val": 5}, {"endpoint": UNIX}),
        ("host", {}, {"endpoints": {"a": AWAY, "b": UNIX}}),
    ],
)
def test_where_the_relay_makes_the_calls(where, task, options):
    trial = Trial(stdin=True, **task)
    trial.run(**options)
    assert len(trial.on_host) == (where == "host")
    assert {bool(setting.connect) for _params, setting in trial.here} == (
        set() if where == "host" else {where == "relay"}
    )


def test_why_the_module_takes_the_place_of_the_relay_is_named():
    trial = Trial()
    trial.run(endpoint=UNIX)
    assert "carries no standard input" in trial.named[0]
    trial = Trial(stdin=True)
    trial.run(endpoints=[UNIX, "tcp:127.0.0.1"])
    assert "several endpoints" in trial.named[0]


def test_a_task_with_a_journal_never_goes_through_a_relay():
    """One on the controller would be of the same address for all hosts."""
    trial = Trial(stdin=True, no_relay="a reason")
    trial.run(endpoint=UNIX)
    assert (trial.here, len(trial.on_host)) == ([], 1)
    assert "a reason" in trial.named[0]
    result = trial.run(endpoint=UNIX, run_on="relay")
    assert "a reason, so run_on: relay is impossible here" in result["msg"]
    assert (trial.here, len(trial.on_host)) == ([], 1)
    trial.run(endpoint=AWAY)
    assert len(trial.here) == 1


def test_a_state_has_a_journal():
    name = "ansible_collections.kamailio.ctl.plugins.modules.kamailio_state"
    assert importlib.import_module(name).TASK.no_relay


def test_a_relay_that_was_asked_for_and_is_impossible():
    trial = Trial()
    result = trial.run(endpoint=UNIX, run_on="relay")
    assert result["failed"] is True
    assert "so run_on: relay is impossible here" in result["msg"]
    assert (trial.here, trial.on_host) == ([], [])


@pytest.mark.parametrize("run_on, on_host", [("auto", 1), ("relay", 0)])
def test_a_host_without_an_interpreter_gets_the_module(run_on, on_host, monkeypatch):
    class Missing:
        refusal = "nothing there"
        connect = None

        def __init__(self, action, most):
            pass

    monkeypatch.setattr(_action, "Relays", Missing)
    trial = Trial({"failed": True, "msg": "none of these programs"}, stdin=True)
    result = trial.run(endpoint=UNIX, run_on=run_on)
    assert len(trial.on_host) == on_host
    assert bool(result.get("failed")) is not bool(on_host)
    assert len(trial.named) == on_host
    assert "nothing there" in "".join(trial.named) or not on_host


@pytest.mark.parametrize("run_on", ["controller", "relay"])
def test_async_contradicts_any_other_place(run_on):
    trial = Trial(async_val=5)
    result = trial.run(endpoint=AWAY, run_on=run_on)
    assert result["failed"] is True
    assert "a task with async runs on the host" in result["msg"]
    assert (trial.here, trial.on_host) == ([], [])


@pytest.mark.parametrize("async_val, removed", [(0, [TMPDIR]), (5, [])])
def test_the_module_gets_the_options_as_they_were_written(async_val, removed):
    trial = Trial(async_val=async_val)
    trial.run(endpoint=UNIX, word=Text("a"), size="2")
    assert trial.on_host == [
        ({"endpoint": UNIX, "word": "a", "size": "2"}, {"a": 1}, async_val),
    ]
    # Where the module goes on in the background, its files are still needed.
    assert trial.removed == removed


def test_null_is_an_option_that_is_not_given():
    nulls = {"word": None, "left": None, "right": None, "serial": None, "entries": [{"pin": None}]}
    trial = Trial()
    trial.run(endpoint=UNIX, **nulls)
    assert trial.on_host == [({"endpoint": UNIX, "entries": [{}]}, {"a": 1}, 0)]
    trial = Trial()
    trial.run(endpoint=AWAY, **nulls)
    ((params, _setting),) = trial.here
    assert (params["word"], params["left"], params["entries"]) == (None, None, [{"pin": None}])


@pytest.mark.parametrize("endpoints", [[], {}])
def test_no_endpoint_is_never_the_local_one(endpoints):
    trial = Trial()
    result = trial.run(endpoints=endpoints, run_on="controller")
    assert (result["skipped"], result["results"]) == (True, [])
    assert (trial.here, trial.on_host) == ([], [])


def test_names_of_endpoints_mean_the_same_on_the_host(tmp_path):
    path = tmp_path / "config.ini"
    path.write_text("[endpoints]\na = %s\nb = %s\n[groups]\nboth = a b\n" % (AWAY, UNIX))
    trial = Trial()
    trial.run(endpoints=["both"], config_file=str(path))
    ((arguments, _variables, _async),) = trial.on_host
    assert arguments["endpoints"] == {"a": AWAY, "b": UNIX}
    trial = Trial()
    result = trial.run(endpoints=["both"], config_file=str(path), run_on="controller")
    assert [each["name"] for each in result["results"]] == ["a", "b"]
    assert len(trial.here) == 2


@pytest.mark.parametrize(
    "options, said",
    [
        ({"endpoint": "tcp:"}, "tcp:"),
        ({"endpoints": ["nowhere"], "config_file": "/nowhere"}, "nowhere"),
        ({"endpoints": 5}, "endpoints is 5; write a list, or a mapping of names to addresses"),
    ],
)
def test_wrong_addresses_fail_without_a_call(options, said):
    trial = Trial()
    result = trial.run(**options)
    assert result["failed"] is True
    assert said in result["msg"]
    assert (trial.here, trial.on_host) == ([], [])


@pytest.mark.parametrize("text, internet", [(AWAY, True), ("tcp:h:1", True), (UNIX, False)])
def test_addresses_of_hosts(text, internet):
    assert is_internet(text) is internet


# --- the orders to the job


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize("diff", [True, False])
def test_the_job_is_told_how_the_task_is_run(check_mode, diff):
    trial = Trial(check_mode=check_mode, diff=diff, verbosity=2)
    trial.run(endpoint=AWAY, size="2")
    ((params, setting),) = trial.here
    assert (setting.check_mode, setting.diff, setting.verbosity) == (check_mode, diff, 2)
    assert (params["size"], params["timeout"]) == (2, 5)


@pytest.mark.parametrize(
    "transport, options, advised",
    [("ssh", {}, True), ("ssh", {"run_on": "controller"}, False), ("local", {}, False)],
)
def test_advice_is_given_only_where_the_place_was_a_guess(transport, options, advised):
    trial = Trial(transport=transport)
    trial.run(endpoint=AWAY, **options)
    ((_params, setting),) = trial.here
    assert setting.hint == (_action.HINT if advised else "")


@pytest.mark.parametrize("delegate_to, host", [(None, "host1"), ("other", "other")])
def test_what_is_logged_names_the_host(delegate_to, host):
    trial = Trial(delegate_to=delegate_to)
    trial.run(endpoint=AWAY, run_on="controller")
    ((_params, setting),) = trial.here
    setting.tell("a call")
    assert trial.logged == [(host, "a call")]


# --- options that are wrong


def test_unsupported_options_are_named_as_a_module_does():
    trial = Trial()
    result = trial.run(endpoint=AWAY, wrod="x")
    assert result["failed"] is True
    assert result["msg"].startswith("Unsupported parameters for (kamailio_tried) module: wrod. ")
    assert (trial.here, trial.on_host) == ([], [])


@pytest.mark.parametrize(
    "options, said",
    [
        ({"size": "two"}, "size"),
        ({"run_on": "moon"}, "value of run_on must be one of"),
        ({"left": "w"}, "left, right belong together"),
        ({"left": "w", "right": None}, "left, right belong together"),
        ({"size": 10}, "size is 10; write a number from -2147483648 to 9"),
        ({"word": ""}, "word is refused; it is empty"),
        ({"size": None}, "size is null; leave it out, or give a value"),
        ({"endpoint": None}, "endpoint is null; leave it out, or give a value"),
        ({"endpoints": None}, "endpoints is null; leave it out, or give a value"),
        ({"endpoints": ""}, "endpoints is refused; '' in it is neither"),
        ({"endpoints": {"a": None}}, "endpoints is {'a': None}; None in it is neither a name"),
        ({"endpoints": [None]}, "endpoints is [None]; None in it is neither a name nor an address"),
    ],
)
@pytest.mark.parametrize("run_on", [{}, {"run_on": "host"}])
def test_wrong_options_fail_before_anything_runs(options, said, run_on):
    trial = Trial()
    result = trial.run(**dict(run_on, **options))
    assert result["failed"] is True
    assert said in result["msg"]
    assert not result["msg"].startswith("Unsupported")
    assert (trial.here, trial.on_host) == ([], [])


# --- the result


def test_a_result_is_what_json_would_bring():
    trial = Trial({"changed": True, "a": (1, 2), "b": {3: None}, "warnings": []})
    assert trial.run(endpoint=AWAY) == {"changed": True, "a": [1, 2], "b": {"3": None}}
    trial = Trial({"changed": False, "warnings": ["w"]})
    assert trial.run(endpoint=AWAY)["warnings"] == ["w"]


@pytest.mark.parametrize("verbosity", [0, 2, 3, 4])
def test_the_invocation_is_shown_at_vvv(verbosity):
    result = Trial(verbosity=verbosity).run(endpoint=AWAY, size="2")
    assert ("invocation" in result) is (verbosity >= 3)
    if verbosity >= 3:
        shown = result["invocation"]["module_args"]
        assert (shown["size"], shown["endpoint"], shown["forks"]) == (2, AWAY, 128)


@pytest.mark.parametrize("more", [{}, {"size": "two"}, {"wrod": 1}, {"endpoint": "udp:"}])
def test_secrets_are_masked_at_vvv_whatever_happens(more):
    trial = Trial({"changed": True, "said": "it is s3cret, yes", "pins": ["1234"]}, verbosity=3)
    entries = [{"pin": "1234"}]
    options = {"endpoint": AWAY, "password": "s3cret", "word": "w", "entries": entries}
    result = trial.run(**dict(options, **more))
    assert "s3cret" not in repr(result)
    assert "1234" not in repr(result)
    shown = result["invocation"]["module_args"]
    assert (shown["password"], shown["entries"], shown["word"]) == (HIDDEN, [{"pin": HIDDEN}], "w")
    if not more:
        assert (result["said"], result["pins"]) == ("it is (hidden), yes", [HIDDEN])
        # The job itself needs it.
        ((params, _setting),) = trial.here
        assert params["password"] == "s3cret"


def test_a_secret_that_reads_like_a_state_hides_no_state():
    trial = Trial({"changed": True, "failed": False, "after": None, "text": "True"})
    found = trial.run(endpoint=AWAY, password="True", word="False", entries=[{"pin": "None"}])
    assert found == {"changed": True, "failed": False, "after": None, "text": HIDDEN}


def test_a_null_that_is_refused_shows_no_secret():
    result = Trial(verbosity=3).run(password="s3cret", size=None)
    assert result["failed"] is True
    assert "s3cret" not in repr(result)


# --- secrets that options hold in part


class Rpc(Trial):
    """As kamailio_rpc: some of a list is secret."""

    def __init__(self, **more):
        super().__init__(**more)
        remember = kamailio_rpc.TASK.secrets
        self.action.module_task.secrets = remember


CALL = {"left": {"method": "autheph.add_secret", "params": ["s3same"]}, "right": 1}


@pytest.mark.parametrize(
    "more",
    [{}, {"size": "s3same"}, {"wrod": 1}, {"endpoint": "s3same:"}, {"run_on": "host"}],
)
def test_secrets_in_parts_of_options(more):
    trial = Rpc(result={"changed": True, "msg": "no s3same", "values": ["s3same"]}, verbosity=3)
    trial.action._execute_module = lambda **given: {"msg": "MODULE FAILURE s3same"}
    result = trial.run(**dict({"endpoint": AWAY, **CALL}, **more))
    assert "s3same" not in repr(result)
    assert "(hidden)" in repr(result)


def test_secrets_that_are_asked_for():
    trial = Rpc(result={"changed": True, "values": ["s3same"]}, verbosity=3)
    task = trial.action.module_task
    task.options = task.options.beside({"reveal": Option("bool")})
    result = trial.run(endpoint=AWAY, reveal=True, **CALL)
    assert result["values"] == ["s3same"]
    assert "s3same" not in repr(result["invocation"])
