# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Record terminals as pictures: run commands against lab servers, and write what they print as SVG.

    python tools/terminal.py [--check]

The servers are those of tools/pages.py. Each recording is two files of docs/site/terminal,
NAME-light.svg and NAME-dark.svg.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

import pages
import screens
import tree
from rich.terminal_theme import TerminalTheme
from rich.text import Text

FOLDER = tree.ROOT / "docs" / "site" / "terminal"
COLUMNS = 88
GATEWAYS = """
version: 1
dispatcher:
  "1":
    destinations:
      - {uri: "sip:192.0.2.12:5060", state: disabled}
htable:
  features: {items: {carrier: new}}
"""
RECORDINGS = {
    "tour": [
        "kamrpc gateways -g edge --where uri~.12",
        "kamrpc plan -g edge change.yml",
        "kamrpc apply -g edge --yes change.yml | tail -n 3",
        "kamrpc plan -g edge change.yml",
    ],
}
# On the site's own backgrounds.
THEMES = {
    "light": TerminalTheme(
        (248, 249, 251),
        (36, 41, 46),
        [
            *((36, 41, 46), (180, 35, 24), (17, 99, 41), (125, 78, 0)),
            *((5, 80, 174), (110, 64, 170), (27, 124, 131), (106, 115, 125)),
        ],
    ),
    "dark": TerminalTheme(
        (19, 20, 22),
        (207, 208, 208),
        [
            *((19, 20, 22), (255, 123, 114), (126, 231, 135), (227, 179, 65)),
            *((121, 192, 255), (210, 168, 255), (118, 227, 234), (177, 186, 196)),
        ],
    ),
}


def on_terminal(walk: pages.Walk, command: str) -> str:
    """Return what a command prints on a terminal."""
    outer, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    environment = walk.environment() | {"TERM": "xterm-256color", "COLUMNS": str(COLUMNS)}
    del environment["NO_COLOR"]
    placed = walk.placed(command)
    with subprocess.Popen(
        ["bash", "-c", placed],
        cwd=walk.home,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=inner,
        stderr=inner,
    ):
        os.close(inner)
        printed = b""
        while True:
            try:
                data = os.read(outer, 65536)
            except OSError:  # the last one at the other end has closed it
                break
            if not data:
                break
            printed += data
    os.close(outer)
    return walk.settled(walk.named(printed.decode())).replace("\r\n", "\n")


def record(commands: list[str]) -> Text:
    """Return commands and what they print."""
    shown = Text()
    with pages.prepared() as walk:
        (walk.home / "change.yml").write_text(GATEWAYS, encoding="utf-8")
        for command in commands:
            shown.append("$ ", style="blue")
            shown.append(f"{command}\n", style="bold")
            shown.append_text(Text.from_ansi(on_terminal(walk, command)))
            shown.append("\n")
    shown.rstrip()
    return shown


def picture(shown: Text, theme: str) -> str:
    """Return an SVG."""
    return screens.svg(shown.split("\n"), theme, "kamrpc", COLUMNS, THEMES[theme])


def main() -> int:
    """Write or compare all pictures; return the exit status."""
    parser = argparse.ArgumentParser(description="Record terminals as pictures.")
    parser.add_argument("--check", action="store_true", help="compare with the files only")
    options = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    stale = 0
    for name, commands in RECORDINGS.items():
        shown = record(commands)
        for theme in THEMES:
            path = FOLDER / f"{name}-{theme}.svg"
            text = picture(shown, theme)
            if not options.check:
                path.write_text(text, encoding="utf-8")
            elif not path.is_file() or path.read_text("utf-8") != text:
                stale += 1
                print(f"{path.relative_to(tree.ROOT)} is stale: run python tools/terminal.py")
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main())
