# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# What a module does, apart from where it runs and at how many endpoints: a module and the action
# plugin of the same name run the same Task. Private to this collection.

from __future__ import annotations

import traceback

from ansible.module_utils.basic import AnsibleModule

from ._endpoint import Endpoint, failure, run_job, wrong_endpoints
from .binrpc import reply_socket
from .binrpc.desired.escapes import for_people, shown
from .binrpc.desired.options import Option, received
from .binrpc.errors import BinrpcError
from .binrpc.masking import Secrets

SHARED = {
    "endpoint": Option(default="unix:/run/kamailio/kamailio_ctl"),
    "timeout": Option("float", default=5, above=0),
    "connect_wait": Option("float", default=0, low=0),
    "retries": Option("int", default=0, low=0),
    # Where a module runs is decided before it does: see plugin_utils.
    "run_on": Option(choices=["auto", "controller", "host", "relay"], default="auto"),
    # Null is refused, since without endpoints it is endpoint that counts.
    "endpoints": Option(
        "raw", null=False, empty="no endpoint: the task is skipped", wrong=wrong_endpoints
    ),
    "config_file": Option("path"),
    "forks": Option("int", default=128, low=1),
    "serial": Option("list", elements="str", empty="a single batch"),
    "max_fail_percentage": Option("float", default=0, low=0, high=100),
    "deadline": Option("float", above=0),
    "busy_timeout": Option("float", default=60, low=0),
    "warn_lost": Option("bool", default=True),
}
"""The options that every module takes, so that module_defaults can set them for the group. The doc
fragments describe them."""


def argument_spec(fields):
    """Return options of the core as an argument specification.

    Conditions between them are not in it: Ansible counts null as given, so Options.settle() checks
    them.

    :param fields: names to Options.
    """
    spec = {}
    for name, option in fields.items():
        each = spec[name] = {"type": option.type}
        if option.required:
            each["required"] = True
        if option.secret is not None:
            each["no_log"] = option.secret
        for member in ("default", "choices", "elements"):
            value = getattr(option, member)
            if value is not None:
                each[member] = value
        if option.options is not None:
            each["options"] = argument_spec(option.options)
    return spec


class Module(AnsibleModule):
    """The module of a Task.

    It takes out what is given as null before Ansible sees it, and shows no secrets: in its result,
    in its invocation, and in the host's log. Ansible itself knows only whole options as secret
    (``no_log``).

    :ivar secrets: those in the options.
    """

    def __init__(self, task):
        self._task = task
        self.secrets = Secrets()
        super().__init__(argument_spec=task.spec, supports_check_mode=True)

    def _load_params(self):
        super()._load_params()
        try:
            self.params = received(self._task.options.fields, self.params)
        except ValueError as error:
            self._look_for_secrets()
            self.params = {}  # which a failure shows
            self.fail_json(**failure(error))

    def log(self, msg, log_args=None):
        self._look_for_secrets()
        hide = self.secrets.hide
        if isinstance(msg, bytes):
            msg = msg.decode("utf-8", "surrogateescape")
        super().log(hide(msg), log_args and {name: hide(each) for name, each in log_args.items()})

    def exit_json(self, **kwargs):
        self._hide_invocation()
        super().exit_json(**kwargs)

    def fail_json(self, msg, **kwargs):
        self._hide_invocation()
        super().fail_json(self.secrets.hide(msg), **kwargs)

    def _hide_invocation(self):
        self._look_for_secrets()
        self.params = self.secrets.hide(self.params)

    def _look_for_secrets(self):
        # Ansible logs the invocation, or fails, while it is being made.
        if isinstance(getattr(self, "params", None), dict):
            self.secrets.merge(self._task.secrets(self.params))


class Setting:
    """How a task is to run, beside its options.

    :param log: gets a text, for what is worth knowing while the task runs.
    :param hint: advice where the server cannot be reached.
    :param secrets: those that are known; calls add those that they see.
    :param connect: makes a client from address, timeout and connect_wait, instead of Client.
    """

    def __init__(
        self,
        check_mode=False,
        diff=False,
        verbosity=0,
        log=None,
        hint="",
        secrets=None,
        connect=None,
    ):
        self.connect = connect
        self.secrets = Secrets() if secrets is None else secrets
        self.check_mode = check_mode
        self.diff = diff
        self.verbosity = verbosity
        self.log = log
        self.hint = hint

    def tell(self, text):
        """Log a text, if there is a log."""
        if self.log:
            self.log(for_people(self.secrets.hide(text)))


class Task:
    """The work of a module.

    :param options: its own Options; those that all modules share come with them.
    :param prepare: gets all options and returns a job for one endpoint. That is a function which
        gets an Endpoint and a Setting, and returns the result of the task: warnings and a diff
        as members, and ``failed`` with ``msg`` where that is so. It raises BinrpcError
        or ValueError for options that cannot be carried out.
    :param together: gets the results of a task at many endpoints, and returns further members.
    :param remember_secrets: gets options, which may be wrong, and Secrets, to which it adds those
        that the table of options does not know.
    :param no_relay: why the calls must not go through a relay, or an empty text.
    """

    def __init__(self, options, prepare, together=None, remember_secrets=None, no_relay=""):
        self.no_relay = no_relay
        self.options = options.beside(SHARED)
        self.prepare = prepare
        self.together = together
        self._remember_secrets = remember_secrets

    @property
    def spec(self):
        """The options as an argument specification."""
        return argument_spec(self.options.fields)

    def secrets(self, *options):
        """Return the secrets in options: as they were given, and as they were understood."""
        secrets = Secrets()
        for each in options:
            self.options.remember_secrets(each, secrets)
            if self._remember_secrets:
                self._remember_secrets(each, secrets)
        return secrets

    def run(self, params, setting):
        """Do it at the endpoint or the endpoints of the options, and return the result.

        Ansible fails a module whose result has a lone surrogate, so this is where texts with
        bytes that are not UTF-8 are escaped. It is also where secrets are hidden, wherever in the
        result they are, unless the option reveal asks for them.

        :param params: all options, in their types.
        """
        try:
            result = self._run(params, setting)
        except Exception:
            if not setting.secrets:
                raise
            # Ansible shows what is raised, and the error that was raised before it.
            text = "unexpected error:\n%s" % traceback.format_exc()
            raise RuntimeError(for_people(setting.secrets.hide(text))) from None
        return shown(result if params.get("reveal") else setting.secrets.hide(result))

    def _run(self, params, setting):
        try:
            self.options.settle(params)
            if params["endpoints"] is None:
                job = self.prepare(params)
                endpoint = Endpoint(params, secrets=setting.secrets, connect=setting.connect)
        except (BinrpcError, ValueError) as error:
            return failure(error)
        if params["endpoints"] is None:
            return run_job(job, endpoint, setting)
        # Further modules of Python, which most tasks need not load.
        from ._endpoints import run_everywhere

        result = run_everywhere(self, params, setting)
        if self.together and "results" in result:
            result.update(self.together(result["results"]))
        return result

    def main(self):
        """Be the module."""
        reply_socket.handle_signals = True  # the process is the module's own
        module = Module(self)
        setting = Setting(
            module.check_mode, module._diff, module._verbosity, module.log, secrets=module.secrets
        )
        result = self.run(module.params, setting)
        for warning in result.pop("warnings", []):
            module.warn(warning)
        if result.get("failed"):
            module.fail_json(**result)
        module.exit_json(**result)
