# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A method's view of request and reply: Kamailio's RPC API (docs/protocol.md#rpc-api).

:class:`Context` has the part that does not depend on the protocol; the text protocol has
its own in :mod:`.fifo_context`.

==================================  ================================================
Kamailio                            here
==================================  ================================================
``rpc->scan(c, "s*d", &a, &b)``     ``values = ctx.scan("s*d")``
``rpc->add(c, "sd", a, b)``         ``ctx.add("sd", a, b)``
``rpc->add(c, "{", &th)``           ``th = ctx.add("{")``
``rpc->struct_add(th, "sd", ...)``  ``th.add("sd", "name", a, "number", b)``
``rpc->struct_add(th, "[", ...)``   ``list = th.add("[", "name")``
``rpc->array_add(list, "d", a)``    ``list.append("d", a)``
``rpc->rpl_printf(c, ...)``         ``ctx.printf("%d of %d" % (a, b))``
``rpc->struct_printf(th, n, ...)``  ``th.printf(n, "...")``
``rpc->fault(c, 404, "...")``       ``raise Fault(404, "...")`` or ``ctx.fault(...)``
``rpc->send(c)``                    ``ctx.send()``
==================================  ================================================
"""

from __future__ import annotations

import logging

from .. import wire
from ..decoding import decode_records
from ..errors import EncodeError
from ..faults import Fault
from ..values import Struct
from .convert import convert, plain
from .output import (
    Body,
    fault_packet,
    flat_records,
    reply_pieces,
    string_record,
    string_records,
    text_record,
    to_bytes,
    value_record,
)
from .reader import ReadError, RecordReader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List, Optional, Union

    from .registry import Method
    from .state import LabState

log = logging.getLogger(__name__)

_TYPES = dict.fromkeys("btdu", wire.INT)
_TYPES.update(dict.fromkeys("fljLJ", wire.DOUBLE))
_TYPES.update(dict.fromkeys("sS", wire.STR))


_ONLY_TEXT = {str}


class Scanned(list):  # type: ignore[type-arg]
    """The values that a scan read.

    :ivar count: what Kamailio's ``scan`` returns: their number, negated after a failure.
    """

    __slots__ = ("count",)
    count: int  # type: ignore[assignment]  # list has a method of that name

    def __init__(self) -> None:
        super().__init__()
        self.count = 0


class Context:
    """One call of a method; see the table above.

    :ivar method: the method's name.
    :ivar state: the server's :class:`~.state.LabState`.
    :ivar caller: who asks, a :class:`~.caller.Caller` (None when called without a server).
    :ivar replied: the fault or the reply has left; what is added now goes nowhere.
    """

    __slots__ = ("caller", "method", "replied", "state")

    def __init__(self, method: str, state: LabState, caller: Any) -> None:
        self.method = method
        self.state = state
        self.caller = caller
        self.replied = False

    def scan(self, fmt: str) -> Scanned:
        """Read the next parameters; ``.`` before a character converts, ``*`` makes the rest
        optional. Positions persist between calls.
        """
        raise NotImplementedError

    def add(self, fmt: str, *values: Any) -> Any:
        """Add values to the reply; ``{`` and ``[`` take none and return a handle.

        :returns: the last handle, or False after a failure, else True.
        """
        raise NotImplementedError

    def printf(self, text: str) -> bool:
        """Add a text value, unless it is too long for ``binrpc_buffer_size``."""
        raise NotImplementedError

    def fault(self, code: int, text: str) -> None:
        """Answer with a fault at once; what was added is thrown away."""
        raise NotImplementedError

    def send(self) -> None:
        """Answer now with what was added."""
        raise NotImplementedError

    def take_room(self) -> None:
        """Leave no room in the reply: whatever the method adds does not fit."""
        raise NotImplementedError

    # --- the Python surface

    @property
    def params(self) -> List[Any]:
        """The parameters that were not scanned yet, as what they were sent: texts over the text
        protocol, else the values of their records.

        :raises DecodeError: they are malformed.
        """
        raise NotImplementedError

    def run(self, method: Method) -> Any:
        """Call a method's function; returns an awaitable if it is async, else None."""
        try:
            if method.scan is None:
                result = method.function(self)
            elif not method.scan:
                result = method.function()
            else:
                values = self.scan(method.scan)
                if values.count < method.required:
                    if method.missing:
                        self.fault(*method.missing)
                    return None
                result = method.function(*values)
            if hasattr(result, "__await__"):
                return self._finish(result)
            if result is not None:
                self.add_result(result)
        except Exception as error:  # noqa: BLE001 - a method's bug must not stop the server
            self._failed(error)
        return None

    async def _finish(self, awaitable: Any) -> None:
        try:
            self.add_result(await awaitable)
        except Exception as error:  # noqa: BLE001
            self._failed(error)

    def _failed(self, error: Exception) -> None:
        if isinstance(error, Fault):
            self.fault(error.code, error.text)
            return
        log.error("method %s failed", self.method, exc_info=error)
        self.fault(500, "Internal error: %s: %s" % (type(error).__name__, str(error)[:150]))

    def add_result(self, result: Any) -> None:
        """Add what a function returned: nothing for None, each of a list's or generator's."""
        if result is None:
            return
        if isinstance(result, (list, tuple)) or hasattr(result, "__next__"):
            for value in result:
                self.add_value(value)
        else:
            self.add_value(result)

    def add_value(self, value: Any) -> None:
        """Add one value in the record of its Python type: int, float, str or bytes, Struct or
        dict; a list becomes a struct of values without names.

        :raises EncodeError: an int outside 32 bits, or another type.
        """
        char = _format_of(value)
        if char == "{":
            _fill(self.add("{"), value)
        elif char == "[":
            _fill(self.add("["), Struct.of(*value))
        else:
            self.add(char, value)


def _format_of(value: Any) -> str:
    if isinstance(value, (str, bytes)):
        return "S"
    if isinstance(value, int):
        if not wire.INT_MIN <= value <= wire.UINT_MAX:
            raise EncodeError("%d does not fit an int record; return a float" % value)
        return "d"
    if isinstance(value, float):
        return "f"
    if hasattr(value, "items"):
        return "{"
    if isinstance(value, (list, tuple)):
        return "["
    raise EncodeError("no binrpc form for %s" % type(value).__name__)


def _fill(handle: Any, members: Any) -> None:
    """Add a Struct's members to a handle; a member that does not fit is left out."""
    if not handle:
        return
    for name, value in members.items():
        char = _format_of(value)
        inner = () if char in "{[" else (value,)
        if name is None:
            added = handle.append(char, *inner)
        else:
            added = handle.add(char, name, *inner)
        if char == "{":
            _fill(added, value)
        elif char == "[":
            _fill(added, Struct.of(*value))


class Handle:
    """A struct, or what Kamailio's source calls an array, of a binrpc reply."""

    __slots__ = ("_body", "_context")

    def __init__(self, context: BinrpcContext, body: Body) -> None:
        self._context = context
        self._body = body

    def add(self, fmt: str, *pairs: Any) -> Any:
        """Add members: for each format character a name and, except for ``{`` and ``[``, a
        value. As in Kamailio the first ``{`` or ``[`` ends the call.

        :returns: the handle of that struct, True, or False once a member did not fit (it and
            those after it are left out).
        """
        items = iter(pairs)
        for char in fmt:
            name = text_record(to_bytes(next(items), "s"), wire.AVP)
            if char in "{[":
                return self._open(name)
            record = value_record(char, next(items))
            if record is None or not self._body.add(name + record):
                return self._left_out(char)
        return True

    def append(self, fmt: str, *values: Any) -> Any:
        """Add values without names, else as :meth:`add`."""
        items = iter(values)
        for char in fmt:
            if char in "{[":
                return self._open(b"")
            record = value_record(char, next(items))
            if record is None or not self._body.add(record):
                return self._left_out(char)
        return True

    def printf(self, name: str, text: str) -> bool:
        """Add a text member, unless it is too long for ``binrpc_buffer_size``."""
        data = self._context.formatted(text)
        return data is not None and bool(self.add("S", name, data))

    def _open(self, name: bytes) -> Any:
        body = self._body.open(name, self._context.state.struct_limit)
        return self._left_out("{") if body is None else Handle(self._context, body)

    def _left_out(self, char: str) -> bool:
        log.error("%s: no room or no format for a %r member", self._context.method, char)
        return False


class BinrpcContext(Context):
    """A call over binrpc.

    :param data: holds the parameter records in ``[start:end]``.
    :ivar pieces: the answer once ``replied``: see :mod:`.output`.
    """

    __slots__ = (
        *("_body", "_cookie", "_data", "_end", "_prepared", "_reader", "_scanned"),
        "pieces",
    )

    def __init__(
        self,
        method: str,
        state: LabState,
        caller: Any,
        data: bytes,
        start: int,
        end: int,
        cookie: int,
    ) -> None:
        super().__init__(method, state, caller)
        self._cookie = cookie
        self._data = data
        self._end = end
        self._reader = RecordReader(data, start, end, state.int_as_double)
        self._body = Body(state.body_limit)
        self._scanned = 0
        self._prepared = ""
        self.pieces: List[bytes] = []

    def scan(self, fmt: str) -> Scanned:
        self._prepared = ""
        values = Scanned()
        always = bool(self.state.autoconversion)
        converting = always
        optional = False
        for char in fmt:
            if char == "*":
                optional = True
                continue
            if char == ".":
                converting = True
                continue
            want = _TYPES.get(char)
            if want is None:
                self._refuse(char)
                values.count = -len(values)
                return values
            try:
                if converting:
                    # Named in the fault: what was there, not what was wanted.
                    want = wire.ANY
                    record = self._reader.read()
                    want = record.type
                    values.append(convert(record, char))
                else:
                    values.append(plain(self._reader.read(want), char))
            except ReadError as error:
                values.count = len(values)
                if not optional or error.code not in (wire.E_EOP, wire.E_MORE_DATA):
                    values.count = -len(values)
                    if error.type is not None and converting:
                        want = error.type
                    self._prepare(want, error.code)
                return values
            self._scanned += 1
            converting = always
        values.count = len(values)
        return values

    def add_result(self, result: Any) -> None:
        kind = type(result)
        if kind is str:
            if not self._body.add(string_record(result)):
                self._overflow("S")
        elif kind is Struct:
            self._add_struct(result)
        elif kind is list and set(map(type, result)) == _ONLY_TEXT:
            if not self._body.add(string_records(result)):
                super().add_result(result)
        elif kind is list and result and result[0].__class__ is Struct:
            for value in result:
                self.add_value(value)
        else:
            super().add_result(result)

    def add_value(self, value: Any) -> None:
        if value.__class__ is Struct:
            self._add_struct(value)
        else:
            super().add_value(value)

    def _add_struct(self, value: Struct) -> None:
        """Add a struct; at once, if it has only plain members and they all fit."""
        records = flat_records(value._flat)
        if records is None or len(records) > self.state.struct_limit:
            super().add_value(value)
        elif not self._body.add_struct(records):
            self._overflow("{")

    @property
    def params(self) -> List[Any]:
        return decode_records(self._data, self._reader.offset, self._end)

    def _refuse(self, char: str) -> None:
        if char == "{":
            self.fault(500, "internal server error, type %d not supported" % wire.STRUCT)
        else:
            self.fault(500, "internal server error, invalid format char '%s'" % char)

    def _prepare(self, kind: int, code: int) -> None:
        """Keep the fault that is sent if the method neither faults nor adds anything."""
        self._prepared = "error at parameter %d: expected %s type but %s" % (
            self._scanned,
            wire.RECORD_TYPES.get(kind, "<unknown/error>"),
            wire.ERROR_TEXTS[code],
        )

    def add(self, fmt: str, *values: Any) -> Any:
        items = iter(values)
        result: Any = True
        for char in fmt:
            if char in "{[":
                body = self._body.open(b"", self.state.struct_limit)
                if body is None:
                    return self._overflow(char)
                result = Handle(self, body)
                continue
            record = value_record(char, next(items))
            if record is None:
                self.fault(500, "Internal server error: invalid formatting character '%s'" % char)
                return False
            if not self._body.add(record):
                return self._overflow(char)
        return result

    def _overflow(self, char: str) -> bool:
        self.fault(
            500,
            "Internal server error processing '%s': %s (%d)"
            % (char, wire.ERROR_TEXTS[wire.E_OVERFLOW], wire.E_OVERFLOW),
        )
        return False

    def formatted(self, text: str) -> Optional[bytes]:
        """Cut a printf value as the printf buffer does; None if it is too long for it."""
        data = to_bytes(text)
        room = self.state.printf_limit
        if len(data) == room and self.state.printf_off_by_one:
            return data[:-1] + b"\0"
        if len(data) >= room:
            log.error("%s: a printf value of %d bytes is left out", self.method, len(data))
            return None
        return data

    def printf(self, text: str) -> bool:
        data = self.formatted(text)
        return data is not None and bool(self.add("S", data))

    def take_room(self) -> None:
        self._body = Body(0)

    def fault(self, code: int, text: Union[str, bytes]) -> None:
        if self.replied:
            log.error("%s: tried to reply more than once", self.method)
            return
        packet = fault_packet(self._cookie, code, to_bytes(text, "s"))
        if packet is None and self.state.sane:
            packet = fault_packet(
                self._cookie,
                code if 0 <= code <= 0xFFFF else 500,
                to_bytes(text, "s")[:254],
            )
        if packet is None:
            log.error("%s: the fault %d %.40r... cannot be sent", self.method, code, text)
            return
        self.replied = True
        self.pieces = [packet]

    def send(self) -> None:
        if self.replied:
            log.error("%s: tried to reply more than once", self.method)
            return
        self.replied = True
        self.pieces = reply_pieces(self._cookie, self._body)

    def conclude(self) -> List[bytes]:
        """Decide what is sent after the method has returned (docs/protocol.md#what-is-sent)."""
        if not self.replied and self._prepared and self._body.empty:
            self.fault(400, self._prepared)
        if not self.replied:
            self.send()
        return self.pieces
