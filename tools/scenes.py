# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Record the terminals of the documentation, from real runs of kamrpc against lab servers.

Writes docs/cli/screens.md and its pictures. With ``--look FOLDER``, each scene is recorded at 80
and 200 columns, dark, light and without colour, as pictures to be looked at.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import screens
import tree
from screens import Terminal

from kamailio_binrpc.lab import (
    Configuration,
    Counters,
    Dialogs,
    Dispatcher,
    HashTables,
    LabServer,
    Transactions,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAGE = tree.ROOT / "docs" / "cli" / "screens.md"
PICTURES = tree.ROOT / "docs" / "cli" / "screens"
BIN = Path(sys.executable).parent
EDGES = 6
DEAD, DIFFERENT = "edge5", "edge3"
HEAD = """\
<!--
SPDX-FileCopyrightText: The kamailio-binrpc authors
SPDX-License-Identifier: MIT
-->

# `kamrpc` on screen

Recorded by `make screens`: real runs against six lab servers; edge5 does not run and
edge3 has lost a gateway.
"""
STATE = """\
version: 1
name: gateways
dispatcher:
  "1":
    destinations:
      - {uri: "sip:192.0.2.11:5060", attrs: "weight=50;duid=gw1", state: enabled}
      - {uri: "sip:192.0.2.12:5060", attrs: "weight=50;duid=gw2", state: disabled}
htable:
  features: {items: {recording: 1}}
cfg:
  limits: {max_calls: 250}
"""


def edge(address: str, number: int) -> LabServer:
    """Return a server with gateways, calls and statistics."""
    gateways: list[Any] = [
        {"uri": "sip:192.0.2.11:5060", "priority": 10, "attrs": "weight=50;duid=gw1"},
        {"uri": "sip:192.0.2.12:5060", "priority": 5, "attrs": "weight=50;duid=gw2"},
        {"uri": "sip:192.0.2.13:5060", "flags": 1 if number == 3 else 0, "attrs": "duid=gw3"},
    ]
    calls = [
        {
            "call-id": f"{number}-{call}",
            "from_uri": f"sip:{200 + call}@example.com",
            "to_uri": "sip:+4989555@example.com",
            "state": 4,
        }
        for call in range(9 + number * 3)
    ]
    modules = [
        Dispatcher(
            {1: gateways[:2] if f"edge{number}" == DIFFERENT else gateways, 2: gateways[2:]}
        ),
        Dialogs(calls),
        Counters({"core": {"rcv_requests": 1000}}),
        Transactions({"current": 3 + number, "total": 2000}),
        HashTables({"features": {"recording": number % 2}}),
        Configuration({"limits": {"max_calls": 250 if f"edge{number}" == DIFFERENT else 1000}}),
    ]
    return LabServer(binrpc=address, modules=modules)


@contextlib.contextmanager
def fleet(folder: Path) -> Iterator[None]:
    """Run the servers, with traffic, and write a configuration that names them."""
    names = [f"edge{number}" for number in range(1, EDGES + 1)]
    lines = [f"{name} = unix:{folder}/{name}" for name in names]
    (folder / "config.ini").write_text(
        "\n".join(["[defaults]", "endpoint = edge1", "[endpoints]", *lines])
        + f"\n[groups]\nedge = {' '.join(names)}\nlive = {' '.join(set_without(names, DEAD))}\n"
    )
    (folder / "gateways.yml").write_text(STATE)
    done = threading.Event()
    with contextlib.ExitStack() as stack:
        labs = [
            stack.enter_context(edge(f"unix:{folder}/{name}", number).running_in_thread())
            for number, name in enumerate(names, 1)
            if name != DEAD
        ]
        traffic = threading.Thread(target=_traffic, args=(labs, done))
        traffic.start()
        try:
            yield
        finally:
            done.set()
            traffic.join()


def set_without(names: list[str], name: str) -> list[str]:
    """Return the names without one."""
    return [each for each in names if each != name]


def _traffic(labs: list[LabServer], done: threading.Event) -> None:
    turn = 0
    while not done.wait(0.1):
        turn += 1
        for number, lab in enumerate(labs, 1):
            lab.modules["counters"].increment("core", "rcv_requests", number + turn // 9 % 7)
            if number == 2:
                lab.modules["counters"].increment("core", "drop_requests")


@dataclass
class Scene:
    """A screen of the page.

    :ivar lines: height of the terminal.
    :ivar act: brings a terminal with a shell to what is to be seen.
    """

    name: str
    title: str
    text: str
    act: Callable[[Terminal], object]
    lines: int = 24

    @property
    def plain_title(self) -> str:
        """The title as the picture shows it."""
        return self.title.replace("`", "")


def _top(terminal: Terminal) -> None:
    terminal.type("clear; kamrpc top -g edge --interval 0.5", "Enter")
    terminal.type("s", "s", "Down")
    terminal.wait("by calls")
    terminal.wait(
        lambda shown: any(sum(c in "▁▂▃▄▅▆▇█" for c in row) > 9 for row in shown.split("\n"))
    )


def _completion(terminal: Terminal) -> None:
    terminal.type("clear; kamrpc shell -s edge1", "Enter")
    terminal.wait("kamrpc edge1>")
    terminal.type("dispatcher.set", "Tab")
    terminal.wait("dispatcher.set_duid_state")
    terminal.type("state IP ", "Tab")
    terminal.wait("number of the set")
    terminal.type("C-c")
    terminal.wait(lambda shown: shown.count("kamrpc edge1>") == 2)
    terminal.type("dispatcher.", "Tab")
    terminal.wait("dispatcher.list ")
    terminal.type("Down", "Down")


SCENES = (
    Scene(
        "table",
        "A table",
        "The usual columns, rows that are ill on top.",
        lambda terminal: terminal.run(
            "kamrpc gateways -g live --sort=-flags --columns endpoint,set,uri,flags,weight"
        ),
    ),
    Scene(
        "fleet",
        "A fleet",
        "Who disagrees with whom, row by row, and who does not answer.",
        lambda terminal: terminal.run("kamrpc fleet -g edge --diff cfg.get limits max_calls"),
    ),
    Scene(
        "plan",
        "A plan",
        "The file says what is wanted; the plan says what would be done, and where.",
        lambda terminal: terminal.run("kamrpc plan -g live gateways.yml"),
        60,
    ),
    Scene("top", "`kamrpc top`", "`s` sorts, Enter shows a server's gateways.", _top, 11),
    Scene(
        "completion",
        "Completion in the shell",
        "TAB completes methods, the line below says what the method wants.",
        _completion,
        14,
    ),
    Scene(
        "doctor",
        "`kamrpc doctor`",
        "Step by step, and what to do.",
        lambda terminal: terminal.run("kamrpc doctor -s edge5"),
    ),
)


def record(scene: Scene, folder: Path, *, columns: int = 80, colour: bool = True) -> str:
    """Play a scene; return its last screen, with its colours."""
    path = os.pathsep.join([str(BIN), os.environ["PATH"]])
    with Terminal(
        None,
        folder,
        columns=columns,
        lines=scene.lines,
        colour=colour,
        variables={"PATH": path},
    ) as terminal:
        terminal.wait(screens.at_prompt)
        scene.act(terminal)
        return screens.without_prompt(terminal.colours())


def write_page(folder: Path) -> None:
    """Write the page and its pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    parts = [HEAD]
    for scene in SCENES:
        shown = record(scene, folder, columns=100)
        svg = screens.picture(shown, scene.name, scene.plain_title, 100)
        (PICTURES / f"{scene.name}.svg").write_text(svg, "utf-8")
        parts.append(
            f"\n## {scene.title}\n\n{scene.text}\n\n![{scene.name}](screens/{scene.name}.svg)\n"
        )
    PAGE.write_text("".join(parts), "utf-8")


def write_looks(folder: Path, target: Path, names: list[str]) -> None:
    """Write each scene at two widths, in two themes and without colour."""
    target.mkdir(parents=True, exist_ok=True)
    for scene in SCENES:
        if names and scene.name not in names:
            continue
        for columns in (80, 200):
            for theme, colour in (("dark", True), ("light", True), ("light", False)):
                shown = record(scene, folder, columns=columns, colour=colour)
                kind = theme if colour else "plain"
                svg = screens.picture(shown, scene.name, scene.plain_title, columns, theme)
                (target / f"{scene.name}-{columns}-{kind}.svg").write_text(svg, "utf-8")
                if not colour:
                    (target / f"{scene.name}-{columns}.txt").write_text(shown, "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--look", metavar="FOLDER", type=Path)
    parser.add_argument("names", nargs="*", metavar="SCENE")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="lab-", ignore_cleanup_errors=True) as name,
        fleet(Path(name)),
    ):
        if options.look:
            write_looks(Path(name), options.look, options.names)
        else:
            write_page(Path(name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
