# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Run a module from its payload alone: payload_run.py ZIP MODULE < [options, ...] in JSON.

Prints the results of the calls, and the files of the collection that were imported.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import sys

sys.path.insert(0, sys.argv[1])

from ansible.module_utils import basic

PACKAGE = "ansible_collections.kamailio.ctl."


def run(module, options):
    basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": options}).encode()
    basic._ANSIBLE_PROFILE = "legacy"
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.suppress(SystemExit):
        module.main()
    return json.loads(output.getvalue())


module = importlib.import_module(PACKAGE + "plugins.modules." + sys.argv[2])
results = [run(module, options) for options in json.load(sys.stdin)]
files = [
    each.__file__.rpartition("/kamailio/ctl/")[2]
    for name, each in sys.modules.items()
    if name.startswith(PACKAGE) and each.__file__
]
print(json.dumps({"results": results, "files": files}))
