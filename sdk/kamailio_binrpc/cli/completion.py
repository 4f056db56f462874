# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc completion``: completion for bash, zsh and fish.

The scripts are a few lines that ask ``kamrpc complete``, so they never need an update. It
looks into the parser, the configuration, the journals of changes and the names that the last shell
left in the cache; it asks no server.
"""

from __future__ import annotations

import argparse
import contextlib
from typing import TYPE_CHECKING, Any

from ..core.errors import BinrpcError
from ..core.printable import one_line
from . import common, exit_codes, output

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_BASH = r"""# bash completion of kamrpc and pykamcmd; put it where bash-completion looks, or
#   source <(kamrpc completion bash)
_kamrpc() {
    # Readline ends words at colons; kamrpc does not, so words are taken from the line.
    local line="${COMP_LINE:0:COMP_POINT}" word each
    local -a words
    read -ra words <<<"$line"
    case "$line" in *[[:space:]]) words+=("") ;; esac
    word="${words[${#words[@]} - 1]}"
    local IFS=$'\n'
    COMPREPLY=($(kamrpc complete -- "${words[@]}" 2>/dev/null))
    # What stands before the last colon is not part of readline's word.
    case "$word" in
        *:*)
            [[ "$COMP_WORDBREAKS" == *:* ]] &&
                COMPREPLY=("${COMPREPLY[@]#"${word%"${word##*:}"}"}")
            ;;
    esac
    if [[ "$COMP_TYPE" == 63 && ${#COMPREPLY[@]} -gt 1 ]]; then
        # A list is only shown: each word with its description.
        local width=0
        for each in "${COMPREPLY[@]%%$'\t'*}"; do
            ((${#each} > width)) && width=${#each}
        done
        for each in "${!COMPREPLY[@]}"; do
            line="${COMPREPLY[each]}"
            printf -v word "%-${width}s  %s" "${line%%$'\t'*}" "${line#*$'\t'}"
            COMPREPLY[each]="${word:0:${COLUMNS:-80} - 2}"
        done
    else
        COMPREPLY=("${COMPREPLY[@]%%$'\t'*}")
    fi
}
complete -o default -F _kamrpc kamrpc pykamcmd
"""

_ZSH = r"""#compdef kamrpc pykamcmd
# zsh completion of kamrpc and pykamcmd; save it as _kamrpc in a folder of $fpath, or
#   source <(kamrpc completion zsh)
_kamrpc() {
    local -a found
    found=("${(@f)$(kamrpc complete -- "${(@)words[1,CURRENT]}" 2>/dev/null)}")
    if [[ -n "$found" ]]; then
        # _describe parts a word from its description at a colon.
        found=("${(@)found//:/\\:}")
        found=("${(@)found/$'\t'/:}")
        _describe -V kamrpc found
    else
        _files
    fi
}
if [[ "$funcstack[1]" == _kamrpc ]]; then
    _kamrpc "$@"
else
    compdef _kamrpc kamrpc pykamcmd
fi
"""

_FISH = r"""# fish completion of kamrpc and pykamcmd; save it as
#   ~/.config/fish/completions/kamrpc.fish
function __kamrpc_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found (kamrpc complete -- $words 2>/dev/null)
    if set -q found[1]
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c kamrpc -f -a '(__kamrpc_complete)'
complete -c pykamcmd -f -a '(__kamrpc_complete)'
"""

SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}

# Options of kamcmd that have a value, and those of kamrpc whose value is a name we know.
_KAMCMD_VALUES = ("-s", "-R", "-D", "-f", "-t", "-z")
_ENDPOINTS = ("-s", "--endpoint")
_GROUPS = ("-g", "--group")


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the subcommands."""
    parser = commands.add_parser(
        "completion",
        help="print a completion script for a shell",
        description="Print the completion script of a shell; its first lines say where it goes.",
    )
    parser.add_argument("shell", choices=tuple(SCRIPTS))
    parser.set_defaults(run=_print_script)
    # Not in the help: the scripts call it.
    parser = commands.add_parser("complete")
    parser.add_argument("words", nargs="*")
    parser.set_defaults(run=_complete)


def _print_script(options: argparse.Namespace) -> int:
    output.write(SCRIPTS[options.shell])
    return exit_codes.OK


def _complete(options: argparse.Namespace) -> int:
    found = candidates(options.words)
    pairs = ((one_line(word), one_line(meaning)) for word, meaning in found.items())
    output.write("".join(f"{word}\t{text}\n" if text else f"{word}\n" for word, text in pairs))
    return exit_codes.OK


def candidates(words: Sequence[str]) -> dict[str, str]:
    """Return what may stand in place of the last word, and what that means, "" if it is plain.

    :param words: of the line; the first one is the program.
    """
    if len(words) < 2:
        return {}
    program = words[0].rpartition("/")[2]
    found = _of_kamcmd(words) if program == "pykamcmd" else _of_kamrpc(words)
    start = words[-1]
    return {word: meaning for word, meaning in found.items() if word.startswith(start)}


def _of_kamcmd(words: Sequence[str]) -> dict[str, str]:
    plain, values = _split(words[1:-1], _KAMCMD_VALUES)
    if words[-2] in _KAMCMD_VALUES:
        return {}
    if words[-1].startswith("-"):
        return dict.fromkeys((*(f"-{letter}" for letter in "sRDfvVhUbjtz"), "--strict-exit"), "")
    if not plain:
        from .kamcmd import commands

        own = {
            **{name: alias[0] for name, alias in commands.ALIASES.items()},
            **dict.fromkeys(commands.BUILTINS, ""),
        }
        return {**own, **_methods(values.get("-s"))}
    return dict.fromkeys(_names(values.get("-s"))(plain[0], list(plain[1:])), "")


def _of_kamrpc(words: Sequence[str]) -> dict[str, str]:
    from .main import build_parser

    parser = build_parser()
    rest = list(words[1:-1])
    # Down through the subcommands that are named.
    while (inner := _subparsers(parser)) is not None:
        name = next((word for word in rest if word in inner.choices), None)
        if name is None:
            return {**_options(parser), **_commands(inner)}
        parser = inner.choices[name]
        rest = rest[rest.index(name) + 1 :]
    action = _option(parser, words[-2]) if len(words) > 2 else None
    if action is not None and action.nargs != 0:
        return _values(action)
    if words[-1].startswith("-"):
        return _options(parser)
    with_value = [
        text for known in parser._actions if known.nargs != 0 for text in known.option_strings
    ]
    plain, values = _split(rest, with_value)
    positional = [known for known in parser._actions if not known.option_strings]
    if positional and positional[0].metavar == "ID":
        return _changes(parser.prog.split()[-1], plain, values.get("--journals"))
    names = [str(known.metavar) for known in positional]
    address = values.get("-s") or values.get("--endpoint")
    if names[:3] == ["A", "B", "METHOD"]:
        if len(plain) < 2:
            return _endpoints(groups=False)
        address, plain, names = plain[1], plain[2:], names[2:]
    if names[:1] == ["METHOD"]:
        if not plain:
            return _methods(address)
        return dict.fromkeys(_names(address)(plain[0], list(plain[1:])), "")
    if len(plain) < len(positional) and positional[len(plain)].choices:
        return dict.fromkeys(map(str, positional[len(plain)].choices or ()), "")
    if positional and positional[0].dest == "word" and not plain:
        return _methods(address)
    return {}


def _subparsers(parser: argparse.ArgumentParser) -> Any:
    return next(
        (each for each in parser._actions if isinstance(each, argparse._SubParsersAction)), None
    )


def _commands(action: Any) -> dict[str, str]:
    helps = {each.dest: each.help or "" for each in action._choices_actions}
    return {name: helps.get(name, "") for name in action.choices if name != "complete"}


def _options(parser: argparse.ArgumentParser) -> dict[str, str]:
    formatter = parser._get_formatter()
    return {
        text: formatter._expand_help(action) if action.help else ""
        for action in parser._actions
        for text in action.option_strings
    }


def _option(parser: argparse.ArgumentParser, word: str) -> argparse.Action | None:
    return next((known for known in parser._actions if word in known.option_strings), None)


def _values(action: argparse.Action) -> dict[str, str]:
    if action.choices:
        return dict.fromkeys(map(str, action.choices), "")
    if set(action.option_strings) & {*_ENDPOINTS, *_GROUPS}:
        return _endpoints(groups="-g" in action.option_strings)
    return {}


def _endpoints(*, groups: bool) -> dict[str, str]:
    with contextlib.suppress(BinrpcError):
        from ..core.config import load_config

        config = load_config(commands=True)
        found = {name: str(address) for name, address in config.endpoints.items()}
        if groups:
            found |= {name: " ".join(members) for name, members in config.groups.items()}
        return found
    return {}


def _methods(endpoint: str | None) -> dict[str, str]:
    from .methods import summary

    return {name: summary(name) for name in _names(endpoint)("", [])}


def _changes(command: str, before: Sequence[str], folder: str | None) -> dict[str, str]:
    """Return ids of changes that a command accepts, with their states, latest first."""
    from ..core.state import journal as states

    wanted = {
        "confirm": {states.PENDING},
        "cancel": {states.PENDING},
        "rollback": set(states.STATES) - {states.UNDONE, states.REFUSED, states.RESTARTED},
    }.get(command, set(states.STATES))
    words = {}
    if command == "history":
        if list(before) == ["forget"]:
            wanted = set(states.UNFINISHED)
        elif not before:
            words = {"forget": "remove a change from the list"}
    if before and list(before) != ["forget"]:
        return {}
    entries = states.Journals(folder).entries()
    found = {each.id: each.state for each in reversed(entries) if each.state in wanted}
    return {**found, **words}


def _split(words: Sequence[str], with_value: Iterable[str]) -> tuple[list[str], dict[str, str]]:
    """Part words into plain ones and the values of options."""
    known = set(with_value)
    plain: list[str] = []
    values: dict[str, str] = {}
    waiting = iter(words)
    for word in waiting:
        if word in known:
            values[word] = next(waiting, "")
        elif word == "--":
            plain += waiting
        elif not word.startswith("-"):
            plain.append(word)
    return plain, values


class _Known:
    """The names in the cache, as a function of the method and the parameters before."""

    def __init__(self, endpoint: str | None) -> None:
        from .names import Names

        options = argparse.Namespace(config=None, endpoint=endpoint, timeout=None)
        try:
            address = common.Settings(options).address
            self._names = Names(address).load()
        except (BinrpcError, OSError):
            self._names = Names("unix:/")

    def __call__(self, method: str, before: list[str]) -> list[str]:
        return self._names.for_param(method, before) if method else self._names.methods()


def _names(endpoint: str | None) -> _Known:
    return _Known(endpoint)
