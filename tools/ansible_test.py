# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Run ansible-test on a copy of the tree, with the oldest or newest ansible-core.

    tools/ansible_test.py sanity oldest newest
    tools/ansible_test.py units newest -- --python 3.12

Works without containers and keeps everything it makes below build/.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pythons
import tree
import venvs

WORK = tree.BUILD / "ansible-test"
CONTROLLERS = {"oldest": ("3.13", "3.12", "3.11"), "newest": ("3.13", "3.12", "3.11")}
# What is neither the collection nor needed by its tests; other linters check it in less time.
LEFT_OUT = (
    *("bench", "demo", "docs/site", "examples", "fuzz", "sdk", "setup.py", "tools"),
    *(f"tests/{name}" for name in ("chaos", "checks", "collection", "conformance", "real")),
    *(f"tests/{name}" for name in ("sdk", "soak", "tools", "typing")),
)
COMMANDS = {
    "sanity": ["sanity", "--requirements", "--color", "no"],
    # In environments of its own: otherwise it installs into every real interpreter found.
    "units": ["units", "--venv", "--color", "no"],
    # Starts a Kamailio of its own.
    "integration": ["integration", "--venv", "--color", "no"],
}


def controller(core: str) -> Path:
    """Return the newest interpreter that this ansible-core can run on."""
    for version in CONTROLLERS[core]:
        if path := pythons.find(version):
            return path
    wanted = ", ".join(CONTROLLERS[core])
    sys.exit(f"ansible-test with the {core} ansible-core needs one of Python {wanted}")


def interpreters(folder: Path) -> Path:
    """Fill a directory with links to all real interpreters, to go first on PATH."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for version, path in pythons.find_all().items():
        (folder / f"python{version}").symlink_to(path)
    return folder


def home(folder: Path, bin_dir: Path) -> Path:
    """Make a home directory with the pip bootstrap in ansible-test's cache.

    A home of its own keeps the caches out of the user's; pip's own settings and cache are
    linked in, since ansible-test passes no pip variables on.
    """
    cache = folder / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for name in bootstrap_names(bin_dir):
        shutil.copyfile(tree.ROOT / "tools" / "get_pip.py", cache / name)
    for inner in (".config/pip", ".pip", ".cache/pip"):
        link = folder / inner
        if (Path.home() / inner).is_dir() and not link.is_symlink():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(Path.home() / inner)
    return folder


def bootstrap_names(bin_dir: Path) -> set[str]:
    """Return the cache file names this ansible-test may ask for.

    They carry the pip version it pins, which differs by release.
    """
    package = next((bin_dir.parent / "lib").glob("python*/site-packages/ansible_test"))
    source = (package / "_internal" / "python_requirements.py").read_text("utf-8")
    versions = re.findall(r"\bpip='([0-9.]+)'", source)
    if not versions:
        sys.exit(f"no pinned pip version found in {package}")
    return {f"get_pip_{version.replace('.', '_')}.py" for version in versions}


def run(command: str, core: str, extra: list[str]) -> int:
    bin_dir = venvs.ensure(f"ansible-{core}", controller(core), f"ansible-{core}")
    # Each has folders of its own, so that they run side by side.
    work = WORK / core
    collection = tree.copy_collection(work, without=LEFT_OUT)
    # Otherwise ansible-test finds the repository around build/, which ignores the copy.
    subprocess.run(
        ["git", "-c", "init.defaultBranch=main", "init", "-q"], cwd=collection, check=True
    )
    path = [str(bin_dir), str(interpreters(work / "pythons")), os.environ["PATH"]]
    environment = {
        **os.environ,
        "PATH": os.pathsep.join(path),
        "HOME": str(home(work / "home", bin_dir)),
    }
    print(f"== ansible-test {command}, {core} ansible-core", flush=True)
    return subprocess.run(
        [str(bin_dir / "ansible-test"), *COMMANDS[command], *extra],
        cwd=collection,
        env=environment,
        stdin=subprocess.DEVNULL,
        check=False,
    ).returncode


def main() -> int:
    arguments = sys.argv[1:]
    extra: list[str] = []
    if "--" in arguments:
        split = arguments.index("--")
        arguments, extra = arguments[:split], arguments[split + 1 :]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=sorted(COMMANDS))
    parser.add_argument("core", nargs="+", choices=sorted(CONTROLLERS))
    options = parser.parse_args(arguments)
    results = [run(options.command, core, extra) for core in options.core]
    return max(results)


if __name__ == "__main__":
    sys.exit(main())
