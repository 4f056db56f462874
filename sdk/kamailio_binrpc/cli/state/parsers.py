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

_PLAN = """Compare servers with what files want, and show what an apply would do.

Only methods that change nothing are called. A line is a leaf that is added (+), changed (~),
removed (-), or that the server does not show (?). Then follow the effects of the change beyond its
leaves, how far it can be undone, and a count. Servers with the same plan are shown together.

--out keeps the plan of one server in a file, which 'kamrpc apply' makes if the server is still as
it was. It holds no secrets: they are resolved again.
"""

_SNAPSHOT = """Describe a server in the words of a file of what is wanted.

A plan for that file finds nothing to change. Passwords are {keep: true}. Items that expire and
what the server sets by itself are left out. What cannot be described is listed at the end, with
the reason. SECTION is such as htable or htable.blocked; without one, all sections are described
that say what administrators want.
"""

_DRIFT = """Compare servers with what files want, and group them by how they differ.

Only methods that change nothing are called. States that the server sets by itself, such as that of
a gateway that does not answer, are not drift. What a server does not show is counted on its own: it
may or may not be as wanted.
"""

_APPLY = """Bring servers to what files want, or make a plan that 'kamrpc plan --out' kept.

Everything that can be refused is refused before the first write. Then the plan is shown, and you
are asked; scripts give --yes. What is needed to go back is written down before each call. After
the last one everything is read again. If something fails, or on Ctrl-C and SIGTERM, the change is
undone, and what could not be undone is named.

With --confirm the change is undone unless it is confirmed in time, also if this command or its
machine's network is gone by then: a detached process sees to it. On a terminal press Enter to
confirm. With --yes the command returns at once; use 'kamrpc confirm ID' or 'kamrpc cancel ID'.

Several servers are one change with one id. If one of a batch (--serial) fails, that batch is
undone and the rest is not begun; --undo-all undoes the batches before it as well.
"""

_CONFIRM = """Keep a change that was made with 'kamrpc apply --confirm'.

Refused if its time is over, or if it was cancelled: then it is undone, or being undone.
"""

_CANCEL = """Undo a change that waits for a confirmation, at once.

The exit status is 0 if everything is as before, and 11 if something is not.
"""

_HISTORY = """List the changes that were made from this machine by this user, the latest last.

With an id, show each server of that change with its calls. 'kamrpc history forget ID' gives up a
change that could not be undone, so that the server can be changed again. --expired undoes changes
that were not confirmed in time and whose guardian is gone, as a timer unit may do after a reboot.
"""

_ROLLBACK = """Undo a change, from what was written down before it was made.

Each leaf is read first. One that is as the change left it gets back the value that it had before;
one that has that value already needs nothing; any other was changed by another client, and is named
and left as it is, unless you say --force. If Kamailio was restarted since, nothing is done: the
change went with the process.
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
    parser = shared.command(commands, "plan", "show what an apply would do", _PLAN)
    shared.add_servers(parser)
    shared.add_output(parser)
    shared.add_journals(parser)
    parser.add_argument("--out", metavar="FILE", help="keep the plan for 'kamrpc apply FILE'")
    shared.add_files(parser)
    parser.set_defaults(run=_work("plan"))


def _snapshot(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = shared.command(commands, "snapshot", "describe a server in a file", _SNAPSHOT)
    common.add_call_options(parser)
    common.add_output_option(parser, output.forms("yaml"))
    parser.add_argument("--name", metavar="TEXT", default="", help="of who wants it, in the file")
    parser.add_argument(
        "--format",
        choices=["cfg", "dispatcher.list"],
        help="lines for kamailio.cfg or a list file, which keep what a restart would lose",
    )
    parser.add_argument("section", metavar="SECTION", nargs="*", help="default: all")
    parser.set_defaults(run=_work("snapshot"))


def _drift(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = shared.command(commands, "drift", "group servers by how they differ", _DRIFT)
    shared.add_servers(parser)
    shared.add_output(parser)
    shared.add_files(parser)
    parser.set_defaults(run=_work("drift"))


def _apply(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = shared.command(commands, "apply", "make a change, all of it or none", _APPLY)
    shared.add_servers(
        parser,
        limit=shared.APPLY_LIMIT,
        deadline="for reading and changing all servers; then what was done is undone, which has "
        "--undo-timeout for itself",
    )
    shared.add_output(parser)
    shared.add_journals(parser)
    endpoints.add_batch_options(parser)
    add = parser.add_argument
    add("-y", "--yes", action="store_true", help="do not ask")
    add("--confirm", metavar="SECONDS", type=float, help="undo it unless confirmed in that time")
    scope = parser.add_mutually_exclusive_group()
    scope.add_argument(
        "--undo-batch",
        dest="scope",
        action="store_const",
        const="batch",
        default="batch",
        help="a failure undoes its batch (the default)",
    )
    scope.add_argument(
        "--undo-all",
        dest="scope",
        action="store_const",
        const="all",
        help="a failure undoes all batches before it as well",
    )
    add("--undo-timeout", metavar="SECONDS", type=float, help="for the way back (default: 60)")
    add(
        "--allow-irreversible",
        action="store_true",
        help="also make changes that cannot be undone",
    )
    shared.add_files(parser, what="; or one saved plan")
    parser.set_defaults(run=_work("apply"))


def _confirm(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = shared.command(commands, "confirm", "keep a change that waits for that", _CONFIRM)
    shared.add_run_options(parser)
    parser.add_argument("id", metavar="ID", help="of the change, see 'kamrpc history'")
    parser.set_defaults(run=_work("pending", "confirm"))


def _cancel(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    text = "undo a change that waits to be confirmed"
    parser = shared.command(commands, "cancel", text, _CANCEL)
    shared.add_run_options(parser)
    parser.add_argument("id", metavar="ID", help="of the change, see 'kamrpc history'")
    parser.set_defaults(run=_work("pending", "cancel"))


def _history(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = shared.command(commands, "history", "list the changes of this machine", _HISTORY)
    shared.add_run_options(parser)
    parser.add_argument("--expired", action="store_true", help="undo what was not confirmed")
    parser.add_argument(
        "--purge", metavar="DAYS", type=float, help="delete what ended longer ago than that"
    )
    parser.add_argument("word", metavar="ID", nargs="*", help="of a change, or: forget ID")
    parser.set_defaults(run=_work("history", "history"))


def _rollback(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = shared.command(commands, "rollback", "undo a change", _ROLLBACK)
    shared.add_run_options(parser)
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    parser.add_argument(
        "--force", action="store_true", help="put back also what others have changed since"
    )
    parser.add_argument("id", metavar="ID", help="of the change, see 'kamrpc history'")
    parser.set_defaults(run=_work("history", "rollback"))
