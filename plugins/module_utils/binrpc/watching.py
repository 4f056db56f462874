# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Events for what changes at a server from one round of calls to the next.

:class:`WatchedServer` yields its questions and gets the replies, so that asyncio and a blocking
client can both drive it: see :mod:`.desired.drive`.
"""

from __future__ import annotations

from . import changes
from .catalogue.reading import is_read_only
from .desired.drive import Ask
from .dispatcher import destinations
from .errors import BinrpcError, ProtocolError
from .faults import Fault, NotFound
from .masking import Secrets
from .params import from_mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional, Sequence

    from .desired.drive import Talk
    from .reply import Reply

    Event = Dict[str, Any]

METHOD_OPTIONS = ("method", "params", "keys", "ignore", "mutates")
"""Options of a watched method."""


class WatchedMethod:
    """One method at one server, and what it answered last.

    :param options: the method's name, or a mapping with METHOD_OPTIONS.
    :raises ValueError: they are wrong, or the method may change something.
    """

    def __init__(self, options: Any) -> None:
        if isinstance(options, str):
            options = {"method": options}
        if not isinstance(options, dict) or not isinstance(options.get("method"), str):
            raise ValueError("each of methods is a name or a mapping with method, not %r" % options)
        check_names(options, METHOD_OPTIONS, "methods")
        self.method: str = options["method"]
        self.params = options.get("params") or []
        if not isinstance(self.params, list):
            raise ValueError("%s: params is a list, not %r" % (self.method, self.params))
        self.keys: Sequence[str] = options.get("keys") or changes.KEYS
        self.ignore: Sequence[str] = options.get("ignore") or []
        self.sent = tuple(from_mapping(param) for param in self.params)
        self._known: Any = None
        self._problem: Optional[Event] = None
        self._secrets: List[Secrets] = []
        mutates = options.get("mutates", "auto")
        if mutates not in ("auto", "never"):
            raise ValueError("%s: mutates is auto or never, not %r" % (self.method, mutates))
        if mutates == "auto" and not is_read_only(self.method, self.sent):
            raise ValueError(
                "%s is not known to change nothing, so it is not called repeatedly; if it changes "
                "nothing, set mutates: never" % self.method
            )

    def look(self, initial: bool) -> Talk[List[Event]]:
        """Call the method, and return what is new.

        :param initial: all that the first call finds is new.
        :raises BinrpcError: there is no answer.
        """
        reply: Optional[Reply] = None
        try:
            reply = yield Ask(self.method, self.sent)
        except Fault as fault:
            if not isinstance(fault, NotFound) or fault.meaning != "empty":
                text = plain(fault.text.strip())
                shown = {"code": fault.code, "text": text, "remedy": fault.remedy}
                return self._on_problem("fault", {"fault": shown})
        except ProtocolError as error:
            # The server is there: the end of a large reply was lost repeatedly.
            return self._on_problem("invalid", {"error": plain(str(error))})
        try:
            values = [] if reply is None else self._in_words(reply)
            self._remember_secrets(reply)
            found = self._compared(values, initial)
        except Exception as error:  # noqa: BLE001  (other methods and servers are still watched)
            return self._on_problem("invalid", {"error": plain(str(error))})
        self._problem = None
        self._known = values
        return found

    def _compared(self, values: Any, initial: bool) -> List[Event]:
        known = self._known
        if known is None:
            if not initial:
                return []
            known = []
        found = changes.compare(known, values, self.keys, self.ignore)
        return [self._event(change) for change in found]

    def _remember_secrets(self, reply: Optional[Reply]) -> None:
        """Keep those of this reply and of the one before: an event has both."""
        secrets = Secrets()
        if reply is not None:
            secrets.received(self.method, self.sent, reply, every=True)
        self._secrets = [*self._secrets[-1:], secrets]

    def _hidden(self, value: Any) -> Any:
        for secrets in self._secrets:
            value = secrets.hide(value)
        return value

    def _in_words(self, reply: Reply) -> Any:
        values = plain(reply.to_json())
        return destinations(values) if self.method == "dispatcher.list" else values

    def _event(self, change: changes.Change) -> Event:
        return {
            "type": change.kind,
            "method": self.method,
            "params": self.params,
            "place": change.place,
            "keys": self._hidden(change.keys),
            "members": self._hidden(change.members),
            "old": self._hidden(change.old),
            "new": self._hidden(change.new),
        }

    def _on_problem(self, kind: str, members: Event) -> List[Event]:
        """Return an event, unless the call before had the same problem."""
        if members == self._problem:
            return []
        self._problem = members
        return [{"type": kind, "method": self.method, "params": self.params, **members}]


class WatchedServer:
    """One server and the methods that are watched there.

    :param name: what events call it.
    :param address: its address, for the events.
    :param methods: each a name or a mapping with METHOD_OPTIONS.
    :raises ValueError: the methods are wrong.
    """

    def __init__(self, name: str, address: str, methods: Sequence[Any]) -> None:
        self.name = name
        self.address = address
        self._methods = [WatchedMethod(each) for each in methods]
        self._reachable = True
        self._start: Any = None

    def round(self, initial: bool) -> Talk[List[Event]]:
        """Call all methods once, and return the events.

        :param initial: all that the first call of a method finds is new.
        """
        events: List[Event] = []
        try:
            events += yield from self._restarted()
            for each in self._methods:
                events += yield from each.look(initial)
        except BinrpcError as error:
            if self._reachable:
                events.append({"type": "unreachable", "error": plain(str(error))})
            self._reachable = False
            self._start = None  # that it can be reached again says enough
        else:
            if not self._reachable:
                events.insert(0, {"type": "reachable"})
            self._reachable = True
        return [{"endpoint": self.name, "address": self.address, **event} for event in events]

    def _restarted(self) -> Talk[List[Event]]:
        """Return an event if the server has started since the round before."""
        try:
            (reply,) = (yield Ask("core.uptime")).to_json()
            start = plain(reply["up_since"])
        except (Fault, ProtocolError, ValueError, KeyError, TypeError):
            return []  # it does not say
        before, self._start = self._start, start
        if before in (None, start):
            return []
        return [{"type": "restarted", "up_since": start}]


def check_names(found: Dict[str, Any], known: Sequence[str], where: str) -> None:
    """Refuse options that do not exist.

    :param where: names what has the options.
    :raises ValueError: there is one.
    """
    unknown = sorted(str(name) for name in found if name not in known)
    if unknown:
        text = "%s has no %s; there are %s"
        raise ValueError(text % (where, ", ".join(unknown), ", ".join(known)))


def plain(value: Any) -> Any:
    """Make texts valid UTF-8, since events leave the process: other bytes show as escapes."""
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    if isinstance(value, dict):
        return {plain(name): plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value
