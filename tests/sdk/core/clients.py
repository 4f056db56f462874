# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Callers with one interface, so that a scenario of the scripted servers runs with all."""

from __future__ import annotations

import asyncio
import select
import selectors
import threading

from kamailio_binrpc.core.address import parse_address
from kamailio_binrpc.core.async_client import AsyncClient
from kamailio_binrpc.core.call_record import Observer
from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.fan_out import FanOut
from kamailio_binrpc.core.wire import MAX_BODY


class Time:
    """A clock that stands still until a pause, or the test, moves it on.

    :param skipping: let an event loop with nothing to do move it on as well, to its next timer.
        Only where nothing answers any more: a server on a busy machine is slower than such a loop.
    :ivar naps: how far it was moved by each wait.
    :ivar endless: may an event loop wait for something that no timer limits?
    """

    def __init__(self, skipping=False):
        self.now = 1000.0
        self.naps = []
        self.skipping = skipping
        self.endless = True

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
        assert timeout is not None or self._time.endless, "nothing limits this wait"
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

    def call_many(self, calls, timeout=None, window=8, **options):
        # The blocking client takes the window with each batch; here it belongs to the connection.
        if not self.client.address.is_datagram:
            self.client._window = window
        return self._run(self.client.call_many(calls, timeout, **options))

    def _run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()


class FannedOut:
    """A fan-out to one endpoint for each call, which has a connection of its own."""

    def __init__(
        self,
        address,
        timeout=5.0,
        *,
        connect_wait=0.0,
        max_reply=MAX_BODY,
        unsigned=None,
        on_call=None,
        time=None,
    ):
        self.address = parse_address(address)
        self._timeout = timeout
        self._connect_wait = connect_wait
        observer = None if on_call is None else Observer(on_call)
        self._options = observer, max_reply, unsigned
        self._time = time

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        pass

    def call(self, method, *params, timeout=None):
        seconds = self._timeout if timeout is None else timeout
        fan = FanOut(
            [("", self.address)],
            method,
            params,
            seconds,
            self._connect_wait,
            1,
            None,
            *self._options,
        )
        if self._time is not None:
            fan._clock = self._time
        (talk,) = self._run(fan)
        if talk.error is not None:
            raise talk.error
        return talk.value

    def _run(self, fan):
        return list(fan if self._time is None else self._timed(fan))

    def _timed(self, fan):
        """Do as a :class:`TimedSelector` does."""
        try:
            while fan.busy:
                patience = fan.patience()
                if patience:
                    pause = 0.001 if self._time.skipping else 0.01
                    ready = select.select([fan._poll], [], [], pause)[0]
                    if self._time.skipping and not ready:
                        self._time.nap(patience)
                yield from fan.turn(0.0)
        finally:
            fan.close()


class FannedOutInALoop(FannedOut):
    """Beside the other tasks of an event loop."""

    def _run(self, fan):
        async def collect():
            return [talk async for talk in fan.arrivals()]

        if self._time is None:
            return asyncio.run(collect())
        loop = TimedLoop(self._time)
        try:
            return loop.run_until_complete(collect())
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()


CLIENTS = {"blocking": Blocking, "asyncio": Asyncio}
"""Clients that keep a connection, with many calls under way."""

CALLERS = {**CLIENTS, "fan out": FannedOut, "fan out in a loop": FannedOutInALoop}
"""Clients that make one call after another."""
