# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A process that makes a change and says so at each step, to be killed by :mod:`.kills`.

Its arguments are the address of the server, the folder of the journals, and 1 for a guardian.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from kamailio_binrpc import Client
from kamailio_binrpc.core.desired.calls import Calls
from kamailio_binrpc.core.state.guardian import start
from kamailio_binrpc.core.state.journal import Journals
from kamailio_binrpc.core.state.transaction import apply_at
from tests.support.state import Stage, four

if TYPE_CHECKING:
    from kamailio_binrpc.core.reply import Reply


def tell(word: str) -> None:
    """Write a line that the killer reads."""
    os.write(1, word.encode() + b"\n")


class Told(Calls):
    """Says when a call begins and when it has ended."""

    def call(self, method: str, *params: Any, read_only: bool = True) -> Reply:
        tell("call")
        return super().call(method, *params, read_only=read_only)

    def once(self, method: str, *params: Any) -> Reply:
        tell("call")
        reply = super().once(method, *params)
        tell("done")
        return reply


def main() -> None:
    """Make the change; then wait to be killed."""
    address, folder, guarded = sys.argv[1:]
    journals = Journals(folder)

    def guard(id_: str) -> None:
        tell(f"guardian {start(journals, id_)}")

    with Client(address, timeout=60) as client:
        apply_at(
            [Stage(four().resources[:3])],
            Told(client),
            address,
            journals,
            confirm=3600 if guarded == "1" else None,
            guard=guard,
        )
    tell("end")
    sys.stdin.read()


if __name__ == "__main__":
    main()
