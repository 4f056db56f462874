# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc serve``: the lab server in the foreground."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

from ..core import wire
from ..core.errors import BinrpcError
from . import common, exit_codes

_DESCRIPTION = """Run a lab server: the control plane of a Kamailio, without SIP.

Runs in the foreground until SIGINT or SIGTERM, then removes its sockets. Prints one line per
listener as soon as it can be called. Options have the names of ctl's module parameters. An address
has the form [unix|unixd|udp|tcp|fifo:]name[:port], and port 0 selects a free port. A configuration
file (--config) can contain the same options, with _ instead of -, and the data of the modules. The
command line overrides the file.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "serve",
        help="run the lab server",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        argument_default=argparse.SUPPRESS,
    )
    add = parser.add_argument
    add("--config", metavar="FILE", default=None, help="configuration file, in JSON or INI")
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
    add("--mode", metavar="MODE", help="mode of sockets and fifos, in octal (default: 0600)")
    add("--user", help="owner of sockets and fifos; requires --group, as in Kamailio")
    add("--group", help="group of sockets and fifos")
    add("--autoconversion", action="store_true", help="convert every parameter's type")
    add(
        "--binrpc-max-body-size",
        metavar="KIB",
        type=int,
        help="maximum size of a reply (default: 32)",
    )
    add(
        "--binrpc-struct-max-body-size",
        metavar="KIB",
        type=int,
        help="maximum size of a struct (default: 8)",
    )
    add(
        "--binrpc-buffer-size",
        metavar="BYTES",
        type=int,
        help="size of the write buffer (default: 1024)",
    )
    add(
        "--rpc-exec-delta",
        metavar="SECONDS",
        type=int,
        help="the core parameter rpc_exec_delta (default: 0)",
    )
    add(
        "--kamailio-version",
        metavar="VERSION",
        help="release to imitate, such as 5.8 or master (default: 5.6.3)",
    )
    add(
        "--fidelity",
        help="faithful also imitates oddities of Kamailio (the default), sane does not",
    )
    add("--replay", metavar="FILE", help="serve the answers that 'kamrpc record' has saved")
    add(
        "--failure",
        metavar="FAILURE",
        dest="failures",
        action="append",
        help="make something go wrong, such as 'drop method=core.* probability=10%%'; may be "
        "repeated, and changed at run time by lab.set_failure",
    )
    add(
        "--failure-seed",
        metavar="SEED",
        help="seed for failures with a probability, to repeat an earlier run",
    )
    add("--log-format", metavar="text|json", help="log events to standard error")
    add("--trace", action="store_true", help="print each packet in decoded form")
    add(
        "--expose",
        action="store_true",
        help="allow udp and tcp addresses that other hosts can reach; the protocol has no "
        "authentication",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve until a signal; return the exit status."""
    from ..core.lab.run import make_lab, serve

    try:
        asyncio.run(serve(make_lab(_settings(options))))
    except (BinrpcError, ValueError) as error:
        common.complain(error)
        return exit_codes.USAGE
    except OSError as error:
        common.complain(error)
        return exit_codes.CONNECT
    return exit_codes.OK


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    from ..core.lab.settings import OPTIONS, check_settings, load_settings

    settings = load_settings(options.config) if options.config else {}
    given = {name: value for name, value in vars(options).items() if name in OPTIONS}
    given.pop("version", None)  # kamrpc's own
    if "kamailio_version" in options:
        given["version"] = options.kamailio_version
    settings.update(check_settings(given))
    return settings
