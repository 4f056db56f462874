# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run modules one after another: run_modules.py COLLECTIONS < [[name, options], ...] in JSON.

Prints the list of their results.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import sys

sys.path.insert(0, sys.argv[1])

from ansible.module_utils import basic


def run(name, options):
    module = importlib.import_module(f"ansible_collections.kamailio.ctl.plugins.modules.{name}")
    basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": options}).encode()
    basic._ANSIBLE_PROFILE = "legacy"
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.suppress(SystemExit):
        module.main()
    return json.loads(output.getvalue())


print(json.dumps([run(*job) for job in json.load(sys.stdin)]))
