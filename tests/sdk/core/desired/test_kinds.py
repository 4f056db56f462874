# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

from pathlib import Path

import pytest

from kamailio_binrpc.core import desired
from kamailio_binrpc.core.desired.kind import Kind
from kamailio_binrpc.core.desired.kinds import KINDS

FOLDER = Path(desired.__file__).parent


def test_no_kind_is_missing():
    found = set()
    for path in FOLDER.glob("*.py"):
        module = __import__("kamailio_binrpc.core.desired." + path.stem, fromlist=["_"])
        found |= {each.name for each in vars(module).values() if isinstance(each, Kind)}
    assert set(KINDS) == found


@pytest.mark.parametrize("name", sorted(KINDS))
def test_options_have_known_types(name):
    for option in KINDS[name].options.fields.values():
        assert option.type in ("str", "int", "float", "bool", "list", "dict", "raw")
        assert not (option.required and option.default is not None)


def test_secrets_are_marked():
    secret = {
        (name, option)
        for name, kind in KINDS.items()
        for option, each in kind.options.fields.items()
        if each.secret
    }
    assert secret == {("uac_registration", "auth_password"), ("uac_registration", "auth_ha1")}
