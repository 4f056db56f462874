# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.state.sections import SECTIONS
from kamailio_binrpc.core.state.wish import parse


@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_may_be_empty(name):
    (stage,) = parse([{"version": 1, name: {}}]).stages
    assert stage.resources == ()
    assert stage.sections == (name,)


@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_says_what_it_is_for(name):
    assert SECTIONS[name].shape.text.endswith(".")
