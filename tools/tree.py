# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Copy the work tree to where Ansible's tools can see it as a collection.

They want a path ending in ansible_collections/kamailio/ctl and resolve symbolic links, so
it has to be a real copy. What git ignores stays behind. So does the SDK's link to the core, since
ansible-test accepts no link to a directory; builds of the SDK ask for it.
"""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"


def tracked_files() -> list[Path]:
    """List the files and links of the work tree, new ones included, relative to its root."""
    output = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    names = sorted(set(output.split("\0")) - {""})
    return [Path(name) for name in names if (ROOT / name).is_symlink() or (ROOT / name).is_file()]


def copy_collection(parent: Path, *, links: bool = False, without: tuple[str, ...] = ()) -> Path:
    """Make a fresh copy below ``parent`` and return the collection's root.

    :param links: copy symbolic links, too, as links.
    :param without: files and folders that stay behind.
    """
    target = parent / "ansible_collections" / "kamailio" / "ctl"
    shutil.rmtree(target, ignore_errors=True)
    for name in tracked_files():
        if (ROOT / name).is_symlink() and not links:
            continue
        if any(name.is_relative_to(left_out) for left_out in without):
            continue
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name, follow_symlinks=False)
    return target


def make_importable() -> None:
    """Let Python import the work tree as ansible_collections.kamailio.ctl."""
    if importlib.util.find_spec("ansible_collections") is not None:
        return
    from ansible.plugins.loader import init_plugin_loader

    # Ansible's own finder, since the loaders of plugins ask it for names like kamailio.ctl.x.
    init_plugin_loader([str(link_collection())])


def link_collection() -> Path:
    """Make a folder of collections with a link to the work tree; return it."""
    folder = BUILD / "units"
    namespace = folder / "ansible_collections" / "kamailio"
    namespace.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        (namespace / "ctl").symlink_to("../../../..", target_is_directory=True)
    return folder
