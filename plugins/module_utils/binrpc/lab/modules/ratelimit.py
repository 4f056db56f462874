# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``rl.*``: numbered traffic pipes (upstream ``ratelimit/ratelimit.c``)."""

from __future__ import annotations

from ...faults import Fault
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, List, Mapping, Optional

ALGORITHMS = ("NOP", "RED", "TAILDROP", "FEEDBACK", "NETWORK")
PIPES = 32


class RateLimit(Module):
    """The module ratelimit.

    :param pipes: number to ``[algorithm, limit]``.
    :param queues: ``[pipe, method]`` in their order.
    """

    name = "ratelimit"
    loads = ("ratelimit",)

    def __init__(
        self,
        pipes: Optional[Mapping[Any, Any]] = None,
        queues: Optional[List[Any]] = None,
    ) -> None:
        given: Any = {0: ("TAILDROP", 100), 1: ("RED", 50)} if pipes is None else pipes
        self.pipes: Dict[int, List[Any]] = {int(number): list(v) for number, v in given.items()}
        self.queues = [list(each) for each in ([(0, "INVITE")] if queues is None else queues)]
        self.pid: List[float] = [-25.0, 0.0, 0.0]

    @method(
        "rl.stats",
        "",
        help="Print ratelimit statistics: PIPE[<pipe_id>]: <last_counter>/<pipe_limit> "
        "(drop rate: <drop_rate>)",
    )
    def stats(self) -> Iterator[str]:
        for number in range(PIPES):
            limit = self.pipes.get(number, ("NOP", 0))[1]
            yield "PIPE[%d]: 0/%d (drop rate: 0)" % (number, limit)

    @method(
        "rl.get_pipes",
        "",
        help="Print pipes info: PIPE[<pipe_id>]: <pipe_algo_id>:<pipe_algo> "
        "<last_counter>/<pipe_limit> (drop rate: <drop_rate>) [<current_counter>]",
    )
    def get_pipes(self) -> Iterator[str]:
        for number, (algorithm, limit) in sorted(self.pipes.items()):
            if algorithm != "NOP":
                kind = ALGORITHMS.index(algorithm)
                yield "PIPE[%d]: %d:%s 0/%d (drop rate: 0) [0]" % (number, kind, algorithm, limit)

    @method(
        "rl.set_pipe",
        "dSd",
        help="Sets a pipe params: <pipe_id> <pipe_algorithm> <pipe_limit>",
    )
    def set_pipe(self, number: int, algorithm: str, limit: int) -> None:
        if algorithm not in ALGORITHMS:
            raise Fault(400, "Unknown algorithm")
        if not 0 <= number < PIPES:
            raise Fault(400, "Unknown pipe")
        self.pipes[number] = [algorithm, limit]

    @method(
        "rl.get_queues",
        "",
        help="Print queues info: QUEUE[queue_id]: <pipe_id>:<queue_method>",
    )
    def get_queues(self) -> Iterator[str]:
        for number, (pipe, name) in enumerate(self.queues):
            yield "QUEUE[%d]: %d:%s" % (number, pipe, name)

    @method("rl.set_queue", "dSd", help="Sets queue params: <quue_id> <queue_method> <pipe_id>")
    def set_queue(self, number: int, name: str, pipe: int) -> None:
        if not 0 <= pipe < PIPES:
            raise Fault(400, "Invalid pipe number")
        if not 0 <= number < len(self.queues):
            raise Fault(400, "MAX_QUEUES reached")
        self.queues[number] = [pipe, name]

    @method(
        "rl.get_pid",
        "",
        help="Print PID Controller parameters for the FEEDBACK algorithm: <ki> <kp> <kd>",
    )
    def get_pid(self) -> str:
        return "ki[%f] kp[%f] kd[%f] " % tuple(self.pid)

    @method(
        "rl.set_pid",
        "fff",
        help="Sets the PID Controller parameters for the FEEDBACK algorithm: <ki> <kp> <kd>",
    )
    def set_pid(self, *values: float) -> None:
        self.pid = list(values)

    @method(
        "rl.push_load",
        "f",
        help="Force the value of the load parameter for FEEDBACK algorithm: <load>",
    )
    def push_load(self, value: float) -> None:
        if not 0.0 <= value <= 1.0:
            raise Fault(400, "Value out of range")

    @method("rl.set_dbg", "d", help="Sets the ratelimit debug/monitoing logs: 0-off 1-on")
    def set_debug(self, mode: int) -> None:
        """Do nothing: nothing is limited here."""
