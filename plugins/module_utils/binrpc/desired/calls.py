# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A blocking client as :func:`drive` calls it."""

from __future__ import annotations

from ..errors import BinrpcError
from ..masking import Secrets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Union

    from ..client import Client
    from ..reply import Reply


class Calls:
    """Makes the calls of a generator with a client.

    :ivar secrets: those that calls sent and received.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self.secrets = Secrets()

    @property
    def address(self) -> str:
        """The endpoint of the client."""
        return str(self._client.address)

    def call(self, method: str, *params: Any, read_only: bool = True) -> Reply:
        self.secrets.sent(method, params)
        reply = self._client.call(method, *params, repeatable=read_only)
        self.secrets.received(method, params, reply)
        return reply

    def once(self, method: str, *params: Any) -> Reply:
        # Retries of the client would repeat a call that was refused; but after a refusal the
        # engine has to read first, since another client may have made the change.
        self.secrets.sent(method, params)
        reply = unwrapped(self._client.call_many([(method, *params)])[0])
        self.secrets.received(method, params, reply)
        return reply


def unwrapped(outcome: Union[Reply, BinrpcError]) -> Reply:
    """Return a reply, or raise the error in its place."""
    if isinstance(outcome, BinrpcError):
        raise outcome
    return outcome
