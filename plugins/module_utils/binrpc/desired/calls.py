# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A blocking client as :func:`drive` calls it."""

from __future__ import annotations

from ..errors import BinrpcError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Union

    from ..client import Client
    from ..reply import Reply


class Calls:
    """Makes the calls of a generator with a client."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def address(self) -> str:
        """The endpoint of the client."""
        return str(self._client.address)

    def call(self, method: str, *params: Any, read_only: bool = True) -> Reply:
        return self._client.call(method, *params, repeatable=read_only)

    def once(self, method: str, *params: Any) -> Reply:
        # Retries of the client would repeat a call that was refused; but after a refusal the
        # engine has to read first, since another client may have made the change.
        return unwrapped(self._client.call_many([(method, *params)])[0])


def unwrapped(outcome: Union[Reply, BinrpcError]) -> Reply:
    """Return a reply, or raise the error in its place."""
    if isinstance(outcome, BinrpcError):
        raise outcome
    return outcome
