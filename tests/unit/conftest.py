# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Makes the checkout importable as ansible_collections.kamailio.ctl where ansible-test, which copies
# it to such a path, does not run the tests.

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

# Now, and not in a hook: the conftest files below import the collection.
if importlib.util.find_spec("ansible_collections") is None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
    import tree

    tree.make_importable()
