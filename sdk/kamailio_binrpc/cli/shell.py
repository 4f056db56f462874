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
from typing import TYPE_CHECKING, Any

from ..core.errors import BinrpcError, EncodeError
from ..core.printable import printable
from . import colour, common, exit_codes, guard, output
from .names import Names
from .terminal import for_terminal
from .words import split_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..core.client import Client

readline: Any
try:
    import readline
except ImportError:  # an interpreter without line editing still has a shell
    readline = None

_DESCRIPTION = """Call methods from a prompt.

A line is a method and its arguments, with quotes as in a shell. TAB completes methods,
settings, counters, hash tables and dispatcher sets, and shows a method's parameters where
there is nothing to complete; so does a ? behind a method. Ctrl-C cancels a call, or clears
the line. Replies that are longer than the terminal go through $PAGER.

Without a terminal on standard input, lines are read as by 'kamrpc batch --go-on'.
"""

_BUILTINS = {
    "help": "help [METHOD]: this list, or a page about a method; METHOD ? does the same",
    "output": "output FORMAT: text, table, json, jsonl or yaml",
    "endpoint": "endpoint [ADDR]: show whom this calls, or call another",
    "timeout": "timeout [SECONDS]: show or set the limit for a call",
    "refresh": "refresh: ask the server for names to complete once more",
    "quit": "quit, exit or Ctrl-D: leave",
    "exit": "",
}
_KEPT = 2000


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
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask before a call")
    parser.add_argument("--no-pager", action="store_true", help="never use a pager")
    parser.set_defaults(run=run, dry_run=False)


def run(options: argparse.Namespace) -> int:
    """Run the shell; return the exit status."""
    if not sys.stdin.isatty():
        from . import batch

        unset = {"go_on": True, "raw": False, "check": False, "echo": False, "file": "-"}
        for name, value in unset.items():
            setattr(options, name, value)
        if options.output not in ("text", "json", "jsonl"):
            options.output = "text"
        return batch.run(options)
    return common.guarded(lambda: Shell(options).loop())


class Shell:
    """One session.

    :raises BinrpcError: the configuration or the address is wrong.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._settings = common.Settings(options)
        self._form: str = options.output
        self._pager = not options.no_pager
        self._timeout: float | None = None
        self._endpoint = ""
        self._client: Client
        self._names: Names
        self._history: Path | None = None
        self._found: list[str] = []
        self._connect(self._settings.endpoint)

    def loop(self) -> int:
        """Read and run lines until the end."""
        self._start_editing()
        try:
            while True:
                try:
                    line = input(self._prompt())
                except EOFError:
                    sys.stdout.write("\n")
                    return exit_codes.OK
                except KeyboardInterrupt:
                    sys.stdout.write("\n")
                    continue
                if not self.line(line):
                    return exit_codes.OK
        finally:
            self._client.close()
            self._save_history()

    def line(self, line: str) -> bool:
        """Run one line; False to leave."""
        try:
            words = split_line(line)
        except EncodeError as error:
            common.complain(error)
            return True
        if not words:
            return True
        if words[0] in ("quit", "exit"):
            return False
        try:
            self._run(words)
        except KeyboardInterrupt:
            # The client has closed the connection: a late answer finds nobody.
            common.complain("cancelled; the server may have run it all the same")
        except BinrpcError as error:
            common.complain(error)
        except ValueError as error:
            common.complain(error)
        return True

    def _run(self, words: Sequence[str]) -> None:
        name, *rest = words
        commands: dict[str, Callable[[list[str]], None]] = {
            "help": self._help,
            "?": self._help,
            "output": self._set_output,
            "endpoint": self._set_endpoint,
            "timeout": self._set_timeout,
            "refresh": lambda _rest: self._names.refresh(),
        }
        if name in commands:
            commands[name](rest)
        elif rest == ["?"]:
            self._help([name])
        else:
            params = common.read_params(name, rest)
            guard.allow(self._options, self._settings, [self._endpoint], name, params)
            reply = common.call(self._settings, self._client, name, params, self._endpoint)
            self._show(output.render(reply, self._form) or "(empty)\n")

    # --- built-in commands

    def _help(self, rest: list[str]) -> None:
        if not rest:
            self._show("".join(f"  {text}\n" for text in _BUILTINS.values() if text))
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

    def _set_endpoint(self, rest: list[str]) -> None:
        if rest:
            self._connect(rest[0])
        else:
            output.write(f"{self._endpoint}: {self._client.address}\n")

    def _set_timeout(self, rest: list[str]) -> None:
        if rest:
            try:
                self._timeout = float(rest[0])
            except ValueError:
                raise EncodeError(f"{rest[0]} is not a number of seconds") from None
            self._client.close()
            self._client.timeout = self._timeout
        sys.stdout.write(f"{self._client.timeout:g} s\n")

    def _connect(self, endpoint: str) -> None:
        client = self._settings.client(endpoint)
        if self._endpoint:
            self._client.close()
        if self._timeout is not None:
            client.timeout = self._timeout
        self._client, self._endpoint = client, endpoint
        self._names = Names(str(client.address)).load()
        self._names.refresh_in_background()

    # --- the terminal

    def _prompt(self) -> str:
        name = printable(self._endpoint)
        if not colour.wanted(sys.stdout) or readline is None:
            return f"kamrpc {name}> "
        # The marks tell line editing what takes no room.
        return f"\x01\x1b[1m\x02kamrpc {name}>\x01\x1b[0m\x02 "

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

    def _start_editing(self) -> None:
        if readline is None:
            return
        readline.set_completer(self._complete)
        readline.set_completer_delims(" \t")
        readline.parse_and_bind("tab: complete")
        readline.parse_and_bind("set completion-query-items 0")
        readline.parse_and_bind("set page-completions off")
        state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
        self._history = Path(state) / "kamrpc" / "history"
        readline.set_history_length(_KEPT)
        with contextlib.suppress(OSError):
            readline.read_history_file(self._history)

    def _save_history(self) -> None:
        if self._history is None:
            return
        with contextlib.suppress(OSError):
            self._history.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Lines may hold secrets: nobody else gets to read them.
            self._history.touch(mode=0o600)
            readline.write_history_file(self._history)

    # --- completion

    def _complete(self, text: str, state: int) -> str | None:
        if state == 0:
            buffer = readline.get_line_buffer()[: readline.get_begidx()]
            try:
                self._found = self.candidates(buffer.split(), text)
            except Exception:  # noqa: BLE001 - an error here would only vanish
                self._found = []
            if len(self._found) == 1:
                self._found[0] += " "
        return self._found[state] if state < len(self._found) else None

    def candidates(self, before: list[str], start: str) -> list[str]:
        """Return what may follow the words ``before`` and begins with ``start``."""
        if not before:
            found: list[str] = [*_BUILTINS, *self._names.methods()]
        elif before[0] in ("help", "?"):
            found = self._names.methods()
        elif before[0] == "output":
            found = list(output.FORMATS)
        elif before[0] == "endpoint":
            config = self._settings.config
            found = [*config.endpoints]
        else:
            found = self._names.for_param(before[0], before[1:])
            if not found and not start:
                self._hint(before[0], len(before) - 1)
        return [name for name in dict.fromkeys(found) if name.startswith(start)]

    def _hint(self, method: str, place: int) -> None:
        """Show a method's parameters below the line, and the line again."""
        from ..core.catalogue.lookup import find

        known: Any = find(method)
        if known is None:
            return
        text = known.signature
        if place < len(known.params) and known.params[place].meaning:
            text += f"\n  {known.params[place].name}: {known.params[place].meaning}"
        prompt = self._prompt().replace("\x01", "").replace("\x02", "")
        sys.stdout.write(f"\n  {text}\n{prompt}{readline.get_line_buffer()}")
        sys.stdout.flush()
