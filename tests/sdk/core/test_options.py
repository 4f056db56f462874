# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""All clients and fleets take the same keywords, with one meaning."""

from __future__ import annotations

import inspect
import pathlib

import pytest

from kamailio_binrpc.core.async_client import AsyncClient
from kamailio_binrpc.core.async_fifo_client import AsyncFifoClient
from kamailio_binrpc.core.async_fleet import AsyncFleet
from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.config import ConfigError
from kamailio_binrpc.core.errors import CallTimeout, ConnectError
from kamailio_binrpc.core.fifo_client import FifoClient
from kamailio_binrpc.core.fleet import Fleet
from kamailio_binrpc.core.options import Options
from kamailio_binrpc.core.retry import RetryPolicy

from .clients import Time
from .support import fault_to

CLIENTS = (Client, AsyncClient, FifoClient, AsyncFifoClient)
FLEETS = (Fleet, AsyncFleet)
SHARED = {
    *("timeout", "total_timeout", "connect_wait", "retry", "max_reply", "on_call", "on_retry"),
    "reply_socket",
}


def parameters(function):
    return inspect.signature(function).parameters


@pytest.mark.parametrize("kind", CLIENTS + FLEETS)
def test_the_keywords(kind):
    found = parameters(kind)
    assert set(found) >= SHARED
    text = "Fifo" in kind.__name__  # whose values have no types
    assert ("unsigned" in found) is not text
    for name, parameter in parameters(Options).items():
        if name in found:
            assert found[name].default == parameter.default, name
    for name in SHARED:
        assert ":param %s:" % name in inspect.getdoc(kind)


@pytest.mark.parametrize("one, other", [(Client, AsyncClient), (FifoClient, AsyncFifoClient)])
@pytest.mark.parametrize(
    "method", ["__init__", "call", "call_many", "ping", "from_config", "close"]
)
def test_twins_are_alike(one, other, method):
    if hasattr(one, method):
        mine, others = (parameters(getattr(kind, method)) for kind in (one, other))
        assert [(each.name, each.kind, each.default) for each in mine.values()] == [
            (each.name, each.kind, each.default) for each in others.values()
        ]


@pytest.mark.parametrize("kind", CLIENTS)
def test_no_limit_and_paths(kind, tmp_path):
    path = tmp_path / "a:b"
    client = kind(path, timeout=None)
    assert client.timeout == 31_536_000
    assert client.address.name == str(path)
    assert client.address.protocol == ("fifo" if "Fifo" in kind.__name__ else "unixs")
    shown = repr(client)
    assert str(client.address) in shown
    assert kind.__name__ in shown


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 0},
        {"timeout": float("nan")},
        {"total_timeout": -1},
        {"connect_wait": -1},
        {"max_reply": -1},
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", CLIENTS + FLEETS)
def test_numbers_out_of_range(kind, options):
    with pytest.raises(ValueError, match=r"is|not"):
        kind("udp:127.0.0.1:1" if kind in CLIENTS else ["udp:127.0.0.1:1"], **options)


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "config.ini"
    path.write_text(
        "[defaults]\nendpoint = edge2\ntimeout = 3\n[endpoints]\nedge1 = udp:192.0.2.1:9\n"
        "edge2 = unix:/s\n[groups]\nedge = edge1 edge2\n"
    )
    return str(path)


@pytest.mark.parametrize("kind", CLIENTS)
def test_names_of_the_configuration(kind, config, monkeypatch):
    client = kind.from_config("edge1", config)
    assert (str(client.address), client.timeout) == ("udp:192.0.2.1:9", 3.0)
    assert kind.from_config("edge1", config, timeout=7).timeout == 7
    assert str(kind.from_config("tcp:h:1", config).address) == "tcp:h:1"
    with pytest.raises(ConfigError, match="no endpoint or group edge7"):
        kind.from_config("edge7", config)
    with pytest.raises(ValueError, match="edge is a group"):
        kind.from_config("edge", config)
    monkeypatch.setenv("KAMRPC_CONFIG", config)
    assert str(kind.from_config().address) == "unixs:/s"


@pytest.mark.parametrize("kind", FLEETS)
def test_groups_of_the_configuration(kind, config):
    assert kind.from_config("edge", path=config).names == ["edge1", "edge2"]
    assert kind.from_config(path=config).names == ["edge1", "edge2"]
    assert "2 endpoints" in repr(kind.from_config("edge", path=config))


class Timed(RetryPolicy):
    """May have attributes of its own, unlike one with slots."""


def busy(peer):
    while True:
        peer.send(fault_to(peer.request(), 500, "Command Executed Too Fast"))


def test_a_total_ends_all_attempts(serve, make_client):
    """A pause that would reach it is not begun."""
    server = serve("tcp", busy)
    clock = Time()
    policy = Timed(retries=100, busy_wait=100.0)
    options = {"retry": policy, "time": clock, "total_timeout": 450}
    with make_client(server.address, timeout=500, **options) as client:
        policy.run = timed(policy, clock)
        policy.run_async = timed_async(policy, clock)
        with pytest.raises(Exception, match="Command Executed Too Fast"):
            client.call("dispatcher.reload")
        assert len(server.requests) == 5
        with pytest.raises(Exception, match="Command Executed Too Fast"):
            client.call("dispatcher.reload", total_timeout=50)
    assert len(server.requests) == 6


def timed(policy, clock):
    def run(*arguments, **options):
        return RetryPolicy.run(policy, *arguments, clock=clock, pause=clock.nap, **options)

    return run


def timed_async(policy, clock):
    async def pause(seconds):
        clock.nap(seconds)

    async def run(*arguments, **options):
        return await RetryPolicy.run_async(policy, *arguments, clock=clock, pause=pause, **options)

    return run


def test_a_total_limits_what_connect_wait_adds(tmp_path, make_client):
    clock = Time(skipping=True)
    options = {"connect_wait": 60, "time": clock, "total_timeout": 3}
    start = clock.now
    with make_client("unix:%s/none" % tmp_path, timeout=5, **options) as client:
        with pytest.raises(ConnectError):
            client.call("m.a")
    assert clock.now - start <= 3


def test_a_total_limits_a_silent_server(serve, transport, make_client):
    def silent(peer):
        peer.request()
        clock.skipping = True
        peer.request()

    clock = Time()
    with make_client(serve(transport, silent).address, timeout=5, time=clock) as client:
        with pytest.raises(CallTimeout, match="within 2 s"):
            client.call("m.a", total_timeout=2)


def test_ping(serve, transport, make_client):
    with make_client(serve(transport, busy).address) as client:
        inner = getattr(client, "client", client)
        if inner is client:
            assert client.ping() >= 0
        else:
            assert client._run(inner.ping()) >= 0


def test_a_path_object_is_no_text():
    assert str(Client(pathlib.Path("/x")).address) == "unixs:/x"
