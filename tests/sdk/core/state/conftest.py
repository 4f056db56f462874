# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.desired.drive import drive
from kamailio_binrpc.core.lab.server import LabServer
from tests.support.state import ground


@pytest.fixture
def lab(request, folder):
    version = getattr(request, "param", "5.6")
    with LabServer(binrpc=["unix:%s/ctl" % folder], version=version).running_in_thread() as lab:
        yield lab


class Recorded:
    """A client that remembers what it was asked."""

    def __init__(self, client):
        self._client = client
        self.asked = []

    def call(self, method, *params, read_only=True):
        self.asked.append((method, *params))
        return self._client.call(method, *params)

    once = call


@pytest.fixture
def calls(lab):
    with Client(lab.addresses[0]) as client:
        yield Recorded(client)


@pytest.fixture
def run(calls):
    """Run a generator at the lab server."""
    return lambda talk: drive(talk, calls)


@pytest.fixture
def server(tmp_path):
    with ground(tmp_path) as found:
        yield found
