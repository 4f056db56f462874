# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc``: the entry point and its subcommands."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module

from .._version import __version__
from . import common, exit_codes, output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NoReturn

# Each is declared by a module of this package, in the order of the help.
_COMMANDS = {
    "call": "call",
    "shell": "shell",
    "gateways": "lists",
    "calls": "lists",
    "regs": "lists",
    "top": "top",
    "drain": "drain",
    "undrain": "drain",
    "debug": "debug",
    "methods": "methods",
    "facts": "facts",
    "watch": "watch",
    "diff": "diff",
    "batch": "batch",
    "fleet": "fleet",
    "plan": "state.parsers",
    "apply": "state.parsers",
    "confirm": "state.parsers",
    "cancel": "state.parsers",
    "history": "state.parsers",
    "rollback": "state.parsers",
    "snapshot": "state.parsers",
    "drift": "state.parsers",
    "trace": "trace",
    "record": "record",
    "doctor": "doctor",
    "config": "config",
    "completion": "completion",
    "complete": "completion",
    "serve": "serve",
}


_ALONE = ("-h", "--help", "--version")
"""Options that need no command."""


class _Version(argparse.Action):
    """Shows more than the action of this name, and imports it only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_arguments: object) -> None:
        from ..core.decoding import decoder_implementation

        output.write(f"kamrpc {__version__} (decoder: {decoder_implementation()})\n")
        parser.exit()


class _Parser(argparse.ArgumentParser):
    """A parser that says which option may have been meant."""

    commands: Mapping[str, argparse.ArgumentParser] = {}

    def error(self, message: str) -> NoReturn:
        start, _colon, words = message.partition("unrecognized arguments: ")
        if not start and words.startswith("--"):
            import re

            from ..core.suggest import suggestion

            texts = [parser.format_help() for parser in (self, *self.commands.values())]
            options = re.findall(r"(?<![a-z-])--[a-z][a-z-]*", " ".join(texts))
            meant = suggestion(words.split()[0].partition("=")[0], options)
            message += f"; {meant}" if meant else ""
        super().error(message)


def build_parser(command: str | None = None) -> argparse.ArgumentParser:
    """Build the parser with all subcommands, or with one alone, whose module is then the only
    one that has to be loaded.
    """
    parser = _Parser(
        prog="kamrpc",
        description="Call RPC methods of a running Kamailio through ctl, or run a lab server.",
        epilog=exit_codes.HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--version", action=_Version, nargs=0, help="show the version and the decoder in use"
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    wanted = [_COMMANDS[command]] if command in _COMMANDS else dict.fromkeys(_COMMANDS.values())
    for name in wanted:
        import_module(f".{name}", __package__).add_parser(commands)
    parser.commands = commands.choices
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``kamrpc``; return its exit status."""
    from ..core import reply_socket

    reply_socket.handle_signals = True
    _replace_closed_streams()
    words = list(sys.argv[1:] if argv is None else argv)
    words = _with_command_first(words)
    parser = build_parser(words[0] if words else None)
    if words and words[0].startswith("-") and words[0] not in _ALONE:
        parser.error("there is no command; write kamrpc COMMAND [OPTION ...], see 'kamrpc --help'")
    if words and words[0] not in _COMMANDS and not words[0].startswith("-"):
        parser.error(f"there is no command {words[0]}" + _other_command(words[0]))
    try:
        options = parser.parse_args(words)
        status: int = options.run(options)
        output.write("")  # what is still buffered
    except output.OutputError as error:
        # Python would try once more at exit, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error.__cause__, BrokenPipeError):  # the reader has gone, as head does
            return exit_codes.OK
        common.complain(error)
        return exit_codes.OUTPUT
    except KeyboardInterrupt:
        return exit_codes.INTERRUPTED
    return status


def _other_command(name: str) -> str:
    """Say which command may have been meant, as the end of an error."""
    from ..core.suggest import suggestion
    from .kamcmd.commands import ALIASES

    if name in ALIASES:
        return f"; {name} is an alias of kamcmd: use 'kamrpc {ALIASES[name][0]}'"
    meant = suggestion(name, [known for known in _COMMANDS if known != "complete"])
    return f"; {meant}" if meant else "; see 'kamrpc --help'"


def _with_command_first(words: list[str]) -> list[str]:
    """Put the command first, where options come before it, as with kamcmd, or it is left out, as in
    ``kamrpc core.version``.
    """
    if not words or words[0] in _ALONE:
        return words
    if not words[0].startswith("-"):
        return ["call", *words] if _names_a_method(words[0]) else words
    for place, word in enumerate(words):
        if not place or words[place - 1] in ("-s", "--endpoint"):
            continue
        if word in _COMMANDS:
            return [word, *words[:place], *words[place + 1 :]]
        if _names_a_method(word):
            return ["call", *words]
    return words


def _names_a_method(word: str) -> bool:
    return "." in word and word[0] not in "-./" and "/" not in word


def _replace_closed_streams() -> None:
    """Make streams that were closed before the start, as by ``>&-``, fail like full ones."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115 - pathlib is slow to load
    if sys.stdout is None:
        # Opened for reading only, so that writing fails, and only when something is written.
        sys.stdout = open(os.open(os.devnull, os.O_RDONLY), "w")  # noqa: PTH123, SIM115


if __name__ == "__main__":
    sys.exit(main())
