# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc shell``: calls typed at a prompt, with completion, history and help."""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import BinrpcError, EncodeError
from ..core.printable import printable
from . import common, exit_codes, guard, output
from .names import Names
from .presets import duration
from .shell_line import Line, read_line
from .signatures import Signatures
from .terminal import for_terminal
from .view import View

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..core.client import Client

_DESCRIPTION = """Call methods from a prompt.

A line contains a method and its arguments, with quotes as in a shell. TAB completes methods,
settings, counters, hash tables and dispatcher sets. The line below shows the parameters of the
method, and ? after a method explains it. The up key and Ctrl-R recall earlier lines. Ctrl-C cancels
a call, or clears the line. Replies that are longer than the terminal are shown with $PAGER.

  core.psx -o table                      in another format
  core.psx --where dsc~udp --sort -pid   some rows, as in 'kamrpc call'
  dispatcher.list | jq .                 to a command (jq gets JSON), or > FILE, or >> FILE
  watch -n 5 dlg.stats_active            any command of kamrpc, at this endpoint

If standard input is not a terminal, lines are processed as by 'kamrpc batch --go-on'.
"""

_BUILTINS = {
    "help": "help [METHOD]: this list, or a page about a method; METHOD ? does the same",
    "output": "output FORMAT: text, table, json, jsonl or yaml, from now on",
    "use": "use [ENDPOINT]: show whom this calls, or call another",
    "timeout": "timeout [SECONDS]: show or set the limit for a call",
    "refresh": "refresh: ask the server for names to complete once more",
    "quit": "quit, exit or Ctrl-D: leave",
    "exit": "",
}
_COMMANDS = {
    "watch": "repeat a call and show what changed",
    "top": "the server at a glance",
    "gateways": "list the destinations of the dispatcher",
    "calls": "list the calls that the module dialog follows",
    "regs": "list the registered contacts",
    "drain": "take a gateway out of service",
    "undrain": "bring a gateway back into service",
    "debug": "set the log level, for a while",
    "facts": "tell what a server is",
    "doctor": "find out why an endpoint cannot be called",
}
"""Commands of kamrpc that a line may begin with, for the endpoint of the shell."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the subcommand."""
    parser = commands.add_parser(
        "shell",
        help="call methods from a prompt",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    common.add_call_options(parser)
    common.add_output_option(parser, output.FORMATS)
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask for confirmation")
    parser.add_argument("--no-pager", action="store_true", help="never use a pager")
    parser.set_defaults(run=run, dry_run=False)


def run(options: argparse.Namespace) -> int:
    """Run the shell; return the exit status."""
    if not sys.stdin.isatty():
        from . import batch

        unset = {"go_on": True, "raw": False, "check": False, "echo": False, "file": "-"}
        for name, value in unset.items():
            setattr(options, name, value)
        return batch.run(options)
    return common.guarded(lambda: Shell(options).loop())


class Shell:
    """One session.

    :raises BinrpcError: the configuration or the address is wrong.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._settings = common.Settings(options)
        self._form: str = str(options.output)
        self._pager = not options.no_pager
        self._timeout: float | None = None
        self._endpoint = ""
        self._failed = False
        self._client: Client
        self._names: Names
        self._connect(self._settings.endpoint)

    def loop(self) -> int:
        """Say whom this calls, then read and run lines until the end."""
        self._greet()
        read = self._reader()
        try:
            while True:
                try:
                    text = read()
                except EOFError:
                    return exit_codes.OK
                except KeyboardInterrupt:
                    continue
                if not self._run_all(text):
                    return exit_codes.OK
        finally:
            self._client.close()

    def _run_all(self, text: str) -> bool:
        """Run what was entered. Of pasted lines those before it count: an error ends it."""
        lines = [line for line in text.splitlines() if line.strip()]
        for number, line in enumerate(lines, 1):
            if len(lines) > 1:
                output.write(f"({number} of {len(lines)}) {line}\n")
            if not self.line(line):
                return False
            if self._failed and number < len(lines):
                common.complain(f"{len(lines) - number} lines were not run")
                return True
        return True

    def line(self, text: str) -> bool:
        """Run one line; False to leave."""
        self._failed = True
        try:
            line = read_line(text)
            if line.words and line.words[0] in ("quit", "exit"):
                return False
            if line.words:
                self._run(line)
            self._failed = False
        except KeyboardInterrupt:
            # The client has closed the connection: a late answer finds no reader.
            common.complain("cancelled; the server may have run it all the same")
        except (BinrpcError, ValueError, OSError) as error:
            common.complain(error)
        return True

    def _run(self, line: Line) -> None:
        name, *rest = line.words
        builtins: dict[str, Callable[[list[str]], None]] = {
            "help": self._help,
            "?": self._help,
            "output": self._set_output,
            "use": self._use,
            "timeout": self._set_timeout,
            "refresh": lambda _rest: self._names.refresh(),
        }
        if name in builtins:
            builtins[name](rest)
        elif rest == ["?"]:
            self._help([name])
        elif name in _COMMANDS:
            self._command(line)
        else:
            self._call(line)

    def _call(self, line: Line) -> None:
        name, *rest = line.words
        view = View(line.columns, line.sort, line.where)
        form = line.form or ("json" if _is_jq(line.command) else self._form)
        if view.given and form == "text":
            form = "table"
        params = common.read_params(name, rest)
        guard.allow(self._options, self._settings, [self._endpoint], name, params)
        with self._signatures.types(name, rest, params) as settled:
            reply = common.call(self._settings, self._client, name, settled, self._endpoint)
        text = output.render(reply, form, view)
        if line.file:
            _save(text, line)
        elif line.command:
            _pipe(text, line.command)
        else:
            self._show(text or "(empty)\n")

    def _command(self, line: Line) -> None:
        """Run another command of kamrpc at this endpoint."""
        if line.file or line.command:
            raise EncodeError(f"{line.words[0]} writes to the terminal; | and > are for methods")
        from .main import build_parser

        name, *rest = line.words
        words = [name, "-s", self._endpoint]
        if self._timeout is not None:
            words += ["-t", str(self._timeout)]
        if self._options.config:
            words += ["-c", self._options.config]
        for option, value in (("--columns", line.columns), ("--sort", line.sort)):
            words += [f"{option}={value}"] if value is not None else []
        words += [f"--where={each}" for each in line.where]
        words += [f"--output={line.form}"] if line.form else []
        with contextlib.suppress(SystemExit):  # the parser has said what is wrong
            options = build_parser(name).parse_args([*words, *rest])
            self._failed = options.run(options) != exit_codes.OK

    # --- built-in commands

    def _help(self, rest: list[str]) -> None:
        if not rest:
            lines = [f"  {text}\n" for text in _BUILTINS.values() if text]
            lines += [f"  {name} ...: {text}\n" for name, text in _COMMANDS.items()]
            lines.append("  METHOD ... [-o FORMAT] [--columns ...] [| COMMAND] [> FILE]\n")
            self._show("".join(lines))
            return
        from ..core.catalogue.lookup import find
        from .methods import explain

        known = find(rest[0])
        servers = ""
        with contextlib.suppress(BinrpcError):
            servers = str(self._client.call("system.methodHelp", rest[0]).value).strip()
        if known is None and not servers:
            raise EncodeError(f"nothing is known of {rest[0]}: TAB shows the names there are")
        self._show(explain(rest[0], known, servers))

    def _set_output(self, rest: list[str]) -> None:
        if len(rest) != 1 or rest[0] not in output.FORMATS:
            raise EncodeError(f"it is {self._form}; there are {', '.join(output.FORMATS)}")
        self._form = rest[0]

    def _use(self, rest: list[str]) -> None:
        if rest:
            self._connect(rest[0])
        self._greet()

    def _set_timeout(self, rest: list[str]) -> None:
        if rest:
            try:
                self._timeout = float(rest[0])
            except ValueError:
                raise EncodeError(f"{rest[0]} is not a number of seconds") from None
            self._client.close()
            self._client.timeout = self._timeout
        output.write(f"{self._client.timeout:g} s\n")

    def _connect(self, endpoint: str) -> None:
        client = self._settings.client(endpoint)
        if self._endpoint:
            self._client.close()
        if self._timeout is not None:
            client.timeout = self._timeout
        self._client, self._endpoint = client, endpoint
        self._signatures = Signatures(client)
        self._names = Names(client.address).load()
        self._names.refresh_in_background()

    def _greet(self) -> None:
        """Connect, and say to what."""
        address = str(self._client.address)
        where = self._endpoint if self._endpoint == address else f"{self._endpoint} ({address})"
        try:
            version = str(self._client.call("core.version").value).strip()
            uptime = self._client.call("core.uptime").value["uptime"]
        except (BinrpcError, LookupError, TypeError, ValueError) as error:
            common.complain(f"{where}: {error}")
        else:
            output.write(f"{where}: {version}, up {duration(uptime)}\n")

    # --- the terminal

    def _reader(self) -> Callable[[], str]:
        def prompt() -> str:
            return f"kamrpc {printable(self._endpoint)}"

        try:
            from .shell_prompt import make_reader
        except ModuleNotFoundError:
            common.complain("without completion and history: pip install 'kamailio-binrpc[cli]'")
            return lambda: input(f"{prompt()}> ")
        return make_reader(self, prompt)

    def _show(self, text: str) -> None:
        """Print, through a pager if it is longer than the terminal."""
        size = shutil.get_terminal_size()
        rows = sum(1 + max(len(line) - 1, 0) // size.columns for line in text.split("\n"))
        pager = shlex.split(os.environ.get("PAGER", "") or "less -FRX")
        if not self._pager or not sys.stdout.isatty() or rows <= size.lines - 1:
            output.write(text)
        elif shutil.which(pager[0]) is None:
            output.write(text)
        else:
            sys.stdout.flush()
            with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
                # The pager is the user's own choice.
                process = subprocess.Popen(pager, stdin=subprocess.PIPE)  # noqa: S603
                process.communicate(for_terminal(text).encode("utf-8"))

    # --- completion

    def candidates(self, before: list[str], start: str) -> list[tuple[str, str]]:
        """Return what may follow the words ``before`` and begins with ``start``, with meanings."""
        found: list[tuple[str, str]]
        if not before:
            from .methods import summary

            builtins = [(name, text.partition(": ")[2]) for name, text in _BUILTINS.items()]
            methods = [name for name in self._names.methods() if name.startswith(start)]
            found = [*builtins, *_COMMANDS.items(), *((name, summary(name)) for name in methods)]
        else:
            if before[0] in _COMMANDS and before[0] == "watch":
                return self.candidates(before[1:], start)
            found = [(name, "") for name in self._following(before)]
        return [each for each in dict(found).items() if each[0].startswith(start)]

    def _following(self, before: list[str]) -> Sequence[str]:
        if before[-1] in ("-o", "--output"):
            return output.FORMATS
        if before[0] in ("help", "?"):
            return self._names.methods()
        if before[0] == "output":
            return output.FORMATS
        if before[0] == "use":
            return [*self._settings.config.endpoints]
        return self._names.for_param(before[0], before[1:])

    def place(self, before: list[str]) -> tuple[str, Sequence[str], int, str]:
        """Return the method, its parameters, the number of the next one, and what that means."""
        from ..core.catalogue.lookup import find

        known = find(before[0]) if before else None
        if known is None:
            return "", (), -1, ""
        names = [f"[{each.name}]" if each.optional else each.name for each in known.params]
        number = len(before) - 1
        if known.params and known.params[-1].repeated:
            number = min(number, len(names) - 1)
        meaning = known.params[number].meaning if number < len(names) else ""
        return known.name, names, number, meaning


def _is_jq(command: str) -> bool:
    return command.split(maxsplit=1)[:1] == ["jq"]


def _save(text: str, line: Line) -> None:
    mode = "ab" if line.append else "wb"
    with Path(line.file).expanduser().open(mode) as file:
        file.write(text.encode("utf-8", "surrogateescape"))


def _pipe(text: str, command: str) -> None:
    """Give a text to a command, whose output the terminal gets: nothing may steer that."""
    sys.stdout.flush()
    # The command is what the user typed.
    process = subprocess.Popen(command, shell=True, stdin=subprocess.PIPE)  # noqa: S602
    with process, contextlib.suppress(BrokenPipeError):
        process.communicate(printable(text).encode("utf-8"))
