# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of states, made from the library's tables of options.

A state has the name of its kind. Salt keeps the name ``state`` for itself, so a kind with that
option has a state for each choice: ``htable_item_present``, ``htable_item_absent``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kamailio_binrpc.core.desired import condition, reload
from kamailio_binrpc.core.desired.call import remember_secrets
from kamailio_binrpc.core.desired.dialog import DIALOGS, drained
from kamailio_binrpc.core.desired.engine import Run
from kamailio_binrpc.core.masking import Secrets
from kamailio_binrpc.core.state import references
from kamailio_binrpc.desired import KINDS
from kamailio_salt import managed

if TYPE_CHECKING:
    from collections.abc import Callable

    from kamailio_binrpc.core.desired.drive import Talk
    from kamailio_binrpc.core.desired.engine import Result
    from kamailio_binrpc.core.desired.kind import Kind
    from kamailio_binrpc.core.desired.options import Option, Options

    # Gets whether this is a test, busy_timeout, and the address of the server.
    Job = Callable[[bool, float, str], Talk[Result]]
    Prepare = Callable[[dict[str, Any]], Job]


class State:
    """A function of the state module.

    :param kind: what the collection's module is called, without its prefix.
    :param prepare: gets the options, checked, and returns a job, which returns a generator for
        the library's drivers.
    :param subject: the option that ``name`` stands for, if there is one.
    :param state: value of the option ``state``, which is in the name of the function.
    """

    def __init__(
        self,
        kind: str,
        options: Options,
        prepare: Prepare,
        subject: str | None = None,
        state: str | None = None,
    ) -> None:
        self.kind = kind
        self.name = kind if state is None else f"{kind}_{state}"
        self.options = options
        self.prepare = prepare
        self.subject = subject
        self.state = state

    @property
    def fields(self) -> dict[str, Option]:
        """The options that are given in an SLS file, besides ``name``."""
        hidden = {"name", "busy_timeout"} | (set() if self.state is None else {"state"})
        return {name: each for name, each in self.options.fields.items() if name not in hidden}

    def job(self, name: str, given: dict[str, Any]) -> Job:
        """Check options, and return what to do.

        :raises BinrpcError, ValueError: the options are wrong.
        """
        wanted = dict(given)
        if self.state is not None:
            wanted["state"] = self.state
        if self.subject is not None and not self._excluded(self.subject, given):
            wanted.setdefault(self.subject, name)
        return self.prepare(self.options.check(wanted))

    def secrets(self, given: dict[str, Any], name: str) -> Secrets:
        """Return the secrets in options, which may be wrong."""
        secrets = Secrets()
        options = {self.subject: name, **given} if self.subject else given
        self.options.remember_secrets(options, secrets)
        remember_secrets(options, secrets)
        references.remember_secrets(options.get("document"), secrets)
        return secrets

    def _excluded(self, option: str, given: dict[str, Any]) -> bool:
        groups = [each for each in self.options.mutually_exclusive if option in each]
        return any(name in self.options.given(given) for group in groups for name in group)


def _states_of(kind: Kind) -> list[State]:
    def prepare(params: dict[str, Any]) -> Job:
        resource = kind.build(params)
        return lambda test, busy_timeout, _address: Run(resource, test, busy_timeout).go()

    field = kind.options.fields.get("state")
    choices = [None] if field is None else list(field.choices or ())
    return [State(kind.name, kind.options, prepare, kind.subject, choice) for choice in choices]


def _drained(params: dict[str, Any]) -> Job:
    return lambda test, _busy_timeout, _address: drained(params, test)


def _reload(params: dict[str, Any]) -> Job:
    reloading = reload.build(params)
    return lambda test, busy_timeout, _address: reload.run(reloading, test, busy_timeout)


def _wait_for(params: dict[str, Any]) -> Job:
    wanted = condition.Condition(params)

    def job(test: bool, _busy_timeout: float, _address: str) -> Talk[Result]:
        # What a test leaves undone may be what is waited for.
        return condition.wait(wanted, 0 if test else params["wait_timeout"], params["poll"])

    return job


STATES = {state.name: state for kind in KINDS.values() for state in _states_of(kind)}
for _state in (
    State(DIALOGS.name, DIALOGS.options, _drained, DIALOGS.subject, "drained"),
    State("reload", reload.OPTIONS, _reload, "what"),
    State("wait_for", condition.OPTIONS, _wait_for, "method"),
    State("managed", managed.OPTIONS, managed.prepare),
):
    STATES[_state.name] = _state
