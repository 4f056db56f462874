# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Run programs in a terminal of their own, press keys, and keep what the screen shows.

The terminal is tmux. A screen is kept as text, or with its colours as an SVG picture; several
screens with the time between them make a picture that moves.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import time
import uuid
from typing import TYPE_CHECKING

from rich.ansi import AnsiDecoder
from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, TerminalTheme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from rich.text import Text

LIMIT = 30.0
"""Seconds to wait for something to appear."""
PROMPT = "$"
NAMED = ("Enter", "Escape", "Tab", "Up", "Down", "C-c", "C-d", "C-e", "C-l", "C-r", "C-u", "q")
"""Keys that :meth:`Terminal.type` presses by their name; all else is typed as text."""

DARK = TerminalTheme(
    (22, 27, 34),
    (230, 237, 243),
    [
        *((72, 79, 88), (255, 123, 114), (63, 185, 80), (210, 153, 34)),
        *((88, 166, 255), (188, 140, 255), (57, 197, 207), (177, 186, 196)),
    ],
    [
        *((110, 118, 129), (255, 161, 152), (86, 211, 100), (227, 179, 65)),
        *((121, 192, 255), (210, 168, 255), (86, 212, 221), (255, 255, 255)),
    ],
)
THEMES = {"dark": DARK, "light": DEFAULT_TERMINAL_THEME}

# Rich's own format loads a font from the network.
_PICTURE = """\
<svg class="terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


class Terminal:
    """A terminal with one program in it, which ends with the ``with`` block.

    :param command: the program; None for a shell whose prompt is ``$``.
    :param folder: where it starts; also its home.
    :param colour: False to set NO_COLOR.
    :param variables: more of its environment.
    """

    def __init__(
        self,
        command: Sequence[str] | None,
        folder: Path,
        *,
        columns: int = 80,
        lines: int = 24,
        colour: bool = True,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self._socket = f"kamrpc-{uuid.uuid4().hex[:8]}"
        environment = {
            **{name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ},
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "TERM": "screen-256color",
            "PS1": f"{PROMPT} ",
            "PAGER": "less -FRX",
            "KAMRPC_CONFIG": str(folder / "config.ini"),
            **({} if colour else {"NO_COLOR": "1"}),
            **(variables or {}),
        }
        settings = [f"{name}={value}" for name, value in environment.items()]
        self._tmux(
            *("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(lines)),
            *("-c", str(folder), "env", "-i", *settings),
            *(["bash", "--norc", "--noprofile"] if command is None else command),
        )

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _tmux(self, *args: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", self._socket, *args], capture_output=True, text=True, check=True
        )
        return done.stdout

    def type(self, *keys: str) -> None:
        """Press keys: texts, or one of :data:`NAMED`."""
        for key in keys:
            self._tmux("send-keys", *(() if key in NAMED else ("-l",)), key)

    def text(self) -> str:
        """Return what is on the screen."""
        return self._tmux("capture-pane", "-p").rstrip("\n") + "\n"

    def colours(self) -> str:
        """Return what is on the screen, with the escape sequences of its colours."""
        return self._tmux("capture-pane", "-p", "-e").rstrip("\n") + "\n"

    def wait(self, wanted: str | Callable[[str], bool]) -> str:
        """Wait until a text is on the screen, or a condition holds, and return the screen.

        :raises AssertionError: it did not come in :data:`LIMIT` seconds.
        """
        holds = (lambda shown: wanted in shown) if isinstance(wanted, str) else wanted
        deadline = time.monotonic() + LIMIT
        while True:
            shown = self.text()
            if holds(shown):
                return shown
            if time.monotonic() > deadline:
                raise AssertionError(f"{wanted!r} did not come:\n{shown}")
            time.sleep(0.05)

    def run(self, command: str) -> str:
        """Type a command at the prompt, wait until it has ended, and return the screen."""
        self.wait(at_prompt)
        self.type(command)
        self.wait(lambda shown: not at_prompt(shown))
        self.type("Enter")
        return self.wait(at_prompt)

    def close(self) -> None:
        """End the program and the terminal."""
        subprocess.run(
            ["tmux", "-L", self._socket, "kill-server"], capture_output=True, check=False
        )


def at_prompt(shown: str) -> bool:
    """Does the screen end with an empty prompt?"""
    return shown.rstrip().rpartition("\n")[2].strip() == PROMPT


def without_prompt(shown: str) -> str:
    """Return a screen without the empty prompt at its end."""
    lines = shown.rstrip("\n").split("\n")
    if re.sub(r"\x1b\[[0-9;]*m", "", lines[-1]).strip() == PROMPT:
        lines.pop()
    return "\n".join(lines) + "\n"


def picture(shown: str, name: str, title: str, columns: int, theme: str = "dark") -> str:
    """Return a screen as an SVG picture.

    :param shown: the screen, as :meth:`Terminal.colours` gives it.
    :param name: tells the picture's parts from those of others on a page.
    :param theme: of :data:`THEMES`.
    """
    # A style lasts until another one, also beyond the end of a line.
    return svg(AnsiDecoder().decode(shown.rstrip("\n")), name, title, columns, THEMES[theme])


def svg(lines: Iterable[Text], name: str, title: str, columns: int, theme: TerminalTheme) -> str:
    """Return lines as an SVG picture; the other parameters are those of :func:`picture`."""
    console = Console(record=True, width=columns, file=io.StringIO(), force_terminal=True)
    for line in lines:
        console.print(line, no_wrap=True, crop=True)
    return console.export_svg(title=title, theme=theme, code_format=_PICTURE, unique_id=name)


def film(frames: Sequence[tuple[str, float]], name: str, title: str, columns: int) -> str:
    """Return screens as one SVG picture that shows each for its time, again and again.

    :param frames: screens, as :meth:`Terminal.colours` gives them, and how many seconds each stays.
    """
    height = max(shown.count("\n") for shown, _seconds in frames)
    pictures = [
        picture(shown + "\n" * (height - shown.count("\n")), f"{name}{number}", title, columns)
        for number, (shown, _seconds) in enumerate(frames)
    ]
    total = sum(seconds for _shown, seconds in frames)
    head = pictures[0].partition(">")[0].replace('class="terminal" ', "")
    parts, start = [], 0.0
    for number, (each, (_shown, seconds)) in enumerate(zip(pictures, frames, strict=True)):
        end = start + seconds
        begin, finish = (f"{100 * moment / total:.3f}%" for moment in (start, end))
        before = f"0%, {begin} {{ visibility: hidden; }} " if number else ""
        after = f" {finish}, 100% {{ visibility: hidden; }}" if end < total else ""
        keys = f"{before}{begin} {{ visibility: visible; }}{after}"
        part = f"{name}{number}"
        content = each.partition(">")[2].rpartition("</svg>")[0]
        parts.append(
            f"<style>\n@keyframes {part}-show {{ {keys} }}\n"
            f"#{part} {{ animation: {part}-show {total:g}s step-end infinite; }}\n"
            f'</style>\n<g id="{part}">{content}</g>\n'
        )
        start = end
    return f"{head}>\n{''.join(parts)}</svg>\n"
