# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Secrets in what the subcommands print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..core.masking import Secrets, hide_reply
from ..core.reply import Reply

if TYPE_CHECKING:
    import argparse


def add_reveal_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--reveal``."""
    parser.add_argument("--reveal", action="store_true", help="show passwords and other secrets")


class Hiding:
    """The secrets that one run of a command hides.

    :param reveal: nothing.
    """

    def __init__(self, *, reveal: bool) -> None:
        self._reveal = reveal
        self._secrets = Secrets()

    def reply(self, reply: Reply) -> Reply:
        """Return a reply for showing; remember its secrets for :meth:`text`."""
        if self._reveal:
            return reply
        self._secrets.received(reply.method, reply.params, reply, every=True)
        hidden = hide_reply(reply.method, reply, reply.params)
        return Reply(hidden, reply.method, reply.params)

    def text(self, value: Any) -> Any:
        """Return a text, or data with texts, without the secrets of replies before it."""
        return self._secrets.hide(value)
