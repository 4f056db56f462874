# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Change a running Kamailio, and only if it differs.

:depends: kamailio-binrpc

Every state takes ``endpoint`` and ``timeout`` besides its own options, and ``busy_timeout``:
seconds to go on trying while the server refuses because somebody else is at it, 60 unless given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kamailio_binrpc.core.errors import BinrpcError
from kamailio_salt.engine import _cfg, _dispatcher, _htable, _switches
from kamailio_salt.engine._ctl import message, visible
from kamailio_salt.engine._state import Area, StateError, apply
from kamailio_salt.server import connect

if TYPE_CHECKING:
    from collections.abc import Callable


def __virtual__() -> str:
    return "kamailio"


def htable_item_present(
    name: str,
    table: str,
    value: Any,
    key: str | None = None,
    expire: int | None = None,
    **connection: Any,
) -> dict[str, Any]:
    """An item of a hash table has this value; types count.

    :param name: the key, unless ``key`` is given.
    :param expire: seconds until it expires, 0 for never; left to the server unless given.
    """
    return _applied(name, connection, lambda: _htable.Item(table, str(key or name), value, expire))


def htable_item_absent(
    name: str, table: str, key: str | None = None, **connection: Any
) -> dict[str, Any]:
    """An item of a hash table is not there."""
    return _applied(name, connection, lambda: _htable.Item(table, str(key or name)))


def dispatcher_state(
    name: str,
    set_id: int,
    status: str,
    uri: str | None = None,
    probing: bool | None = None,
    **connection: Any,
) -> dict[str, Any]:
    """A destination has this status: active, inactive, disabled or trying.

    :param name: its URI, unless ``uri`` is given.
    :param probing: whether it is probed; left alone unless given.
    """

    def build() -> Area:
        if status not in _dispatcher.LETTERS:
            known = ", ".join(_dispatcher.LETTERS)
            raise StateError("status is one of %s, not %s" % (known, status))
        return _dispatcher.DestinationState(set_id, status, uri or name, probing=probing)

    return _applied(name, connection, build)


def dispatcher_destination_present(
    name: str,
    set_id: int,
    uri: str | None = None,
    priority: int | None = None,
    flags: int | None = None,
    attrs: str | None = None,
    **connection: Any,
) -> dict[str, Any]:
    """A destination is in a set; what is not given is left alone.

    :param name: its URI, unless ``uri`` is given.
    :param flags: for one that is added: sum of 1 inactive, 2 trying, 4 disabled, 8 probing.
    """
    wanted = {"uri": uri or name, "priority": priority, "flags": flags, "attrs": attrs}
    return _applied(name, connection, lambda: _dispatcher.Destinations(set_id, [wanted]))


def dispatcher_destination_absent(
    name: str, set_id: int, uri: str | None = None, **connection: Any
) -> dict[str, Any]:
    """A destination is not in a set."""
    return _applied(
        name, connection, lambda: _dispatcher.Destinations(set_id, absent=[uri or name])
    )


def cfg_set(name: str, value: Any, **connection: Any) -> dict[str, Any]:
    """A variable of the configuration framework has this value.

    :param name: group and variable, with a dot between them.
    """

    def build() -> Area:
        group, dot, variable = name.partition(".")
        if not dot:
            raise StateError("name is group.variable, such as core.debug, not %s" % name)
        return _cfg.Variables({group: {variable: value}})

    return _applied(name, connection, build)


def shv_set(name: str, value: Any, **connection: Any) -> dict[str, Any]:
    """A shared variable has this value; types count."""
    return _applied(name, connection, lambda: _switches.SharedVariable(name, value))


def debug_level(name: str, level: int, **connection: Any) -> dict[str, Any]:
    """The log level of the server is this."""
    return _applied(name, connection, lambda: _switches.CoreLevel(level))


def _applied(name: str, connection: dict[str, Any], build: Callable[[], Area]) -> dict[str, Any]:
    """Run the engine and put what it says into Salt's words."""
    settings = {key: value for key, value in connection.items() if not key.startswith("__")}
    busy_timeout = float(settings.pop("busy_timeout", 60))
    ret: dict[str, Any] = {"name": name, "changes": {}, "result": False, "comment": ""}
    test = bool(_given("__opts__")["test"])
    try:
        unknown = sorted(set(settings) - {"endpoint", "timeout"})
        if unknown:
            raise StateError("there is no option %s" % ", ".join(unknown))
        area = build()
        with connect(_given("__salt__"), **settings) as server:
            found = apply(area, server, test, busy_timeout, pause=server.pause)
    except (BinrpcError, ValueError) as error:
        ret["comment"] = visible(message(error) if isinstance(error, BinrpcError) else str(error))
        return ret
    if found["changed"]:
        ret["changes"] = {"old": found["before"], "new": found["after"]}
    if found["warnings"]:
        ret["warnings"] = found["warnings"]
    if found["failed"]:
        ret["comment"] = found["msg"]
    elif not found["changed"]:
        ret.update(result=True, comment="It is as wanted already.")
    elif test:
        ret.update(result=None, comment="It would be changed.")
    else:
        ret.update(result=True, comment=_changed(found))
    return ret


def _changed(found: dict[str, Any]) -> str:
    lost = found.get("lost")
    text = "It was changed."
    return "%s This is lost at a restart, unless %s." % (text, lost) if lost else text


def _given(name: str) -> Any:
    """Return what Salt's loader puts into the module."""
    return globals()[name]
