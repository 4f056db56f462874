# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc debug``: the log level, for a while."""

from __future__ import annotations

import argparse
import re
import signal
import sys
import time
from typing import TYPE_CHECKING

from ..core.errors import EncodeError
from . import common, ensuring, exit_codes, output
from .presets import duration

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn

    from ..desired import Resource

_DESCRIPTION = """Set the log level, of the whole server or of one module.

LEVEL is a number from -5 to 9 or one of: alert, bug, crit, error, warn, notice, info, debug. With
--for, the command waits and then restores the previous level of each server, also after Ctrl-C. A
level that another client has set in the meantime is not changed.
"""
_LEVELS = {
    "alert": -5,
    "bug": -4,
    "crit": -2,
    "error": -1,
    "warn": 0,
    "notice": 1,
    "info": 2,
    "debug": 3,
}
_LOWEST, _HIGHEST = -5, 9
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}
_LONGEST = 86400


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "debug",
        help="set the log level, optionally for a limited time",
        description=_DESCRIPTION,
        epilog=exit_codes.HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    ensuring.add_options(parser)
    parser.add_argument("-m", "--module", metavar="NAME", help="set the level of this module only")
    parser.add_argument(
        "--for",
        dest="span",
        metavar="TIME",
        help="restore the level after this time, such as 30s, 10m or 2h; at most 24h",
    )
    parser.add_argument("level", metavar="LEVEL", help="log level, such as debug, or 3")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Set the level; return the exit status."""
    return common.guarded(lambda: _run(options), options.output)


def _run(options: argparse.Namespace) -> int:
    level = level_of(options.level)
    seconds = None if options.span is None else seconds_of(options.span)
    resource = _resource(options.module, level)
    what = f"Set the log level{f' of {options.module}' if options.module else ''} to {level}"
    if seconds is None or options.dry_run:
        return ensuring.change(options, resource, what)
    servers = ensuring.Servers(options)
    before = {
        name: _level(result.value.before)
        for name, result in servers.plan(resource).results.items()
        if result.ok and result.value.changed
    }
    with _Ended():
        try:
            status = ensuring.change(options, resource, what)
            if before and status == exit_codes.OK:
                output.tell(f"goes back in {duration(seconds)}; Ctrl-C: now\n")
                time.sleep(seconds)
        finally:
            left = _go_back(servers, options.module, level, before)
    return status or left


def _go_back(
    servers: ensuring.Servers, module: str | None, level: int, before: dict[str, int]
) -> int:
    """Give each server the level that it had, unless another client has set one meanwhile."""
    errors = {}
    for old in sorted(set(before.values())):
        names = [name for name, each in before.items() if each == old]
        report = servers.go_back(_resource(module, level), _resource(module, old), names)
        for name, result in report.results.items():
            if result.error is not None:
                errors[name] = result.error
                common.complain(f"{name}: the level stays at {level}: {result.error}")
            elif result.value is None:
                output.tell(f"{name}: the level is no longer {level}: it is left\n")
            else:
                output.tell(f"{name}: back to {old}\n")
    return ensuring.status_of(errors)


def _resource(module: str | None, level: int) -> Resource:
    from ..desired import CoreLogLevel, ModuleLogLevel

    return CoreLogLevel(level) if module is None else ModuleLogLevel(module, level)


def _level(shown: dict[str, Any]) -> int:
    (level,) = shown.values()
    return int(level)


def level_of(text: str) -> int:
    """Return a log level given by name or number.

    :raises EncodeError: it is none.
    """
    if text.lower() in _LEVELS:
        return _LEVELS[text.lower()]
    if re.fullmatch(r"-?[0-9]", text) and _LOWEST <= int(text) <= _HIGHEST:
        return int(text)
    raise EncodeError(
        f"{text} is not a log level: a number from {_LOWEST} to {_HIGHEST}, or one of "
        f"{', '.join(_LEVELS)}"
    )


def seconds_of(text: str) -> float:
    """Return the seconds of a time such as ``30s``, ``10m`` or ``2h``.

    :raises EncodeError: it is none, or longer than a day.
    """
    found = re.fullmatch(r"([0-9]{1,6})([smh]?)", text)
    seconds = int(found[1]) * _UNITS[found[2]] if found else 0
    if not 0 < seconds <= _LONGEST:
        raise EncodeError(f"{text} is not a time such as 30s, 10m or 2h, at most 24h")
    return float(seconds)


class _Ended:
    """Makes the signals that end a process an exception, so that what was changed goes back."""

    _SIGNALS: Sequence[signal.Signals] = (signal.SIGTERM, signal.SIGHUP)

    def __enter__(self) -> None:
        self._before = {each: signal.signal(each, self._end) for each in self._SIGNALS}

    def __exit__(self, *_exc_info: object) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)

    @staticmethod
    def _end(number: int, _frame: object) -> NoReturn:
        sys.exit(128 + number)
