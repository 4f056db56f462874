# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.guard import check_left
from kamailio_binrpc.core.desired.resource import StateError


@pytest.mark.parametrize(
    "left, taken, least, whole, allowed",
    [
        (1, 1, None, False, True),
        (0, 1, None, False, False),
        (0, 2, None, True, True),
        (0, 2, 1, True, False),
        (2, 1, 3, False, False),
        (3, 1, 3, False, True),
        (0, 0, 3, False, True),
        (0, 1, 0, False, True),
    ],
)
def test_who_may_go(left, taken, least, whole, allowed):
    if allowed:
        check_left(left, taken, least, whole, "nodes")
    else:
        with pytest.raises(StateError, match="only %d nodes, and at least" % left):
            check_left(left, taken, least, whole, "nodes")
