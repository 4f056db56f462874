# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A lab server, a stage for it, and calls to it, for tests of whole states."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kamailio_binrpc import Client, LabServer
from kamailio_binrpc.core.desired.calls import Calls
from kamailio_binrpc.core.desired.cfg import CfgVariables
from kamailio_binrpc.core.desired.dispatcher import DispatcherDestinations
from kamailio_binrpc.core.desired.drive import drive
from kamailio_binrpc.core.desired.htable import HashTable
from kamailio_binrpc.core.desired.pv import SharedVariable
from kamailio_binrpc.core.dispatcher import each_destination
from kamailio_binrpc.core.views import reply_to_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kamailio_binrpc.core.desired.drive import Save
    from kamailio_binrpc.core.reply import Reply


@dataclass
class Stage:
    """The parts that are wanted at once."""

    resources: list[Any]
    checks: list[Any] = field(default_factory=list)


def four() -> Stage:
    """Return a stage with a resource of each of four sections."""
    return Stage(
        [
            HashTable("flags", {"x": 1, "y": "z"}, absent=["old"]),
            SharedVariable("maintenance", 5),
            CfgVariables({"core": {"debug": 3}}),
            DispatcherDestinations(1, [{"uri": "sip:127.0.0.9:5060"}]),
        ]
    )


class Ground:
    """A lab server, whose calls are counted; ``events`` happen at calls with those numbers.

    An event is an error to raise instead of the call, or a function to call before it. The clock
    moves with pauses alone, and the server's clock with it.
    """

    def __init__(self, client: Client, running: Any) -> None:
        self.client = client
        self.address = str(client.address)
        self.running = running
        self.events: dict[Any, Any] = {}
        self.asked: list[str] = []
        self.written: list[str] = []
        self.saved: list[Save] = []
        self.time = 0.0
        self.count = 0
        self._calls = Calls(client)
        clock = running.state.clock
        running.state.clock = lambda: clock() + self.time

    def call(self, method: str, *params: Any, read_only: bool = True) -> Reply:
        self.asked.append(method)
        self._happen(method)
        return self._calls.call(method, *params)

    def once(self, method: str, *params: Any) -> Reply:
        self.written.append(method)
        self._happen(method)
        return self._calls.once(method, *params)

    def _happen(self, method: str) -> None:
        self.count += 1
        for key in (self.count, method):
            event = self.events.pop(key, None)
            if isinstance(event, BaseException):
                raise event
            if event is not None:
                event()

    def clock(self) -> float:
        return self.time

    def pause(self, seconds: float) -> None:
        self.time += seconds

    def save(self, need: Save) -> None:
        self.saved.append(need)

    def drive(self, talk: Any, save: Any = None) -> Any:
        """Run a generator at this server."""
        return drive(talk, self, self.clock, self.pause, save or self.save)

    @contextlib.contextmanager
    def connect(self, address: str) -> Iterator[Ground]:
        """Do as a transaction's ``connect``."""
        assert address == self.address
        yield self

    def seen(self) -> dict[str, Any]:
        """Return what the stage :func:`four` is about."""

        def values(method: str, *params: Any) -> Any:
            return reply_to_json(self.client.call(method, *params), method)

        return {
            "flags": {
                item["name"]: item["value"]
                for slot in values("htable.dump", "flags")
                for item in slot["slot"]
            },
            "maintenance": values("pv.shvGet", "maintenance")[0]["value"],
            "debug": values("cfg.get", "core", "debug")[0],
            "members": sorted(
                dest["URI"] for _number, dest in each_destination(values("dispatcher.list")) if dest
            ),
        }


@contextlib.contextmanager
def ground(folder: Any, **options: Any) -> Iterator[Ground]:
    """Start a lab server and yield a Ground."""
    server = LabServer(f"unix:{folder}/ctl", **options)
    with server.running_in_thread() as running, Client(running.addresses[0]) as client:
        client.call("htable.flush", "flags")
        client.call("htable.sets", "flags", "old", "there")
        yield Ground(client, running)
