# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Makes the checkout importable as ansible_collections.kamailio.ctl where ansible-test, which copies
# it to such a path, does not run the tests.

from __future__ import annotations

import importlib.util
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def pytest_configure(config):
    if importlib.util.find_spec("ansible_collections") is not None:
        return
    from ansible.plugins.loader import init_plugin_loader

    # Not below build/: a link to a directory above is a trap for whatever walks the tree.
    folder = tempfile.TemporaryDirectory(prefix="units-")
    config.add_cleanup(folder.cleanup)
    namespace = Path(folder.name) / "ansible_collections" / "kamailio"
    namespace.mkdir(parents=True)
    (namespace / "ctl").symlink_to(ROOT, target_is_directory=True)
    # Ansible's own finder, since the loaders of plugins ask it for names like kamailio.ctl.x.
    init_plugin_loader([folder.name])
