# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.kamailio.ctl.plugins.module_utils._structs import members


@pytest.mark.parametrize(
    "values, expected",
    [
        ([{"a": 1, "b": 2}], [("a", 1), ("b", 2)]),
        # A name that repeats makes the struct a list.
        ([[{"a": 1}, {"b": 2}, {"a": 3}]], [("a", 1), ("b", 2), ("a", 3)]),
        ([], []),
    ],
)
def test_members_of_either_shape(values, expected):
    assert list(members(values)) == expected
