# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""One resource on one endpoint or on many, for commands that change a single thing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ..core.errors import BinrpcError, TransportError
from ..core.printable import one_line
from . import colour, common, endpoints, exit_codes, guard, output

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ..core.address import Address
    from ..core.client import Client
    from ..core.fleet import Fleet, Report
    from ..desired import Outcome, Resource


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where, how, and whether to ask."""
    common.add_call_options(parser)
    endpoints.add_options(parser)
    parser.add_argument(
        "--reachable-only",
        action="store_true",
        help="skip servers that cannot be reached (default: then no server is changed)",
    )
    common.add_output_option(parser, output.FORMATS)
    guard.add_options(parser)


class Servers:
    """The endpoints of a command.

    :raises EncodeError: as :func:`endpoints.chosen`.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._settings = settings = common.Settings(options)
        self.addresses: dict[str, str | Address]
        if options.group or options.all:
            self.addresses = endpoints.chosen(options, settings)
        else:
            self.addresses = {settings.endpoint: settings.address}

    def plan(self, resource: Resource) -> Report:
        """Say what a change would do on each server, and change nothing."""
        return self._ensure(resource, self.addresses, check=True)

    def apply(self, resource: Resource, names: Sequence[str]) -> Report:
        """Make a change on servers.

        :raises ConfigError: it cannot be written down where the configuration asks for that.
        """
        return self._audited(lambda: self._ensure(resource, names))

    def allow(self, names: Sequence[str], what: str) -> None:
        """Ask whether a change may be made.

        :raises Refused: it may not.
        """
        guard.allow_change(self._settings, names, what, yes=self._options.yes)

    def go_back(self, made: Resource, before: Resource, names: Sequence[str]) -> Report:
        """Undo a change on servers, where it still stands.

        :returns: a report whose values are outcomes, None where the change no longer stood.
        """
        from ..desired import ensure

        def work(client: Client) -> Outcome | None:
            return None if ensure(client, made, check=True).changed else ensure(client, before)

        return self._audited(lambda: self._fleet(names).run(work))

    def _audited(self, change: Callable[[], Report]) -> Report:
        audit = self._settings.changes_audit()
        report = change()
        if audit is None:
            return report
        for name, result in report.results.items():
            outcome = getattr(result.error, "outcome", None) or result.value
            calls = outcome.calls if outcome is not None else []
            for number, each in enumerate(calls, 1):
                # Of a change that failed it is the last call that tells why.
                error = result.error if number == len(calls) else None
                audit.write(name, each["method"], each["params"], error)
        return report

    def _fleet(self, names: Iterable[str]) -> Fleet:
        from ..core.fleet import Fleet

        return Fleet(
            {name: self.addresses[name] for name in names},
            self._settings.timeout,
            connect_wait=self._settings.connect_wait,
            limit=self._options.limit,
        )

    def _ensure(self, resource: Resource, names: Iterable[str], *, check: bool = False) -> Report:
        from ..desired import ensure

        def work(client: Client) -> Outcome:
            return ensure(client, resource, check)

        return self._fleet(names).run(work, deadline=self._options.deadline)


def change(options: argparse.Namespace, resource: Resource, what: str) -> int:
    """Make a change everywhere, or nowhere if one of the servers would refuse it.

    :param what: for the question, such as "Drain sip:192.0.2.1 in set 1".
    :raises Refused: the configuration or the user refuses it.
    """
    servers = Servers(options)
    plan = servers.plan(resource)
    bad = {
        name: error
        for name, error in plan.errors.items()
        if not (options.reachable_only and isinstance(_reason(error), TransportError))
    }
    good = {name: result.value for name, result in plan.results.items() if result.ok}
    if bad or not good or options.dry_run or not any(each.changed for each in good.values()):
        _show(options, good, plan.errors, would=options.dry_run)
        if bad and good:
            common.complain("no server was changed")
        return status_of(bad or ({} if good else plan.errors))
    names = [name for name, outcome in good.items() if outcome.changed]
    servers.allow(names, what)
    report = servers.apply(resource, names)
    done = {name: result.value for name, result in report.results.items() if result.ok}
    _show(options, {**good, **done}, {**plan.errors, **report.errors})
    return status_of(report.errors)


def status_of(errors: Mapping[str, BinrpcError]) -> int:
    """Return the exit status for the errors of servers: that of the calls that failed."""
    return exit_codes.status_of_all(map(_reason, errors.values()))


def _reason(error: BinrpcError) -> BinrpcError:
    cause = error.__cause__
    return cause if isinstance(cause, BinrpcError) else error


def _show(
    options: argparse.Namespace,
    outcomes: Mapping[str, Outcome],
    errors: Mapping[str, BinrpcError],
    *,
    would: bool = False,
) -> None:
    if options.output != "text":
        data = [_data(name, outcome) for name, outcome in outcomes.items() if name not in errors]
        data += [{"name": name, "error": str(error)} for name, error in errors.items()]
        if options.output == "table":
            data = [{**each, "calls": len(each.get("calls", ()))} for each in data]
        output.write(output.render_data(data, options.output))
    else:
        for name, outcome in outcomes.items():
            if name not in errors:
                output.write(_line(name, outcome, would=would))
    for name, error in errors.items():
        common.complain(f"{name}: {error}")


def _data(name: str, outcome: Outcome) -> dict[str, Any]:
    return {
        "name": name,
        "changed": outcome.changed,
        "before": outcome.before,
        "after": outcome.after,
        "calls": outcome.calls,
        "warnings": outcome.warnings,
    }


def _line(name: str, outcome: Outcome, *, would: bool) -> str:
    head = colour.paint(one_line(name), "bold", sys.stdout)
    verb = ("would become" if would else "->") if outcome.changed else ""
    lines = [f"{head}: {text}\n" for text in _changes(outcome, verb)]
    lines += [
        f"  {colour.paint('note:', 'yellow', sys.stdout)} {one_line(text)}\n"
        for text in outcome.warnings
    ]
    return "".join(lines)


def _changes(outcome: Outcome, verb: str) -> list[str]:
    if not outcome.changed:
        return ["unchanged: " + ", ".join(_words(outcome.before))]
    before, after = outcome.before or {}, outcome.after or {}
    return [
        f"{one_line(key)} {_word(before.get(key))} {verb} {_word(value)}"
        for key, value in after.items()
        if before.get(key) != value
    ]


def _words(values: Any) -> list[str]:
    return [f"{one_line(key)} {_word(value)}" for key, value in (values or {}).items()]


def _word(value: Any) -> str:
    if isinstance(value, dict):
        parts = [one_line(each) for each in value.values() if not isinstance(each, bool)]
        parts += [key for key, each in value.items() if each is True]
        return " ".join(parts)
    return one_line("absent" if value is None else value)
