# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""An engine with a clock of the test's own, and one beside a real Kamailio."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from kamailio_binrpc import Client, Fault
from kamailio_binrpc.core.lab.engine import build
from kamailio_binrpc.lab import LabState
from tests.support import dbtext, releases

Normalise = Callable[[Any], Any]
Params = tuple[Any, ...]
TABLES = dbtext.TABLES
# Figures that differ for good reasons: times, generated names, memory.
VOLATILE = re.compile(
    r"'(diff_expires|timer_expires|reg_init|reload_time|Last-Keepalive|duration|timeout|init_ts"
    r"|end_ts|recheck(_ticks)?|used|free|real_used|max_used|total_frags|fragments)', -?[\d.]+"
    r"|'(Ruid|defunct_until)', '[^']{2,}'|'Expires', -?\d+"
)
ODD: tuple[Params, ...] = (
    *((), (1,), (0,), (-1,), ("x",), ("x", "y"), (1, "x"), ("",), (1.5,), (1, 2, 3)),
)


class Clock:
    def __init__(self):
        self.now = 1_700_000_000.0

    def __call__(self):
        return self.now


def lab(*modules, version="5.6.3"):
    """An engine of that version and the clock that its methods read."""
    state = LabState(version)
    state.clock = clock = Clock()
    state.started = clock()
    return build(modules, state), clock


def fault(engine, method, *params):
    with pytest.raises(Fault) as caught:
        engine.call(method, *params)
    return caught.value.code, caught.value.text


def steady(outcome: Any) -> str:
    """The outcome as text, without figures that cannot be equal."""
    return VOLATILE.sub(lambda match: match.group().partition(",")[0], repr(outcome))


class Pair:
    """A real server and the lab's engine; :meth:`same` calls both."""

    def __init__(self, real: Client, *modules: Any, state: LabState | None = None) -> None:
        self.real = real
        self.engine = build(modules=modules, state=state or LabState(releases.running()))
        self.calls = 0

    def same(self, method: str, *params: Any, normalise: Normalise = repr) -> None:
        self.calls += 1
        real = outcome(self.real.call, method, *params)
        lab = outcome(self.engine.call, method, *params)
        assert normalise(lab) == normalise(real), f"{method}{params!r}"

    def steadily(self, method: str, *params: Any) -> None:
        """:meth:`same`, but for figures that cannot be."""
        self.same(method, *params, normalise=steady)

    def each(self, method: str, *cases: Params, then: str = "") -> None:
        for params in cases:
            self.steadily(method, *params)
            if then:
                self.steadily(then)

    def same_methods(self, *prefixes: str, missing: frozenset[str] = frozenset()) -> None:
        """Both have the same methods that begin like this, with the same help."""
        for prefix in prefixes:
            names = self.real.call("system.listMethods")
            real = {name for name in names if name.startswith(prefix)}
            lab = {name for name in self.engine.registry.names() if name.startswith(prefix)}
            assert lab == real - missing
            for name in sorted(lab):
                self.same("system.methodHelp", name)


def outcome(call: Callable[..., Any], *args: Any) -> Any:
    """The reply's values, or code and text of the fault."""
    try:
        return list(call(*args))
    except Fault as fault:
        return fault.code, fault.text


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until it is true, or for ten seconds."""
    deadline = time.monotonic() + 10
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
