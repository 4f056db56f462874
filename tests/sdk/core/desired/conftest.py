# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""A lab server, and runs of the engine at it, on a clock that only pauses move."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.desired.drive import drive
from kamailio_binrpc.core.desired.engine import apply
from kamailio_binrpc.core.lab.server import LabServer


class Calls:
    """The lab server as drivers see it.

    :ivar lost: a method whose next answer the lab server drops: it is not awaited for long.
    """

    def __init__(self, lab, client):
        self._client = client
        self.time = 0.0
        self.lost = ""
        self.pauses = []
        start = lab.state.clock()
        lab.state.clock = lambda: start + self.time

    def call(self, method, *params, read_only=True):
        return self._client.call(method, *params)

    def once(self, method, *params):
        if method == self.lost:
            self.lost = ""
            return self._client.call(method, *params, timeout=1)
        return self._client.call(method, *params)

    def clock(self):
        return self.time

    def pause(self, seconds):
        self.pauses.append(seconds)
        self.time += seconds


@pytest.fixture
def lab(request, folder):
    version = getattr(request, "param", "5.6")
    with LabServer(binrpc=["unix:%s/ctl" % folder], version=version).running_in_thread() as lab:
        yield lab


@pytest.fixture
def calls(lab):
    with Client(lab.addresses[0], timeout=60) as client:
        yield Calls(lab, client)


@pytest.fixture
def ensure(calls):
    """Run the engine, which has to succeed unless told otherwise, and return the result."""

    def ensure(resource, failed=False, check=False, busy_timeout=10):
        result = apply(resource, calls, check, busy_timeout, calls.clock, calls.pause)
        assert result["failed"] is failed, result.get("msg")
        return result

    return ensure


@pytest.fixture
def talk(calls):
    """Run any other generator."""
    return lambda each: drive(each, calls, calls.clock, calls.pause)
