# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods are found, and only the entries that are needed get loaded."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import kamailio_binrpc
from kamailio_binrpc.core.catalogue.lookup import (
    FILES,
    find,
    in_release,
    methods,
    signature,
)

EVERY = list(methods())
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


def test_signatures():
    assert signature("dispatcher.set_state") == "dispatcher.set_state state group uri"
    assert signature("dispatcher.list") == "dispatcher.list [mode]"
    assert signature("core.echo") == "core.echo [value ...]"
    assert signature("no.such") == "no.such"


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


def loaded_after(code):
    root = Path(kamailio_binrpc.__file__).parents[1]
    program = "import sys; sys.path.insert(0, %r); %s; print(*sys.modules)" % (str(root), code)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True
    )
    return {name for name in done.stdout.split() if ".catalogue" in name}


def test_only_what_is_needed_is_loaded():
    start = "from kamailio_binrpc.core import client, views, retry, faults"
    package = "kamailio_binrpc.core.catalogue"
    always = {package, f"{package}.arrays", f"{package}.counters"}
    assert loaded_after(start) == always
    found = loaded_after(f"{start}; faults.make_fault(500, '', 'x')")
    assert found == {*always, f"{package}.meanings"}
    found = loaded_after(f"from {package}.lookup import find; find('htable.get')")
    names = ("lookup", "notation", "reading", "modules", "modules.htable")
    assert found == {package, *(f"{package}.{name}" for name in ("arrays", *names))}


def test_each_file_lists_the_modules_that_it_holds():
    assert {name.partition(".")[0] for name in NAMES} == set(FILES)


@pytest.mark.parametrize(
    "since, until, expected",
    [
        ("", "", "5.6 5.7 5.7.4 6.0 6.1 master"),
        ("5.7", "6.0", "5.7 5.7.4 6.0"),
        ("5.7.2", "6.0.1", "5.7 5.7.4 6.0"),  # by the first two numbers
        ("master", "", "master"),
        ("", "5.6", "5.6"),
    ],
)
def test_releases_that_have_a_method(since, until, expected):
    method = SimpleNamespace(since=since, until=until)
    releases = ["5.6", "5.7", "5.7.4", "6.0", "6.1", "master"]
    assert [each for each in releases if in_release(method, each)] == expected.split()
