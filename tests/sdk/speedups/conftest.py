# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from . import building


@pytest.fixture(scope="session")
def speedups_file(tmp_path_factory):
    """The compiled module, built from the source in the work tree."""
    if reason := building.why_not():
        pytest.skip(reason)
    return building.build(tmp_path_factory.mktemp("speedups"), "-O2", "-DNDEBUG")


@pytest.fixture(scope="session")
def speedups(speedups_file):
    """That module, loaded. Its hook in core.values stays there for the rest of the run."""
    return building.load(speedups_file)
