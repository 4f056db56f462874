# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Build the documentation site in build/docs: guides, collection, library. Warnings are errors."""

from __future__ import annotations

import importlib
import inspect
import os
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import method_pages
import tree
import venvs
import yaml

DOCS = tree.BUILD / "docs"
PAGES = DOCS / "source"
HTML = DOCS / "html"
SITE = tree.ROOT / "docs" / "site"
REPOSITORY = "https://github.com/kamailio-binrpc/kamailio-binrpc"
# The sidebar: captions, each with its pages.
CONTENTS = SITE / "contents.yml"
# What lies elsewhere in the tree and has a page of its own here.
ALSO = {"CONTRIBUTING.md": "contributing.md", "extensions/salt/README.md": "salt.md"}
# Pages that are made while the site is built.
MADE = ("docs/collections/", "docs/library/", "docs/methods/")
# Where users import from.
DOORS = ("", "changes", "desired", "dispatcher", "facts", "lab", "methods", "params", "state")


def guides() -> dict[str, str]:
    """Map each Markdown file of the tree to its page."""
    found = dict(ALSO)
    for path in sorted((tree.ROOT / "docs").rglob("*.md")):
        if SITE not in path.parents:
            name = path.relative_to(tree.ROOT / "docs").as_posix()
            found[f"docs/{name}"] = name
    return found


def contents() -> str:
    """Return the sidebar: a hidden list of pages for each caption.

    Exits if a file of the tree has no place in it, or a place no file.
    """
    pages = guides()
    parts = []
    placed = []
    for caption, entries in yaml.safe_load(CONTENTS.read_text("utf-8")).items():
        lines = []
        for entry in entries:
            if isinstance(entry, dict):
                ((title, page),) = entry.items()
                lines.append(f"{title} <{page}>")
            else:
                placed.append(entry)
                lines.append(pages.get(entry, entry).removesuffix(".md"))
        listed = "\n".join(lines)
        parts.append(f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{listed}\n```\n")
    wrong = sorted(set(pages) ^ set(placed)) or sorted(
        {each for each in placed if placed.count(each) > 1}
    )
    if wrong:
        sys.exit(f"{CONTENTS.name}: once each, and only these: {', '.join(wrong)}")
    return "".join(parts)


def relinked(text: str, name: str, pages: dict[str, str]) -> str:
    """Point links between files at pages, and at the repository where there is no page."""
    here = Path(pages[name]).parent

    def link(found: re.Match[str]) -> str:
        target, mark, place = found.group(1).partition("#")
        path = os.path.normpath((Path(name).parent / target).as_posix())
        # Pictures stand beside their pages, here as there.
        if path.startswith(MADE) or path.endswith(".svg"):
            return found.group()
        if path in pages:
            return f"]({os.path.relpath(pages[path], here)}{mark}{place})"
        if f"{path}/" in {f"{page.rpartition('/')[0]}/" for page in pages}:
            first = next(page for page in pages if page.startswith(f"{path}/"))
            return f"]({os.path.relpath(pages[first], here)})"
        if (tree.ROOT / path).exists():
            kind = "tree" if (tree.ROOT / path).is_dir() else "blob"
            return f"]({REPOSITORY}/{kind}/main/{path})"
        sys.exit(f"{name}: there is no {target}")

    return re.sub(r"\]\((?!https?:|#)([^)\s]+)\)", link, text)


def write_guides() -> None:
    pages = guides()
    for name, page in pages.items():
        text = relinked((tree.ROOT / name).read_text("utf-8"), name, pages)
        (PAGES / page).parent.mkdir(parents=True, exist_ok=True)
        (PAGES / page).write_text(text, "utf-8")
    for picture in (tree.ROOT / "docs").rglob("*.svg"):
        if SITE not in picture.parents:
            copy = PAGES / picture.relative_to(tree.ROOT / "docs")
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(picture, copy)
    start = PAGES / "index.md"
    start.write_text(start.read_text("utf-8") + contents(), "utf-8")


def names() -> str:
    """Return the page of all names that users import, with the first sentence about each."""
    lines = ["# Public names", ""]
    for door in DOORS:
        module = importlib.import_module(f"kamailio_binrpc.{door}".rstrip("."))
        lines += [f"## `{module.__name__}`", "", "| Name | |", "| --- | --- |"]
        for name in sorted(module.__all__, key=str.lower):
            text = inspect.getdoc(getattr(module, name)) or ""
            about = re.split(r"(?<=[.:])\s", " ".join(text.split("\n\n")[0].split()))[0]
            about = re.sub(r":\w+:`~?\.*([^`]+)`|``([^`]+)``", r"`\1\2`", about).replace("|", "\\|")
            lines.append(f"| {{py:obj}}`{name} <{module.__name__}.{name}>` | {about} |")
        lines.append("")
    return "\n".join(lines)


def dead_links(html: Path) -> list[str]:
    """Return the links between pages that lead nowhere, as ``page: link``."""
    texts = {path: path.read_text("utf-8") for path in html.rglob("*.html")}
    # IDs in single quotes are those of scripts.
    places = {
        path: set(re.findall(r'\s(?:id|name)="([^"]*)"', text)) for path, text in texts.items()
    }
    found = []
    for path, text in texts.items():
        for link in set(re.findall(r'\s(?:href|src)="([^"]+)"', text)):
            target, _mark, place = unquote(unescape(link)).partition("#")
            if re.match(r"[a-z]+:|//", target):
                continue
            file = (path.parent / target.partition("?")[0]).resolve() if target else path
            if not file.exists() or (place and file in places and place not in places[file]):
                found.append(f"{path.relative_to(html)}: {link}")
    return sorted(found)


def tidy(folder: Path) -> None:
    """Fit antsibull-docs' pages into this site: short names in the sidebar, no second contents."""
    for path in folder.glob("*.rst"):
        text = path.read_text("utf-8")
        text = text.replace(".. contents::\n   :local:\n   :depth: 1\n", "")
        if path.name == "index.rst":
            text = text.replace("Kamailio.Ctl\n", "kamailio.ctl\n", 1)
            text = re.sub(
                r"^    (kamailio\w*)_(module|filter|test|lookup|inventory|role)$",
                r"    \1 (\2) <\1_\2>",
                text,
                flags=re.MULTILINE,
            )
            # There are no other collections here.
            text = text.partition(".. seealso::")[0]
        path.write_text(text, "utf-8")


def written() -> list[Path]:
    """Return the pages that people wrote."""
    return [*(tree.ROOT / name for name in guides()), SITE / "index.md"]


def main() -> int:
    bin_dir = venvs.ensure("docs", venvs.this_python(), "docs")
    collection = tree.copy_collection(DOCS / "collections")
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(bin_dir), os.environ["PATH"]]),
        "ANSIBLE_COLLECTIONS_PATH": str(DOCS / "collections"),
        "ANSIBLE_HOME": str(DOCS / "home"),
    }
    shutil.rmtree(PAGES, ignore_errors=True)
    shutil.rmtree(HTML, ignore_errors=True)
    shutil.copytree(collection / "docs" / "site", PAGES)
    shutil.copytree(collection / "sdk", PAGES / "_sdk")
    # The copy of the tree has no links.
    core = collection / "plugins" / "module_utils" / "binrpc"
    shutil.copytree(core, PAGES / "_sdk" / "kamailio_binrpc" / "core")
    # antsibull-docs refuses a directory that others may write to.
    PAGES.chmod(0o700)
    write_guides()
    (PAGES / "library" / "names.md").write_text(names(), "utf-8")
    method_pages.write(PAGES / "methods")
    source = collection / "extensions" / "eda" / "plugins" / "event_source" / "kamailio.py"
    event_source = [bin_dir / "python", tree.ROOT / "tools" / "docs_event_source.py", source]
    antsibull = [bin_dir / "antsibull-docs", "--config-file", "antsibull-docs.cfg", "collection"]

    def run(*command: Path | str) -> None:
        subprocess.run(list(map(str, command)), cwd=PAGES, env=environment, check=True)

    run(*event_source, PAGES / "event_source.rst")
    run(*antsibull, "--use-current", "--dest-dir", ".", "kamailio.ctl")
    tidy(PAGES / "collections" / "kamailio" / "ctl")
    run(sys.executable, "-m", "codespell_lib", "--toml", tree.ROOT / "pyproject.toml", *written())
    run(sys.executable, tree.ROOT / "tools" / "english.py", *written())
    run(bin_dir / "sphinx-build", "-q", "-W", "--keep-going", "-b", "html", ".", HTML)
    dead = dead_links(HTML)
    if dead:
        sys.exit("links that lead nowhere:\n" + "\n".join(dead))
    print(f"open {(HTML / 'index.html').relative_to(tree.ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
