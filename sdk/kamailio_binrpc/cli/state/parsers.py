# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The arguments of the subcommands about desired state. What does the work is loaded with it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .. import common, endpoints, output
from . import options as shared

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

_PLAN = """Compare servers with their desired state, and show what an apply would do.

Only methods that read are called. Each line is a setting that is added (+), changed (~), removed
(-), or that the server does not report (?). The plan also shows side effects of the change, how far
it can be undone, and a count. Servers with the same plan are shown together.

--out saves the plan of one server to a file. 'kamrpc apply' makes that plan if the server has not
changed in the meantime. The file contains no secrets; they are looked up again.
"""

_SNAPSHOT = """Describe a server in a file that 'kamrpc plan' and 'kamrpc apply' take.

A plan for this file finds nothing to change. Passwords are written as {keep: true}. Items that
expire, and settings that the server itself changes, are omitted. Settings that cannot be described
are listed at the end, with the reason. SECTION is a section such as htable or htable.blocked;
the default is all sections that administrators manage.
"""

_DRIFT = """Compare servers with their desired state, and group them by how they differ.

Only methods that read are called. States that the server itself sets, such as that of a gateway
that does not answer, are not drift. Settings that the server does not report are counted
separately.
"""

_APPLY = """Bring servers to their desired state, or make a plan that 'kamrpc plan --out' saved.

All checks are made before the first write. Then the plan is shown, and kamrpc asks for
confirmation; use --yes in scripts. Before each call, a journal records how to undo it. After the
last call, everything is verified. If something fails, or on Ctrl-C and SIGTERM, the change is
undone, and anything that could not be undone is listed.

With --confirm, a detached process undoes the change unless it is confirmed in time, even if this
command has ended or the network is down. On a terminal, press Enter to confirm. With --yes, the
command returns immediately; use 'kamrpc confirm ID' or 'kamrpc cancel ID'.

Several servers are changed as one change with one ID. If a server fails, its batch (--serial) is
undone and the remaining batches are not started. --undo-all also undoes the earlier batches.
"""

_CONFIRM = """Keep a change that was made with 'kamrpc apply --confirm'.

This is refused if the time is over or the change was cancelled, because it is then undone.
"""

_CANCEL = """Undo a change that waits for confirmation, immediately.

The exit status is 0 if everything is as before, and 11 if not.
"""

_HISTORY = """List the changes that this user made from this machine, the latest last.

With an ID, show each server of that change with its calls. 'kamrpc history forget ID' gives up on a
change that could not be undone, so that the server can be changed again. --expired undoes changes
that were not confirmed in time and whose guardian process no longer runs. Use it in a timer unit,
for example after a reboot.
"""

_ROLLBACK = """Undo a change, with the help of its journal.

Each setting is read first. If it is still as the change left it, it gets its old value back. If it
already has its old value, nothing is done. If another client has changed it, it is reported and not
touched, unless you give --force. If Kamailio has restarted since the change, nothing is done,
because the change was lost with the restart.
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the subcommands."""
    for add in (_plan, _apply, _confirm, _cancel, _history, _rollback, _snapshot, _drift):
        add(commands)


def _work(module: str, function: str = "run") -> Callable[[argparse.Namespace], int]:
    """Return what runs a function of a module that is loaded only then."""

    def run(options: argparse.Namespace) -> int:
        status: int = getattr(import_module(f".{module}", __package__), function)(options)
        return status

    return run


def _plan(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = shared.command(commands, "plan", "show what apply would change", _PLAN)
    shared.add_servers(parser)
    shared.add_output(parser)
    shared.add_journals(parser)
    parser.add_argument("--out", metavar="FILE", help="save the plan for 'kamrpc apply FILE'")
    shared.add_files(parser)
    parser.set_defaults(run=_work("plan"))


def _snapshot(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = shared.command(commands, "snapshot", "describe a server in a file", _SNAPSHOT)
    common.add_call_options(parser)
    common.add_output_option(parser, output.forms("yaml"))
    parser.add_argument(
        "--name", metavar="TEXT", default="", help="name of the owner to write into the file"
    )
    parser.add_argument(
        "--format",
        choices=["cfg", "dispatcher.list"],
        help="print lines for kamailio.cfg or a list file, to make the state permanent",
    )
    parser.add_argument(
        "section", metavar="SECTION", nargs="*", help="section to describe (default: all)"
    )
    parser.set_defaults(run=_work("snapshot"))


def _drift(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = shared.command(
        commands, "drift", "group servers by how they differ from their desired state", _DRIFT
    )
    shared.add_servers(parser)
    shared.add_output(parser)
    shared.add_files(parser)
    parser.set_defaults(run=_work("drift"))


def _apply(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = shared.command(commands, "apply", "make all changes or none", _APPLY)
    shared.add_servers(
        parser,
        limit=shared.APPLY_LIMIT,
        deadline="time limit for all servers; after it, the change is undone within --undo-timeout",
    )
    shared.add_output(parser)
    shared.add_journals(parser)
    endpoints.add_batch_options(parser)
    add = parser.add_argument
    add("-y", "--yes", action="store_true", help="do not ask for confirmation")
    add(
        "--confirm",
        metavar="SECONDS",
        type=float,
        help="undo the change unless it is confirmed within this time",
    )
    scope = parser.add_mutually_exclusive_group()
    scope.add_argument(
        "--undo-batch",
        dest="scope",
        action="store_const",
        const="batch",
        default="batch",
        help="undo the batch in which a server fails (the default)",
    )
    scope.add_argument(
        "--undo-all",
        dest="scope",
        action="store_const",
        const="all",
        help="also undo all earlier batches",
    )
    add(
        "--undo-timeout", metavar="SECONDS", type=float, help="time limit for undoing (default: 60)"
    )
    add(
        "--allow-irreversible",
        action="store_true",
        help="also make changes that cannot be undone",
    )
    shared.add_files(parser, what="; or a saved plan")
    parser.set_defaults(run=_work("apply"))


def _confirm(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = shared.command(
        commands, "confirm", "keep a change that waits for confirmation", _CONFIRM
    )
    shared.add_run_options(parser)
    parser.add_argument("id", metavar="ID", help="ID of the change, see 'kamrpc history'")
    parser.set_defaults(run=_work("pending", "confirm"))


def _cancel(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    text = "undo a change that waits to be confirmed"
    parser = shared.command(commands, "cancel", text, _CANCEL)
    shared.add_run_options(parser)
    parser.add_argument("id", metavar="ID", help="ID of the change, see 'kamrpc history'")
    parser.set_defaults(run=_work("pending", "cancel"))


def _history(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = shared.command(
        commands, "history", "list the changes made from this machine", _HISTORY
    )
    shared.add_run_options(parser)
    parser.add_argument(
        "--expired", action="store_true", help="undo changes that were not confirmed in time"
    )
    parser.add_argument(
        "--purge",
        metavar="DAYS",
        type=float,
        help="delete entries of changes that ended more than DAYS ago",
    )
    parser.add_argument("word", metavar="ID", nargs="*", help="ID of a change, or: forget ID")
    parser.set_defaults(run=_work("history", "history"))


def _rollback(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = shared.command(commands, "rollback", "undo a change", _ROLLBACK)
    shared.add_run_options(parser)
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask for confirmation")
    parser.add_argument(
        "--force", action="store_true", help="also undo what other clients have changed since"
    )
    parser.add_argument("id", metavar="ID", help="ID of the change, see 'kamrpc history'")
    parser.set_defaults(run=_work("history", "rollback"))
