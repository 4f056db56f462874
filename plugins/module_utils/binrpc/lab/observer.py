# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Events of a lab server, for logs and traces."""

from __future__ import annotations

import logging

from .. import wire
from ..errors import ProtocolError
from ..masking import HIDDEN, Packets, may_hold_secrets
from ..packet import decode, parse_header
from ..values import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Iterator, List

log = logging.getLogger("kamailio_binrpc.lab")

_SHOWN = 2000
_TYPES = {wire.REQUEST: "request", wire.REPLY: "reply", wire.FAULT: "fault"}


class Observer:
    """Told of everything; this one does nothing."""

    def opened(self, caller: Any) -> None:
        """A stream connection was accepted."""

    def closed(self, caller: Any) -> None:
        """It is gone."""

    def received(self, caller: Any, data: bytes) -> None:
        """A request, whole or at least so much that it can be refused."""

    def sent(self, caller: Any, data: bytes) -> None:
        """One write of an answer."""


class Observers(Observer):
    """Several in one."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = observers

    def opened(self, caller: Any) -> None:
        for each in self._observers:
            each.opened(caller)

    def closed(self, caller: Any) -> None:
        for each in self._observers:
            each.closed(caller)

    def received(self, caller: Any, data: bytes) -> None:
        for each in self._observers:
            each.received(caller, data)

    def sent(self, caller: Any, data: bytes) -> None:
        for each in self._observers:
            each.sent(caller, data)


class LogObserver(Observer):
    """Logs each event with its facts as attributes of the record: see :func:`facts_of`."""

    def opened(self, caller: Any) -> None:
        self._log("connection opened", _place(caller))

    def closed(self, caller: Any) -> None:
        self._log("connection closed", _place(caller))

    def received(self, caller: Any, data: bytes) -> None:
        facts = _place(caller)
        facts.update(facts_of(data))
        self._log("received", facts)

    def sent(self, caller: Any, data: bytes) -> None:
        facts = _place(caller)
        facts.update(facts_of(data))
        self._log("sent", facts)

    @staticmethod
    def _log(event: str, facts: Dict[str, Any]) -> None:
        text = " ".join("%s=%s" % item for item in facts.items())
        log.info("%s %s", event, text, extra={"event": event, "facts": facts})


class TraceObserver(Observer):
    """Prints each packet decoded.

    :param write: gets the text of one packet.
    """

    def __init__(self, write: Callable[[str], Any]) -> None:
        self._write = write
        self._packets = Packets()

    def received(self, caller: Any, data: bytes) -> None:
        self._show("<-", caller, data)

    def sent(self, caller: Any, data: bytes) -> None:
        self._show("->", caller, data)

    def _show(self, arrow: str, caller: Any, data: bytes) -> None:
        place = _place(caller)
        where = "%s %s" % (place["transport"], place.get("peer", place["listener"]))
        self._write(
            "%s %s, %d bytes: %s\n" % (arrow, where, len(data), describe(data, self._packets))
        )


def _place(caller: Any) -> Dict[str, Any]:
    listener = caller.listener
    facts = {"transport": listener.transport, "listener": listener.name}
    if listener.port:
        facts["listener"] += ":" + listener.port
    if listener.payload == "fifo":
        facts["payload"] = "fifo"
    if caller.port:
        facts["peer"] = "%s:%s" % (caller.host, caller.port)
    return facts


def facts_of(data: bytes) -> Dict[str, Any]:
    """Facts about a packet: bytes, type, cookie, and its method, or its fault."""
    facts: Dict[str, Any] = {"bytes": len(data)}
    if data[:1] != b"\xa1":
        line = data.partition(b"\n")[0][:200]
        shown = b"" if may_hold_secrets(data) and not line.startswith(b":") else line
        facts["text"] = shown.decode("utf-8", "backslashreplace")
        return facts
    try:
        header = parse_header(data)
        if header is None:
            return facts
        facts["type"] = _TYPES.get(header.type, header.type)
        facts["cookie"] = "%#x" % header.cookie
        if len(data) < header.total:
            facts["of"] = header.total
            return facts
        values = decode(data[: header.total]).values
    except ProtocolError as error:
        facts["error"] = str(error)
        return facts
    if header.type == wire.REQUEST and values:
        facts["method"] = str(values[0])
    elif header.type == wire.FAULT:
        facts["fault"] = " ".join(map(str, values))
    return facts


def describe(data: bytes, packets: Packets) -> str:
    """The records of a packet, or the text of the text protocol, over several lines."""
    if data[:1] != b"\xa1":
        if may_hold_secrets(data):
            return "text\n    " + HIDDEN
        text = data[:_SHOWN].decode("utf-8", "backslashreplace")
        return "text\n" + "\n".join("    " + line for line in text.splitlines())
    try:
        message = decode(data)
    except ProtocolError as error:
        return "%s\n    %s" % (error, HIDDEN if may_hold_secrets(data) else data[:_SHOWN].hex())
    lines = ["%s, cookie %#x" % (_TYPES.get(message.type, message.type), message.cookie)]
    for value in packets.values(message.type, message.cookie, message.values):
        lines += _lines(value, "    ", "")
    return "\n".join(lines)


def _lines(value: Any, indent: str, name: str) -> Iterator[str]:
    if isinstance(value, Struct):
        yield "%s%sstruct" % (indent, name)
        for inner, member in value.items():
            yield from _lines(member, indent + "  ", "" if inner is None else inner + ": ")
    elif isinstance(value, list):
        yield "%s%sarray" % (indent, name)
        for member in value:
            yield from _lines(member, indent + "  ", "")
    else:
        kind = {int: "int", float: "double", str: "str", bytes: "bytes"}.get(type(value), "double")
        yield "%s%s%s %s" % (indent, name, kind, _short(value))


def _short(value: Any) -> str:
    text = ascii(value) if isinstance(value, (str, bytes)) else str(value)
    return text if len(text) <= _SHOWN else "%s... (%d)" % (text[:_SHOWN], len(text))


class JsonFormatter(logging.Formatter):
    """One JSON object per record."""

    def format(self, record: logging.LogRecord) -> str:
        import json

        data: Dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + ".%03d" % record.msecs,
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": getattr(record, "event", None) or record.getMessage(),
        }
        data.update(getattr(record, "facts", {}))
        if record.exc_info:
            data["exception"] = self.formatException(record.exc_info)
        return json.dumps(data)


FORMATS: List[str] = ["text", "json"]


def log_handler(stream: Any, form: str) -> logging.Handler:
    """A handler that writes the logs in one of :data:`FORMATS`."""
    handler = logging.StreamHandler(stream)
    if form == "json":
        handler.setFormatter(JsonFormatter())
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    return handler
