# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible.errors import AnsibleLookupError, AnsibleOptionsError
from ansible.plugins.loader import lookup_loader
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.lab.modules.dispatcher import (
    Dispatcher,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.lab.modules.htable import (
    HashTables,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.lab.modules.uac import (
    Registrations,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.lab.server import LabServer


@pytest.fixture(scope="module")
def lab():
    modules = [
        HashTables({"t": {"a": 5, "text": "x", "bytes": "\udcff"}}),
        Dispatcher({1: ["sip:a"]}),
        Registrations(),
    ]
    with LabServer(binrpc="tcp:127.0.0.1:0", modules=modules).running_in_thread() as server:
        yield server


@pytest.fixture
def look(lab, monkeypatch):
    monkeypatch.setenv("KAMRPC_CONFIG", "")

    def run(*terms, **options):
        options.setdefault("endpoint", lab.addresses[0])
        if options["endpoint"] is ...:
            del options["endpoint"]
        plugin = lookup_loader.get("kamailio.ctl.kamailio_rpc")
        return plugin.run(list(terms), variables={}, **options)

    return run


def test_a_value(look):
    assert look("htable.get", "t", "a")[0]["item"]["value"] == 5


def test_values_and_none(look):
    assert "htable.get" in look("system.listMethods")
    assert look("core.echo") == []


def test_types(look, lab):
    look("core.echo", 5, "5", 1.5, {"type": "int", "value": "7"}, True)
    sent = lab.calls.of("core.echo")[-1].params
    assert sent == [5, "5", 1.5, 7, 1]
    assert [type(each) for each in sent[:3]] == [int, str, float]


def test_a_path(look):
    assert look("htable.get", "t", "text", path="item.value") == ["x"]
    assert look("core.echo", 5, 6, path="1") == ["6"]
    assert look("dispatcher.list", path="RECORDS.[SET.ID=1].SET.TARGETS.0.DEST.URI") == ["sip:a"]


def test_pairs(look):
    (found,) = look("htable.get", "t", "a", view="pairs")
    assert found[0][0] == "item"
    assert ["value", 5] in found[0][1]


def test_bytes_are_shown_as_escapes(look):
    assert look("htable.get", "t", "bytes", path="item.value") == ["\\xff"]


def test_a_default(look):
    assert look("htable.get", "t", "nothing", path="item.value", default=0) == [0]
    assert look("htable.get", "t", "a", path="item.colour", default="none") == ["none"]


def test_a_default_is_for_what_is_not_there_only(look):
    with pytest.raises(AnsibleLookupError, match="cannot connect"):
        look("core.version", default=0, endpoint="tcp:127.0.0.1:1")
    with pytest.raises(AnsibleLookupError, match="not found"):
        look("no.such", mutates="never", default=0)


def test_faults_say_what_they_mean(look):
    with pytest.raises(AnsibleLookupError, match=r"htable\.get: fault 500: Key name doesn't exist"):
        look("htable.get", "t", "nothing")
    with pytest.raises(AnsibleLookupError, match=r"item\.colour is not in the reply"):
        look("htable.get", "t", "a", path="item.colour")


@pytest.mark.parametrize(
    "terms,options,text",
    [
        ((), {}, "name of a method"),
        ((5,), {}, "name of a method"),
        (("htable.sets", "t", "a", "x"), {}, "not known to change nothing"),
        (("core.echo",), {"path": "a..b"}, "is not a path"),
        (("core.echo", {"a": 1}), {}, "no method takes a struct"),
        (("core.echo",), {"retry": 1}, r"there is no option retry; did you mean retries\?"),
        (("core.echo",), {"colour": 1}, "there is no option colour; see ansible-doc"),
        (("core.echo",), {"endpoint": None}, "endpoint is null"),
    ],
)
def test_what_is_refused(look, lab, terms, options, text):
    before = len(lab.calls)
    with pytest.raises(AnsibleOptionsError, match=text):
        look(*terms, **options)
    assert len(lab.calls) == before


def test_a_bad_address(look):
    with pytest.raises(AnsibleLookupError, match="looks like a URL"):
        look("core.version", endpoint="tcp://a")


@pytest.mark.parametrize("endpoint", ["", " "])
def test_an_empty_endpoint_is_not_the_default_one(look, endpoint):
    with pytest.raises(AnsibleLookupError, match="endpoint is empty"):
        look("core.version", endpoint=endpoint)


def test_names_of_the_shared_configuration(look, lab, tmp_path, monkeypatch):
    config = tmp_path / "config.ini"
    text = "[defaults]\nendpoint = a\ntimeout = 3\n[endpoints]\na = %s\nb = tcp:127.0.0.1:1\n"
    config.write_text(text % lab.addresses[0])
    assert look("core.echo", 1, config=str(config), endpoint="a") == ["1"]
    assert look("core.echo", 1, config=str(config), endpoint=...) == ["1"]
    monkeypatch.setenv("KAMRPC_CONFIG", str(config))
    with pytest.raises(AnsibleLookupError, match=r"cannot connect to tcp:127\.0\.0\.1:1"):
        look("core.echo", endpoint="b")
    with pytest.raises(AnsibleLookupError, match="No such file"):
        look("core.echo", config=str(tmp_path / "other.ini"))


def test_secrets_come_only_if_they_are_asked_for(look):
    assert "not-secret" not in str(look("uac.reg_dump"))
    assert look("uac.reg_info", "l_uuid", "trunk-1", path="auth_password") == ["(hidden)"]
    assert "not-secret-1" in str(look("uac.reg_dump", reveal=True))
