# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# What a module does, apart from where it runs and at how many endpoints: a module and the action
# plugin of the same name run the same Work. Private to this collection.

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule

from ._ctl import Endpoint, visible
from .binrpc.errors import BinrpcError


class Setting:
    """What a task says about how it is run, beside its options.

    :param log: gets a text, for what is worth knowing while the task runs.
    :param hint: advice where the server cannot be reached.
    """

    def __init__(self, check_mode=False, diff=False, verbosity=0, log=None, hint=""):
        self.check_mode = check_mode
        self.diff = diff
        self.verbosity = verbosity
        self.log = log
        self.hint = hint


class Work:
    """What a module does.

    :param spec: its options, as an argument specification.
    :param prepare: gets the options and returns a job for one endpoint. That is a function which
        gets an Endpoint and a Setting, and returns the result of the task: warnings and a diff
        as members, and ``failed`` with ``msg`` where that is so. It raises BinrpcError
        or ValueError for options that cannot be carried out.
    :param conditions: further arguments of AnsibleModule, such as required_if.
    """

    def __init__(self, spec, prepare, **conditions):
        self.spec = spec
        self.prepare = prepare
        self.conditions = conditions

    def run(self, params, setting):
        """Do it at the endpoint or the endpoints of the options, and return the result."""
        if params.get("endpoints") is not None:
            # Further modules of Python, which most tasks need not load.
            from ._endpoints import run_everywhere

            return run_everywhere(self, params, setting)
        try:
            job = self.prepare(params)
            endpoint = Endpoint(params)
        except (BinrpcError, ValueError) as error:
            return failure(error)
        return run_job(job, endpoint, setting)

    def main(self):
        """Be the module."""
        module = AnsibleModule(argument_spec=self.spec, supports_check_mode=True, **self.conditions)
        setting = Setting(module.check_mode, module._diff, module._verbosity, module.log)
        result = self.run(module.params, setting)
        for warning in result.pop("warnings", []):
            module.warn(warning)
        if result.get("failed"):
            module.fail_json(**result)
        module.exit_json(**result)


def run_job(job, endpoint, setting):
    """Do a job at its endpoint, and return the result."""
    with endpoint:
        result = job(endpoint, setting)
    if setting.hint and endpoint.lost and result.get("failed"):
        result["msg"] += setting.hint
    return result


def failure(error):
    """Return the result of a task whose options cannot be carried out."""
    return {"failed": True, "msg": visible(str(error))}
