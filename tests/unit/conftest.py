# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Makes the checkout importable as ansible_collections.kamailio.ctl where ansible-test, which copies
# it to such a path, does not run the tests.

from __future__ import annotations

import contextlib
import importlib.util
from pathlib import Path

BUILD = Path(__file__).resolve().parents[2] / "build"


def make_importable():
    from ansible.plugins.loader import init_plugin_loader

    namespace = BUILD / "units" / "ansible_collections" / "kamailio"
    namespace.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        (namespace / "ctl").symlink_to("../../../..", target_is_directory=True)
    # Ansible's own finder, since the loaders of plugins ask it for names like kamailio.ctl.x.
    init_plugin_loader([str(BUILD / "units")])


# Now, and not in a hook: the conftest files below import the collection.
if importlib.util.find_spec("ansible_collections") is None:
    make_importable()
