# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A server that behaves like Kamailio's ctl module, to the byte.

::

    async with LabServer(binrpc=["unix:/tmp/ctl", "tcp:127.0.0.1:0"]) as lab:
        print(lab.addresses)

    with LabServer(binrpc=["tcp:127.0.0.1:0"]).running_in_thread() as lab:
        Client(lab.addresses[0]).call("core.version")
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading

from .. import wire
from ..address import parse_listen
from .acceptor import Acceptor
from .datagram import DatagramSocket
from .engine import build
from .failures import Failures, parse_failure
from .fifo_engine import TextEngine
from .fifo_file import FifoFile
from .sockets import Endpoint, ListenError, Owner
from .state import LabState
from .stream import StreamConnection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Coroutine, Dict, Iterable, Iterator, List, Optional, Set, Union

    from .caller import Caller, CallLog
    from .failures import Failure
    from .observer import Observer
    from .recording import Recording
    from .registry import Module, Registry


class Hub:
    """State shared by the connections of one server: its stream connections and its tasks."""

    def __init__(self, connections: Dict[Any, Caller], failures: Any, observer: Any) -> None:
        self._connections = connections
        self.observer = observer
        self._failures = failures
        self._tasks: Set[Any] = set()
        self._closed = False

    def admit(self, connection: Any, caller: Caller) -> bool:
        """Count a new stream connection, or return False if there are too many."""
        if self._closed or len(self._connections) >= wire.MAX_CONNECTIONS:
            return False
        if self._failures.rules and self._failures.refuses(caller.listener):
            return False
        self._connections[connection] = caller
        return True

    def forget(self, connection: Any) -> None:
        """A stream connection, admitted or not, is gone."""
        self._connections.pop(connection, None)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a task that ends with the server at the latest."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def drop(self, but: Any) -> None:
        """Abort every connection, and cancel every task, but those of one caller."""
        for connection, caller in list(self._connections.items()):
            if caller is not but:
                connection.abort()
        own = asyncio.current_task()
        for task in self._tasks:
            if task is not own:
                task.cancel()

    async def close(self) -> None:
        """Abort every connection and cancel every task."""
        self._closed = True
        await _turns()  # for connections and tasks that are about to begin
        for connection in list(self._connections):
            connection.abort()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await _turns()  # asyncio closes aborted connections later
        for _other in range(1000):
            if not self._connections:
                break
            await asyncio.sleep(0)


class LabServer:
    """A ctl module of our own; the keywords up to ``binrpc_buffer_size`` are its modparams.

    :param binrpc: listen addresses (docs/protocol.md#addresses), one or several; port 0 takes a
        free one. Kamailio's default socket if this and ``fifo`` are left out.
    :param fifo: listen addresses of the text protocol.
    :param mode: of unix sockets and fifos; 0 leaves sockets to the umask, and fifos get 000.
    :param user: owner of these; without ``group`` it changes nothing but fifos.
    :param autoconversion: convert every parameter as ``.`` does.
    :param binrpc_max_body_size: KiB of values at the top of a reply.
    :param binrpc_struct_max_body_size: KiB of one struct's own members.
    :param binrpc_buffer_size: bytes of one printf value.
    :param modules: state and methods of Kamailio modules, see :class:`~.registry.Module`;
        they replace the default (empty) ones of the same name.
    :param version: the release to imitate, a series (``5.8``), or ``master``.
    :param faithful: see :class:`~.state.LabState`.
    :param expose: allow tcp and udp addresses that other hosts can reach.
    :param reply_directory: where clients of a real fifo have their reply fifos.
    :param failures: what is to go wrong from the start, :class:`~.failures.Failure` or texts such
        as ``drop method=core.* probability=10%``.
    :param recording: serve what was recorded instead of modules, see :mod:`.recording`.
    :param observer: told of what goes on, see :mod:`.observer`.
    :param rpc_exec_delta: seconds between two runs of a method that is limited so (5.7).
    :param failure_seed: makes the chances of failures a sequence that can be repeated.
    :raises AddressError, ValueError: a parameter is wrong.
    """

    def __init__(
        self,
        binrpc: Union[str, Iterable[str], None] = None,
        fifo: Union[str, Iterable[str], None] = None,
        *,
        mode: int = 0o600,
        user: Optional[str] = None,
        group: Optional[str] = None,
        autoconversion: bool = False,
        binrpc_max_body_size: int = 32,
        binrpc_struct_max_body_size: int = 8,
        binrpc_buffer_size: int = 1024,
        modules: Iterable[Module] = (),
        version: str = "5.6.3",
        faithful: bool = True,
        expose: bool = False,
        reply_directory: str = "/tmp",  # noqa: S108 - where Kamailio has it
        failures: Iterable[Union[str, Failure]] = (),
        failure_seed: Any = None,
        recording: Optional[Recording] = None,
        observer: Optional[Observer] = None,
        rpc_exec_delta: int = 0,
    ) -> None:
        if binrpc is None and fifo is None:
            binrpc = wire.DEFAULT_ADDRESS
        self._wanted = [
            ("binrpc", parse_listen(text, any_port=True)) for text in _several(binrpc)
        ] + [("fifo", parse_listen(text, fifo=True, any_port=True)) for text in _several(fifo)]
        self._owner = Owner(mode, user, group)
        self._expose = expose
        self._reply_directory = reply_directory
        self._observer = observer
        self.state = LabState(
            version,
            faithful,
            autoconversion,
            body_limit=(binrpc_max_body_size if binrpc_max_body_size > 0 else 4) * 1024,
            struct_limit=(binrpc_struct_max_body_size if binrpc_struct_max_body_size > 0 else 1)
            * 1024,
            printf_limit=binrpc_buffer_size,
        )
        self.state.rpc_exec_delta = rpc_exec_delta
        self.state.directory = os.getcwd()
        if failure_seed is not None:
            self.failures.seed(failure_seed)
        for each in failures:
            self.failures.add(parse_failure(each) if isinstance(each, str) else each)
        self._engine = build(modules, self.state, recording)
        self._ctl = self.state.modules["ctl"]
        self._endpoints: List[Endpoint] = []
        self._open: List[Any] = []
        self._hub: Optional[Hub] = None
        self._loop: Any = None

    @property
    def registry(self) -> Registry:
        """The methods; add your own with ``@lab.registry.method(...)``, also at run time."""
        return self._engine.registry

    @property
    def modules(self) -> Dict[str, Any]:
        """The modules by name: their attributes are the state that the methods show."""
        return self.state.modules

    @property
    def failures(self) -> Failures:
        """Failures on demand: what goes wrong, also at run time."""
        return self.state.failures

    @property
    def calls(self) -> CallLog:
        """The calls so far."""
        return self._engine.calls

    @property
    def addresses(self) -> List[str]:
        """The binrpc addresses in the order of ``binrpc``, with their real ports."""
        return self._reachable("binrpc")

    @property
    def fifo_addresses(self) -> List[str]:
        """The text protocol's addresses in the order of ``fifo``."""
        return self._reachable("fifo")

    def _reachable(self, payload: str) -> List[str]:
        return [each.reachable for each in self._endpoints if each.listener.payload == payload]

    async def start(self) -> None:
        """Listen on every address, or on none.

        :raises ListenError: an address cannot be used.
        """
        if self._endpoints:
            raise ListenError("this server runs already")
        self._engine.stopping = False
        self._hub = Hub(self._ctl.connections, self.failures, self._observer)
        self._engine.on_restart = self._hub.drop
        self._loop = asyncio.get_running_loop()
        try:
            for payload, address in self._wanted:
                endpoint = Endpoint(payload, address, self._owner, self._expose)
                self._endpoints.append(endpoint)
            for endpoint in self._endpoints:
                self._serve(endpoint)
        except BaseException:
            await self.stop()
            raise
        self._ctl.listeners[:] = [each.listener for each in self._endpoints]

    def _serve(self, endpoint: Endpoint) -> None:
        engine: Any = self._engine
        if endpoint.listener.payload == "fifo" or endpoint.address.protocol == "fifo":
            engine = TextEngine(engine)
        if endpoint.address.protocol == "fifo":
            fifo = FifoFile(
                self._hub, endpoint.fd, endpoint.listener, engine, self._reply_directory
            )
            self._open.append(fifo)
        elif endpoint.address.is_datagram:
            datagrams = DatagramSocket(self._hub, endpoint.socket, endpoint.listener, engine)
            self._open.append(datagrams)
        else:
            hub = self._hub
            self._open.append(
                Acceptor(endpoint.socket, lambda: StreamConnection(hub, endpoint.listener, engine))
            )

    async def stop(self) -> None:
        """Close everything and remove the paths; may be called again."""
        self._engine.stopping = True
        for each in self._open:
            each.close()
        self._open.clear()
        if self._hub is not None:
            await self._hub.close()
            self._hub = None
        for endpoint in self._endpoints:
            endpoint.close()
        self._endpoints.clear()
        self._ctl.listeners.clear()

    def restart(self) -> None:
        """Restart at once, between two calls; from any thread.

        Connections end, boot time and process IDs are new, and modules are as they were made,
        except for what :attr:`~.registry.Module.survives`. Sockets, failures and :attr:`calls`
        stay; so do functions that were registered without a module.
        """
        try:
            here = asyncio.get_running_loop()
        except RuntimeError:
            here = None
        if self._hub is None or here is self._loop:
            self._engine.restart()
        else:
            asyncio.run_coroutine_threadsafe(self._restart(), self._loop).result()

    async def _restart(self) -> None:
        self._engine.restart()
        await _turns()  # so that the caller finds its connections closed

    async def __aenter__(self) -> LabServer:
        await self.start()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.stop()

    @contextlib.contextmanager
    def running_in_thread(self) -> Iterator[LabServer]:
        """Run in a thread with an event loop of its own, for as long as the block lasts.

        :raises ListenError: an address cannot be used.
        """
        started = threading.Event()
        failure: List[BaseException] = []
        control: List[Any] = []

        async def run() -> None:
            stop = asyncio.Event()
            control.extend((asyncio.get_running_loop(), stop))
            async with self:
                started.set()
                await stop.wait()

        def work() -> None:
            try:
                asyncio.run(run())
            except BaseException as error:  # noqa: BLE001 - raised again by the caller
                failure.append(error)
            finally:
                started.set()

        thread = threading.Thread(target=work, name="lab-server", daemon=True)
        thread.start()
        started.wait()
        try:
            if not failure:
                yield self
        finally:
            if not failure:
                loop, stop = control
                loop.call_soon_threadsafe(stop.set)
            thread.join()
        if failure:
            raise failure[0]


async def _turns() -> None:
    """Let the event loop finish what it has begun with accepted and aborted sockets."""
    for _other in range(5):
        await asyncio.sleep(0)


def _several(value: Union[str, Iterable[str], None]) -> List[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)
