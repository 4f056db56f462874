# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Which parameters and which members of replies are secret."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core.catalogue.binding import bind
from kamailio_binrpc.core.catalogue.lookup import find, methods
from kamailio_binrpc.core.catalogue.secrets import secret_members, secret_params
from kamailio_binrpc.core.errors import EncodeError
from kamailio_binrpc.core.lab.masking import SECRET_NAME


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
