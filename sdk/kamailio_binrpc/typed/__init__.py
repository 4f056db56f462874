# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Clients whose calls are methods with types, and whose answers are pydantic models.

>>> from kamailio_binrpc.typed import Kamailio
>>> with Kamailio("unix:/run/kamailio/kamailio_ctl") as kamailio:  # doctest: +SKIP
...     for group in kamailio.dispatcher.list():
...         print(group.id, [destination.uri for destination in group.destinations])

:class:`AsyncKamailio` has the same methods, to be awaited. Both are named after the RPCs: what is
``module.someName`` there is ``module.some_name`` here. The models are in :mod:`models`.

``asynchronous/`` is written by hand; ``blocking/`` is made from it by ``tools/typed.py``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .asynchronous.client import AsyncKamailio
    from .blocking.client import Kamailio
    from .errors import ReportedFailure, UnexpectedReply

__all__ = ["AsyncKamailio", "Kamailio", "ReportedFailure", "UnexpectedReply"]

_HOMES = {
    "AsyncKamailio": "asynchronous.client",
    "Kamailio": "blocking.client",
    "ReportedFailure": "errors",
    "UnexpectedReply": "errors",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    from .._hints import complete_for

    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    complete_for(value)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
