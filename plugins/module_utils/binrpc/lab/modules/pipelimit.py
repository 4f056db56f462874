# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``pl.*``: traffic pipes (upstream ``pipelimit/pl_ht.c``)."""

from __future__ import annotations

from ...faults import Fault
from ...values import Struct
from ..hashing import core_case_hash
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, List, Mapping, Optional

SAMPLE: Dict[str, Dict[str, Any]] = {
    "p1": {"algorithm": "TAILDROP", "limit": 100},
    "p2": {"algorithm": "RED", "limit": 50},
}
ALGORITHMS = ("NOP", "RED", "TAILDROP", "FEEDBACK", "NETWORK")
SLOTS = 64


class Pipe:
    """One pipe and its counters."""

    def __init__(self, algorithm: str, limit: int) -> None:
        self.algorithm = algorithm
        self.limit = limit
        self.load = 0
        self.counter = 0
        self.last_counter = 0
        self.unused_intervals = 0


class PipeLimit(Module):
    """The module pipelimit.

    :param pipes: name to ``{"algorithm": ..., "limit": ...}``; None for two samples.
    """

    name = "pipelimit"
    loads = ("pipelimit",)

    def __init__(self, pipes: Optional[Mapping[str, Mapping[str, Any]]] = None) -> None:
        given = SAMPLE if pipes is None else pipes
        self.pipes: Dict[str, Pipe] = {
            name: Pipe(each["algorithm"], each["limit"]) for name, each in given.items()
        }
        self.pid: List[float] = [-25.0, 0.0, 0.0]
        self.load = 0.0

    def _in_order(self) -> Iterator[Any]:
        hashed = [(core_case_hash(name), name) for name in self.pipes]
        for _hash, name in sorted(hashed, key=lambda each: (each[0] % SLOTS, each[0])):
            if self.pipes[name].algorithm != "NOP":
                yield name, self.pipes[name]

    @method("pl.list", help="List details for one or all pipes")
    def list(self, ctx: Any) -> List[Struct]:
        params = ctx.scan("*S")
        pipes = list(self._in_order())
        if params.count > 0 and params[0]:
            self._pipe(params[0])
            pipes = [(name, pipe) for name, pipe in pipes if name == params[0]]
        return [
            Struct(
                name=name,
                algorithm=pipe.algorithm,
                limit=pipe.limit,
                counter=pipe.counter,
                last_counter=pipe.last_counter,
                unused_intervals=pipe.unused_intervals,
            )
            for name, pipe in pipes
        ]

    def _pipe(self, name: str, code: int = 400) -> Pipe:
        if name not in self.pipes:
            raise Fault(code, "Unknown pipe id %s" % name)
        return self.pipes[name]

    @method(
        "pl.get_pipes",
        "",
        help="Print pipes info (string output): <id> <algorithm> <limit> <counter>",
    )
    def get_pipes(self) -> Iterator[str]:
        for name, pipe in self._in_order():
            yield "PIPE: id=%s algorithm=%s limit=%d counter=%d" % (
                name,
                pipe.algorithm,
                pipe.limit,
                pipe.counter,
            )

    @method(
        "pl.stats",
        "",
        help="Print pipelimit statistics (string output): <id> <load> <counter>",
    )
    def stats(self) -> Iterator[str]:
        for name, pipe in self._in_order():
            yield "PIPE: id=%s load=%d counter=%d" % (name, pipe.load, pipe.last_counter)

    @method(
        "pl.set_pipe",
        "SSd",
        help="Sets a pipe params: <pipe_id> <pipe_algorithm> <pipe_limit>",
    )
    def set_pipe(self, name: str, algorithm: str, limit: int) -> None:
        if algorithm.upper() not in ALGORITHMS:
            raise Fault(400, "Unknown algorithm")
        pipe = self._pipe(name)
        pipe.algorithm = algorithm.upper()
        pipe.limit = limit
        limits = {each.limit for each in self.pipes.values() if each.algorithm == "FEEDBACK"}
        if len(limits) > 1 or any(not 0 <= each <= 100 for each in limits):
            raise Fault(400, "Feedback limits don't match")

    @method("pl.reset_pipe", "S", help="Reset the value of a pipe: <pipe_id>", since=(5, 7))
    def reset_pipe(self, name: str) -> None:
        pipe = self._pipe(name, 404)
        pipe.counter = pipe.last_counter = pipe.unused_intervals = 0

    @method("pl.rm_pipe", "S", help="Remove a pipe: <pipe_id>", since=(5, 7))
    def remove_pipe(self, name: str) -> None:
        if name not in self.pipes:
            raise Fault(404, "Pipe not removed - %s" % name)
        del self.pipes[name]

    @method(
        "pl.get_pid",
        "",
        help="Print PID Controller parameters for the FEEDBACK algorithm: <ki> <kp> <kd>",
    )
    def get_pid(self) -> str:
        return "ki[%f] kp[%f] kd[%f] " % tuple(self.pid)

    @method(
        "pl.set_pid",
        "fff",
        help="Sets the PID Controller parameters for the FEEDBACK algorithm: <ki> <kp> <kd>",
    )
    def set_pid(self, *values: float) -> None:
        self.pid = list(values)

    @method(
        "pl.push_load",
        "f",
        help="Force the value of the load parameter for FEEDBACK algorithm: <load>",
    )
    def push_load(self, value: float) -> None:
        if not 0.0 <= value <= 1.0:
            raise Fault(400, "Value out of range")
        self.load = value
