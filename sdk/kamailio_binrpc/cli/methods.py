# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc methods``: what a server offers, and what is known of it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from ..core.errors import BinrpcError
from ..core.faults import Fault, MethodNotFound
from . import common, exit_codes, output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..core.catalogue.notation import Method


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "methods",
        help="list, search and explain methods",
        description="List, search and explain the methods of a server or, with --offline, those of "
        "the built-in catalogue.",
        epilog=exit_codes.HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add(actions, "list", "list the names of all methods", _list, "")
    _add(actions, "search", "search names and help of methods for a text", _search, "TEXT")
    _add(actions, "help", "show what a method does, its parameters and its reply", _help, "METHOD")
    _add(actions, "signature", "show a method's parameters on one line", _signature, "METHOD")


def _add(actions: Any, name: str, text: str, run: Any, argument: str) -> None:
    parser = actions.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    common.add_call_options(parser)
    common.add_output_option(parser, output.FORMATS)
    parser.add_argument(
        "--offline", action="store_true", help="use the built-in catalogue instead of a server"
    )
    if argument:
        parser.add_argument("word", metavar=argument)
    parser.set_defaults(run=lambda options: common.guarded(lambda: run(options), options.output))


def names(options: argparse.Namespace) -> list[str]:
    """Return the names of the server's methods, or of the catalogue's."""
    from ..core.catalogue import lookup

    if options.offline:
        return sorted(method.name for method in lookup.methods())
    with common.Settings(options).client() as client:
        return [str(name) for name in client.call("system.listMethods")]


def _list(options: argparse.Namespace) -> int:
    found = names(options)
    if options.output == "text":
        output.write("".join(name + "\n" for name in found))
    else:
        output.write(output.render_data(found, options.output, "method"))
    return exit_codes.OK


def _search(options: argparse.Namespace) -> int:
    wanted = options.word.lower()
    found = [
        (name, text)
        for name, text in ((name, summary(name)) for name in names(options))
        if wanted in name.lower() or wanted in text.lower()
    ]
    if options.output != "text":
        data = [{"name": name, "help": text} for name, text in found]
        output.write(output.render_data(data, options.output))
    elif found:
        width = max(len(name) for name, _text in found)
        output.write("".join(f"{name:{width}}  {text}".rstrip() + "\n" for name, text in found))
    if not found:
        common.complain(f"no method has {options.word!r} in its name or help")
        return exit_codes.NOT_FOUND
    return exit_codes.OK


def _signature(options: argparse.Namespace) -> int:
    from ..core.catalogue import lookup

    if lookup.find(options.word) is None:
        _check_exists(options)
    text = lookup.signature(options.word)
    if options.output == "text":
        output.write(text + "\n")
    else:
        output.write(output.render_data(text, options.output))
    return exit_codes.OK


def _help(options: argparse.Namespace) -> int:
    from ..core.catalogue import lookup

    known = lookup.find(options.word)
    servers = "" if options.offline else _servers_help(options, needed=known is None)
    if known is None and options.offline:
        _check_exists(options)
    if options.output == "text":
        output.write(explain(options.word, known, servers))
    else:
        output.write(output.render_data(describe(options.word, known, servers), options.output))
    return exit_codes.OK


def _servers_help(options: argparse.Namespace, *, needed: bool) -> str:
    """Return the server's own help text; its absence is an error only if ``needed``."""
    try:
        with common.Settings(options).client() as client:
            return str(client.call("system.methodHelp", options.word).value).strip()
    except Fault as fault:
        if needed:
            raise MethodNotFound(fault.code, fault.text, options.word) from None
    except BinrpcError as error:
        if needed:
            raise
        common.complain(f"the server's own help is missing: {error}")
    return ""


def _check_exists(options: argparse.Namespace) -> None:
    """Raise the fault that a call of an unknown method would bring."""
    if options.word not in names(options):
        raise MethodNotFound(500, f"command {options.word} not found", options.word)


def summary(name: str) -> str:
    """Return the catalogue's line about a method, "" if it has none."""
    from ..core.catalogue import lookup

    known = lookup.find(name)
    return known.text if known else ""


def describe(name: str, known: Method | None, servers: str) -> dict[str, Any]:
    """Return what is known of a method as plain data."""
    data: dict[str, Any] = {"name": name}
    if known is not None:
        data.update(
            signature=known.signature,
            help=known.text,
            access=known.access,
            reply=known.reply,
            params=[
                {
                    "name": param.name,
                    "type": param.type,
                    "optional": param.optional,
                    "repeated": param.repeated,
                    "words": list(param.words),
                    "meaning": param.meaning,
                }
                for param in known.params
            ],
            since=known.since,
            until=known.until,
            changes=list(known.changes),
            hazards=list(known.hazards),
        )
    data["server_help"] = servers
    return data


def explain(name: str, known: Method | None, servers: str = "") -> str:
    """Return a page of help about a method."""
    if known is None:
        return f"{name}\n  {servers or 'nothing is known of it'}\n"
    lines = [known.signature, f"  {known.text}"]
    rows = [_row(param) for param in known.params]
    if rows:
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines += ["", "Parameters:", *("  " + _padded(row, widths) for row in rows)]
    kind = "changes nothing" if known.access == "read" else "changes the server's state"
    if known.reads_without_params:
        kind += "; without parameters it only shows"
    lines += ["", f"Reply: {known.reply}" if known.reply != "-" else "Reply: empty", f"It {kind}."]
    lines += _notes(known)
    if servers:
        lines += ["", f"The server says: {servers}"]
    return "".join(line + "\n" for line in lines)


def _row(param: Any) -> Sequence[str]:
    name = f"[{param.name}]" if param.optional else param.name
    meaning = param.meaning
    if param.words:
        choice = ", ".join(param.words) + ("" if param.closed else ", ...")
        meaning = f"{meaning} ({choice})" if meaning else choice
    return (name + (" ..." if param.repeated else ""), param.type, meaning)


def _padded(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def _notes(known: Method) -> list[str]:
    notes = [f"Since {known.since}."] if known.since else []
    if known.until:
        notes.append(f"Up to {known.until}.")
    notes += [f"Changed: {change}" for change in known.changes]
    notes += [f"Beware: {hazard}" for hazard in known.hazards]
    return notes
