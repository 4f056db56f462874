# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc serve``: the lab server in the foreground."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from typing import TYPE_CHECKING

from ..core import wire
from ..core.errors import BinrpcError
from . import exit_codes

if TYPE_CHECKING:
    from ..core.lab.server import LabServer

_DESCRIPTION = """Play the control plane of a Kamailio: the ctl module with its RPCs, without SIP.

Runs in the foreground until SIGINT or SIGTERM, then removes its sockets. Prints one line per
listener once it can be called. Options are named after ctl's modparams; an address has the
form [unix|unixd|udp|tcp|fifo:]name[:port], and port 0 takes any free one.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "serve",
        help="run the lab server",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "--binrpc",
        metavar="ADDR",
        action="append",
        help=f"listen for binrpc; may be repeated (default: {wire.DEFAULT_ADDRESS})",
    )
    add(
        "--fifo",
        metavar="ADDR",
        action="append",
        help="listen for the text protocol; may be repeated",
    )
    add("--mode", type=_octal, default=0o600, help="of sockets and fifos, octal (default: 0600)")
    add("--user", help="owner of sockets and fifos; needs --group too, as in Kamailio")
    add("--group", help="group of sockets and fifos")
    add("--autoconversion", action="store_true", help="convert every parameter's type")
    add("--binrpc-max-body-size", metavar="KIB", type=int, default=32, help="default: 32")
    add("--binrpc-struct-max-body-size", metavar="KIB", type=int, default=8, help="default: 8")
    add("--binrpc-buffer-size", metavar="BYTES", type=int, default=1024, help="default: 1024")
    add(
        "--kamailio-version",
        metavar="VERSION",
        default="5.6.3",
        help="the release to imitate, such as 5.8 or master (default: %(default)s)",
    )
    add(
        "--expose",
        action="store_true",
        help="allow udp and tcp addresses that other hosts can reach; the protocol has no "
        "authentication",
    )
    parser.set_defaults(run=run)


def _octal(text: str) -> int:
    try:
        return int(text, 8)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not an octal mode such as 0660") from None


def run(options: argparse.Namespace) -> int:
    """Serve until a signal; return the exit status."""
    from ..core.lab.server import LabServer

    try:
        lab = LabServer(
            options.binrpc,
            options.fifo,
            mode=options.mode,
            user=options.user,
            group=options.group,
            autoconversion=options.autoconversion,
            binrpc_max_body_size=options.binrpc_max_body_size,
            binrpc_struct_max_body_size=options.binrpc_struct_max_body_size,
            binrpc_buffer_size=options.binrpc_buffer_size,
            version=options.kamailio_version,
            expose=options.expose,
        )
        asyncio.run(_serve(lab))
    except (BinrpcError, ValueError) as error:
        print(f"kamrpc: {error}", file=sys.stderr)
        return exit_codes.USAGE
    except OSError as error:
        print(f"kamrpc: {error}", file=sys.stderr)
        return exit_codes.CONNECT
    return exit_codes.OK


async def _serve(lab: LabServer) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    # Before the sockets appear, so that no signal leaves them behind.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    async with lab:
        for address in [*lab.addresses, *lab.fifo_addresses]:
            print(f"listening on {address}", flush=True)
        await stop.wait()
