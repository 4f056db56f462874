# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kamailio_binrpc import Client, Struct
from kamailio_binrpc.lab import Configuration
from tests.conformance.furniture import variables
from tests.sdk.lab.modules.support import Pair, fault, lab, outcome


def test_cfg_help_is_a_struct_from_6_1_1():
    for version in ("6.0", "6.1.0"):
        engine, _clock = lab(version=version)
        assert engine.call("cfg.help", "core", "debug")[1] == "(parameter type is integer)"
    engine, _clock = lab(version="6.1.1")
    assert engine.call("cfg.help", "core", "debug") == [Struct(desc="debug level", type="integer")]


def test_cfg_reset_of_an_own_group_is_safe():
    # A 5.6.3 dies of it.
    engine, _clock = lab(Configuration({"own": {"number": 1}, "text": {"label": "x"}}))
    engine.call("cfg.seti", "own", "number", 5)
    engine.call("cfg.reset", "own")
    assert engine.call("cfg.get", "own", "number") == [1]
    assert fault(engine, "cfg.reset", "text") == (500, "Unsupported input type")


@pytest.fixture
def cfg(real: Client) -> Iterator[Pair]:
    # Memory dumps of other tests set it, and a process sets it back when it comes to it.
    real.call("cfg.seti", "core", "mem_dump_pkg", 0)
    groups = variables(real)
    yield Pair(real, Configuration(groups))
    for group, values in groups.items():
        for name, (value, _text) in values.items():
            if value is not None:
                outcome(real.call, "cfg.set", group, name, value)
    real.call("cfg.rollback")


@pytest.mark.real
def test_cfg_reading(cfg: Pair) -> None:
    cfg.same_methods("cfg.")
    cfg.same("cfg.list")
    groups = {line.partition(":")[0] for line in cfg.real.call("cfg.list")}
    odd = ["nope", "core[1]", "core[", "[1]", "core[]", "core[x]", "", "]", "a]"]
    for group in [*sorted(groups), *odd]:
        for name in ("list", "get", "help", "add_group_inst", "del_group_inst", "del_group_inst"):
            cfg.same("cfg." + name, group)
    for line in cfg.real.call("cfg.list"):
        group, _other, name = line.partition(": ")
        cfg.same("cfg.get", group, name)
        cfg.same("cfg.help", group, name)
        cfg.same("cfg.get", group + "[3]", name)


@pytest.mark.slow
@pytest.mark.real
@pytest.mark.parametrize(
    "group, name",
    [
        *[("core", "debug"), ("core", "udp_mtu"), ("lab", "label"), ("lab", "max_calls")],
        *[("tcp", "async"), ("tm", "default_code"), ("tm", "default_reason")],
        *[("registrar", "max_expires"), ("dispatcher", "ping_reply_codes"), ("lab", "nope")],
        *[("siputils", "ring_timeout"), ("nope", "x"), ("lab[1]", "label"), ("core[", "x")],
        *[("lab[1]", "max_calls"), ("registrar[1]", "max_expires"), ("lab[2]", "label")],
    ],
)
def test_cfg_writing(cfg: Pair, group: str, name: str) -> None:
    for instance in ("lab[1]", "registrar[1]"):
        cfg.same("cfg.add_group_inst", instance)
    values = [0, 1, -1, 5, 100, 70000, "", "x", "12", " 12", "+3", "1x", "2147483648", "-5", 1.5]
    values.append("99999999999999999999")
    for method in ("set", "set_now_int", "seti", "set_now_string", "sets"):
        for value in values:
            cfg.same("cfg." + method, group, name, value)
        for params in ((), (group,), (group, name), (1, 2, 3)):
            cfg.same("cfg." + method, *params)
        cfg.same("cfg.get", group, name)
    for method in ("set_delayed", "set_delayed_int", "set_delayed_string", "del_delayed"):
        for value in values:
            cfg.same("cfg." + method, group, name, value)
        cfg.same("cfg.diff")
    for method in ("commit", "diff", "rollback", "diff"):
        cfg.same("cfg." + method)
    cfg.same("cfg.del", group, name)
    cfg.same("cfg.get", group, name)
    for instance in ("lab[1]", "registrar[1]"):
        cfg.same("cfg.del_group_inst", instance)


@pytest.mark.real
def test_cfg_transactions_and_instances(cfg: Pair) -> None:
    for call in (
        ("add_group_inst", "lab[1]"),
        ("set", "lab[1]", "label", "one"),
        ("set", "lab", "label", "all"),
        ("set_delayed", "lab[1]", "label", "d1"),
        ("set_delayed", "core", "debug", 3),
        ("set_delayed", "lab", "label", "d0"),
        ("set_delayed", "lab", "max_calls", 77),
        ("del_delayed", "lab[1]", "label"),
        ("del_delayed", "lab[1]", "max_calls"),
        ("commit",),
        ("set_delayed", "lab[1]", "label", "d1"),
        ("rollback",),
        ("set_delayed", "lab[7]", "label", "d1"),
        ("commit",),
        ("rollback",),
        ("del", "lab[1]", "label"),
        ("del", "lab[9]", "label"),
        ("del", "lab", "label"),
        ("set", "core", "debug", 2),
        ("del_group_inst", "lab[1]"),
        ("del_group_inst", "lab[1]"),
        # Never a group of the configuration file's own: that kills a 5.6.3.
        *[("reset", group) for group in ("core", "tm", "tcp", "registrar", "nope", "core[3]")],
    ):
        cfg.same("cfg." + call[0], *call[1:])
        cfg.same("cfg.diff")
        for group in ("lab", "lab[1]", "core", "tm", "registrar"):
            cfg.same("cfg.get", group)
        cfg.same("cfg.get", "lab[1]", "label")
