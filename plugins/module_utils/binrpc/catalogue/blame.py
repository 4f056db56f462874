# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Which parameter a fault is about."""

from __future__ import annotations

import re

from .binding import WANTED
from .lookup import find
from .secrets import HIDDEN, secret_params
from .signatures import INT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence

    from ..faults import Fault
    from .notation import Method

_SENT = {str: "a text", int: "an int", float: "a float"}
_BAD_SCAN = re.compile(r"error at parameter ([0-9]+)")


def explain(fault: Fault, params: Sequence[Any] = ()) -> str:
    """Say which parameter is likely wrong, given what was sent; "" when there is no guess.

    Many methods answer "Not enough parameters" whenever one has the wrong type.
    """
    method = find(fault.method)
    if method is None or fault.meaning != "invalid":
        return ""
    doubts = []
    scanned = _BAD_SCAN.search(fault.text)
    if scanned is not None:
        index = int(scanned.group(1))
        if index < len(params):
            doubts.append(_doubt(method, index, params) or _name_of(method, index))
    if not doubts:
        found = [_doubt(method, index, params) for index in range(len(params))]
        doubts = [doubt for doubt in found if doubt]
    wanted = [p for p in method.params if not p.optional and not p.repeated]
    if len(params) < len(wanted):
        doubts.append("missing: " + ", ".join(param.name for param in wanted[len(params) :]))
    if not doubts:
        return ""
    return "; ".join(doubts) + ". Use: " + method.signature


def _name_of(method: Method, index: int) -> str:
    if not method.params:
        return ""
    param = method.params[min(index, len(method.params) - 1)]
    return "it is about parameter %d, %s" % (index + 1, param.name)


def _doubt(method: Method, index: int, params: Sequence[Any]) -> str:
    """Return what is wrong with this parameter as it was sent, or ""."""
    value = params[index]
    if index >= len(method.params) and not (method.params and method.params[-1].repeated):
        return "parameter %d is one too many" % (index + 1)
    param = method.params[min(index, len(method.params) - 1)]
    sent = str if isinstance(value, str) else float if isinstance(value, float) else type(value)
    sent = int if sent is bool else sent
    wanted = {"str": str, "int": int, "float": float}.get(param.type, sent)
    place = "parameter %d, %s, " % (index + 1, param.name)
    shown = HIDDEN if index in secret_params(method.name, params) else repr(value)
    if sent not in _SENT:
        return place + "was %s, which no method reads" % shown
    fits = param.converted and not (sent is float and wanted is str)
    if param.converted and wanted is int and sent is str:
        fits = INT.match(value) is not None
    if sent is not wanted and not fits:
        return place + "wants %s and was sent as %s (%s)" % (
            WANTED[param.type],
            _SENT[sent],
            shown,
        )
    if param.closed and str(value) not in param.words:
        return place + "is one of %s, not %s" % (", ".join(param.words), shown)
    return ""
