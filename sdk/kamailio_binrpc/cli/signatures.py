# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Types of the words of a call whose method is not in the catalogue."""

from __future__ import annotations

import contextlib

from ..core.catalogue import signatures
from ..core.faults import Fault, MethodNotFound
from . import common

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from ..core.client import Client

_REMEDY = "s: before one sends it as text, i: as a whole number, d: as a number with a fraction"


class Signatures:
    """Signatures, from the server, of methods that the catalogue lacks; each is asked for once.

    :param client: to ask.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._answers: dict[str, list[Any]] = {}
        self._warned: set[str] = set()

    @contextlib.contextmanager
    def types(self, method: str, words: Sequence[str], params: list[Any]) -> Iterator[list[Any]]:
        """Yield the parameters to send; warn once a method if nothing tells their types.

        Known methods, and words whose type is beyond doubt, cost no call.

        :param words: as they were given.
        :param params: what they look like.
        """
        said = {
            index for index, word in enumerate(words) if word[1:2] == ":" and word[0] in "sidbj"
        }
        if not signatures.needs_signature(method, params, said):
            yield params
            return
        settled = signatures.settled(self._ask(method), params, words, said)
        if settled is not None:
            yield settled
            return
        missing = False
        try:
            yield params
        except MethodNotFound:
            missing = True
            raise
        finally:
            if not missing and method not in self._warned:
                self._warned.add(method)
                common.complain("warning: " + signatures.warning(method, params, said, _REMEDY))

    def _ask(self, method: str) -> list[Any]:
        if method not in self._answers:
            try:
                self._answers[method] = list(self._client.call(signatures.METHOD, method))
            except Fault:
                self._answers[method] = []
        return self._answers[method]
