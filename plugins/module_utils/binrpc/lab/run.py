# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Run a lab server in the foreground, until a signal ends it.

``python3 -m binrpc.lab.run --config FILE`` is the whole command line where only this core is
installed; ``kamrpc serve`` has options for everything.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from ..errors import BinrpcError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional

    from .observer import Observer
    from .server import LabServer

FAILED, WRONG = 1, 2
"""Exit statuses: it could not listen; command line or configuration file are wrong."""


def make_lab(settings: Dict[str, Any]) -> LabServer:
    """Make a server from what :func:`.settings.load_settings` has read.

    :raises BinrpcError, ValueError: settings that do not go together.
    """
    from . import observer, server

    options = dict(settings)
    form = options.pop("log_format", None)
    trace = options.pop("trace", False)
    options["faithful"] = options.pop("fidelity", "faithful") == "faithful"
    options["recording"] = options.pop("replay", None)
    observers: List[Observer] = []
    if form:
        import logging

        logger = logging.getLogger("kamailio_binrpc")
        logger.addHandler(observer.log_handler(sys.stderr, form))
        logger.setLevel(logging.INFO)
        logger.propagate = False
        observers.append(observer.LogObserver())
    if trace:
        observers.append(observer.TraceObserver(_write))
    if observers:
        options["observer"] = observer.Observers(*observers)
    return server.LabServer(**options)


async def serve(lab: LabServer) -> None:
    """Serve until SIGINT, SIGTERM or SIGHUP; print each address once it can be called.

    A service manager that waits for it (systemd's ``Type=notify``) is notified as well.

    :raises ListenError: an address cannot be used.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    # Before the sockets appear, so that no signal leaves them behind.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    async with lab:
        for address in [*lab.addresses, *lab.fifo_addresses]:
            _write("listening on %s\n" % address)
        _notify(b"READY=1")
        await stop.wait()


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _notify(state: bytes) -> None:
    """Tell the service manager, by sd_notify(3)'s protocol."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if path[:1] not in ("/", "@"):
        return
    import socket

    address = "\0" + path[1:] if path.startswith("@") else path
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.sendto(state, address)
    except OSError:
        pass  # serve also if the manager is gone


def main(arguments: Optional[List[str]] = None) -> int:
    """Serve as a configuration file says; return the exit status.

    :param arguments: of the command line; those of the process if left out.
    """
    import argparse

    from .settings import load_settings

    parser = argparse.ArgumentParser(
        prog="binrpc.lab",
        description="Play the control plane of a Kamailio, until SIGINT or SIGTERM.",
    )
    parser.add_argument(
        "--config", metavar="FILE", required=True, help="in JSON or INI; - is stdin"
    )
    parser.add_argument(
        "--check", action="store_true", help="say whether the file is right, and do not serve"
    )
    options = parser.parse_args(arguments)
    try:
        lab = make_lab(load_settings(options.config))
        if not options.check:
            asyncio.run(serve(lab))
    except (BinrpcError, ValueError, OSError) as error:
        sys.stderr.write("%s: %s\n" % (parser.prog, error))
        return WRONG if isinstance(error, ValueError) else FAILED
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
