# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Conditions that a reply or a fault fulfils."""

from __future__ import annotations

from ..catalogue.reading import is_read_only
from ..encoder import Encoder
from ..errors import BinrpcError, EncodeError
from ..faults import Fault, MethodNotFound
from ..masking import hide_reply
from ..views import reply_to_json
from .drive import Ask
from .escapes import raw
from .expect import MISSING, accepts, at_path, check_fault_pattern, difference, parameter, steps
from .options import Option, Options
from .outcome import message
from .waiting import wait_until

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Mapping, Optional, Sequence, Tuple

    from .drive import Talk

    Result = Dict[str, Any]


class Condition:
    """A call, and an expectation on its result.

    :ivar differs: in words, how the last result differs from the expectation.
    :raises EncodeError: the description cannot be carried out.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.method = options["method"]
        self.params = [parameter(item) for item in options["params"] or []]
        Encoder().add_all(self.params)
        self.path = raw(options["path"] or "")
        self.expect = options["expect"]
        self.fault = options["fault"]
        self.low = options["min"]
        self.high = options["max"]
        self.differs = ""
        if self.path:
            steps(self.path)
        if self.fault is not None:
            check_fault_pattern(self.fault)
        if options["mutates"] == "auto" and not is_read_only(self.method, self.params):
            raise EncodeError(
                "%s is not known to change nothing, and would be called again and again; if it "
                "does change nothing, say mutates: never" % self.method
            )

    def check(self) -> Talk[Tuple[bool, Any]]:
        """Call; return whether the condition holds, and the value or fault found."""
        try:
            reply = yield Ask(self.method, tuple(self.params))
        except Fault as fault:
            if isinstance(fault, MethodNotFound) and self.fault is None:
                raise
            shown = {"fault": "%d %s" % (fault.code, fault.text.strip())}
            self.differs = "got %s" % fault
            return self.fault is not None and accepts([self.fault], fault), shown
        self.differs = self._difference(self._at_path(reply))
        shown = self._at_path(hide_reply(self.method, reply, self.params))
        return not self.differs, None if shown is MISSING else shown

    def _at_path(self, reply: Sequence[Any]) -> Any:
        values = reply_to_json(reply, self.method)
        value: Any = values[0] if len(values) == 1 else values
        return at_path(value, self.path) if self.path else value

    def _difference(self, value: Any) -> str:
        if self.fault is not None:
            return "expected the fault %s, got none" % self.fault
        if self.expect is not None:
            return difference(self.expect, value, self.path)
        if value is MISSING:
            return "%s is not in the reply" % self.path
        if self.low is None and self.high is None:
            return ""
        try:
            number = float(value)
        except (TypeError, ValueError):
            return "%r is not a number" % (value,)
        if self.low is not None and number < self.low:
            return "%g is less than %g" % (number, self.low)
        if self.high is not None and number > self.high:
            return "%g is greater than %g" % (number, self.high)
        return ""


def wait(
    condition: Condition,
    timeout: float,
    poll: float,
    on_change: Optional[Callable[[Dict[str, Any]], None]] = None,
) -> Talk[Result]:
    """Wait until a condition holds, and return the result."""
    result: Result = {"changed": False, "failed": False}
    try:
        found = yield from wait_until(condition.check, timeout, poll, on_change)
    except BinrpcError as error:
        return dict(result, failed=True, msg=message(error))
    result.update(value=found.seen[-1]["value"], tries=found.tries, elapsed=round(found.elapsed, 3))
    result["progress"] = found.seen
    if not found.met:
        text = "not met after %g s (wait_timeout): %s"
        result.update(failed=True, msg=text % (timeout, condition.differs))
    return result


OPTIONS = Options(
    {
        "method": Option(required=True),
        "params": Option("list", elements="raw", empty="no parameters"),
        "mutates": Option(choices=["auto", "never"], default="auto"),
        "path": Option(empty="the whole value"),
        "expect": Option("raw", empty="that value"),
        "min": Option("float"),
        "max": Option("float"),
        "fault": Option("raw"),
        "wait_timeout": Option("float", default=300, low=0),
        "poll": Option("float", default=1, above=0),
    },
    mutually_exclusive=[
        ("expect", "fault"),
        ("expect", "min"),
        ("expect", "max"),
        ("fault", "min"),
        ("fault", "max"),
    ],
)
