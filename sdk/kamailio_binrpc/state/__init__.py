# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A whole server's state as one change: plan it, apply all of it or nothing, and go back.

>>> from kamailio_binrpc import Client
>>> from kamailio_binrpc.state import apply, load, plan
>>> with Client("unix:/run/kamailio/kamailio_ctl") as kamailio:  # doctest: +SKIP
...     wish = load(["routing.yml"])
...     for change in plan(kamailio, wish).differences:
...         print(change.shown["address"])
...     outcome = apply(kamailio, wish)
...     print(outcome.outcome, outcome.message)

A change is written down before it is made, in :class:`Journals`: :func:`roll_back` undoes it, in
another process if need be. ``docs/desired-state.md`` shows it from the command line, which can also
change many servers at once.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from .._hints import complete_public
from ..core.desired.calls import Calls
from ..core.desired.drive import drive
from ..core.masking import Secrets
from ..core.state.journal import UNFINISHED, Entry, JournalError, Journals, Taken
from ..core.state.merge import MergeError
from ..core.state.outcome import Outcome
from ..core.state.plan import Difference, Plan
from ..core.state.plan import plan as _plan
from ..core.state.shapes import WishError
from ..core.state.transaction import Transaction, applied, apply_at, confirm, forget, roll_back
from ..core.state.wish import Check, Stage, Wish, parse
from .loader import FileError, load, load_text

if TYPE_CHECKING:
    from ..core.async_client import AsyncClient
    from ..core.client import Client

__all__ = [
    "UNFINISHED",
    "Check",
    "Difference",
    "Entry",
    "FileError",
    "JournalError",
    "Journals",
    "MergeError",
    "Outcome",
    "Plan",
    "Stage",
    "Taken",
    "Transaction",
    "Wish",
    "WishError",
    "apply",
    "apply_async",
    "confirm",
    "forget",
    "load",
    "load_text",
    "parse",
    "plan",
    "plan_async",
    "roll_back",
]


def plan(client: Client, wish: Wish) -> Plan:
    """Compare a server with what is wanted; only reads.

    :raises BinrpcError: the server could not be read.
    """
    return drive(_plan(wish.stages, wish.name, wish.digest), Calls(client))


async def plan_async(client: AsyncClient, wish: Wish) -> Plan:
    """Do as :func:`plan` with an :class:`AsyncClient`."""
    from ..desired import drive_async

    return await drive_async(_plan(wish.stages, wish.name, wish.digest), client, Secrets())


def apply(client: Client, wish: Wish, journals: Journals | None = None, **options: Any) -> Outcome:
    """Bring a server to what is wanted: all of it, or nothing.

    :param journals: where the change is written down; None for those of this user.
    :param options: of the :class:`Transaction`: ``irreversible``, ``saved``, ``confirm`` and so on.
    :returns: the outcome; a failure is one as well, and raises nothing.
    """
    names = {"name": wish.name, "digest": wish.digest}
    address = str(client.address)
    return apply_at(wish.stages, Calls(client), address, journals, **{**names, **options})


async def apply_async(
    client: AsyncClient, wish: Wish, journals: Journals | None = None, **options: Any
) -> Outcome:
    """Do as :func:`apply` with an :class:`AsyncClient`.

    Writing down blocks for as long as the disk takes. A task that is cancelled leaves the change as
    it is: :func:`roll_back` undoes it.
    """
    from ..desired import drive_async

    names = {"name": wish.name, "digest": wish.digest}
    address = str(client.address)
    with closing(applied(wish.stages, address, journals, **{**names, **options})) as talk:
        return await drive_async(talk, client, Secrets())


complete_public(__name__)
