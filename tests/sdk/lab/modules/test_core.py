# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Fault
from kamailio_binrpc.core.lab.engine import build
from kamailio_binrpc.lab import LabState


def test_methods_that_are_limited(monkeypatch):
    engine = build(state=LabState("5.8"))
    now = [1000.0]
    engine.state.clock = lambda: now[0]
    for _other in range(2):
        assert engine.call("core.echo_delta", "x") == ["x"]
    engine.state.rpc_exec_delta = 5
    assert engine.call("core.echo_delta", "x") == ["x"]
    for _other in range(2):  # a call that is refused does not count
        now[0] += 2
        with pytest.raises(Fault, match="Command Executed Too Fast"):
            engine.call("core.echo_delta", "x")
    now[0] += 1
    assert engine.call("core.echo_delta", "x") == ["x"]
    assert "core.echo_delta" not in build().registry  # 5.6


@pytest.mark.parametrize(
    "method, since",
    [
        ("core.echo_delta", "5.7"),
        ("permissions.addressReload", "6.0"),
        ("permissions.trustedReload", "6.0"),
        ("tls.reload", "6.1"),
        ("htable.reload", None),
    ],
)
def test_which_methods_each_release_limits(method, since):
    """As the export tables of 5.6.3, 6.0.1 and 6.1.4 have it."""
    versions = ["5.6", "5.8", "6.0", "6.1"]
    for version in versions:
        found = build(state=LabState(version)).registry.get(method)
        wanted = since is not None and float(version) >= float(since)
        assert (found is not None and found.limited) is wanted, version


@pytest.mark.parametrize(
    "version, before, after",
    [
        ("5.6", [], []),
        ("5.8", ["af"], []),
        ("6.0", ["af"], ["agname"]),
        ("6.1", ["af"], ["agname"]),
    ],
)
def test_members_of_sockets_as_each_release_has_them(version, before, after):
    """As 5.6.3, 6.0.1 and 6.1.5 were seen to answer."""
    state = LabState(version)
    state.sockets.append(("udp", "2001:db8::1", "5060"))
    sockets = build(state=state).call("core.sockets_list")[0].get_all("socket")
    names = [*before, "proto", "address", "ipaddress", "port", *after, "mcast", "mhomed", "virtual"]
    assert [each.keys() for each in sockets] == [names] * 3
    if before:
        assert [each["af"] for each in sockets] == ["IPv4", "IPv4", "IPv6"]


@pytest.mark.parametrize(
    "version, text, number",
    [
        ("5.6.3", "kamailio 5.6.3 (x86_64/linux) ", None),
        ("6.0.1", "kamailio 6.0.1 (x86_64/linux) ", "6000001"),
        ("6.1.5", "kamailio 6.1.5 (x86_64/Linux) ", "6001005"),
    ],
)
def test_how_each_release_names_itself(version, text, number):
    engine = build(state=LabState(version))
    assert engine.call("core.version") == [text]
    defines = {each["name"]: each["value"] for each in engine.call("core.ppdefines_full")}
    assert defines.get("KAMAILIO_VERSION") == number
    assert "KAMAILIO_" + version.replace(".", "_") in defines
