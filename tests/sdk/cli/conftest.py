# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A lab server for the subcommands of kamrpc, and a way to run them in this process."""

from __future__ import annotations

import asyncio
import contextlib
import io
import itertools
import os
import sys

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.cli.main import main
from kamailio_binrpc.core.faults import Fault
from kamailio_binrpc.core.lab.server import LabServer
from kamailio_binrpc.lab import Dispatcher


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kamrpc")
    server = LabServer([f"unix:{folder}/s", "tcp:127.0.0.1:0"])
    server.counter = 0
    server.busy = 0

    @server.registry.method("test.types")
    def types(ctx):
        for value in server.calls.of("test.types")[-1].params:
            ctx.add("s", f"{type(value).__name__}:{value}")

    @server.registry.method("test.count")
    def count(ctx):
        server.counter += 1
        return server.counter // 2

    @server.registry.method("test.busy")
    def busy(ctx):
        if server.busy:
            server.busy -= 1
            raise Fault(500, "Ongoing reload")
        return 1

    @server.registry.method("test.where")
    def where(ctx):
        return int(ctx.caller.host == "127.0.0.1")

    @server.registry.method("test.stuck")
    async def stuck(ctx):
        await asyncio.sleep(3600)

    @server.registry.method("test.nothing")
    def nothing(ctx):
        return None

    @server.registry.method("htable.get")
    def get(ctx):
        raise Fault(500, "Not enough parameters (htable name and key name)")

    with server.running_in_thread() as running:
        yield running


@pytest.fixture
def surroundings(monkeypatch, tmp_path, lab):
    for name in list(os.environ):
        if name.startswith(("KAMRPC_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KAMRPC_CONFIG", "")
    monkeypatch.setenv("KAMRPC_ENDPOINT", lab.addresses[0])


@pytest.fixture
def kamrpc(capfdbinary):
    """Run kamrpc in this process; return status, standard output and standard error."""

    def run(*args):
        try:
            status = main(args)
        except SystemExit as end:
            status = end.code
        sys.stdout.flush()
        captured = capfdbinary.readouterr()
        return status, captured.out.decode("utf-8", "surrogateescape"), captured.err.decode()

    return run


@pytest.fixture
def config(tmp_path, monkeypatch, lab):
    path = tmp_path / "config.ini"
    path.write_text(
        f"[defaults]\nendpoint = one\ntimeout = 3\n[endpoints]\none = {lab.addresses[0]}\n"
        f"two = {lab.addresses[1]}\ngone = unix:/nonexistent/a\nlost = unix:/nonexistent/b\n"
        "off = tcp:127.0.0.1:1\n[groups]\nboth = one two\nmany = both gone lost off\n"
    )
    monkeypatch.setenv("KAMRPC_CONFIG", str(path))
    return path


@pytest.fixture(params=["lab", pytest.param("kamailio", marks=pytest.mark.real)])
def make_gateways(request, tmp_path):
    """Start servers with the same destinations, of the lab or real ones; return an address."""
    with contextlib.ExitStack() as servers:
        numbers = itertools.count()

        def make():
            if request.param == "kamailio":
                start = request.getfixturevalue("make_kamailio")
                eager = 'modparam("dispatcher", "reload_delta", 0)'
                address = start(extra_config=eager).endpoints["unix"]
                with Client(address) as client:  # its socket differs from server to server
                    client.call("dispatcher.remove", 1, "sip:127.0.0.1:5081")
                return address
            modules = [Dispatcher({1: ["sip:127.0.0.1:5082", "sip:127.0.0.1:5083"]})]
            lab = LabServer(binrpc=f"unix:{tmp_path}/{next(numbers)}", modules=modules)
            return servers.enter_context(lab.running_in_thread()).addresses[0]

        yield make


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def person(monkeypatch):
    """A person at a terminal, who answers the questions with these lines."""

    def sit_down(*lines):
        monkeypatch.setattr("sys.stdin", Terminal("".join(line + "\n" for line in lines)))
        shown = Terminal()
        monkeypatch.setattr("sys.stderr", shown)
        return shown

    return sit_down
