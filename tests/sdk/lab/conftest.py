# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A server to be recorded."""

from __future__ import annotations

import pytest

from kamailio_binrpc.lab import LabServer, Registrations, SharedVariables


@pytest.fixture
def source(tmp_path):
    modules = [SharedVariables({"color": "red", "limit": 5}), Registrations()]
    with LabServer(f"unix:{tmp_path}/source", modules=modules).running_in_thread() as lab:
        yield lab
