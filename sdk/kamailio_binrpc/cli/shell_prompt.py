# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The prompt of the shell, by prompt_toolkit: completion with descriptions, history, help below."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import Completer, Completion
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory, InMemoryHistory

from ..core.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from prompt_toolkit.document import Document
    from prompt_toolkit.history import History


class Knowing(Protocol):
    """The parts of the shell that the prompt uses."""

    def candidates(self, before: list[str], start: str) -> list[tuple[str, str]]:
        """Return what may follow the words ``before``, with descriptions."""

    def place(self, before: list[str]) -> tuple[str, Sequence[str], int, str]:
        """Return a method, its parameters, the number of the next one, and its meaning."""


class _Completer(Completer):
    def __init__(self, shell: Knowing) -> None:
        self._shell = shell

    def get_completions(self, document: Document, _event: Any) -> Iterator[Completion]:
        text = document.text_before_cursor
        words = text.split()
        start = "" if not text or text[-1].isspace() else words.pop()
        for name, meaning in self._shell.candidates(words, start):
            yield Completion(name, -len(start), display_meta=one_line(meaning))


def history_file() -> Path:
    """Return where typed lines are kept."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "kamrpc" / "shell-history"


def _history() -> History:
    path = history_file()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Lines may hold secrets: only their owner gets to read them.
        path.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(str(path))


def make_reader(shell: Knowing, prompt: Callable[[], str]) -> Callable[[], str]:
    """Return a function that reads a line.

    :param prompt: returns the text in front of it.
    """

    def below() -> FormattedText:
        words = session.default_buffer.document.text_before_cursor
        known = words.split()
        if known and not words[-1:].isspace():
            known.pop()
        method, params, number, meaning = shell.place(known)
        parts = [("", f" {method} ")] if method else [("", " TAB completes, ? explains")]
        for index, name in enumerate(params):
            parts.append(("bold underline" if index == number else "", name))
            parts.append(("", " "))
        if meaning:
            parts.append(("", f"  {meaning}"))
        return FormattedText([(style, one_line(text)) for style, text in parts])

    session: PromptSession[str] = PromptSession(
        history=_history(),
        completer=_Completer(shell),
        complete_while_typing=False,
        auto_suggest=AutoSuggestFromHistory(),
        bottom_toolbar=below,
        enable_open_in_editor=True,
    )
    return lambda: session.prompt(FormattedText([("bold", f"{one_line(prompt())}> ")]))
