# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods that run on a copy of the server's state."""

from __future__ import annotations

import threading

import pytest

from kamailio_binrpc.core.faults import Fault
from kamailio_binrpc.core.lab.engine import build
from kamailio_binrpc.core.lab.failures import Failure
from kamailio_binrpc.lab import Dispatcher, LabServer, Module, method


class Door(Module):
    name = "door"

    def __init__(self):
        self.open = 0

    @method("door.open", "d")
    def opened(self, how):
        self.open += how
        return self.open

    @method("door.later", "d")
    async def later(self, how):
        self.open += how
        return self.open


def ignoring(*modules):
    engine = build(modules=modules)
    engine.state.failures.add(Failure("ignore"))
    return engine


@pytest.mark.parametrize("name", ["door.open", "door.later"])
def test_it_answers_as_if_it_had_acted(name):
    door = Door()
    engine = ignoring(door)
    assert engine.call(name, 3) == engine.call(name, 3) == [3]
    assert door.open == 0
    assert engine.state.modules["door"] is door


def test_other_modules_and_the_state_are_copied_too():
    """Data outside a method's own module is a copy as well when it changes it."""
    engine = ignoring()
    engine.state.rpc_exec_delta = 0

    class Meddler(Module):
        name = "meddler"

        @method("meddler.go", "")
        def go(self):
            self.state.modules["pv"].variables.clear()
            self.state.version = "0"

    meddler = Meddler()
    meddler.state = engine.state
    engine.state.modules["meddler"] = meddler
    engine.registry.add_module(meddler)
    engine.call("meddler.go")
    assert engine.state.modules["pv"].variables
    assert engine.state.version != "0"


def test_the_guard_against_reloads_does_not_notice():
    engine = ignoring(Dispatcher({1: ["sip:192.0.2.1"]}))
    for _other in range(3):
        assert engine.call("dispatcher.reload") == ["Ok. Dispatcher successfully reloaded."]


def test_a_function_of_no_module_does_not_run():
    engine = ignoring()
    ran = []
    engine.registry.method("my.own", "s")(ran.append)
    assert engine.call("my.own", "x") == []
    assert ran == []


def test_a_module_that_cannot_be_copied_says_so():
    door = Door()
    door.lock = threading.Lock()
    with pytest.raises(Fault, match="cannot be copied: cannot pickle"):
        ignoring(door).call("door.open", 1)


def test_a_server_with_connections(tmp_path):
    from kamailio_binrpc import Client

    lab = LabServer(f"unix:{tmp_path}/s", failures=["ignore"])
    with lab.running_in_thread(), Client(lab.addresses[0]) as client:
        client.call("pv.shvSet", "maintenance", "int", 5)
        assert client.call("ctl.connections") == [1]
        assert lab.modules["pv"].variables["maintenance"] == 0
