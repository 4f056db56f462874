# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``kamrpc shell`` in a real terminal, tmux: keys in, screens out.

``python -m tests.real.shell_screens`` starts a Kamailio and writes the screens of the manual.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from kamailio_binrpc.lab import LabServer, LabState
from tests.support.kamailio import Kamailio

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from screens import LIMIT, Terminal  # noqa: E402

SCREENS = ROOT / "docs" / "cli" / "shell.md"

HEAD = """\
<!--
SPDX-FileCopyrightText: The kamailio-binrpc authors
SPDX-License-Identifier: MIT
-->

# `kamrpc shell` on screen

Captured from a terminal of 80 columns by `python -m tests.real.shell_screens`.
"""


class Screen(Terminal):
    """A terminal of 80 x 24 with a shell of kamrpc in it; its files are kept under ``home``."""

    def wait_for_prompt(self) -> str:
        """Wait until the last line is an empty prompt."""
        return self.wait(lambda shown: _prompts(shown)[-1:] == ["kamrpc edge1>"])


def _prompts(shown: str) -> list[str]:
    return [
        line for line in map(str.rstrip, shown.splitlines()) if line.startswith("kamrpc edge1>")
    ]


def shell(home: Path, address: str) -> Screen:
    """Start a shell on an endpoint that the configuration calls edge1."""
    (home / "config.ini").write_text(f"[endpoints]\nedge1 = {address}\n")
    program = Path(sys.executable).parent / "kamrpc"
    return Screen([str(program), "shell", "-s", "edge1"], home, colour=False)


def wait_until(holds: Callable[[], object]) -> None:
    """Wait until something is the case."""
    deadline = time.monotonic() + LIMIT
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError("waited in vain")
        time.sleep(0.05)


def wait_for_names(home: Path) -> None:
    """Wait until the shell has asked the server for its names."""
    wait_until(lambda: list(home.glob(".cache/kamrpc/names-*.json")))


def tour(screen: Screen, home: Path) -> list[tuple[str, str]]:
    """Show completion, help, history, cancelling and the pager; return titles and screens."""
    screens = []
    screen.wait_for_prompt()
    wait_for_names(home)

    screen.type("dispatcher.set", "Tab")
    screens.append(("TAB completes methods", screen.wait("dispatcher.set_duid_state")))
    screen.type("state ", "Tab")
    screen.wait("TP")
    screen.type("IP ", "Tab")
    screens.append(("TAB completes words and sets", screen.wait(lambda shown: " 30" in shown)))
    screen.type("C-c")
    screen.wait_for_prompt()

    screen.type("htable.get t ")
    screens.append(("The line below shows what a method wants", screen.wait("name of the item")))
    screen.type("C-c")
    screen.wait_for_prompt()
    screen.type("htable.setxi ?", "Enter")
    screens.append(("? explains it", screen.wait("Reply:")))
    screen.type("C-l")
    screen.wait_for_prompt()

    screen.type('htable.sets t "my key" 0049', "Enter")
    screen.wait_for_prompt()
    screen.type('htable.get t "my key"', "Enter")
    screen.wait("value: 0049")
    screen.wait_for_prompt()
    screen.type("Up", "Up")
    screen.wait(lambda shown: _prompts(shown)[-1].endswith("0049"))
    screen.type("C-e", "C-u", 'htable.delete t "my key"', "Enter")
    screens.append(("Quotes, types from the catalogue, history", screen.wait("deleted")))
    screen.type("C-l")
    screen.wait_for_prompt()

    screen.type("core.psx --where dsc~timer --columns pid,dsc", "Enter")
    screen.wait("slow timer")
    screen.type("dispatcher.list | grep -c URI", "Enter")
    screens.append(("Rows, and other programs", screen.wait("\n6\n")))
    screen.type("C-l")
    screen.wait_for_prompt()

    screen.type("core.psx", "Enter")
    screen.wait(lambda shown: shown.rstrip("\n").endswith(":"))
    screens.append(("Long replies go through the pager", screen.text()))
    screen.type("q")
    screen.wait_for_prompt()
    return screens


def cancel(screen: Screen) -> str:
    """Cancel a call that gets no answer; return the screen with the call after it."""
    screen.wait_for_prompt()
    screen.type("lab.stuck", "Enter")
    screen.wait("lab.stuck\n")
    time.sleep(0.3)
    screen.type("C-c")
    screen.wait("cancelled")
    screen.type("core.version", "Enter")
    return screen.wait(f"kamailio {LabState().version}")


def stuck_lab(folder: Path) -> LabServer:
    """A lab server with a method that never answers."""
    import asyncio

    lab = LabServer([f"unix:{folder}/lab"])

    @lab.registry.method("lab.stuck")
    async def stuck(_context: object) -> None:
        await asyncio.sleep(3600)

    return lab


def _for_print(shown: str) -> str:
    """Return a screen without its empty part and with the usual address."""
    text = re.sub(r"unixs:/tmp/[^)]*", "unixs:/run/kamailio/kamailio_ctl", shown)
    return re.sub(r"\n{3,}", "\n\n", text)


def main() -> int:
    if shutil.which("tmux") is None:
        sys.exit("this needs tmux")
    screens = []
    with tempfile.TemporaryDirectory() as folder, Kamailio() as server:
        screen = shell(Path(folder), server.endpoints["unix"])
        try:
            screens += tour(screen, Path(folder))
        finally:
            screen.close()
    with tempfile.TemporaryDirectory() as folder:
        with stuck_lab(Path(folder)).running_in_thread():
            screen = shell(Path(folder), f"unix:{folder}/lab")
            try:
                screens.append(("Ctrl-C cancels the call and not the shell", cancel(screen)))
            finally:
                screen.close()
    screens = [(title, _for_print(shown)) for title, shown in screens]
    text = HEAD + "".join(f"\n## {title}\n\n```text\n{shown}```\n" for title, shown in screens)
    SCREENS.parent.mkdir(parents=True, exist_ok=True)
    SCREENS.write_text(text)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
