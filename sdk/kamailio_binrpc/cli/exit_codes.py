# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Exit statuses of ``kamrpc``: one per kind of failure, so that scripts can tell them apart."""

from __future__ import annotations

from ..core.errors import (
    BinrpcError,
    CallTimeout,
    ProtocolError,
    TransportError,
)
from ..core.faults import Fault, MethodNotFound, NotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

OK = 0
FAULT = 1
USAGE = 2
NOT_FOUND = 3
METHOD_NOT_FOUND = 4
TIMEOUT = 5
CONNECT = 6
PROTOCOL = 7
SEVERAL = 8
DIFFERENCES = 9
UNDONE = 10
NOT_UNDONE = 11
REFUSED = 12
NOT_CONFIRMED = 13
OUTPUT = 14
INTERRUPTED = 130

HELP = """exit status:
  0  the server answered
  1  the server answered with a fault
  2  the command line is invalid; nothing was sent
  3  the server answered with a fault: the requested item does not exist
  4  the server answered with a fault: there is no such method
  5  no answer in time
  6  the connection failed or was lost
  7  the answer was not binrpc, or was truncated
  8  several calls failed for different reasons
  9  plan or drift found differences
  10  a change failed or was interrupted; all of it was undone
  11  a change failed and NOT all of it was undone: your action is required
  12  refused by the configuration, by you, or before the first write of a change
  13  a change was not confirmed in time, or was cancelled; all of it was undone
  14  the output could not be written; calls may have been made
  130  interrupted by Ctrl-C
"""

# The first class that fits wins.
_STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (MethodNotFound, METHOD_NOT_FOUND),
    (NotFound, NOT_FOUND),
    (Fault, FAULT),
    (CallTimeout, TIMEOUT),
    (TransportError, CONNECT),
    (ProtocolError, PROTOCOL),
    (ValueError, USAGE),  # an address, a parameter or the configuration
)


def status_of(error: BinrpcError) -> int:
    """Return the exit status for an error, its own ``status`` if it has one."""
    status = getattr(error, "status", None)
    if isinstance(status, int):
        return status
    for kind, status in _STATUSES:
        if isinstance(error, kind):
            return status
    return FAULT


_GRAVEST = (NOT_UNDONE, UNDONE, NOT_CONFIRMED, REFUSED)


def gravest(statuses: Iterable[int]) -> int:
    """Return the gravest exit status of several servers."""
    found = set(statuses)
    for status in _GRAVEST:
        if status in found:
            return status
    failed = found - {OK, DIFFERENCES}
    if failed:
        return failed.pop() if len(failed) == 1 else SEVERAL
    return max(found, default=OK)


def status_of_all(errors: Iterable[BinrpcError]) -> int:
    """Return the exit status of several calls."""
    statuses = {status_of(error) for error in errors}
    if not statuses:
        return OK
    return statuses.pop() if len(statuses) == 1 else SEVERAL
