# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``-j``: the call as JSON-RPC over a datagram, the answer printed as it came."""

from __future__ import annotations

import os

from ...core.deadline import Deadline
from ...core.values import Fixed
from . import arguments
from .arguments import NO_NUMBER
from .errors import Failure
from .link import connect, receive, send

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...core import transport
    from ...core.address import Address
    from .options import Options
    from .output import Output

_PATIENCE = 2.0
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def run(address: Address, options: Options, output: Output) -> int:
    """Make the call; return the exit status, which is 0 also for an error in the answer.

    :raises Failure: no answer, or no method to call.
    """
    if not options.words:
        raise Failure("jsonrpc does not work in interactive mode", "name a method")
    method = options.words[0]  # as it is: kamcmd knows no aliases here
    number = int.from_bytes(os.urandom(4), "big") >> 10
    values = arguments.parse_all(options.words[1:])
    deadline = Deadline(options.seconds or _PATIENCE)
    link = connect(address, options, deadline)
    try:
        answer = _ask(link, build(method, values, number), deadline)
    finally:
        link.close()
    output.add(answer, b"\n")
    return 1 if options.strict_exit and b'"error":' in answer.replace(b" ", b"") else 0


def _ask(link: transport.Transport, request: bytes, deadline: Deadline) -> bytes:
    send(link, request, deadline)
    return receive(link, deadline)


def build(method: str, values: Sequence[arguments.Value], number: int) -> bytes:
    """Write the request."""
    params = ", ".join(_text(value) for value in values)
    return os.fsencode(
        f'{{ "jsonrpc": "2.0", "method": {_text(method)}, "params": [{params}], "id": {number} }}'
    )


def _text(value: arguments.Value) -> str:
    if isinstance(value, Fixed):
        if value.raw == NO_NUMBER:  # not JSON, so that the server answers nothing, as to kamcmd
            return "inf"
        return f"{value:.3f}"
    if isinstance(value, int):
        return str(value)
    return '"' + "".join(_ESCAPES.get(char) or _plain(char) for char in value) + '"'


def _plain(char: str) -> str:
    return char if char >= " " else f"\\u{ord(char):04x}"
