# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Change a running Kamailio only where it differs from what is wanted.

A resource says what is wanted. :func:`ensure` reads the server, makes the calls that are needed,
and reads again: it returns only if the server shows what was wanted. :func:`ensure_async` does the
same with an :class:`AsyncClient`.

>>> from kamailio_binrpc import Client
>>> from kamailio_binrpc.desired import HashTableItem, ensure
>>> with Client("unix:/run/kamailio/kamailio_ctl") as kamailio:  # doctest: +SKIP
...     ensure(kamailio, HashTableItem("features", "recording", 1)).changed
True

A change is sent once. After an error that leaves open whether it ran, nothing is sent again:
:exc:`NotEnsured` says what is known.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from ._hints import complete_public
from .core.catalogue.rebuilding import is_rebuilding
from .core.desired.calls import Calls, unwrapped
from .core.desired.cfg import CfgVariables
from .core.desired.debugger import CoreLogLevel, ModuleLogLevel
from .core.desired.dialog import EndedDialogs
from .core.desired.dispatcher import DispatcherDestinations, DispatcherState
from .core.desired.drive import Ask, Do, Save, Sleep, Soon, drive
from .core.desired.engine import Run
from .core.desired.htable import HashTable, HashTableItem
from .core.desired.kinds import KINDS
from .core.desired.pipelimit import PipelimitPipe
from .core.desired.pv import SharedVariable
from .core.desired.resource import Resource, StateError
from .core.desired.rtpengine import MediaNodes
from .core.desired.toggle import Toggle
from .core.desired.uac import UacRegistration
from .core.desired.usrloc import UsrlocContact
from .core.errors import BinrpcError
from .core.masking import Secrets
from .core.pacing import in_turn
from .core.spacing import in_turn_async

if TYPE_CHECKING:
    from collections.abc import Callable

    from .core.async_client import AsyncClient
    from .core.client import Client
    from .core.desired.drive import Talk
    from .core.reply import Reply

    T = TypeVar("T")

__all__ = [
    "KINDS",
    "CfgVariables",
    "CoreLogLevel",
    "DispatcherDestinations",
    "DispatcherState",
    "EndedDialogs",
    "HashTable",
    "HashTableItem",
    "MediaNodes",
    "ModuleLogLevel",
    "NotEnsured",
    "Outcome",
    "PipelimitPipe",
    "Resource",
    "SharedVariable",
    "StateError",
    "Toggle",
    "UacRegistration",
    "UsrlocContact",
    "ensure",
    "ensure_async",
    "in_turn",
    "in_turn_async",
]


@dataclass(frozen=True)
class Outcome:
    """The result of one run.

    :ivar changed: the server was changed, or would be with ``check``.
    :ivar before: the state at first; None if it could not be read.
    :ivar after: the state at the end, or the predicted one with ``check``.
    :ivar calls: ``{"method": ..., "params": [...]}`` for each call that changed something, or
        would; secrets are hidden.
    :ivar warnings: facts worth knowing although nothing failed.
    :ivar persisted_by: what keeps the change beyond a restart; "" if nothing changed or if that
        is not known.
    :ivar details: further members that some resources have, such as ``matched``.
    """

    changed: bool
    before: Any
    after: Any
    calls: list[dict[str, Any]]
    warnings: list[str]
    persisted_by: str = ""
    details: dict[str, Any] = field(default_factory=dict)


class NotEnsured(BinrpcError):
    """The server does not show what was wanted; the message says why.

    ``__cause__`` is the error of the call that ended the run, if one did.

    :ivar outcome: what is known: ``outcome.changed`` is False only if nothing changed for sure.
    """

    def __init__(self, message: str, outcome: Outcome) -> None:
        super().__init__(message)
        self.outcome = outcome

    def __reduce__(self):  # type: ignore[no-untyped-def]
        return type(self), (self.args[0], self.outcome)


def ensure(
    client: Client, resource: Resource, check: bool = False, busy_timeout: float = 60.0
) -> Outcome:
    """Bring a resource to what is wanted, if it differs.

    :param resource: what is wanted; the object can be used for any number of servers.
    :param check: change nothing, but return what would change.
    :param busy_timeout: seconds to wait while the server refuses, for instance during a reload.
    :raises NotEnsured: the server does not show what was wanted.
    """
    run = Run(resource, check, busy_timeout)
    calls = Calls(client)
    drive(run.go(), calls)
    return _outcome(run, calls.secrets)


async def ensure_async(
    client: AsyncClient, resource: Resource, check: bool = False, busy_timeout: float = 60.0
) -> Outcome:
    """Do as :func:`ensure` with an :class:`AsyncClient`.

    >>> from kamailio_binrpc import AsyncClient
    >>> async def drain(uri: str) -> Outcome:
    ...     async with AsyncClient("unix:/run/kamailio/kamailio_ctl") as kamailio:
    ...         return await ensure_async(kamailio, DispatcherState(1, "disabled", uri))
    """
    run = Run(resource, check, busy_timeout)
    secrets = Secrets()
    await drive_async(run.go(), client, secrets)
    return _outcome(run, secrets)


async def drive_async(
    talk: Talk[T],
    client: AsyncClient,
    secrets: Secrets,
    save: Callable[[Save], None] | None = None,
) -> T:
    """Run a generator to its end with calls that are awaited, and return what it returns.

    :param secrets: gets those that calls send and receive.
    :param save: gets what belongs into a journal.
    """
    import asyncio

    advance = talk.send
    answer: Any = None
    while True:
        try:
            need = advance(answer)
        except StopIteration as end:
            result: T = end.value
            return result
        advance = talk.send
        if isinstance(need, (Ask, Do)):
            secrets.sent(need.method, need.params)
        try:
            if isinstance(need, Ask):
                answer = await client.call(need.method, *need.params)
            elif isinstance(need, Do):
                answer = await _make(need, client)
            elif isinstance(need, Sleep):
                await asyncio.sleep(need.seconds)
                answer = None
            elif isinstance(need, Save):
                answer = save(need) if save else None
            elif isinstance(need, Soon):
                answer = None
            else:
                answer = time.monotonic()
        except BinrpcError as error:
            advance = talk.throw
            answer = error
        else:
            if isinstance(need, (Ask, Do)):
                secrets.received(need.method, need.params, answer)


async def _make(need: Do, client: AsyncClient) -> Reply:
    async def make() -> Reply:
        return unwrapped((await client.call_many([(need.method, *need.params)]))[0])

    if is_rebuilding(need.method):
        return await in_turn_async(client.address, make)
    return await make()


_COMMON = {
    "after",
    "before",
    "changed",
    "failed",
    "fault",
    "msg",
    "persisted_by",
    "rpc_calls",
    "warnings",
}


def _outcome(run: Run, secrets: Secrets) -> Outcome:
    """Return the outcome of a run that is over, without secrets.

    :raises NotEnsured: it failed.
    """
    result = secrets.hide(run.result)
    outcome = Outcome(
        result["changed"],
        result["before"],
        result["after"],
        result["rpc_calls"],
        result["warnings"],
        result.get("persisted_by", ""),
        {name: value for name, value in result.items() if name not in _COMMON},
    )
    if not result["failed"]:
        return outcome
    error = NotEnsured(result["msg"], outcome)
    # As with any call: did something run on the server?
    error.executed = run.error.executed if run.error else outcome.changed
    if outcome.changed and error.executed is False:
        error.executed = True
    raise error from run.error


complete_public(__name__)
