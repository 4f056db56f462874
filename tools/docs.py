# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Build the documentation site in build/docs: guides, collection, library. Warnings are errors."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import tree
import venvs

DOCS = tree.BUILD / "docs"
PAGES = DOCS / "source"
HTML = DOCS / "html"
SITE = tree.ROOT / "docs" / "site"
REPOSITORY = "https://github.com/kamailio-binrpc/kamailio-binrpc"
# Guides that newcomers want first.
FIRST = ("guide/cli/kamrpc.md", "guide/cli/shell.md", "guide/cli/pykamcmd.md", "guide/lab.md")
# What lies elsewhere in the tree and has a page of its own here.
ALSO = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "extensions/salt/README.md": "guide/salt.md",
}
TOCTREE = """
```{toctree}
:hidden:
:caption: Guides
%s
```

```{toctree}
:hidden:
:caption: Reference

The collection <collections/kamailio/ctl/index>
Event source <event_source>
library/index
```

```{toctree}
:hidden:
:caption: Project

contributing
```
"""


def guides() -> dict[str, str]:
    """Map each Markdown file of the tree to its page."""
    found = dict(ALSO)
    for path in sorted((tree.ROOT / "docs").rglob("*.md")):
        if SITE not in path.parents:
            name = path.relative_to(tree.ROOT / "docs").as_posix()
            found[f"docs/{name}"] = f"guide/{name}"
    return found


def relinked(text: str, name: str, pages: dict[str, str]) -> str:
    """Point links between files at pages, and at the repository where there is no page."""
    here = Path(pages[name]).parent

    def link(found: re.Match[str]) -> str:
        target, mark, place = found.group(1).partition("#")
        path = os.path.normpath((Path(name).parent / target).as_posix())
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
        if page == "index.md":
            found = [each for each in pages.values() if each.startswith("guide")]
            found.sort(key=lambda each: (FIRST.index(each) if each in FIRST else len(FIRST), each))
            text += TOCTREE % "".join(f"\n{each.removesuffix('.md')}" for each in found)
        (PAGES / page).parent.mkdir(parents=True, exist_ok=True)
        (PAGES / page).write_text(text, "utf-8")


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
    source = collection / "extensions" / "eda" / "plugins" / "event_source" / "kamailio.py"
    event_source = [bin_dir / "python", tree.ROOT / "tools" / "docs_event_source.py", source]
    antsibull = [bin_dir / "antsibull-docs", "--config-file", "antsibull-docs.cfg", "collection"]

    def run(*command: Path | str) -> None:
        subprocess.run(list(map(str, command)), cwd=PAGES, env=environment, check=True)

    run(*event_source, PAGES / "event_source.rst")
    run(*antsibull, "--use-current", "--dest-dir", ".", "kamailio.ctl")
    tidy(PAGES / "collections" / "kamailio" / "ctl")
    run(bin_dir / "sphinx-build", "-q", "-W", "--keep-going", "-b", "html", ".", HTML)
    print(f"open {(HTML / 'index.html').relative_to(tree.ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
