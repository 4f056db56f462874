# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Which parameters and which members of replies are secret."""

from __future__ import annotations

import re

import pytest

from kamailio_binrpc.core.catalogue.binding import bind
from kamailio_binrpc.core.catalogue.lookup import find, methods
from kamailio_binrpc.core.catalogue.secrets import (
    SECRET_NAME,
    conditions,
    has_secrets,
    secret_members,
    secret_params,
    sounds_secret,
)
from kamailio_binrpc.core.errors import EncodeError


def test_parameters():
    names = [param.name for param in find("uac.reg_add").params]
    assert {names[place] for place in secret_params("uac.reg_add")} == {
        *("auth_password", "auth_ha1"),
    }
    assert secret_params("htable.sets") == set()


def test_members_of_replies():
    assert secret_members("uac.reg_info") == secret_members("uac.reg_dump") != set()
    assert secret_members("autheph.dump_secrets") == {"."}
    assert secret_members("uac.reg_add") == set()


def test_what_sounds_like_a_secret_is_marked_as_one():
    for method in methods():
        for param in method.params:
            assert bool(SECRET_NAME.search(param.name)) <= param.secret, (method.name, param.name)


def test_the_value_of_a_secret_is_not_in_the_error():
    with pytest.raises(EncodeError) as caught:
        bind("autheph.add_secret", [["sesame"]])
    assert "secret" in str(caught.value)
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize("method", ["cfg.seti", "cfg.set", "pv.shvSet"])
def test_one_parameter_decides_about_another(method):
    params = ["app", "api_token", [1]] if method != "pv.shvSet" else ["api_token", "int", [1]]
    assert secret_params(method, params) == {2}
    assert secret_params(method, ["app", "level", 1]) == set()
    assert secret_params(method, ["app"]) == set()
    assert secret_params(method) == set()
    with pytest.raises(EncodeError) as caught:
        bind(method, [*params[:2], "sesame" if method == "cfg.seti" else ["sesame"]])
    assert "got (hidden)" in str(caught.value)
    with pytest.raises(EncodeError, match=r"got 'sesame'|got \['sesame'"):
        bind("cfg.seti", ["app", "level", "sesame" if method == "cfg.seti" else ["sesame"]])


def test_what_decides_about_members_of_replies():
    assert conditions("cfg.get", ["app", "level"]) == [(".", "var")]
    assert conditions("cfg.get", ["app", "token"]) == [(".", "var"), (".", "*")]
    assert conditions("cfg.diff") == [
        ("new value", "variable name"),
        ("old value", "variable name"),
    ]
    assert conditions("tls.options") == [(".", "")]
    assert conditions("core.arg") == [(".", "@")]
    assert conditions("uac.reg_dump") == conditions("no.such") == []


def test_methods_without_secrets():
    assert has_secrets("uac.reg_add")
    assert not has_secrets("htable.get")


def test_members_that_sound_like_a_secret_are_marked():
    for method in methods():
        marked = {each.partition("?")[0] for each in method.secrets}
        for name in re.findall(r"[{,]([^:{},]+):", method.reply):
            assert not sounds_secret(name) or {name, "."} & marked, (method.name, name)


@pytest.mark.parametrize(
    "name", ["password", "db_pass", "passwd2", "PW", "client_secret", "auth_ha1", "api-token"]
)
def test_names_of_secrets(name):
    assert sounds_secret(name)


@pytest.mark.parametrize("name", ["bypass", "sha1", "passive", "password_column", "key", 5, None])
def test_names_of_other_things(name):
    assert not sounds_secret(name)
