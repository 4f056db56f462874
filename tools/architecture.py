# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Draw docs/architecture.svg, the parts of the tree and their imports, or check it.

The boxes are in PARTS. Arrows come from the imports of the sources, and the names in the boxes of
the core from the map of its layers. An arrow that follows from others is left out. A source file
without a box, and an import that points upwards, are errors.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from html import escape
from pathlib import Path

import import_graph
import tree
from import_graph import Graph

PICTURE = Path("docs/architecture.svg")

CORE = "plugins/module_utils/binrpc/"
COLLECTION = "ansible_collections.kamailio.ctl.plugins"
PACKAGES = {
    "kamailio_binrpc": "sdk/kamailio_binrpc",
    COLLECTION: "plugins",
    "kamailio_salt": "extensions/salt/kamailio_salt",
    "event_source": "extensions/eda/plugins/event_source",
}
# The event source is run by its path and imports the core by name, see its _find_core().
BY_NAME = re.compile(r'_core\("(\w+)"\)')


@dataclass(frozen=True)
class Part:
    """A box: the sources in it, and where it is."""

    title: str
    text: str
    row: int
    left: int
    right: int
    folder: str = ""
    """Folder of the sources, below which other parts may have folders of their own."""
    first: str = ""
    """For parts of the core: the line of its map that this part begins with."""
    rows: int = 1


PARTS = [
    Part("Salt", "states, functions, beacon", 0, 20, 220, "extensions/salt/"),
    Part("Event-Driven Ansible", "event source", 0, 240, 460, "extensions/eda/"),
    Part("Ansible", "modules, actions, plugins", 0, 475, 685, "plugins/"),
    Part("Command lines", "kamrpc, pykamcmd", 0, 705, 980, "sdk/kamailio_binrpc/cli/"),
    Part("Python library", "names, typed/, fleets", 1, 705, 980, "sdk/kamailio_binrpc/"),
    Part("Whole servers", "plan, apply, undo", 2, 40, 235, CORE, "state"),
    Part("Events", "", 2, 270, 435, CORE, "watching"),
    Part("Desired state", "read, compare, change", 3, 40, 325, CORE, "desired"),
    Part("Many servers", "", 3, 360, 680, CORE, "fleet"),
    Part("One server", "", 4, 40, 680, CORE, "async_fifo_client"),
    Part("Lab server", "Kamailio without SIP", 4, 720, 960, CORE, "lab", 2),
    Part("Connections", "", 5, 40, 680, CORE, "tunnel"),
    Part("Protocol, without I/O", "", 6, 40, 960, CORE, "exchange"),
    Part("Replies and options", "", 7, 40, 960, CORE, "reply"),
    Part("Knowledge about Kamailio, addresses, errors", "", 8, 40, 960, CORE, "faults"),
]

HEIGHT, GAP, TOP = 74, 36, 20
WIDTH = 1000
STYLE = """
  text { font-family: system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: #1c2733 }
  .title { font-size: 17px; font-weight: 600 }
  .path, .text { font-size: 13px; fill: #46566a }
  .path { font-family: ui-monospace, Menlo, "DejaVu Sans Mono", monospace }
  .page { fill: #ffffff; stroke: #c9d3df }
  .core { fill: #eef3f9; stroke: #9fb4cc; stroke-dasharray: 6 4 }
  .user { fill: #fdf3e3; stroke: #d9a441 }
  .sdk { fill: #e8f5ec; stroke: #5fa777 }
  .box { fill: #ffffff; stroke: #5b7fa8 }
  .arrow { fill: none; stroke: #5d6b7c; stroke-width: 1.6; marker-end: url(#head) }
""".strip("\n")


HEAD = """
<marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7"
markerHeight="7" orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#5d6b7c"/></marker>
""".strip("\n")


class Wrong(Exception):
    """Sources that do not fit the picture."""


def core_parts() -> dict[str, Part]:
    """Map each module of the core to its part."""
    begins = {part.first: part for part in PARTS if part.first}
    found, part = {}, None
    for line in import_graph.layers(import_graph.core_map()):
        part = begins.get(line[0], part)
        if part is not None:
            found.update(dict.fromkeys(line, part))
    return found


def names_of(part: Part) -> str:
    """Return what a box says below its title."""
    if not part.first:
        return part.folder
    found = [name for name, other in core_parts().items() if other is part]
    # A folder of the core is shown as one.
    shown = [f"{name}/" if (import_graph.CORE / name).is_dir() else name for name in found]
    return " ".join(shown)


def part_of(path: str, core: dict[str, Part]) -> Part | None:
    """Return the part of a source file; None for packages that only join others.

    :raises Wrong: no box has it
    """
    if path.startswith(CORE):
        name = path[len(CORE) :].partition("/")[0].removesuffix(".py")
        if name == "__init__":
            return None
        if name not in core:
            raise Wrong(f"{path}: the map in {CORE}__init__.py lacks {name}")
        return core[name]
    fitting = [part for part in PARTS if not part.first and path.startswith(part.folder)]
    if not fitting:
        raise Wrong(f"{path}: no part in tools/architecture.py has this folder")
    return max(fitting, key=lambda part: len(part.folder))


def file_graph() -> Graph:
    """Map each source file to those that it imports, as paths from the repository's root."""
    modules: dict[str, Path] = {}
    for package, folder in PACKAGES.items():
        modules.update(import_graph.modules_of(package, tree.ROOT / folder))
    files = {name: real(path) for name, path in modules.items()}
    graph: Graph = {}
    for name, path in modules.items():
        # The core has two names, that in the SDK and that in the collection.
        if files[name] in graph:
            continue
        first = (next(filter(modules.get, each), "") for each in import_graph.imported(name, path))
        graph[files[name]] = {files[each] for each in first if each}
        if name.startswith("event_source."):
            inside = (
                f"{COLLECTION}.module_utils.binrpc.{each}"
                for each in BY_NAME.findall(path.read_text("utf-8"))
            )
            graph[files[name]] |= {files[each] for each in inside if each in files}
    return graph


def real(path: Path) -> str:
    """Return a path from the repository's root, with links resolved."""
    return path.resolve().relative_to(tree.ROOT.resolve()).as_posix()


def part_graph(files: Graph) -> Graph:
    """Map the title of each part to those that it imports.

    :raises Wrong: a file has no box, or an import points upwards
    """
    core = core_parts()
    graph: Graph = {part.title: set() for part in PARTS}
    for path, others in files.items():
        part = part_of(path, core)
        for other in others:
            target = part_of(other, core)
            if part is None or target is None or target is part:
                continue
            if target.row < part.row:
                raise Wrong(f"{path} imports {other}: {part.title} is below {target.title}")
            graph[part.title].add(target.title)
    return graph


def reduced(graph: Graph) -> Graph:
    """Leave out what follows from other arrows."""
    return {
        name: {
            each
            for each in others
            if not any(each in import_graph.reachable(graph, other) for other in others - {each})
        }
        for name, others in graph.items()
    }


def top_of(row: int) -> int:
    return TOP + row * (HEIGHT + GAP) + (30 if row > 1 else 0)


def bottom_of(part: Part) -> int:
    return top_of(part.row + part.rows - 1) + HEIGHT


def middle(part: Part) -> int:
    return (part.left + part.right) // 2


def places(parts: list[Part], part: Part) -> dict[str, int]:
    """Map each of the parts at the other ends of arrows to where its arrow meets a box."""
    found: dict[str, int] = {}
    ordered = sorted(parts, key=middle)
    for number, other in enumerate(ordered, 1):
        # Straight down where the boxes overlap, unless two arrows would meet.
        low, high = max(part.left, other.left), min(part.right, other.right)
        even = part.left + (part.right - part.left) * number // (len(ordered) + 1)
        found[other.title] = even if len(ordered) > 1 or low >= high else (low + high) // 2
    return found


def arrows(graph: Graph) -> list[str]:
    """Return the arrows, from the bottom of one box to the top of another."""
    by_title = {part.title: part for part in PARTS}
    starts = {
        name: places([by_title[each] for each in others], by_title[name])
        for name, others in graph.items()
    }
    ends = {
        part.title: places(
            [by_title[n] for n, others in graph.items() if part.title in others], part
        )
        for part in PARTS
    }
    lines = []
    for name, others in graph.items():
        for other in sorted(others):
            x1, y1 = starts[name][other], bottom_of(by_title[name])
            x2, y2 = ends[other][name], top_of(by_title[other].row) - 4
            bend = max(18, (y2 - y1) // 2)
            lines.append(
                f'<path class="arrow" d="M{x1} {y1} C{x1} {y1 + bend} {x2} {y2 - bend} {x2} {y2}"/>'
            )
    return lines


def box(part: Part) -> list[str]:
    """Return a box with its texts."""
    x, y = part.left, top_of(part.row)
    kind = "box" if part.first else "sdk" if part.folder.startswith("sdk/") else "user"
    kind = "user" if part.folder.endswith("cli/") else kind
    height, width = bottom_of(part) - y, part.right - x
    lines = [f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="7"/>']
    names = names_of(part)
    title = f'<tspan class="title">{escape(part.title)}</tspan>'
    if part.text and len(part.title) * 10 + len(part.text) * 8 + 32 < width:
        title += f'<tspan class="text" dx="8">{escape(part.text)}</tspan>'
        texts = []
    else:
        texts = [("text", part.text)] if part.text else []
    texts += [("path", each) for each in folded(names, (width - 24) // 8)]
    lines.append(f'<text x="{x + 12}" y="{y + 24}">{title}</text>')
    for number, (style, text) in enumerate(texts):
        below = y + 44 + 18 * number
        lines.append(f'<text class="{style}" x="{x + 12}" y="{below}">{escape(text)}</text>')
    return lines


def folded(text: str, width: int) -> list[str]:
    """Break a text into lines of at most this width."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def picture() -> str:
    """Return the picture.

    :raises Wrong: the sources do not fit it
    """
    graph = reduced(part_graph(file_graph()))
    height = max(map(bottom_of, PARTS)) + 64
    frame = top_of(2) - 40
    caption = f'<tspan class="text">the core: </tspan><tspan class="path">{CORE}</tspan>'
    about = "Parts of the tree, from what users start down to the bytes; arrows are imports"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{about}</title>",
        f"<style>\n{STYLE}\n</style>",
        f"<defs>{HEAD}</defs>",
        f'<rect class="page" x="1" y="1" width="{WIDTH - 2}" height="{height - 2}" rx="10"/>',
        f'<rect class="core" x="20" y="{frame}" width="960" height="{height - frame - 20}"/>',
        f'<text x="40" y="{height - 34}">{caption}</text>',
        *arrows(graph),
        *(line for part in PARTS for line in box(part)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing, exit 1 on drift")
    parser.add_argument("--root", type=Path, default=tree.ROOT, help="where the picture is")
    options = parser.parse_args()
    file = options.root / PICTURE
    try:
        text = picture()
    except Wrong as error:
        print(error)
        return 1
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return 0
    if options.check:
        print(f"{PICTURE}: differs from the imports; run tools/architecture.py")
        return 1
    file.write_text(text, encoding="utf-8")
    print(f"updated {PICTURE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
