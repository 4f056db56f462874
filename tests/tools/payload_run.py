# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Run modules, each from its payload alone: payload_run.py < [[zip, module, [options, ...]], ...].

Prints for each a line of JSON: the results of the calls, and the files of the collection that were
imported. Each has a process of its own, in which nothing but Ansible is imported before.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import sys

from ansible.module_utils import basic

PACKAGE = "ansible_collections.kamailio.ctl."


def call(module, options):
    basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": options}).encode()
    basic._ANSIBLE_PROFILE = "legacy"
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.suppress(SystemExit):
        module.main()
    return json.loads(output.getvalue())


def run(path, name, calls):
    sys.path.insert(0, path)
    module = importlib.import_module(PACKAGE + "plugins.modules." + name)
    results = [call(module, options) for options in calls]
    files = [
        each.__file__.rpartition("/kamailio/ctl/")[2]
        for name, each in sys.modules.items()
        if name.startswith(PACKAGE) and each.__file__
    ]
    print(json.dumps({"module": name, "results": results, "files": files}), flush=True)


for job in json.load(sys.stdin):
    child = os.fork()
    if not child:
        try:
            run(*job)
        finally:
            sys.stderr.flush()
            os._exit(0)
    os.waitpid(child, 0)
