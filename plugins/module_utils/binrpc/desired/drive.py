# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Code that says what it needs, and drivers that do it.

The engine and the resources are generators. They yield what they need (a call, a pause, the time)
and are sent the answer, so that one code serves blocking clients, asyncio, Ansible, Salt and tests
without a server. An error of a call is raised where the call was yielded.
"""

from __future__ import annotations

from time import monotonic, sleep

from ..catalogue.rebuilding import is_rebuilding
from ..errors import BinrpcError
from ..faults import Fault, MethodNotFound
from ..views import reply_to_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import (
        Any,
        Callable,
        Generator,
        Iterable,
        List,
        Optional,
        Protocol,
        Tuple,
        TypeVar,
        Union,
    )

    from ..reply import Reply

    T = TypeVar("T")
    Need = Union["Ask", "Do", "Sleep", "Now", "Save", "Soon"]
    Talk = Generator[Need, Any, T]

    class Endpoint(Protocol):
        """The server, as the blocking driver calls it.

        Its ``address``, if it has one, names the server to which rebuilds are spaced. Its ``soon``,
        if it has one, gets the calls of a :class:`Soon`.
        """

        def call(self, method: str, *params: Any, read_only: bool = True) -> Reply:
            """Make a call; it may be repeated if it only reads or if it certainly did not run."""

        def once(self, method: str, *params: Any) -> Reply:
            """Make a call a single time."""


class Ask:
    """A call that only reads. The driver may repeat it. The answer is the Reply."""

    __slots__ = ("method", "params")

    def __init__(self, method: str, params: Tuple[Any, ...] = ()) -> None:
        self.method = method
        self.params = params


class Do:
    """A call that changes something. The answer is the Reply.

    The driver makes it once: after an error, the caller has to read before it acts again. It spaces
    calls that rebuild what SIP workers read, see :mod:`..pacing`.

    :param retry: the driver may repeat it after an error that says that it did not run.
    """

    __slots__ = ("method", "params", "retry")

    def __init__(self, method: str, params: Tuple[Any, ...] = (), retry: bool = False) -> None:
        self.method = method
        self.params = params
        self.retry = retry


class Sleep:
    """A pause of some seconds."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class Now:
    """The time in seconds, from a clock that never goes backwards, is the answer."""

    __slots__ = ()


class Save:
    """Something for a journal, before the run goes on. Drivers without a journal pass over it.

    :param event: ``before`` with the Leaves of the first reading, ``intent`` with a Step that is
        about to be sent, ``outcome`` with one that succeeded, ``undo`` with the Undo that follows.
    """

    __slots__ = ("event", "what")

    def __init__(self, event: str, what: Any) -> None:
        self.event = event
        self.what = what


class Soon:
    """Calls that follow, for drivers with a long way to the server. Others ignore it.

    :param asks: calls that only read and follow the next call at once, unless that one fails; a
        driver may send them along.
    :param calls: how many calls follow one after another, if nothing fails; None leaves that open.
        A driver for which they are too many may fail the first one.
    """

    __slots__ = ("asks", "calls")

    def __init__(self, asks: Iterable[Ask] = (), calls: Optional[int] = None) -> None:
        self.asks = list(asks)
        self.calls = calls


def ask(method: str, *params: Any) -> Talk[List[Any]]:
    """Return the values of a reply in the shape of Kamailio's own JSON-RPC."""
    reply = yield Ask(method, params)
    return reply_to_json(reply, method)


def ask_or(default: T, text: str, method: str, *params: Any) -> Talk[Union[T, List[Any]]]:
    """Do as :func:`ask`; return ``default`` for a fault whose text contains ``text``."""
    try:
        return (yield from ask(method, *params))
    except Fault as fault:
        if text.lower() in fault.text.lower() and not isinstance(fault, MethodNotFound):
            return default
        raise


def drive(
    talk: Talk[T],
    endpoint: Endpoint,
    clock: Callable[[], float] = monotonic,
    pause: Callable[[float], None] = sleep,
    save: Optional[Callable[[Save], None]] = None,
) -> T:
    """Run a generator to its end with blocking calls, and return what it returns.

    :param save: gets what belongs into a journal.
    """
    advance: Callable[[Any], Need] = talk.send
    answer: Any = None
    while True:
        try:
            need = advance(answer)
        except StopIteration as end:
            result: T = end.value
            return result
        advance = talk.send
        try:
            if isinstance(need, Ask):
                answer = endpoint.call(need.method, *need.params)
            elif isinstance(need, Do) and is_rebuilding(need.method):
                answer = _in_turn(need, endpoint, pause)
            elif isinstance(need, Do):
                answer = _make(need, endpoint)
            elif isinstance(need, Sleep):
                pause(need.seconds)
                answer = None
            elif isinstance(need, Save):
                answer = save(need) if save else None
            elif isinstance(need, Soon):
                _announce(need, endpoint)
                answer = None
            else:
                answer = clock()
        except (BinrpcError, KeyboardInterrupt) as error:
            # An interrupted run may want to go back.
            advance = talk.throw
            answer = error


def _announce(need: Soon, endpoint: Endpoint) -> None:
    soon = getattr(endpoint, "soon", None)
    if soon is not None:
        soon([(each.method, each.params) for each in need.asks], need.calls)


def _make(need: Do, endpoint: Endpoint) -> Reply:
    if need.retry:
        return endpoint.call(need.method, *need.params, read_only=False)
    return endpoint.once(need.method, *need.params)


def _in_turn(need: Do, endpoint: Endpoint, pause: Callable[[float], None]) -> Reply:
    from ..pacing import in_turn

    server = getattr(endpoint, "server", "") or getattr(endpoint, "address", "")
    return in_turn(server, lambda: _make(need, endpoint), pause)
