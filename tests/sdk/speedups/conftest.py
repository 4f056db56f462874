# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from . import building


@pytest.fixture(scope="session")
def speedups(tmp_path_factory):
    """The compiled module, built from the source in the work tree."""
    if reason := building.why_not():
        pytest.skip(reason)
    return building.load(building.build(tmp_path_factory.mktemp("speedups"), "-O2", "-DNDEBUG"))
