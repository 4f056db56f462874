# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Fixtures of the core's tests; they work without those of the folders above."""

from __future__ import annotations

import shutil
import tempfile

import pytest

from . import support


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
