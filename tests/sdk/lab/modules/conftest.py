# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A real Kamailio for the tests of this folder, and what the lab has to know of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import LabState, Process
from tests.conformance.furniture import CONFIG, copy_sockets
from tests.support import releases
from tests.support.kamailio import Kamailio


@pytest.fixture(scope="package")
def server(kamailio: Kamailio) -> Iterator[Kamailio]:
    """A server of this folder's own: its calls would disturb others at the shared one."""
    with Kamailio(extra_config=CONFIG) as own:
        yield own


@pytest.fixture
def real(server: Kamailio) -> Iterator[Client]:
    with Client(server.endpoints["unix"]) as client:
        yield client


@pytest.fixture
def sockets(server: Kamailio) -> LabState:
    state = LabState(releases.running())
    copy_sockets(state, server)
    return state


@pytest.fixture
def processes(real: Client, sockets: LabState) -> LabState:
    sockets.processes = [
        Process(each["pid"], each["description"], each["rank"]) for each in real.call("core.psa")
    ]
    return sockets
