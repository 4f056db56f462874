# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Asks a server everything that changes nothing, and keeps the answers in a :class:`Recording`."""

from __future__ import annotations

from ..catalogue.reading import is_read_only
from ..catalogue.secrets import SECRET_NAME
from ..faults import Fault
from ..masking import hide_reply
from ..values import Struct
from .recording import Recording

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Iterable, Iterator, Optional, Sequence, Tuple

    Call = Callable[..., Sequence[Any]]


def _tables(values: Sequence[Any]) -> Iterator[Tuple[Any, ...]]:
    for table in values:
        if isinstance(table, Struct) and "name" in table:
            yield (table["name"],)


def _settings(values: Sequence[Any]) -> Iterator[Tuple[Any, ...]]:
    groups = []
    for line in values:
        group, _other, name = str(line).partition(": ")
        if group not in groups:
            groups.append(group)
            yield (group,)
        yield (group, name)


def _groups(values: Sequence[Any]) -> Iterator[Tuple[Any, ...]]:
    for name in values:
        yield (name,)


# Calls whose parameters come from another method's reply.
_FOLLOWING: Dict[str, Tuple[str, Callable[[Sequence[Any]], Iterable[Tuple[Any, ...]]]]] = {
    "htable.dump": ("htable.listTables", _tables),
    "cfg.get": ("cfg.list", _settings),
    "cnt.var_list": ("cnt.grps_list", _groups),
    "cnt.grp_get_all": ("cnt.grps_list", _groups),
}

_ALSO: Dict[str, Tuple[Tuple[Any, ...], ...]] = {
    "dispatcher.list": (("full",), ("short",)),
    "stats.get_statistics": (("all",),),
    "stats.fetch": (("all",),),
    "stats.fetchn": (("all",),),
    "rtpengine.show": (("all",),),
    "core.shmmem": (("k",), ("m",)),
    "ul.dump": (("brief",),),
    "mod.stats": (("all", "all"),),
    "siptrace.status": (("check",),),
}


def record_server(
    call: Call,
    also: Iterable[Sequence[Any]] = (),
    secret: Any = SECRET_NAME,
    on_call: Optional[Callable[[str, Sequence[Any]], None]] = None,
) -> Recording:
    """Make every call that is known to change nothing, and keep the outcomes.

    :param call: ``Client.call``.
    :param also: further calls, ``(method, *params)`` each; only what is read-only.
    :param secret: a pattern: members of such names are masked.
    :param on_call: told of each call before it is made.
    :raises ValueError: one of ``also`` is not known to be read-only.
    :raises BinrpcError: no usable answer, for another reason than a fault.
    """
    more = [(str(each[0]), tuple(each[1:])) for each in also]
    for method, params in more:
        if not is_read_only(method, params):
            raise ValueError("%s is not known to change nothing; it is not called" % method)
    recording = Recording()

    def ask(method: str, params: Sequence[Any] = ()) -> Sequence[Any]:
        if on_call is not None:
            on_call(method, params)
        try:
            values = list(call(method, *params))
        except Fault as fault:
            recording.add(method, params, fault)
            return ()
        recording.add(method, params, hide_reply(method, values, params, secret))
        return values

    version = ask("core.version")
    recording.server = str(version[0]).strip() if version else ""
    names = ask("system.listMethods")
    sources: Dict[str, Sequence[Any]] = {}
    for name in names:
        if name not in ("core.version", "system.listMethods") and _wants_nothing(name):
            sources[name] = ask(name)
    for name in names:
        for params in _ALSO.get(name, ()):
            if is_read_only(name, params):
                ask(name, params)
        source, function = _FOLLOWING.get(name, ("", _groups))
        for params in function(sources.get(source, ())):
            ask(name, params)
    for method, params in more:
        ask(method, params)
    for name in names:
        try:
            recording.helps[name] = str(call("system.methodHelp", name)[0])
        except (Fault, IndexError):
            continue
    return recording


def _wants_nothing(name: str) -> bool:
    from ..catalogue.lookup import find

    if not is_read_only(name):
        return False
    known = find(name)
    return known is None or all(param.optional for param in known.params)
