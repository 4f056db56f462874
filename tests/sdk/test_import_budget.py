# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Imports and what they load; times are in bench/imports.py."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kamailio_binrpc.core import fan_out

SDK = Path(__file__).resolve().parents[2] / "sdk"
TYPED = "kamailio_binrpc.typed"


def loaded(statement: str) -> set[str]:
    """The modules that a statement loads in a new interpreter without a site."""
    program = f"import sys; before = set(sys.modules); {statement}; "
    program += "print(*sorted(set(sys.modules) - before))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(SDK)},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import kamailio_binrpc",
        "import kamailio_binrpc.core.client",
        "import kamailio_binrpc.core.async_client",
        "from kamailio_binrpc import Client, AsyncClient, Fleet, load_config",
        "import kamailio_binrpc.typed",
        "from kamailio_binrpc import *",
    ],
)
def test_nothing_but_the_typed_layer_loads_pydantic(statement):
    modules = loaded(statement)
    assert "kamailio_binrpc" in modules
    assert {name for name in modules if name.partition(".")[0] in {"pydantic", "tenacity"}} == set()


@pytest.mark.parametrize(
    "statement",
    [
        "from kamailio_binrpc import Client; Client('unix:/none')",
        "from kamailio_binrpc import FifoClient; FifoClient('fifo:/none')",
        pytest.param(
            "from kamailio_binrpc import Fleet; Fleet(['unix:/none']).call('core.version')",
            marks=pytest.mark.skipif(not fan_out.AVAILABLE, reason="NOT TESTED: no epoll"),
        ),
    ],
)
def test_what_blocks_does_not_load_asyncio(statement):
    heavy = {"asyncio", "typing", "logging", "json", "socket", "ssl", "inspect", "dataclasses"}
    assert loaded(statement) & heavy == set()


def test_the_package_alone_loads_next_to_nothing():
    assert loaded("import kamailio_binrpc") == {
        *("kamailio_binrpc", "kamailio_binrpc._version", "__future__"),
    }


@pytest.mark.parametrize("flavour", ["Kamailio", "AsyncKamailio"])
def test_the_typed_clients_load_pydantic_with_the_first_namespace(flavour):
    start = f"from kamailio_binrpc import {flavour}; kamailio = {flavour}('tcp:127.0.0.1:1')"
    assert "pydantic" not in loaded(start)
    modules = loaded(start + "; kamailio.dispatcher")
    assert "pydantic" in modules


def test_a_namespace_loads_its_own_models_and_no_others():
    modules = loaded("from kamailio_binrpc import Kamailio; Kamailio('tcp:127.0.0.1:1').dispatcher")
    assert {name for name in modules if name.startswith(f"{TYPED}.models.")} == {
        f"{TYPED}.models.base",
        f"{TYPED}.models.dispatcher",
        f"{TYPED}.models.quick",
        f"{TYPED}.models.rules",
    }
    assert not any(name.startswith(f"{TYPED}.asynchronous") for name in modules)
    assert "asyncio" not in modules
