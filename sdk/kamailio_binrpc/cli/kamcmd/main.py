# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The program."""

from __future__ import annotations

import os
import sys

from . import options
from .errors import Failure
from .output import Output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from .options import Options

OK, FAULT, FAILED = 0, 1, 255


def main(argv: Sequence[str]) -> int:
    """Run ``pykamcmd``; return its exit status.

    :raises BrokenPipeError: no process reads the output.
    """
    output = Output()
    try:
        try:
            status = _run(options.parse(argv), output)
        except Failure as failure:
            output.fail(failure)
            status = FAILED
        output.flush()
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        return FAILED
    return status


def _run(wanted: Options, output: Output) -> int:
    if wanted.show:
        from . import texts

        shown = texts.USAGE if wanted.show == "help" else f"{texts.VERSION}\n{texts.MADE}"
        output.line(shown)
        return OK
    from .endpoint import find

    address = find(wanted)
    if wanted.jsonrpc:
        from . import jsonrpc

        return jsonrpc.run(address, wanted, output)
    from .link import Link
    from .session import Leave, Session

    link = Link(address, wanted)
    try:
        session = Session(link, wanted, output)
        link.open()
        if not wanted.words:
            from .interactive import converse

            converse(session, output, wanted.verbosity)
            return OK
        fault = session.run(wanted.words)
    except Leave:
        return OK
    finally:
        link.close()
    return FAULT if fault and wanted.strict_exit else OK


def run() -> NoReturn:
    """Run the program and end the process, by the same signals that end kamcmd."""
    import atexit

    from ...core import reply_socket

    reply_socket.handle_signals = True
    try:
        status = main(sys.argv[1:])
    except BrokenPipeError:
        _die_of("SIGPIPE")
    except KeyboardInterrupt:
        _die_of("SIGINT")
    # With nothing to clean up, the interpreter's own end would only take time.
    if not atexit._ncallbacks():
        os._exit(status)
    sys.exit(status)


def _die_of(name: str) -> NoReturn:
    import _signal  # type: ignore[import-not-found]  # signal would load enum first

    number = getattr(_signal, name)
    _signal.signal(number, _signal.SIG_DFL)
    os.kill(os.getpid(), number)
    sys.exit(FAILED)


if __name__ == "__main__":
    run()
