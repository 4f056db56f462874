# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The examples on the pages of methods are right: for kamrpc, for Python and for Ansible."""

from __future__ import annotations

import shlex
import subprocess
import sys

import pytest
import yaml

from tests.checks.tool import ROOT

sys.path.insert(0, str(ROOT / "tools"))

import method_pages

from kamailio_binrpc.cli.common import read_params
from kamailio_binrpc.cli.main import build_parser
from kamailio_binrpc.core.faults import Fault
from kamailio_binrpc.core.lab.engine import build
from kamailio_binrpc.core.lab.state import LabState

METHODS = list(method_pages.methods())
LAB = method_pages.Lab()
SERVED = [each for each in METHODS if LAB.release_of(each.name)]
PARSER = build_parser("call")

# Examples that end in a fault at a lab server, and that have to: what they name comes and goes
# with calls, or the lab's configuration does not allow it. By the part of the fault's text.
FAULTS = {
    "cfg.del": "Failed to delete the value",
    "cfg.del_group_inst": "Failed to delete the group instance",
    "cfg.reset": "Unsupported input type",
    "ctl.who": "no open stream connection",
    "dbg.bp": "No such pid",
    "dbg.reset_msgid": "reset_msgid is 0",
    "dlg.end_dlg": "Dialog not found",
    "dmq.change_status": "Failure",
    "dst_blocklist.*": "dst blocklist support disabled",
    **{
        f"dns.delete_{kind}": "Not found"
        for kind in ("a", "aaaa", "cname", "ebl", "naptr", "ptr", "srv", "txt")
    },
    "htable.dmq*": "DMQ Sync Failed",  # the table is not replicated
    "keepalive.get": "couldn't get data from list",
    "keepalive.del": "couldn't delete data from list",
    "rtpengine.reload": "Too short reload interval",
    "rtpproxy.enable": "RTPProxy not found",
    "system.methodSignature": "Not Implemented Yet",
    "tm.hash_stats": "Hash statistics not supported",
    "tm.cancel": "Transaction not found",
    "tm.reply": "No such transaction",
    "tm.reply_callid": "Transaction not found",
    "tm.retransmit_reply": "No such transaction",
    "tm.retransmit_reply_callid": "Transaction not found",
    **dict.fromkeys(
        ("tm.t_uac_wait", "tm.t_uac_wait_noack", "tm.t_uac_wait_hex", "tm.t_uac_wait_noack_hex"),
        "Reply wait/async mode not supported",
    ),
    "ul.db_*": "Command is not supported in db_mode=0",
}


def expected_fault(name):
    for pattern, text in FAULTS.items():
        if name == pattern or (pattern.endswith("*") and name.startswith(pattern[:-1])):
            return text
    return None


def named(methods):
    return pytest.mark.parametrize("method", methods, ids=[each.name for each in methods])


def split(command):
    """Split as Bash does; without it where it does the same."""
    if "$'" not in command:
        return shlex.split(command)
    script = f"printf '%s\\0' {command}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True)
    return done.stdout.decode().split("\0")[:-1]


@named(METHODS)
def test_all_examples_are_the_same_call(method):
    params = method_pages.example(method)
    words = split(method_pages.in_kamrpc(method, params))
    assert words[:2] == ["kamrpc", "call"]
    options = PARSER.parse_args(words[1:])
    assert options.method == method.name
    assert read_params(options.method, options.params, raw=False) == params

    class Recorder:
        def call(self, *args):
            return list(args)

    code = compile(method_pages.in_python(method, params), method.name, "eval")
    assert eval(code, {"kamailio": Recorder()}) == [method.name, *params]

    (task,) = yaml.safe_load(method_pages.in_ansible(method, params))
    call = task["kamailio.ctl.kamailio_rpc"]
    assert (call["method"], call.get("params", [])) == (method.name, params)
    assert [type(each) for each in call.get("params", [])] == [type(each) for each in params]
    assert task["name"].lstrip('"')[0].isupper()
    assert ("register" in task) == (method.access == "read")


@named(SERVED)
def test_the_lab_takes_the_example(method):
    engine = build(state=LabState(LAB.release_of(method.name)))
    text = expected_fault(method.name)
    try:
        engine.call(method.name, *method_pages.example(method))
    except Fault as fault:
        assert text is not None and text in fault.text
        assert fault.meaning != "invalid"
    else:
        assert text is None


def test_values_are_used():
    names = {method.name for method in METHODS}
    params = {param.name for method in METHODS for param in method.params}
    values = method_pages.values()
    assert set(values["methods"]) <= names
    assert set(values["params"]) <= params
    for name, own in values["methods"].items():
        known = {param.name for method in METHODS if method.name == name for param in method.params}
        assert set(own) <= known, name


@pytest.mark.parametrize(
    "notation, lines",
    [
        ("-", ["empty"]),
        ("str", ["text"]),
        ("int*", ["integer, any number of times"]),
        ("{a:int,...}", ["struct", "  a: integer", "  further members"]),
        ("(str,int)", ["these values, in this order", "  text", "  integer"]),
        (
            "{a:{b:[c:{d:[str*]}*]}}*",
            [
                "struct, any number of times",
                "  a: struct",
                "    b: array",
                "      c: struct, any number of times",
                "        d: array",
                "          text, any number of times",
            ],
        ),
    ],
)
def test_replies_are_outlined(notation, lines):
    assert method_pages.reply_lines(notation) == lines


def test_every_reply_can_be_outlined():
    for method in METHODS:
        outline = method_pages.reply_lines(method.reply)
        assert method.reply.count(":") == sum(": " in line for line in outline), method.name


def test_pages_have_every_method(tmp_path):
    assert method_pages.write(tmp_path) == len(METHODS)
    pages = {path.stem: path.read_text("utf-8") for path in tmp_path.glob("*.md")}
    assert set(pages) == {"index", *method_pages.by_file()}
    for method in METHODS:
        file = method_pages.FILES[method.name.partition(".")[0]]
        assert f"\n## {method.name}\n" in pages[file]
        assert f"({method_pages.anchor(method.name)})=" in pages[file]
    htable = pages["htable"]
    assert "\t\tvalue: hello\n" in htable, "what kamrpc prints"
    assert "kamailio.ctl.kamailio_htable_item#module" in htable
    assert "the items are gone" in htable.lower()
    assert "Since Kamailio 5.8." in htable
    assert "kamailio_binrpc.InvalidParams" in htable
    assert "htable.Htable.get>`" in htable


def test_anchors_differ():
    assert len({method_pages.anchor(each.name) for each in METHODS}) == len(METHODS)


@pytest.mark.parametrize(
    "method, value, command, sent",
    [
        ("core.echo", "i:5", "kamrpc call core.echo s:i:5", ["i:5"]),
        ("core.echo", "-1", "kamrpc call core.echo -- -1", None),
        ("core.echo", "a b", "kamrpc call core.echo 'a b'", ["a b"]),
    ],
)
def test_words_are_quoted(method, value, command, sent):
    (known,) = [each for each in METHODS if each.name == method]
    assert method_pages.in_kamrpc(known, [value]) == command
    if sent:
        options = PARSER.parse_args(shlex.split(command)[1:])
        assert read_params(options.method, options.params, raw=False) == sent


def test_a_long_output_is_cut():
    assert method_pages.cut("a\n" * 30)[-1] == "... (6 more lines)"
    assert method_pages.cut("a\nb\n") == ["a", "b"]
