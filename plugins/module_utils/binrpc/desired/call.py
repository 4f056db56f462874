# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""One call as a task describes it: probe, call, verify."""

from __future__ import annotations

from ..catalogue import signatures
from ..catalogue.reading import is_read_only
from ..encoder import Encoder
from ..errors import BinrpcError, EncodeError
from ..faults import Fault, MethodNotFound, NotFound, ReplyTooLarge
from ..masking import hide_params, hide_reply
from ..views import reply_to_json
from .drive import Ask, Do, Soon
from .escapes import raw
from .expect import (
    MISSING,
    accepts,
    at_path,
    check_fault_pattern,
    difference,
    merged,
    parameter,
    steps,
)
from .outcome import EXECUTED, fault_data, message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple

    from ..masking import Secrets
    from .drive import Talk

    Result = Dict[str, Any]


REMEDY = (
    "To say the type, write a mapping with type and value, such as {type: int, value: 5}, or "
    "{type: str, value: '5'} for a text"
)


class Failure(Exception):
    """The call failed, after its result was filled in."""


def _mutates(word: str, method: str, params: Sequence[Any]) -> bool:
    return word == "always" or (word == "auto" and not is_read_only(method, params))


def _parameters(items: Optional[Iterable[Any]]) -> List[Any]:
    """Return what will be sent; refuse what cannot be, before anything is."""
    params = [parameter(item) for item in items or []]
    Encoder().add_all(params)
    return params


def _single(values: List[Any]) -> Any:
    """Return the value that expectations are on: the only one of a reply, or the list of them."""
    return values[0] if len(values) == 1 else values


class Found:
    """The answer to a probe: a value, or a fault.

    :param hidden: the value without secrets.
    """

    def __init__(
        self, value: Any = None, fault: Optional[Fault] = None, hidden: Any = None
    ) -> None:
        self.value = value
        self.fault = fault
        self._hidden = hidden

    @property
    def shown(self) -> Any:
        if self.fault is not None:
            return {"fault": "%d %s" % (self.fault.code, self.fault.text.strip())}
        return None if self._hidden is MISSING else self._hidden

    @property
    def for_diff(self) -> Any:
        shown = self.shown
        return shown if isinstance(shown, dict) else {"value": shown}


class Probe:
    """A call that shows whether the change is needed, and the expectation on its result."""

    def __init__(self, options: Mapping[str, Any], reveal: bool = False) -> None:
        self.method = options["method"]
        self.params = _parameters(options["params"])
        self.reveal = reveal
        self.path = raw(options["path"] or "")
        self.expect = options["expect"]
        self.fault = options["fault"]
        self.absent = options["ignore_faults"] or []
        if self.path:
            steps(self.path)
        if (self.expect is None) == (self.fault is None):
            raise EncodeError("a probe needs either expect or fault")
        for item in self.absent if self.fault is None else [self.fault, *self.absent]:
            check_fault_pattern(item)
        if _mutates(options["mutates"], self.method, self.params):
            raise EncodeError(
                "the probe %s is not known to change nothing; if that is so, say mutates: never "
                "in the probe" % self.method
            )

    @property
    def label(self) -> str:
        params = self.params if self.reveal else hide_params(self.method, self.params)
        return "%s(%s)" % (self.method, ", ".join(map(str, params)))

    @property
    def question(self) -> Ask:
        return Ask(self.method, tuple(self.params))

    def read(self) -> Talk[Found]:
        """Run the probe.

        :raises BinrpcError: also for a fault that tells nothing about the wanted state.
        """
        try:
            reply = yield self.question
        except Fault as fault:
            wanted = self.absent if self.fault is None else [self.fault, *self.absent]
            absent = isinstance(fault, NotFound) and self.fault is None
            if absent or accepts(wanted, fault):
                return Found(fault=fault)
            raise
        value = self._at_path(reply)
        hidden = value if self.reveal else self._at_path(self._hidden(reply))
        return Found(value, hidden=hidden)

    def _hidden(self, reply: Sequence[Any]) -> List[Any]:
        return hide_reply(self.method, reply, self.params)

    def _at_path(self, reply: Sequence[Any]) -> Any:
        value = _single(reply_to_json(reply, self.method))
        return at_path(value, self.path) if self.path else value

    def differs(self, found: Found) -> str:
        """Return in words how the finding differs from the expectation, or an empty text."""
        if self.fault is not None:
            if found.fault is None:
                return "expected the fault %s, got %s" % (self.fault, found.shown)
            if accepts([self.fault], found.fault):
                return ""
            return "expected the fault %s, got %s" % (self.fault, found.fault)
        if found.fault is not None:
            return "got %s" % found.fault
        return difference(self.expect, found.value, self.path)

    def predicted(self, found: Found) -> Any:
        """Return what the probe would find after the change."""
        if self.fault is not None:
            return {"fault": str(self.fault)}
        # From what is shown: what is expected of a secret is found by its value, where this leaves.
        now = found.shown if found.fault is None else None
        return merged(now, self.expect)


class Call:
    """One call as the task describes it.

    :param reveal: show secrets in replies as they came.
    :raises EncodeError: the description cannot be carried out; nothing was sent.
    """

    def __init__(self, options: Mapping[str, Any], reveal: bool = False) -> None:
        self.reveal = reveal
        self.method = options["method"]
        self.params = _parameters(options["params"])
        self._said = {
            index for index, item in enumerate(options["params"] or []) if isinstance(item, dict)
        }
        self.mutating = _mutates(options["mutates"], self.method, self.params)
        self.accepted = options["ignore_faults"] or []
        for item in self.accepted:
            check_fault_pattern(item)
        self.probe = Probe(options["probe"], reveal) if options["probe"] else None
        if self.probe and not self.mutating:
            raise EncodeError(
                "%s changes nothing, so it takes no probe; if it does change something, say "
                "mutates: always" % self.method
            )

    def blank(self) -> Result:
        """Return the result of a call that was not made."""
        return {
            "method": self.method,
            "values": [],
            "value": None,
            "fault": None,
            "executed": "no",
            "changed": False,
            "failed": False,
        }

    def run(self, check_mode: bool) -> Talk[Result]:
        """Make the call if it is needed and allowed, and return its result."""
        result = self.blank()
        try:
            if self.probe:
                yield from self._probed(self.probe, check_mode, result)
            elif self.mutating and check_mode:
                result["changed"] = True
            else:
                yield from self._call(result)
        except Failure as failure:
            result["failed"] = True
            result["msg"] = str(failure)
        return result

    def _probed(self, probe: Probe, check_mode: bool, result: Result) -> Talk[None]:
        hint = "Nothing was changed, since the probe failed: "
        before = yield from self._read(probe, result, hint)
        differs = probe.differs(before)
        shown = {"before": before.shown, "after": before.shown, "matched": not differs}
        result["probe"] = shown
        header = probe.label + (": " + probe.path if probe.path else "")
        diff = {"before_header": header, "after_header": header}
        diff["before"] = diff["after"] = before.for_diff
        result["diff"] = diff
        if not differs:
            return
        if check_mode:
            result["changed"] = True
            shown["after"] = probe.predicted(before)
            diff["after"] = Found(hidden=shown["after"]).for_diff
            return
        yield Soon([probe.question])
        yield from self._call(result)
        hint = "%s was run, but the probe that should verify it failed: " % self.method
        after = yield from self._read(probe, result, hint)
        shown["after"] = after.shown
        diff["after"] = after.for_diff
        differs = probe.differs(after)
        if differs:
            raise Failure(
                "%s was run, but the probe %s still differs: %s"
                % (self.method, probe.label, differs)
            )

    @staticmethod
    def _read(probe: Probe, result: Result, hint: str) -> Talk[Found]:
        try:
            return (yield from probe.read())
        except BinrpcError as error:
            if isinstance(error, Fault):
                result["fault"] = fault_data(error)
            raise Failure(hint + message(error)) from error

    def _call(self, result: Result) -> Talk[None]:
        try:
            params = yield from self._typed(result)
            if self.mutating:
                reply = yield Do(self.method, params, retry=True)
            else:
                reply = yield Ask(self.method, params)
        except Fault as fault:
            result["fault"] = fault_data(fault)
            result["executed"] = EXECUTED[fault.executed]
            # A reply that outgrew its buffer is the only fault that comes after the change.
            result["changed"] = self.mutating and isinstance(fault, ReplyTooLarge)
            if isinstance(fault, MethodNotFound):
                result.pop("warnings", None)  # about its parameters, which are not what is wrong
            if not accepts(self.accepted, fault):
                raise Failure(message(fault)) from fault
        except BinrpcError as error:
            result["executed"] = EXECUTED[error.executed]
            result["changed"] = self.mutating and error.executed is not False
            raise Failure(message(error)) from error
        else:
            shown = reply if self.reveal else hide_reply(self.method, reply, self.params)
            values = reply_to_json(shown, self.method)
            result["values"] = values
            result["value"] = values[0] if len(values) == 1 else None
            result["executed"] = "yes"
            result["changed"] = self.mutating

    def _typed(self, result: Result) -> Talk[Tuple[Any, ...]]:
        """Return the parameters, as the server's types where only the server tells these."""
        if not signatures.needs_signature(self.method, self.params, self._said):
            return tuple(self.params)
        try:
            answer = list((yield Ask(signatures.METHOD, (self.method,))))
        except Fault:
            answer = []
        settled = signatures.settled(answer, self.params, self.params, self._said)
        if settled is not None:
            return tuple(settled)
        # A number was written as one. A text of digits may have come out of a template.
        sure = {index for index, each in enumerate(self.params) if not isinstance(each, str)}
        warning = signatures.warning(self.method, self.params, self._said | sure, REMEDY)
        if warning:
            result["warnings"] = [warning]
        return tuple(self.params)


def remember_secrets(options: Any, secrets: Secrets) -> None:
    """Remember the secrets in options that describe calls, whatever their shape.

    Options that are wrong are shown as well, so this cannot rely on their being right.
    """
    if isinstance(options, (list, tuple)):
        for each in options:
            remember_secrets(each, secrets)
    if not isinstance(options, dict):
        return
    method, params = options.get("method"), options.get("params")
    if isinstance(method, str):
        if isinstance(params, str):
            params = params.split(",")  # as Ansible does
        if not isinstance(params, (list, tuple)):
            params = []
        sent = [_meant(item) for item in params]
        secrets.sent(method, sent)
        path, expect = options.get("path"), options.get("expect")
        for value in _expected(path, expect):
            secrets.expected(method, sent, [value])
    for each in options.values():
        remember_secrets(each, secrets)


def _meant(item: Any) -> Any:
    try:
        return parameter(item)
    except (EncodeError, TypeError):
        return item["value"] if isinstance(item, dict) and "value" in item else item


def _expected(path: Any, value: Any) -> Iterator[Any]:
    """Yield mappings such as replies hold, for a path and what is expected there."""
    if value is not None and not isinstance(path, str):
        yield value
    if not isinstance(path, str):
        return
    try:
        found = steps(raw(path)) if path else []
    except EncodeError:
        return
    for step in reversed(found):
        if isinstance(step, tuple):
            yield {step[0].rpartition(".")[2]: step[1]}
        else:
            value = {step: value}
    if value is not None:
        yield value


def run_all(calls: Iterable[Call], check_mode: bool) -> Talk[List[Result]]:
    """Run calls in order up to the first that fails; return a result for each."""
    results: List[Result] = []
    failed = False
    calls = list(calls)
    yield Soon(calls=len(calls))
    for call in calls:
        if failed:
            skipped = call.blank()
            skipped["msg"] = "Not executed, because an earlier call failed"
            results.append(skipped)
            continue
        results.append((yield from call.run(check_mode)))
        failed = results[-1]["failed"]
    return results
