# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The options of a client by name, for type checkers: see :class:`kamailio_binrpc.Client`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from ..core.call_record import OnCall
    from ..core.retry import OnRetry, RetryPolicy


class ClientOptions(TypedDict, total=False):
    """Keywords that the clients share."""

    total_timeout: float | None
    connect_wait: float
    window: int
    reply_socket: str | None
    max_reply: int
    unsigned: bool | None
    on_call: OnCall | None
    retry: RetryPolicy | None
    on_retry: OnRetry | None
    paced: bool
