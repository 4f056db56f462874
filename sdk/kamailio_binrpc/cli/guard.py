# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A question before calls that are wide or cannot be undone; none where nothing may change.

Asked only of people: without a terminal, as in scripts, calls are made unless the configuration
wants a confirmation.
"""

from __future__ import annotations

import sys

from ..core.catalogue.reading import is_read_only
from ..core.errors import EncodeError
from ..core.masking import hide_params
from ..core.printable import listed, printable
from . import common, exit_codes, output

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from typing import Any

_SHOWN = 6


class Refused(EncodeError):
    """The call is not made, by the configuration or by the user; nothing was sent."""

    status = exit_codes.REFUSED


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--yes`` and ``--dry-run``."""
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask for confirmation")
    parser.add_argument(
        "-n", "--dry-run", action="store_true", help="show the calls without making them"
    )


def allow(
    options: argparse.Namespace,
    settings: common.Settings,
    names: Sequence[str],
    method: str,
    params: Sequence[Any],
) -> bool:
    """Decide whether a call may be made; ask if need be. False with ``--dry-run``.

    :param names: the endpoints, as given or configured.
    :raises Refused: it may not.
    """
    guards: dict[str, str] = {}
    reads = is_read_only(method, params)
    if not reads:  # reading takes no look into the file, which takes a third of a call
        guards = {name: settings.config.guard(name) for name in names}
    kept = [name for name, guard in guards.items() if guard == "read_only"]
    if kept:
        raise Refused(f"{_may_change(method)}, and {_read_only(kept, settings)}")
    if options.dry_run:
        output.write(f"would call {_call(method, params)} on {_named(names)}\n")
        return False
    if not reads and not options.yes:
        _ask(method, params, names, confirm="confirm" in guards.values())
    return True


def allow_change(settings: common.Settings, names: Sequence[str], what: str, *, yes: bool) -> None:
    """Let a change of several leaves be made; ask unless ``yes``.

    Scripts have to say yes, since what they would agree to is known only when it is planned.

    :param what: such as "Apply this".
    :raises Refused: it may not be made.
    """
    guards = {name: settings.config.guard(name) for name in names}
    kept = [name for name, guard in guards.items() if guard == "read_only"]
    if kept:
        raise Refused(_read_only(kept, settings))
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Refused(f"{what} on {_named(names)}? There is no terminal to ask at: give --yes")
    sys.stderr.write(f"{what} on {_named(names)}? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Refused("nothing was sent")


def _ask(method: str, params: Sequence[Any], names: Sequence[str], *, confirm: bool) -> None:
    from ..core.catalogue.lookup import find

    known = find(method)
    hazards = list(known.hazards) if known is not None and known.asks else []
    if not (confirm or hazards or len(names) > 1):
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        if confirm:
            raise Refused(f"{_named(names)} wants a confirmation: give --yes")
        return
    for hazard in hazards:
        sys.stderr.write(f"{method}: {hazard}\n")
    sys.stderr.write(f"Call {_call(method, params)} on {_named(names)}? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Refused("nothing was sent")


def _may_change(method: str) -> str:
    from ..core.catalogue.names import is_known

    if is_known(method):
        return f"{method} may change something"
    return f"{printable(method)} is not in the catalogue, so it may change something"


def _read_only(names: Sequence[str], settings: common.Settings) -> str:
    verb = "is" if len(names) == 1 else "are"
    return f"{_named(names)} {verb} read_only in {settings.config.path}"


def _call(method: str, params: Sequence[Any]) -> str:
    return printable(" ".join([method, *map(str, hide_params(method, params))]))


def _named(names: Sequence[str]) -> str:
    if len(names) == 1:
        return printable(names[0])
    return printable(f"{len(names)} endpoints ({listed(names, _SHOWN)})")
