# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Fixtures of the core's tests; they work without those of the folders above."""

from __future__ import annotations

import shutil
import tempfile

import pytest

from kamailio_binrpc.core import fan_out
from tests.support.signals import stop_inheritance

from . import strategies, support  # noqa: F401 - strategies load a profile of Hypothesis
from .clients import CALLERS, CLIENTS


@pytest.fixture(scope="session", autouse=True)
def signals_arrive():
    """Let processes that tests start take the signals that this run was started to ignore."""
    stop_inheritance()


@pytest.fixture
def folder():
    """A new folder with a path short enough for unix sockets."""
    path = tempfile.mkdtemp(prefix="core-")
    yield path
    shutil.rmtree(path)


@pytest.fixture
def serve(folder):
    """Starts scripted servers that end with the test."""
    servers = []

    def start(protocol, script=support.echo, at=None):
        server = support.Server(protocol, script, folder, at)
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.__exit__(None)


@pytest.fixture(params=support.TRANSPORTS)
def transport(request):
    return request.param


@pytest.fixture(params=support.STREAMS)
def stream(request):
    return request.param


@pytest.fixture(params=sorted(CLIENTS))
def make_client(request):
    """Makes clients: a blocking one, and in another run of the test an asyncio one."""
    return CLIENTS[request.param]


@pytest.fixture
def is_blocking(make_client):
    return make_client is CLIENTS["blocking"]


@pytest.fixture(params=sorted(CALLERS))
def make_caller(request):
    """Makes whatever can make one call: a client, or a fan-out."""
    if request.param not in CLIENTS and not fan_out.AVAILABLE:
        pytest.skip("NOT TESTED: no epoll")
    return CALLERS[request.param]


@pytest.fixture
def connect(make_client):
    """Makes a client of a scripted server."""
    return _connector(make_client)


@pytest.fixture
def dial(make_caller):
    """Makes a caller of a scripted server."""
    return _connector(make_caller)


def _connector(make):
    def connect(server, **options):
        return make(server.address, timeout=options.pop("timeout", support.PATIENCE), **options)

    return connect
