# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Faults as exceptions, classed by what they mean.

Kamailio's codes do not tell: "no such key" is 404 here, 500 there and 400 elsewhere. Code,
text and method together do.

::

    Fault(code, text, method)
    ├── MethodNotFound      no loaded module has that method: did not run
    ├── BadRequest          the server could not read the request: did not run
    ├── TooFast             refused for rpc_exec_delta: did not run
    ├── Busy                a reload is under way or was too recently: changed nothing
    ├── InvalidParams       missing or of the wrong type: changed nothing
    ├── NotFound            the thing that was asked for does not exist
    ├── AlreadyExists       the thing that was to be added does
    └── ReplyTooLarge       the reply outgrew a buffer of ctl
"""

from __future__ import annotations

from .errors import BinrpcError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Optional, Tuple, Type


class Fault(BinrpcError):
    """The server's answer is a fault.

    :ivar code: the number, as sent (400, 404, 500, ...).
    :ivar text: the text as sent; some end in a newline.
    :ivar method: the method that was called.
    :ivar remedy: one sentence of advice, or "".
    :ivar meaning: ``absent``, ``exists``, ``busy``, ``invalid``, ``empty`` (there is nothing to
        list: as good as an empty reply), ``refused`` (the configuration or build does not allow
        it), or "" when it is not known.
    """

    executed: Optional[bool] = True
    meaning = ""
    remedy = ""

    def __init__(self, code: int, text: str, method: str = "") -> None:
        super().__init__(code, text, method)
        self.code = code
        self.text = text
        self.method = method

    def __str__(self) -> str:
        name = self.method + ": " if self.method else ""
        advice = ". " + self.remedy if self.remedy else ""
        return "%sfault %d: %s%s" % (name, self.code, self.text.strip() or "(no text)", advice)


class MethodNotFound(Fault):
    """No module that is loaded offers the method; nothing ran."""

    executed = False
    remedy = "See system.listMethods; the module that offers it may not be loaded"


class BadRequest(Fault):
    """The server could not read the request; it closes a stream after saying so."""

    executed: Optional[bool] = False
    remedy = "Is something between client and server changing bytes, or is it another protocol?"


class TooFast(Fault):
    """Refused before running because of the core parameter rpc_exec_delta."""

    executed = False
    meaning = "busy"
    remedy = "Call again after rpc_exec_delta seconds"


class Busy(Fault):
    """A reload is under way, or the last one is too recent; nothing was changed."""

    executed = False
    meaning = "busy"
    remedy = "Call again after the module's reload_delta (5 s unless set)"


class InvalidParams(Fault):
    """A parameter is missing or has another type than the method reads."""

    executed = False
    meaning = "invalid"
    remedy = (
        "Check the number of parameters and their types: a number in text must be sent as a "
        "string, an integer as an int (a missing-parameter text usually means a wrong type)"
    )


class NotFound(Fault):
    """The parameters name something that does not exist, or there is nothing to list."""

    meaning = "absent"


class AlreadyExists(Fault):
    """The parameters describe something that exists already."""

    meaning = "exists"


class ReplyTooLarge(Fault):
    """The reply outgrew one of ctl's buffers; the method itself has run.

    :ivar modparam: the parameter of the ctl module that sets that buffer.
    """

    modparam = "binrpc_max_body_size"

    @property
    def remedy(self) -> str:  # type: ignore[override]
        return 'Raise modparam("ctl", "%s", KiB) in the configuration%s' % (
            self.modparam,
            self._other,
        )

    @property
    def _other(self) -> str:
        if self.modparam == "binrpc_max_body_size":
            return ""
        return ", or binrpc_max_body_size if that is not it"


class StructTooLarge(ReplyTooLarge):
    """The buffer of a single struct was too small."""

    modparam = "binrpc_struct_max_body_size"


# The first rule with a part that is in the lower-case text wins; codes come after them.
_RULES: List[Tuple[Type[Fault], Tuple[str, ...]]] = [
    (TooFast, ("command executed too fast",)),
    (Busy, ("ongoing reload", "too short reload interval", "initializing - try later")),
    (ReplyTooLarge, ("buffer too small (overflow)",)),
    (StructTooLarge, ("internal error creating", "internal error adding", "error creating rpc")),
    (
        InvalidParams,
        (
            "error at parameter ",
            "not enough parameters",
            "invalid parameter",
            "invalid number of parameters",
            "name expected",
            "names expected",
            "value expected",
        ),
    ),
    (AlreadyExists, ("already exist", "already added", "is already ")),
    (
        NotFound,
        (
            "not found",
            "doesn't exist",
            "does not exist",
            "no such ",
            "unknown pipe",
            "non-existent",
            "no destination sets",
            "no htables",
            "no address table",
            "no subnet table",
            "cache empty",
        ),
    ),
]
_CODES = {404: NotFound, 409: AlreadyExists}
_MEANINGS = {
    "absent": NotFound,
    "busy": Busy,
    "empty": NotFound,
    "exists": AlreadyExists,
    "invalid": InvalidParams,
    "refused": Fault,
}


def make_fault(code: int, text: str, method: str = "") -> Fault:
    """Choose the class of a fault from its code, text and method."""
    # ctl and fifo spell it differently; system.methodHelp's own text names no method.
    if text in ("command %s not found" % method, "Command '%s' not found" % method):
        return MethodNotFound(code, text, method)
    if code == 400 and text.startswith("bad request"):
        return BadRequest(code, text, method)
    # Only an answer that is a fault pays for the table.
    from .catalogue.meanings import meaning_of

    meaning = meaning_of(method, text)
    if meaning:
        fault = _MEANINGS[meaning](code, text, method)
        fault.meaning = meaning
        return fault
    lower = text.lower()
    for kind, parts in _RULES:
        if any(part in lower for part in parts):
            return kind(code, text, method)
    return _CODES.get(code, Fault)(code, text, method)
