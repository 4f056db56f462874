# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A few of the kills of ``make kills``."""

from __future__ import annotations

import pytest

from tests.prove.kills import killer


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_change_that_is_killed_is_undone():
    with killer(7) as found:
        broken = [text for text in (found.trial() for _each in range(3)) if text]
    assert broken == []
    assert sum(found.seen.values()) == 3
