# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Why a socket behind ssh or a command cannot be reached: one step after another."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, cast

from ..core.blocking import run
from ..core.deadline import Deadline
from ..core.errors import BinrpcError
from ..core.printable import one_line
from ..core.tunnel import TunnelError, connect
from .finding import Finding, failed, ok

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..core.address import Address
    from ..core.process import Process
    from ..core.remote import Command, Ssh


def process_checks(address: Address, timeout: float) -> Iterator[Finding]:
    """Examine the program, the way to the host, the relay there and the socket.

    :param timeout: seconds for all of them.
    """
    there = cast("Command | Ssh", address)
    argv = there.argv if there.protocol == "command" else ("ssh",)  # type: ignore[union-attr]
    program = one_line(argv[0])
    found = shutil.which(argv[0])
    if found is None:
        remedy = "install the OpenSSH client" if program == "ssh" else "is it on the PATH?"
        yield failed("program", f"{program} is not there", remedy)
        return
    yield ok("program", found)
    try:
        process = cast("Process", run(connect(there, Deadline(timeout))))
    except TunnelError as error:
        steps = ("login", "relay", "socket")
        yield from (ok(step, _passed(step)) for step in steps[: steps.index(error.step)])
        yield failed(error.step, one_line(error.problem), error.remedy)
    except BinrpcError as error:
        yield failed("login", str(error), "")
    else:
        if there.path is not None:
            yield ok("login", _passed("login"))
            yield ok("relay", f"{one_line(process.relay)} runs it")
            yield ok("socket", f"{there.path} accepts connections")
        process.close()


def _passed(step: str) -> str:
    return {"login": "the host runs commands", "relay": "the relay runs"}[step]
