# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The engine: brings a resource from what it is to what is wanted, and no further.

It reads, plans, writes, and reads again. Success means that the last reading shows what was
wanted. The engine knows no Kamailio module: a :class:`Resource` reads, compares and plans.
"""

from __future__ import annotations

from time import monotonic, sleep

from ..errors import BinrpcError
from ..faults import Busy, Fault, InvalidParams, ReplyTooLarge, TooFast
from ..views import reply_to_json
from .drive import Do, Now, Sleep, drive
from .escapes import quoted
from .outcome import fault_data, message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import (
        Any,
        Callable,
        Dict,
        Iterable,
        List,
        NoReturn,
        Optional,
        Sequence,
        Type,
        Union,
    )

    from .drive import Endpoint, Talk

    Check = Callable[[List[Any]], str]
    Fallback = Callable[[InvalidParams], Optional["Step"]]
    Plan = Sequence[Union["Step", "Wait"]]
    Result = Dict[str, Any]

ROUNDS = 3
"""How many times to write before giving up on another writer's concurrent changes."""

PAUSE = 0.5
"""Seconds between attempts while the server refuses."""


class StateError(ValueError):
    """What is wanted cannot be, or cannot be known to be; the message says why."""


class NotYet(Exception):
    """Another change is in progress; try again later."""


class Step:
    """One call that changes something.

    :param accepts: classes of faults after which reading again decides, such as NotFound for
        a deletion that another client was faster with.
    :param secret: positions of parameters that must not be shown.
    :param check: gets the values of the reply and returns what is wrong with them, or "".
    :param fallback: gets an InvalidParams fault and returns the Step to make instead, or None.
    """

    __slots__ = ("accepts", "check", "fallback", "method", "params", "secret")

    def __init__(
        self,
        method: str,
        *params: Any,
        accepts: Iterable[Type[Fault]] = (),
        secret: Iterable[int] = (),
        check: Optional[Check] = None,
        fallback: Optional[Fallback] = None,
    ) -> None:
        self.method = method
        self.params = params
        self.accepts = tuple(accepts)
        self.secret = frozenset(secret)
        self.check = check
        self.fallback = fallback

    @property
    def shown(self) -> Dict[str, Any]:
        """The step as a member of a result, without secrets."""
        params = [
            "(hidden)" if index in self.secret else param for index, param in enumerate(self.params)
        ]
        return {"method": self.method, "params": params}


class Wait:
    """In the place of a Step: nothing can be done before another change has finished."""

    def __init__(self, text: str) -> None:
        self.text = text

    @property
    def shown(self) -> Dict[str, Any]:
        """The wait as a member of a result."""
        return {"method": "", "params": [], "waits_for": self.text}


class Resource:
    """Something on the server, and what it should be. States are plain, comparable values.

    A resource keeps facts of its run: use each object for one run at one server.
    """

    persisted_by = ""
    """What keeps a change beyond a restart, or "" where there is nothing to say."""

    def read(self) -> Talk[Any]:
        """Return what there is."""
        raise NotImplementedError

    def want(self, have: Any) -> Any:
        """Return what there should be, given what there is.

        :raises StateError: that cannot be.
        """
        raise NotImplementedError

    def steps(self, have: Any, want: Any) -> Plan:
        """Return the steps that lead from one to the other."""
        raise NotImplementedError

    def undo(self, before: Any, have: Any) -> Sequence[Step]:
        """Return steps that repair what a failure left behind."""
        return []

    def differs(self, have: Any, want: Any) -> bool:
        """Is a change needed?"""
        return bool(have != want)

    def show(self, state: Any) -> Any:
        """Return the state for results and diffs: without secrets."""
        return state

    def members(self, have: Any) -> Dict[str, Any]:
        """Return further members of the result."""
        return {}

    def warnings(self, have: Any) -> List[str]:
        """Return what users should know although nothing fails."""
        return []

    def made_difference(self) -> bool:
        """Did the calls change something? Asked after them."""
        return True

    def hint(self, fault: Fault) -> str:
        """Return advice for a fault that needs more than the fault's own."""
        return ""


class Failure(Exception):
    """The run is over; the message says why."""


class Run:
    """One run of the engine: one resource at one server.

    :ivar result: ``changed``, ``failed``, ``before``, ``after``, ``rpc_calls``, ``fault``,
        ``warnings``; ``msg`` if it failed; ``persisted_by`` if it changed something that a
        restart loses.
    :ivar error: the error of the call that ended the run, if one did.
    """

    def __init__(
        self, resource: Resource, check_mode: bool = False, busy_timeout: float = 60.0
    ) -> None:
        self.resource = resource
        self.check_mode = check_mode
        self.busy_timeout = busy_timeout
        self.before: Any = None
        self.wrote = False
        self.repaired = False
        self.error: Optional[BinrpcError] = None
        self.result: Result = {
            "changed": False,
            "failed": False,
            "before": None,
            "after": None,
            "rpc_calls": [],
            "fault": None,
            "warnings": [],
        }

    def go(self) -> Talk[Result]:
        """Make the change if it is needed and allowed, and return the result."""
        try:
            yield from self._go()
        except Failure as failure:
            self.result["failed"] = True
            if not self.repaired:
                self.result["changed"] = self.result["changed"] or self.wrote
            self.result["msg"] = str(failure)
        if self.result["changed"] and self.resource.persisted_by:
            self.result["persisted_by"] = self.resource.persisted_by
        return self.result

    def _go(self) -> Talk[None]:
        resource, result = self.resource, self.result
        have = self.before = yield from self._read("Nothing was changed")
        result["before"] = result["after"] = resource.show(have)
        want = self._want(have, "Nothing was changed")
        result.update(resource.members(have))
        result["warnings"] += resource.warnings(have)
        if not resource.differs(have, want):
            return
        if self.check_mode:
            result["changed"] = True
            result["after"] = resource.show(want)
            result["rpc_calls"] = [step.shown for step in resource.steps(have, want)]
            return
        for number in range(1, ROUNDS + 1):
            yield from self._write(have, want)
            after = yield from self._read("The change was made, but could not be verified")
            result["after"] = resource.show(after)
            result["changed"] = self.wrote and resource.made_difference()
            want = self._want(after, "The change was made, but it does not last")
            if not resource.differs(after, want):
                result.update(resource.members(after))
                return
            what = differences(resource.show(after), resource.show(want))
            # The same state as before the calls means that they have no effect: repeating them
            # would not help. Another state is the work of another writer.
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

    def _last(self) -> str:
        calls = self.result["rpc_calls"]
        return calls[-1]["method"] if calls else "The server"

    def _read(self, meaning: str) -> Talk[Any]:
        give_up = (yield Now()) + self.busy_timeout
        while True:
            try:
                return (yield from self.resource.read())
            except (Busy, TooFast) as error:
                if (yield Now()) >= give_up:
                    self._note(error)
                    raise Failure("%s: %s" % (meaning, message(error))) from error
                yield Sleep(PAUSE)
            except (BinrpcError, StateError) as error:
                raise Failure("%s: %s" % (meaning, self._explained(error))) from error

    def _want(self, have: Any, meaning: str) -> Any:
        try:
            return self.resource.want(have)
        except StateError as error:
            raise Failure("%s: %s" % (meaning, error)) from error

    def _note(self, error: BinrpcError) -> None:
        self.error = error
        if isinstance(error, Fault):
            self.result["fault"] = fault_data(error)

    def _explained(self, error: Union[BinrpcError, StateError]) -> str:
        if isinstance(error, StateError):
            return str(error)
        self._note(error)
        text = message(error)
        hint = self.resource.hint(error) if isinstance(error, Fault) else ""
        return text + ". " + hint if hint else text

    def _write(self, have: Any, want: Any) -> Talk[None]:
        """Make the steps; plan again after each wait, since others act meanwhile."""
        steps = list(self.resource.steps(have, want))
        give_up = (yield Now()) + self.busy_timeout
        while steps:
            step = steps.pop(0)
            try:
                yield from self._send(step)
            except (Busy, TooFast, NotYet) as refusal:
                if (yield Now()) >= give_up:
                    yield from self._gave_up(refusal)
                yield Sleep(PAUSE)
                have = yield from self._read(self._sofar())
                want = self._want(have, self._sofar())
                needed = self.resource.differs(have, want)
                steps = list(self.resource.steps(have, want)) if needed else []
                continue
            give_up = (yield Now()) + self.busy_timeout

    def _sofar(self) -> str:
        return "A part of the change was made" if self.wrote else "Nothing was changed"

    def _gave_up(self, refusal: Exception) -> Talk[NoReturn]:
        text = str(refusal)
        if isinstance(refusal, Fault):
            self._note(refusal)
            text = message(refusal)
        yield from self._repair()
        raise Failure(
            "%s: the server refused for %g s (busy_timeout): %s"
            % (self._sofar(), self.busy_timeout, text)
        )

    def _send(self, step: Union[Step, Wait]) -> Talk[None]:
        if isinstance(step, Wait):
            raise NotYet(step.text)
        try:
            values = yield from self._call(step)
        except (Busy, TooFast):
            raise
        except step.accepts:
            return
        except Fault as fault:
            # The only fault that comes after the change.
            self.wrote = self.wrote or isinstance(fault, ReplyTooLarge)
            text = self._explained(fault)
            yield from self._repair()
            raise Failure(text) from fault
        except BinrpcError as error:
            # The connection is gone, and the change may be half made.
            self.result["changed"] = self.wrote or error.executed is not False
            raise Failure("%s: %s" % (step.method, self._explained(error))) from error
        wrong = step.check(values) if step.check else ""
        if wrong:
            yield from self._repair()
            text = "%s did not succeed, though it ended without a fault: %s"
            raise Failure(text % (step.method, wrong))

    def _call(self, step: Step) -> Talk[List[Any]]:
        """Make one call and return its values."""
        try:
            reply = yield Do(step.method, step.params)
        except InvalidParams as fault:
            other = step.fallback(fault) if step.fallback else None
            if other is None:
                raise
            return (yield from self._call(other))
        self.wrote = True
        self.result["rpc_calls"].append(step.shown)
        return reply_to_json(reply, step.method)

    def _repair(self) -> Talk[None]:
        """After a failure: undo what can be undone, and see what is left of the change."""
        if not self.wrote:
            return
        result = self.result
        result["changed"] = True
        try:
            have = yield from self.resource.read()
            for step in self.resource.undo(self.before, have):
                yield Do(step.method, step.params)
                result["rpc_calls"].append(step.shown)
            after = yield from self.resource.read()
        except (BinrpcError, StateError) as error:
            result["warnings"].append(
                "What was changed before the failure could not be undone or read again: %s" % error
            )
            return
        result["after"] = self.resource.show(after)
        result["changed"] = after != self.before
        self.repaired = True


def apply(
    resource: Resource,
    endpoint: Endpoint,
    check_mode: bool = False,
    busy_timeout: float = 60.0,
    clock: Callable[[], float] = monotonic,
    pause: Callable[[float], None] = sleep,
) -> Result:
    """Bring a resource at one endpoint to what is wanted, and return the result."""
    return drive(Run(resource, check_mode, busy_timeout).go(), endpoint, clock, pause)


def differences(have: Any, want: Any, path: str = "") -> str:
    """Say in words where a state is not what is wanted."""
    if isinstance(have, dict) and isinstance(want, dict):
        found = [
            differences(have.get(name), want.get(name), "%s.%s" % (path, name) if path else name)
            for name in sorted(set(have) | set(want), key=str)
            if have.get(name) != want.get(name)
        ]
        return "; ".join(found[:5]) + ("; and more" if len(found) > 5 else "")
    return "%s is %s, not %s" % (path or "it", _said(have), _said(want))


def _said(value: Any) -> str:
    return "absent" if value is None else quoted(value)
