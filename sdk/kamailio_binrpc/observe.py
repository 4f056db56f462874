# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Ready-made observers for the clients' ``on_call``."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from .core.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from .core.call_record import CallRecord


def log_calls(
    logger: logging.Logger | None = None, level: int = logging.DEBUG
) -> Callable[[CallRecord], None]:
    """Return an observer that logs every call, with its facts as attributes of the log record.

    Formatters and handlers find ``rpc_endpoint``, ``rpc_method``, ``rpc_outcome``, ``rpc_seconds``,
    ``rpc_sent`` and ``rpc_received`` (bytes) and ``rpc_fault_code`` (None unless a fault).

    :param logger: the logger ``kamailio_binrpc`` unless given.
    :param level: of calls that succeeded; a fault is logged as INFO and a failure to get an
        answer as WARNING, if those are higher.
    """
    log = logger or logging.getLogger("kamailio_binrpc")

    def observe(call: CallRecord) -> None:
        if call.error is None:
            importance = level
        elif isinstance(call.error, Fault):
            importance = max(level, logging.INFO)
        else:
            importance = max(level, logging.WARNING)
        log.log(
            importance,
            "%s %s: %s in %.1f ms",
            call.address,
            call.method,
            call.error or "ok",
            call.seconds * 1000,
            extra={
                "rpc_endpoint": str(call.address),
                "rpc_method": call.method,
                "rpc_outcome": call.outcome,
                "rpc_seconds": call.seconds,
                "rpc_sent": call.sent,
                "rpc_received": call.received,
                "rpc_fault_code": getattr(call.error, "code", None),
            },
        )

    return observe
