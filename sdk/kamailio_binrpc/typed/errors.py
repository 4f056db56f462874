# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Errors in answers that are correct by the protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.errors import BinrpcError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


class UnexpectedReply(BinrpcError):
    """The method ran, and its reply is not of the shape that is known of it.

    :ivar method: the method that was called.
    :ivar values: the reply, with which the caller may still do something.
    """

    executed = True

    def __init__(self, method: str, values: Sequence[Any], reason: str) -> None:
        super().__init__(method, values, reason)
        self.method = method
        self.values = list(values)
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.method}: the reply is not what is known of this method: {self.reason}"


class ReportedFailure(BinrpcError):
    """The reply is a normal one, and its text says that the method failed.

    :ivar method: the method that was called.
    :ivar text: what it answered.
    """

    executed = True

    def __init__(self, method: str, text: str) -> None:
        super().__init__(method, text)
        self.method = method
        self.text = text

    def __str__(self) -> str:
        return f"{self.method}: {self.text}"
