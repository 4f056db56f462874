# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc fleet``: one call on many endpoints at once."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from ..core.changes import GENERATED, compare, fingerprint
from ..core.errors import EncodeError
from ..core.faults import Fault
from ..core.printable import listed
from . import colour, common, endpoints, exit_codes, guard, output, secrets, view
from .progress import Progress
from .rows import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..core.changes import Change
    from ..core.errors import BinrpcError
    from ..core.fleet import Report, Result
    from ..core.reply import Reply
    from .audit import Audit

_DESCRIPTION = """Call a method on many endpoints at once.

Results are printed as they arrive, each with the name of its endpoint. At the end, errors are
printed to standard error, grouped by cause. With --diff, replies are compared: endpoints with equal
replies form a group, and each smaller group shows how its rows differ from those of the largest
group: additional (+), missing (-) or different (~). With --json, the output of --diff is a list of
groups, the largest first, with "names", "reply" and "changes". A table contains the rows of all
endpoints, and is printed at the end.
"""
_SHOWN_NAMES = 6


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "fleet",
        help="call a method on many endpoints at the same time",
        description=_DESCRIPTION,
        epilog=exit_codes.HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    common.add_call_options(parser, several=True)
    common.add_output_option(parser, output.FORMATS)
    view.add_options(parser)
    add = parser.add_argument
    endpoints.add_options(parser)
    add("--rate", metavar="N", type=float, help="start at most N calls per second")
    endpoints.add_batch_options(parser)
    add(
        "--retries",
        metavar="N",
        type=int,
        default=0,
        help="repeat failed calls where that is safe (default: 0)",
    )
    add("--diff", action="store_true", help="compare replies and show which endpoints differ")
    guard.add_options(parser)
    secrets.add_reveal_option(parser)
    common.add_method_arguments(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make the calls; return the exit status."""
    return common.guarded(lambda: _run(options), options.output)


def _run(options: argparse.Namespace) -> int:
    from ..core.fleet import Fleet
    from ..core.retry import RetryPolicy

    shown = view.View.of(options)
    if options.diff and shown.given:
        raise EncodeError(
            "--diff compares whole replies: --columns, --sort and --where have no use"
        )
    settings = common.Settings(options)
    servers = endpoints.chosen(options, settings)
    params = common.read_params(options.method, options.params, raw=options.raw)
    if not guard.allow(options, settings, list(servers), options.method, params):
        return exit_codes.OK
    fleet = Fleet(
        servers,
        settings.timeout,
        connect_wait=settings.connect_wait,
        limit=options.limit,
        rate=options.rate,
        retry=RetryPolicy(options.retries) if options.retries else None,
        paced=True,
    )
    show = _Show(options, params, list(servers), shown)
    show.audit = settings.audit(options.method, params)
    try:
        report = fleet.call(
            options.method,
            *params,
            deadline=options.deadline,
            serial=options.serial,
            max_fail_percentage=options.max_fail,
            on_result=show.one,
        )
    except KeyboardInterrupt:
        show.interrupted()
        raise
    finally:
        show.progress.end()
    show.end(report)
    return exit_codes.status_of_all(report.errors.values())


class _Show:
    """Prints results as they come and keeps the progress line below them."""

    def __init__(
        self,
        options: argparse.Namespace,
        params: list[Any],
        names: list[str],
        shown: view.View,
    ) -> None:
        self._options = options
        self._view = shown
        self._params = params
        wanted = sys.stderr.isatty() and not options.no_progress
        self.progress = Progress(names, sys.stderr if wanted else None)
        self._hiding = secrets.Hiding(reveal=options.reveal)
        self.audit: Audit | None = None

    def one(self, result: Result) -> None:
        self.progress.add(result.name, failed=not result.ok)
        if self.audit is not None:
            self.audit.write(result.name, self._options.method, self._params, result.error)
        if isinstance(result.error, Fault):
            common.explain_fault(result.error, self._params)
        if self._options.diff:  # at the end, when all are there to be compared
            pass
        elif self._options.output == "jsonl":
            self.progress.write(output.render_data(self._data(result), "jsonl"))
        elif self._options.output == "text" and result.ok:
            self.progress.write(_block(result, self._hiding))

    def interrupted(self) -> None:
        """Say which endpoints answered, failed, and were still asked when the user stopped."""
        self.progress.end()
        for verb, names in (
            ("answered", self.progress.done),
            ("failed", self.progress.failed),
            ("not known: no answer yet, or not called", self.progress.pending),
        ):
            if names:
                common.complain(f"{len(names)} {verb}: {listed(names, _SHOWN_NAMES)}")

    def end(self, report: Report) -> None:
        if self._options.diff:
            groups = list(_groups(report, GENERATED.get(self._options.method, ())))
            if self._options.output == "text":
                output.write(_differences(groups, self._hiding))
            elif self._options.output == "table":
                output.write(_differences_table(groups, self._hiding))
            else:
                differences = _differences_data(groups, self._hiding)
                output.write(output.render_data(differences, self._options.output))
        elif self._options.output == "table":
            self._table(report)
        elif self._options.output in ("json", "yaml"):
            data = {name: self._data(result) for name, result in report.results.items()}
            output.write(output.render_data(data, self._options.output))
        for cause, names in report.causes().items():
            example = report.errors[names[0]]
            output.tell(_cause(cause, names, example))
        good = len(report.results) - len(report.errors)
        summary = f"{good} of {len(report.results)} answered in {report.seconds:.2f} s"
        style = "green" if report.ok else "red"
        output.tell(colour.paint(summary, style, sys.stderr) + "\n")

    def _table(self, report: Report) -> None:
        from . import table

        rows = [
            {view.ENDPOINT: name, **row}
            for name, reply in report.replies.items()
            for row in rows_of(self._hiding.reply(reply).to_json(), self._options.method)
        ]
        output.write(table.render_rows(rows, self._options.method, self._view))

    def _data(self, result: Result) -> dict[str, Any]:
        data: dict[str, Any] = {"name": result.name, "seconds": round(result.seconds, 6)}
        if result.error is None:
            values = self._hiding.reply(result.value).to_json()
            if self._view.given:
                method = self._options.method
                values = self._view.data(rows_of(values, method), method)
            data["reply"] = values
        else:
            data["error"] = str(result.error)
            if isinstance(result.error, Fault):
                data["fault"] = output.fault_data(result.error)
        return data


def _block(result: Result, hiding: secrets.Hiding) -> str:
    text = output.render(hiding.reply(result.value), "text")
    name = colour.paint(result.name, "bold", sys.stdout)
    if text.count("\n") <= 1:
        return f"{name}: {text or '(empty)'}".rstrip("\n") + "\n"
    return f"{name}:\n{text}"


def _cause(cause: str, names: list[str], example: BinrpcError) -> str:
    head = colour.paint(f"{len(names)} failed: {cause}", "red", sys.stderr)
    return f"{head}\n  {listed(names, _SHOWN_NAMES)}\n  for instance: {example}\n"


class _Group:
    """Endpoints with equal replies.

    :ivar names: of the endpoints.
    :ivar reply: of the first of them.
    :ivar changes: what makes it differ from the reply of the largest group.
    """

    def __init__(self, names: list[str], reply: Reply, changes: list[Change]) -> None:
        self.names = names
        self.reply = reply
        self.changes = changes


def _groups(report: Report, ignored: Sequence[str]) -> Iterator[_Group]:
    """Group endpoints by their reply, the largest group first, and compare each with that one."""
    groups: dict[str, list[str]] = {}
    for name, reply in report.replies.items():
        groups.setdefault(fingerprint(reply.to_json(), ignored), []).append(name)
    expected: Any = None
    for number, names in enumerate(sorted(groups.values(), key=lambda names: -len(names))):
        reply = report.replies[names[0]]
        found = reply.to_json()
        if not number:
            expected = found
        yield _Group(names, reply, compare(expected, found, ignore=ignored) if number else [])


def _differences(groups: list[_Group], hiding: secrets.Hiding) -> str:
    if not groups:
        return ""
    first, *others = groups
    names = "" if not others else f" ({listed(first.names, _SHOWN_NAMES)})"
    lines = [f"{'' if others else 'all '}{len(first.names)} agree{names}:\n"]
    lines.append(output.render(hiding.reply(first.reply), "text") or "(empty)\n")
    for group in others:
        verb = "differs" if len(group.names) == 1 else "differ"
        head = f"{len(group.names)} {verb} ({listed(group.names, _SHOWN_NAMES)}):"
        lines += (colour.paint(head, "yellow", sys.stdout), "\n")
        hiding.reply(group.reply)
        lines += (f"  {hiding.text(str(each))}\n" for each in group.changes)
    return "".join(lines)


def _differences_table(groups: list[_Group], hiding: secrets.Hiding) -> str:
    """Return a row for each member that differs from the largest group, and one for that."""
    from . import table
    from .diff import rows_of as rows_of_change

    rows: list[dict[str, Any]] = []
    for group in groups:
        hiding.reply(group.reply)
        names = {"endpoints": listed(group.names, _SHOWN_NAMES)}
        changes = [hiding.text(each.to_json()) for each in group.changes]
        found = [row for each in changes for row in rows_of_change(each)]
        rows += ({**names, **row} for row in found or [{"change": "agree"}])
    return table.render_rows(rows)


def _differences_data(groups: list[_Group], hiding: secrets.Hiding) -> list[dict[str, Any]]:
    return [
        {
            "names": group.names,
            "reply": hiding.reply(group.reply).to_json(),
            "changes": [hiding.text(each.to_json()) for each in group.changes],
        }
        for group in groups
    ]
