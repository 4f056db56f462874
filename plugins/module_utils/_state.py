# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# From what there is to what is wanted, and no further: the engine of the state modules.
# Private to this collection.
#
# It knows neither Ansible's modules nor one area of Kamailio. An area is an object with the
# methods of Area; an endpoint is any object with call(method, *params) for what only reads,
# which may repeat a call, and once(method, *params) for what changes something, which may not.

from __future__ import annotations

from time import monotonic, sleep

from ._ctl import message, visible
from ._expect import fault_kind
from .binrpc.errors import BinrpcError
from .binrpc.faults import Busy, Fault, InvalidParams, MethodNotFound, ReplyTooLarge, TooFast
from .binrpc.views import reply_to_json

ROUNDS = 3
"""So often a change is made anew when somebody else changes the same thing at the same time."""

PAUSE = 0.5
"""Seconds between tries while the server refuses."""


class StateError(ValueError):
    """What is wanted cannot be, or cannot be known to be; the message says why."""


class NotYet(Exception):
    """Somebody else is in the middle of something; it is worth to wait."""


class Step:
    """One call that changes something.

    :param tolerate: classes of faults after which reading back decides, such as NotFound for
        a deletion that somebody else was faster with.
    :param secret: positions of parameters that must not be shown.
    :param check: gets the values of the reply and returns what is wrong with them, or "".
    :param otherwise: gets an InvalidParams fault and returns the Step to make instead, or None.
    """

    __slots__ = ("check", "method", "otherwise", "params", "secret", "tolerate")

    def __init__(self, method, *params, tolerate=(), secret=(), check=None, otherwise=None):
        self.method = method
        self.params = params
        self.tolerate = tuple(tolerate)
        self.secret = frozenset(secret)
        self.check = check
        self.otherwise = otherwise

    @property
    def shown(self):
        params = [
            "(hidden)" if index in self.secret else param for index, param in enumerate(self.params)
        ]
        return visible({"method": self.method, "params": params})


class Wait:
    """In the place of a Step: nothing can be done before somebody else has finished."""

    def __init__(self, text):
        self.text = text
        self.shown = {"method": "", "params": [], "waits_for": text}


class Server:
    """What areas read from."""

    def __init__(self, endpoint):
        self._endpoint = endpoint

    def ask(self, method, *params):
        """Return the values of a reply in the shape of Kamailio's own JSON-RPC."""
        return reply_to_json(self._endpoint.call(method, *params), method)

    def ask_or(self, default, text, method, *params):
        """Do as ask(); return ``default`` for a fault of which ``text`` is a part."""
        try:
            return self.ask(method, *params)
        except Fault as fault:
            if text.lower() in fault.text.lower() and not isinstance(fault, MethodNotFound):
                return default
            raise


class Area:
    """What the engine asks. States are plain values that can be compared."""

    lost = ""
    """What keeps a change beyond a restart, or "" when there is nothing to be said."""

    def read(self, server):
        """Return what there is."""
        raise NotImplementedError

    def want(self, have):
        """Return what there should be, given what there is.

        :raises StateError: that cannot be.
        """
        raise NotImplementedError

    def steps(self, have, want):
        """Return the Steps that lead from one to the other."""
        raise NotImplementedError

    def undo(self, before, have):
        """Return Steps that repair what a failure left behind."""
        return []

    def differs(self, have, want):
        return have != want

    def show(self, state):
        """Return the state for results and diffs: without secrets."""
        return state

    def members(self, have):
        """Return more members for the result."""
        return {}

    def warnings(self, have):
        return []

    def made_difference(self):
        """Return whether the calls that were made changed something, once they are."""
        return True

    def hint(self, fault):
        """Return advice for a fault that needs more than the fault's own."""
        return ""


class Failure(Exception):
    """The run is over; the message says why."""


class Run:
    """One change at one endpoint."""

    def __init__(self, area, endpoint, check_mode, busy_timeout, clock=monotonic, pause=sleep):
        self.area = area
        self.server = Server(endpoint)
        self.endpoint = endpoint
        self.check_mode = check_mode
        self.busy_timeout = busy_timeout
        self.clock = clock
        self.pause = pause
        self.before = None
        self.wrote = False
        self.repaired = False
        self.result = {
            "changed": False,
            "failed": False,
            "before": None,
            "after": None,
            "rpc_calls": [],
            "fault": None,
            "warnings": [],
        }

    def go(self):
        """Make the change if it is needed and allowed, and return the result."""
        try:
            self._go()
        except Failure as failure:
            self.result["failed"] = True
            if not self.repaired:
                self.result["changed"] = self.result["changed"] or self.wrote
            self.result["msg"] = visible(str(failure))
        if self.result["changed"] and self.area.lost:
            self.result["lost"] = self.area.lost
        return visible(self.result)

    def _go(self):
        area, result = self.area, self.result
        have = self.before = self._read("Nothing was changed")
        result["before"] = result["after"] = area.show(have)
        want = self._want(have, "Nothing was changed")
        result.update(area.members(have))
        result["warnings"] += area.warnings(have)
        if not area.differs(have, want):
            return
        if self.check_mode:
            result["changed"] = True
            result["after"] = area.show(want)
            result["rpc_calls"] = [step.shown for step in area.steps(have, want)]
            return
        for number in range(1, ROUNDS + 1):
            self._write(have, want)
            after = self._read("The change was made, but could not be verified")
            result["after"] = area.show(after)
            result["changed"] = self.wrote and area.made_difference()
            want = self._want(after, "The change was made, but it does not last")
            if not area.differs(after, want):
                result.update(area.members(after))
                return
            what = differences(area.show(after), area.show(want))
            if after == have or number == ROUNDS:
                raise Failure(
                    "%s answered with success, but reading back shows no such change: %s. "
                    "Kamailio's log may tell why" % (self._last(), what)
                )
            result["warnings"].append(
                "Something else changed the same at the same time, so the change was made once "
                "more: %s" % what
            )
            have = after

    def _last(self):
        calls = self.result["rpc_calls"]
        return calls[-1]["method"] if calls else "The server"

    def _read(self, meaning):
        give_up = self.clock() + self.busy_timeout
        while True:
            try:
                return self.area.read(self.server)
            except (Busy, TooFast) as error:
                if self.clock() >= give_up:
                    self._note(error)
                    raise Failure(self._with(meaning, message(error))) from error
                self.pause(PAUSE)
            except (BinrpcError, StateError) as error:
                raise Failure(self._with(meaning, self._explained(error))) from error

    def _want(self, have, meaning):
        try:
            return self.area.want(have)
        except StateError as error:
            raise Failure(self._with(meaning, str(error))) from error

    @staticmethod
    def _with(meaning, text):
        return "%s: %s" % (meaning, text)

    def _note(self, error):
        if isinstance(error, Fault):
            self.result["fault"] = fault_data(error)

    def _explained(self, error):
        if isinstance(error, StateError):
            return str(error)
        self._note(error)
        text = message(error)
        hint = self.area.hint(error) if isinstance(error, Fault) else ""
        return text + ". " + hint if hint else text

    def _write(self, have, want):
        """Make the steps; plan anew after each wait, since others act meanwhile."""
        steps = self.area.steps(have, want)
        give_up = self.clock() + self.busy_timeout
        while steps:
            step = steps.pop(0)
            try:
                self._send(step)
            except (Busy, TooFast, NotYet) as refusal:
                if self.clock() >= give_up:
                    self._gave_up(refusal)
                self.pause(PAUSE)
                have = self._read(self._sofar())
                want = self._want(have, self._sofar())
                steps = self.area.steps(have, want) if self.area.differs(have, want) else []
                continue
            give_up = self.clock() + self.busy_timeout

    def _sofar(self):
        return "A part of the change was made" if self.wrote else "Nothing was changed"

    def _gave_up(self, refusal):
        text = str(refusal)
        if isinstance(refusal, Fault):
            self._note(refusal)
            text = message(refusal)
        self._repair()
        raise Failure(
            "%s: the server refused for %g s (busy_timeout): %s"
            % (self._sofar(), self.busy_timeout, text)
        )

    def _send(self, step):
        if isinstance(step, Wait):
            raise NotYet(step.text)
        try:
            values = self._call(step)
        except (Busy, TooFast):
            raise
        except step.tolerate:
            return
        except Fault as fault:
            # The only fault that comes after the change.
            self.wrote = self.wrote or isinstance(fault, ReplyTooLarge)
            text = self._explained(fault)
            self._repair()
            raise Failure(text) from fault
        except BinrpcError as error:
            # The connection is gone, and the change may be half made.
            self.result["changed"] = self.wrote or error.executed is not False
            raise Failure("%s: %s" % (step.method, self._explained(error))) from error
        wrong = step.check(values) if step.check else ""
        if wrong:
            self._repair()
            text = "%s did not succeed, though it ended without a fault: %s"
            raise Failure(text % (step.method, wrong))

    def _call(self, step):
        """Make one call and return its values."""
        try:
            reply = self.endpoint.once(step.method, *step.params)
        except InvalidParams as fault:
            other = step.otherwise(fault) if step.otherwise else None
            if other is None:
                raise
            return self._call(other)
        self.wrote = True
        self.result["rpc_calls"].append(step.shown)
        return reply_to_json(reply, step.method)

    def _repair(self):
        """After a failure: undo what can be, and see what is left of the change."""
        if not self.wrote:
            return
        result = self.result
        result["changed"] = True
        try:
            for step in self.area.undo(self.before, self.area.read(self.server)):
                self.endpoint.once(step.method, *step.params)
                result["rpc_calls"].append(step.shown)
            after = self.area.read(self.server)
        except (BinrpcError, StateError) as error:
            result["warnings"].append(
                "What was changed before the failure could not be undone or looked at: %s" % error
            )
            return
        result["after"] = self.area.show(after)
        result["changed"] = after != self.before
        self.repaired = True


def apply(area, endpoint, check_mode=False, busy_timeout=60.0, **tools):
    """Bring what an area describes to what it wants at one endpoint, and return the result."""
    return Run(area, endpoint, check_mode, busy_timeout, **tools).go()


def fault_data(fault):
    return {
        "code": fault.code,
        "text": fault.text,
        "kind": fault_kind(fault),
        "remedy": fault.remedy,
    }


def differences(have, want, path=""):
    """Say in words where a state is not what is wanted."""
    if isinstance(have, dict) and isinstance(want, dict):
        found = [
            differences(have.get(name), want.get(name), "%s.%s" % (path, name) if path else name)
            for name in sorted(set(have) | set(want), key=str)
            if have.get(name) != want.get(name)
        ]
        return "; ".join(found[:5]) + ("; and more" if len(found) > 5 else "")
    return "%s is %s, not %s" % (path or "it", _said(have), _said(want))


def _said(value):
    return "absent" if value is None else repr(value)
