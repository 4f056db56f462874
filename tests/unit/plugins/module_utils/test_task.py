# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from ansible.module_utils import basic
from ansible_collections.kamailio.ctl.plugins.module_utils._task import (
    SHARED,
    Setting,
    Task,
    argument_spec,
    run_job,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.client import Client
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.options import (
    Option,
    Options,
    received,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.errors import BinrpcError

NONE = Options({})


def params(**given):
    found = {name: each.default for name, each in SHARED.items()}
    return dict(found, endpoint="udp:192.0.2.1", **given)


# --- options


@pytest.mark.parametrize(
    "name, good, bad",
    [
        ("timeout", 0.1, 0),
        ("connect_wait", 0, -0.1),
        ("retries", 0, -1),
        ("forks", 1, 0),
        ("max_fail_percentage", 0, -0.1),
        ("max_fail_percentage", 100, 100.1),
        ("deadline", 0.1, 0),
        ("busy_timeout", 0, -0.1),
    ],
)
def test_ranges_of_the_options_of_all_modules(name, good, bad):
    Options(SHARED).settle(params(**{name: good}))
    with pytest.raises(ValueError, match=name):
        Options(SHARED).settle(params(**{name: bad}))


def test_no_endpoints_are_not_the_local_socket():
    with pytest.raises(ValueError, match="endpoints"):
        received(SHARED, {"endpoints": None})
    assert received(SHARED, {"config_file": None}) == {}


def test_a_module_makes_no_change_in_check_mode(run_module):
    """Ansible skips modules that do not know it."""
    printed, _logged = run_module(
        lambda endpoint, setting: {"changed": setting.check_mode, "checked": setting.check_mode},
        _ansible_check_mode=True,
    )
    assert json.loads(printed)["checked"] is True
    assert Setting().verbosity == 0


def test_options_of_all_modules_and_own_ones():
    spec = Task(Options({"own": Option("int"), "timeout": Option("int")}), None).spec
    assert set(spec) == {"own", *SHARED}
    assert spec["own"] == {"type": "int"}
    # The own one wins.
    assert spec["timeout"] == {"type": "int"}


@pytest.mark.parametrize(
    "option, expected",
    [
        (Option(), {"type": "str"}),
        (Option("int", required=True), {"type": "int", "required": True}),
        (Option("bool", default=False), {"type": "bool", "default": False}),
        (Option(choices=("a", "b")), {"type": "str", "choices": ("a", "b")}),
        (Option(secret=True), {"type": "str", "no_log": True}),
        # Ansible guesses by the name unless told otherwise.
        (Option(secret=False), {"type": "str", "no_log": False}),
        (
            Option("list", elements="dict", options={"pin": Option(secret=True)}),
            {
                "type": "list",
                "elements": "dict",
                "options": {"pin": {"type": "str", "no_log": True}},
            },
        ),
    ],
)
def test_options_of_the_core_become_an_argument_specification(option, expected):
    assert argument_spec({"name": option}) == {"name": expected}


@pytest.mark.parametrize("endpoints", [None, ["udp:192.0.2.1"]])
def test_options_are_checked_before_the_job_is_prepared(endpoints):
    task = Task(Options({"a": Option(), "b": Option()}, required_one_of=[("a", "b")]), None)
    found = task.run(params(endpoints=endpoints, a=None, b=None), Setting())
    assert found == {"failed": True, "msg": "nothing is given of a, b; give one of them"}
    found = Task(NONE, None).run(params(endpoints=endpoints, forks=0), Setting())
    assert found == {"failed": True, "msg": "forks is 0; write a number from 1 to 2147483647"}


# --- run


def test_the_job_gets_endpoint_and_setting():
    setting = Setting(check_mode=True)

    def job(endpoint, given):
        return {"changed": False, "at": endpoint.address, "same": given is setting}

    found = Task(NONE, lambda given: job).run(params(), setting)
    assert found == {"changed": False, "at": "udp:192.0.2.1:2049", "same": True}


@pytest.mark.parametrize("error", [BinrpcError("cannot be"), ValueError("cannot be")])
def test_options_that_cannot_be_carried_out_fail_the_task(error):
    def prepare(given):
        raise error

    found = Task(NONE, prepare).run(params(), Setting())
    assert found == {"failed": True, "msg": "cannot be"}


def test_a_wrong_address_fails_the_task():
    found = Task(NONE, lambda given: None).run(dict(params(), endpoint="udp:"), Setting())
    assert found["failed"] is True


@pytest.mark.parametrize("endpoints", [None, {"a": "udp:192.0.2.1", "b": "udp:192.0.2.2"}])
def test_bytes_that_are_not_utf8_are_escaped_once(endpoints):
    def job(endpoint, setting):
        return {"changed": False, "value": "caf\udce9"}

    found = Task(NONE, lambda given: job).run(params(endpoints=endpoints), Setting())
    values = [each["value"] for each in found.get("results", [found])]
    assert values == ["caf\\xe9"] * (len(endpoints) if endpoints else 1)


@pytest.mark.parametrize("endpoints", [None, {"a": "udp:192.0.2.1", "b": "udp:192.0.2.2"}])
def test_texts_for_people_cannot_steer_a_terminal(endpoints):
    def job(endpoint, setting):
        setting.tell("\x1b[2J")
        more = {"warnings": ["\x1b[2J"], "diff": {"before": "\x1b[2J", "after": "\u202e"}}
        return {"changed": False, "failed": True, "msg": "\x1b[2J\u202e", **more}

    logged = []
    found = Task(NONE, lambda given: job).run(
        params(endpoints=endpoints), Setting(log=logged.append)
    )
    texts = [str(found), *logged]
    assert not any("\x1b" in text or "\u202e" in text for text in texts)
    assert r"\x1b[2J" in found["msg"]
    assert bool(logged) is (endpoints is None)


@pytest.mark.parametrize(
    "job, more",
    [(lambda endpoint, setting: {"changed": False, "value": 1}, {"sum": 2}), (None, None)],
)
def test_results_of_all_endpoints_can_be_put_together(job, more):
    def together(results):
        return {"sum": sum(each.get("value", 0) for each in results)}

    endpoints = ["udp:192.0.2.1", "udp:192.0.2.2"] if job else ["nowhere"]
    found = Task(NONE, lambda given: job, together).run(params(endpoints=endpoints), Setting())
    assert {name: found[name] for name in found if name == "sum"} == (more or {})


class At:
    """An endpoint that was lost, or was not."""

    def __init__(self, lost):
        self.lost = lost
        self.left = False

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.left = True


@pytest.mark.parametrize(
    "lost, failed, hint, expected",
    [
        (True, True, "; try this", "no; try this"),
        (False, True, "; try this", "no"),
        (True, False, "; try this", "no"),
        (True, True, "", "no"),
    ],
)
def test_advice_where_the_server_cannot_be_reached(lost, failed, hint, expected):
    endpoint = At(lost)
    result = {"failed": failed, "msg": "no"}
    found = run_job(lambda _endpoint, _setting: result, endpoint, Setting(hint=hint))
    assert found["msg"] == expected
    assert endpoint.left


def test_an_endpoint_is_left_whatever_the_job_does():
    endpoint = At(False)
    with pytest.raises(ZeroDivisionError):
        run_job(lambda _endpoint, _setting: 1 // 0, endpoint, Setting())
    assert endpoint.left


def test_a_setting_tells_its_log():
    said = []
    Setting(log=said.append).tell("caf\udce9")
    assert said == ["caf\\xe9"]
    Setting().tell("nothing listens")


# --- secrets

SECRET = "s3same"


def remember(options, secrets):
    if isinstance(options.get("word"), str):
        secrets.add(options["word"])


@pytest.mark.parametrize("reveal", [None, False, True])
@pytest.mark.parametrize("endpoints", [None, {"a": "udp:192.0.2.1"}])
def test_secrets_are_hidden_wherever_they_are_in_the_result(reveal, endpoints):
    def job(endpoint, setting):
        setting.secrets.add(SECRET)
        return {"changed": True, "value": {SECRET: [1, SECRET]}, "msg": "no %s" % SECRET}

    found = Task(NONE, lambda given: job).run(params(reveal=reveal, endpoints=endpoints), Setting())
    assert (SECRET in str(found)) is (reveal is True)
    assert found["changed"] is True


def test_what_calls_send_and_receive_is_hidden(monkeypatch):
    def call(client, method, *sent, **options):
        return ["ID 0: stored"]

    monkeypatch.setattr(Client, "call", call)

    def job(endpoint, setting):
        endpoint.call("autheph.add_secret", SECRET)
        (stored,) = endpoint.call("autheph.dump_secrets")
        return {"changed": True, "value": stored, "msg": "no %s" % SECRET}

    found = Task(NONE, lambda given: job).run(params(), Setting())
    assert (found["value"], found["msg"]) == ("(hidden)", "no (hidden)")


def test_an_unexpected_error_shows_no_secrets():
    def job(endpoint, setting):
        raise KeyError(SECRET)

    task = Task(NONE, lambda given: job, remember_secrets=remember)
    with pytest.raises(KeyError):
        task.run(params(), Setting())
    with pytest.raises(RuntimeError) as caught:
        task.run(params(), Setting(secrets=task.secrets({"word": SECRET})))
    assert SECRET not in str(caught.value)
    assert "KeyError: '(hidden)'" in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_what_is_told_has_no_secrets():
    told = []
    setting = Setting(log=told.append)
    setting.secrets.add(SECRET)
    setting.tell("after 1 s: %s" % SECRET)
    assert told == ["after 1 s: (hidden)"]


WORDS = Options({"word": Option(), "size": Option("int"), "words": Option("list", elements="raw")})


@pytest.fixture
def run_module(monkeypatch, capsys):
    """Run a module at -vvv; return what it prints, and what it writes to the log."""

    def run(job=None, **options):
        logged = []
        arguments = dict(options, endpoint="udp:192.0.2.1", _ansible_verbosity=3)
        if "inject_invocation" in basic.PASS_VARS:  # older cores always do
            arguments["_ansible_inject_invocation"] = True
        text = json.dumps({"ANSIBLE_MODULE_ARGS": arguments})
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", text.encode())
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        monkeypatch.setattr(basic, "has_journal", False)
        monkeypatch.setattr(basic.syslog, "syslog", lambda *args: logged.append(args[-1]))
        made = job or (lambda endpoint, setting: {"changed": False, "value": "no " + SECRET})
        task = Task(WORDS, lambda given: made, remember_secrets=remember)
        with pytest.raises(SystemExit):
            task.main()
        return capsys.readouterr().out, "\n".join(logged)

    return run


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"size": "two"},
        {"wrod": SECRET},
        {"words": [SECRET, {"a": "x %s" % SECRET}]},
    ],
)
def test_invocation_and_log_have_no_secrets(run_module, options):
    printed, logged = run_module(word=SECRET, **options)
    assert SECRET not in printed + logged
    assert "(hidden)" in printed


def test_the_log_has_the_invocation(run_module):
    _printed, logged = run_module(word="it's s3same", size=2)
    assert "Invoked with" in logged
    assert "size=2" in logged
    assert "word=(hidden)" in logged


def test_a_failure_has_no_secrets(run_module):
    def job(endpoint, setting):
        return {"changed": False, "failed": True, "msg": "no " + SECRET}

    printed, _logged = run_module(job, word=SECRET)
    assert json.loads(printed)["msg"] == "no (hidden)"
