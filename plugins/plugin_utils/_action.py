# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# The action plugin of every module: does its Task here, or has the module do it on the host.
# Private to this collection.
#
# A task forks a process for each host. What is imported before that is paid for once, and Ansible
# loads an action plugin before if it has the name of the task's module. Hence there is a plugin
# for each module, which imports all that its Task needs.

from __future__ import annotations

import json

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase
from ansible_collections.kamailio.ctl.plugins.module_utils._endpoints import addresses
from ansible_collections.kamailio.ctl.plugins.module_utils._task import Setting
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.address import parse_address
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.options import (
    received,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.errors import BinrpcError
from ansible_collections.kamailio.ctl.plugins.plugin_utils._controller import explained
from ansible_collections.kamailio.ctl.plugins.plugin_utils._reachability import same_from_here
from ansible_collections.kamailio.ctl.plugins.plugin_utils._relay import Relays, refusal

HINT = (
    ". The call came from the controller. If only the host reaches the endpoint, say run_on: host"
)

MANY_CALLS = 8
"""Calls that follow one after another and take as long through a relay as the module does."""


class Action(ActionBase):
    """An action plugin; ``module_task`` is what its module does."""

    module_task = None

    _supports_check_mode = True
    _supports_async = True
    _requires_connection = False

    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        fields = self.module_task.options.fields
        try:
            arguments = received(fields, plain(self._task.args))
        except ValueError as error:
            self._secrets = self.module_task.secrets(plain(self._task.args))
            return self._done({"failed": True, "msg": explained(error)}, {}, set())
        params, problem, hidden = self._validated(arguments)
        self._secrets = self.module_task.secrets(arguments, params)
        if problem:
            return self._done({"failed": True, "msg": problem}, params, hidden)
        if params["run_on"] == "host":
            return self._on_host(arguments, task_vars)
        named = params["endpoints"] is not None
        try:
            where = addresses(params["endpoints"], params["config_file"]) if named else {}
            place = self._place(params, where)
        except (BinrpcError, ValueError) as error:
            return self._done({"failed": True, "msg": explained(error)}, params, hidden)
        if named:
            # Names mean the same in either place.
            arguments["endpoints"] = params["endpoints"] = where
        if place == "relay":
            guessed = params["run_on"] == "auto"
            relays = Relays(self, MANY_CALLS if guessed else None)
            result = self._here(params, relays.connect)
            if guessed and relays.refusal:
                self._tell_why_on_host(relays.refusal)
                place = "host"
        elif place == "controller":
            result = self._here(params)
        if place == "host":
            return self._on_host(arguments, task_vars)
        return self._done(result, params, hidden, params.get("reveal"))

    def _validated(self, arguments):
        """Return the options, what is wrong with them, and values that must not be shown."""
        result = ArgumentSpecValidator(self.module_task.spec).validate(arguments)
        text = ""
        if result.error_messages:
            text = result.errors.msg
            if isinstance(result.errors[0], UnsupportedError):
                name = self._task.action.rpartition(".")[2]
                text = "Unsupported parameters for (%s) module: %s" % (name, text)
        else:
            try:
                self.module_task.options.settle(result.validated_parameters)
            except ValueError as error:
                text = explained(error)
        return result.validated_parameters, text, result._no_log_values

    def _place(self, params, where):
        """Return where the calls are made: ``controller``, ``relay`` or ``host``.

        :raises BinrpcError, ValueError: an address is none, or the task contradicts itself.
        """
        places = list(where.values()) if where else [params["endpoint"]]
        for place in places:
            if parse_address(place).is_process:
                raise ValueError(
                    "%s: a task reaches the host by its own connection, so give the address that "
                    "the socket has there, such as unix:/run/kamailio/kamailio_ctl" % place
                )
        asked = params["run_on"]
        if self._task.async_val:
            if asked in ("controller", "relay"):
                raise ValueError("a task with async runs on the host, not with run_on: %s" % asked)
            return "host"
        if asked == "controller":
            return asked
        problem = self.module_task.no_relay or refusal(self._connection)
        if asked == "relay":
            if problem:
                raise ValueError("%s, so run_on: relay is impossible here" % problem)
            return asked
        if self._is_local():
            far = self._connection.become and not all(map(is_internet, places))
            return "host" if far else "controller"
        if not self._task.delegate_to and all(map(same_from_here, places)):
            return "controller"
        if problem or len(places) > 1:
            self._tell_why_on_host(problem or "the task has several endpoints")
            return "host"
        return "relay"

    def _tell_why_on_host(self, reason):
        text = "run_on: auto ships the module to the host: %s" % reason
        self._display.v(text, host=self._name())

    def _is_local(self):
        return self._connection.transport == "local"

    def _on_host(self, arguments, task_vars):
        wrap_async = self._task.async_val
        result = self._execute_module(
            module_args=arguments, task_vars=task_vars, wrap_async=wrap_async
        )
        if not wrap_async:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        # The module hides them by itself, unless it cannot even start.
        return result if arguments.get("reveal") else self._secrets.hide(result)

    def _here(self, params, connect=None):
        guessed = params["run_on"] == "auto" and not self._is_local() and not connect
        setting = Setting(
            self._task.check_mode,
            self._task.diff,
            self._display.verbosity,
            log=self._log,
            hint=HINT if guessed else "",
            secrets=self._secrets,
            connect=connect,
        )
        return self.module_task.run(params, setting)

    def _log(self, text):
        self._display.vvv(text, host=self._name())

    def _name(self):
        return self._task.delegate_to or self._play_context.remote_addr

    def _done(self, result, params, hidden, reveal=False):
        """Return a result as if a module had returned it.

        :param hidden: values of options that must not be shown, for Ansible.
        :param reveal: show secrets as far as the result has them.
        """
        if not reveal:
            result = self._secrets.hide(result)
        if not result.get("warnings", True):
            del result["warnings"]
        if self._display.verbosity >= 3:
            result["invocation"] = {"module_args": self._secrets.hide(params)}
        # What would come through JSON has lists for tuples and text for the keys of mappings.
        result = json.loads(json.dumps(result))
        if hidden:
            kept = {
                name: value
                for name, value in result.items()
                if value is None or isinstance(value, bool)
            }
            result = dict(remove_values(result, hidden), **kept)
        return result


def is_internet(text):
    """Is it the address of a host, and not of a unix socket?"""
    return not parse_address(text).is_path


def plain(value):
    """Return a value of a task as its module would get it: without what templating adds."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, str):
        # Of a subclass this makes a copy that is exactly a str.
        return str.__str__(value)
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "surrogateescape")
    if hasattr(value, "items"):
        return {plain(name): plain(member) for name, member in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)  # a text that is encrypted, for one
