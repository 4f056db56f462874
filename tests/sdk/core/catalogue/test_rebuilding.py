# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.catalogue.rebuilding import is_rebuilding


@pytest.mark.parametrize(
    "method, expected",
    [
        ("dispatcher.add", True),
        ("dispatcher.remove", True),
        ("dispatcher.reload", True),
        ("permissions.addressReload", True),
        ("dialplan.reload", True),
        ("lcr.reload", True),
        ("dispatcher.set_state", False),
        ("dispatcher.list", False),
        ("htable.reload", False),
        ("mtree.reload", False),
        ("userblocklist.reload_blocklist", False),
        ("my.method", False),
    ],
)
def test_which_calls_rebuild(method, expected):
    assert is_rebuilding(method) is expected
