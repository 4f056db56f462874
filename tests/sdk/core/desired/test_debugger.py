# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.debugger import LEVEL, CoreLogLevel, ModuleLogLevel
from kamailio_binrpc.core.faults import Fault, MethodNotFound


def methods(result):
    return [call["method"] for call in result["rpc_calls"]]


def test_the_level_of_the_server(ensure, lab):
    result = ensure(CoreLogLevel(3))
    assert methods(result) == ["cfg.seti"]
    assert result["after"] == {"level": 3}
    assert ensure(CoreLogLevel(3))["changed"] is False


def test_the_level_without_the_module_cfg_rpc(ensure, lab):
    def missing(ctx):
        raise MethodNotFound(500, "command cfg.get not found", "cfg.get")

    lab.registry.method("cfg.get")(missing)
    assert methods(ensure(CoreLogLevel(3))) == ["corex.debug"]
    assert ensure(CoreLogLevel(3))["changed"] is False


def test_the_level_of_a_module(ensure, lab):
    lab.modules["cfg_rpc"].put("dbg", "mod_level_mode", 1)
    result = ensure(ModuleLogLevel("tm", 4))
    assert methods(result) == ["dbg.set_mod_level"]
    assert result["after"] == {"tm": 4}
    assert ensure(ModuleLogLevel("tm", 4))["changed"] is False


def test_a_level_that_does_not_count(ensure, lab):
    lab.modules["cfg_rpc"].put("dbg", "mod_level_mode", 0)
    result = ensure(ModuleLogLevel("tm", 4), failed=True)
    assert "mod_level_mode is 0. Set it to 1, or say activate: true" in result["msg"]
    result = ensure(ModuleLogLevel("tm", 4, activate=True))
    assert methods(result) == ["dbg.set_mod_level", "cfg.seti"]
    assert ensure(ModuleLogLevel("tm", 4))["changed"] is False


@pytest.mark.parametrize("text, advice", [("failed to store", "mod_hash_size"), ("no", "no")])
def test_advice(ensure, lab, text, advice):
    def refuse(ctx):
        raise Fault(500, text)

    lab.registry.method("dbg.set_mod_level")(refuse)
    assert advice in ensure(ModuleLogLevel("tm", 5), failed=True)["msg"]


def test_options():
    assert isinstance(LEVEL.make({"level": 3}), CoreLogLevel)
    module = LEVEL.make({"level": 3, "module": "tm", "activate": True})
    assert (module.module, module.level, module.activate) == ("tm", 3, True)
