# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The kamailio-binrpc authors
"""Fixtures with real Kamailio servers.

Set KAMAILIO_REQUIRED=1 where the server must be there (continuous integration): then a missing
program fails the test instead of skipping it.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

# The helpers are imported as tests.support.*, from whatever directory pytest is started in.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.support import bytecode
from tests.support.signals import stop_inheritance

# Only the fixtures import the others: ansible-test loads this file on Python 3.8 as well.
if TYPE_CHECKING:
    from tests.support.kamailio import Kamailio

# Now, and not in a hook: the files of tests are imported later.
bytecode.keep()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "real: needs a real Kamailio on this machine")
    if not hasattr(config, "workerinput"):
        bytecode.forget_temporary()
    if "not slow" in config.option.markexpr:
        os.environ.setdefault("KAMAILIO_EXAMPLES", "10")
    # With -n the workers start the processes; they have to inherit what is ignored.
    if hasattr(config, "workerinput") or not getattr(config.option, "numprocesses", None):
        stop_inheritance()


# Fixtures and parameters that start a real server.
REAL_FIXTURES = {"kamailio", "make_kamailio", "kamailio_program", "kamcmd_program", "scene"}
REAL_PARAMETERS = ("kamailio", "real")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what starts a real Kamailio, so that -m real runs all of that on a release."""
    spec = getattr(item, "callspec", None)
    params = spec.params.values() if spec is not None else ()
    if REAL_FIXTURES & set(getattr(item, "fixturenames", ())) or any(
        isinstance(each, str) and each in REAL_PARAMETERS for each in params
    ):
        item.add_marker(pytest.mark.real)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest file, that of the roles: it must not be the last on one worker."""
    items.sort(key=lambda item: item.path.name != "test_roles.py")


def pytest_collection_finish() -> None:
    """Collected tests live to the end: the garbage collector need not visit them."""
    gc.collect()
    gc.freeze()


def _need(program: str, path: str | None) -> None:
    if path is not None:
        return
    reason = f"{program} is not installed"
    if os.environ.get("KAMAILIO_REQUIRED") == "1":
        pytest.fail(f"{reason}, but KAMAILIO_REQUIRED=1")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def kamailio() -> Iterator[Kamailio]:
    """One server with all modules, shared by the whole run: leave it as you found it."""
    from tests.support.kamailio import Kamailio, find_kamailio

    _need("kamailio", find_kamailio())
    with Kamailio() as server:
        yield server


@pytest.fixture(autouse=True)
def _shared_servers_live(request: pytest.FixtureRequest) -> Iterator[None]:
    """Name the test in which a server ends that others share, and say why it ended."""
    names = {"kamailio", "scene"} & set(request.fixturenames)
    shared = [request.getfixturevalue(name) for name in sorted(names)]
    servers = [getattr(each, "server", each) for each in shared]
    yield
    for server in servers:
        if not server.running:
            log = server.log_tail()
            last = [line for line in log.splitlines() if "ALERT" in line or "CRITICAL" in line]
            pytest.fail(f"the shared kamailio has ended: {' / '.join(last[:5])}\n{log}")


@pytest.fixture
def make_kamailio() -> Iterator[Callable[..., Kamailio]]:
    """Starts servers of the test's own (options as for `Kamailio`); they end with the test."""
    from tests.support.kamailio import Kamailio, find_kamailio

    _need("kamailio", find_kamailio())
    with contextlib.ExitStack() as servers:

        def make(**options: Any) -> Kamailio:
            return servers.enter_context(Kamailio(**options))

        yield make


@pytest.fixture(scope="session")
def kamcmd_program() -> str:
    """Path of kamcmd, for tests which run it themselves (always with a timeout)."""
    from tests.support.kamailio import find_kamcmd

    path = find_kamcmd()
    _need("kamcmd", path)
    assert path is not None
    return path
