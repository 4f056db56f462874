# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Many endpoints of the lab server in one process, as cheap as they can be.

    python bench/fleet_servers.py FOLDER FIRST LAST DELAY [apart]

Unix sockets FOLDER/FIRST to FOLDER/(LAST - 1), answered by the lab server's engine after DELAY
seconds; with "apart" each has an engine and data of its own. The sockets are served by a bare epoll
loop: the lab server's own, asyncio's, takes longer for a connection than the fastest clients do,
and they are what is measured. It prints a line when it listens, and ends with its standard input.
"""

from __future__ import annotations

import contextlib
import gc
import os
import resource
import select
import socket
import sys
from heapq import heappop, heappush
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "sdk"))

from kamailio_binrpc.core.lab.caller import Caller, Listener  # noqa: E402
from kamailio_binrpc.core.lab.engine import Engine, build  # noqa: E402
from kamailio_binrpc.lab import Configuration, HashTables, SharedVariables  # noqa: E402

BACKLOG = 128


def new_engine() -> Engine:
    return build(
        [
            HashTables({"features": {"greeting": "hi", "old": 7}}),
            Configuration({"limits": {"max_calls": 1000}}),
            SharedVariables({"maintenance": 0}),
        ]
    )


class Servers:
    """Listens on paths and answers."""

    def __init__(self, paths: list[str], delay: float, apart: bool) -> None:
        self._delay = delay
        self._engines: dict[int, Engine] = {}
        engine = None
        self._poll = select.epoll()
        self._caller = Caller(Listener("binrpc", "unix_stream", "", ""))
        self._listeners: dict[int, socket.socket] = {}
        self._later: list[tuple[float, int, bytes]] = []
        for path in paths:
            engine = new_engine() if apart or engine is None else engine
            listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            listener.setblocking(False)
            listener.bind(path)
            listener.listen(BACKLOG)
            self._listeners[listener.fileno()] = listener
            self._engines[listener.fileno()] = engine
            self._poll.register(listener.fileno(), select.EPOLLIN)

    def serve(self) -> None:
        """Serve until standard input ends."""
        self._poll.register(0, select.EPOLLIN)
        while True:
            patience = self._later[0][0] - monotonic() if self._later else -1
            for fd, _events in self._poll.poll(patience if not self._later else max(0.0, patience)):
                if fd == 0:
                    return
                if fd in self._listeners:
                    connection, _peer = self._listeners[fd]._accept()  # type: ignore[attr-defined]
                    self._engines[connection] = self._engines[fd]
                    self._poll.register(connection, select.EPOLLIN)
                else:
                    self._read(fd)
            while self._later and self._later[0][0] <= monotonic():
                _when, fd, data = heappop(self._later)
                os.write(fd, data)

    def _read(self, fd: int) -> None:
        data = os.read(fd, 65535)
        if not data:
            os.close(fd)
            return
        # Requests of some bytes to a unix socket come whole.
        answer = b"".join(self._engines[fd].process(data, 0, self._caller).writes)
        if self._delay:
            heappush(self._later, (monotonic() + self._delay, fd, answer))
        else:
            with contextlib.suppress(BrokenPipeError):  # the client had no patience
                os.write(fd, answer)


def main() -> None:
    folder, first, last, delay, *apart = sys.argv[1:]
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    paths = [f"{folder}/{n}" for n in range(int(first), int(last))]
    servers = Servers(paths, float(delay), bool(apart))
    gc.freeze()
    print("ready", flush=True)
    servers.serve()


if __name__ == "__main__":
    main()
