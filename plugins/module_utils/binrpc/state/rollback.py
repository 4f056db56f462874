# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Going back from a journal alone, in another process than the one that made the change."""

from __future__ import annotations

from .outcome import PARTLY_UNDONE, UNDONE, UNKNOWN_END, Outcome
from .way_back import BUSY_TIMEOUT, UNDO_TIMEOUT, WayBack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..desired.drive import Talk
    from .journal import Reading


def rollback(
    reading: Reading,
    reason: str = "rollback",
    force: bool = False,
    timeout: float = UNDO_TIMEOUT,
    busy_timeout: float = BUSY_TIMEOUT,
) -> Talk[Outcome]:
    """Undo what a journal says, and return the outcome.

    What is as the change left it goes back to what it was; what is as it was already needs
    nothing; anything else was changed by another client, and stays. Running it again, or after it
    was killed, comes to the same. If the server was restarted since, nothing is done.

    :param reason: why, see :class:`Outcome`.
    :param force: put back also what another client has changed since.
    """
    outcome = Outcome(UNDONE, reason)
    if not reading.sent and not reading.damaged:
        return outcome
    if reading.boot is None:
        outcome.outcome = UNKNOWN_END
        outcome.message = "The journal is damaged: it does not say which run of the server it was"
        return outcome
    back = WayBack(
        reading.records, reading.boot, outcome, force, timeout, busy_timeout, reading.seal
    )
    yield from back.go()
    if reading.damaged:
        outcome.message = "The journal is damaged: what its broken lines say was not undone"
        outcome.outcome = UNKNOWN_END if outcome.outcome == UNKNOWN_END else PARTLY_UNDONE
    return outcome
