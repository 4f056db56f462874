# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Both clients with one face, so that each scenario of the scripted servers runs with both."""

from __future__ import annotations

import asyncio
import selectors
import threading

from kamailio_binrpc.core.async_client import AsyncClient
from kamailio_binrpc.core.client import Client


class Time:
    """A clock that stands still until a wait without end in sight, or the test, moves it on.

    :ivar naps: how far it was moved by each wait.
    :ivar skipping: let an event loop with nothing to do move it on; else it really waits.
    """

    def __init__(self):
        self.now = 1000.0
        self.naps = []
        self.skipping = True

    def __call__(self):
        return self.now

    def nap(self, seconds):
        self.now += seconds
        self.naps.append(seconds)
        self.on_nap(len(self.naps))

    def on_nap(self, count):
        """Tests replace it."""


class TimedLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is a :class:`Time`."""

    def __init__(self, time):
        self._time = time
        super().__init__(TimedSelector(time))

    def time(self):
        return self._time()


class TimedSelector(selectors.DefaultSelector):
    def __init__(self, time):
        super().__init__()
        self._time = time

    def select(self, timeout=None):
        if not timeout:
            return super().select(timeout)
        if not self._time.skipping:
            return super().select(0.01)  # the script of a server may move the clock on
        ready = super().select(0.001)
        if not ready:
            self._time.nap(timeout)
        return ready


class Blocking(Client):
    """The blocking client, with a clock of the test's if there is one."""

    def __init__(self, address, *arguments, time=None, **options):
        super().__init__(address, *arguments, **options)
        if time is not None:
            self._clock = time
            self._sleep = time.nap


class Asyncio:
    """The asyncio client in an event loop in a thread; its methods block."""

    def __init__(self, address, *arguments, time=None, **options):
        self.client = AsyncClient(address, *arguments, **options)
        self._loop = asyncio.new_event_loop() if time is None else TimedLoop(time)
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def address(self):
        return self.client.address

    @property
    def _transport(self):
        return self.client._link

    def close(self):
        self._run(self.client.close())

    def call(self, method, *params, **options):
        return self._run(self.client.call(method, *params, **options))

    def call_many(self, calls, timeout=None, window=8):
        # The blocking client takes the window with each batch; here it belongs to the connection.
        if not self.client.address.is_datagram:
            self.client._window = window
        return self._run(self.client.call_many(calls, timeout))

    def _run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()


CLIENTS = {"blocking": Blocking, "asyncio": Asyncio}
