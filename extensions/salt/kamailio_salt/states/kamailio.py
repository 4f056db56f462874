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

from kamailio_binrpc.core.desired.escapes import visible
from kamailio_binrpc.core.desired.outcome import message
from kamailio_binrpc.core.dispatcher import LETTERS
from kamailio_binrpc.core.errors import BinrpcError
from kamailio_binrpc.desired import (
    CfgVariables,
    CoreLogLevel,
    DispatcherDestinations,
    DispatcherState,
    HashTableItem,
    NotEnsured,
    Resource,
    SharedVariable,
    StateError,
    ensure,
)
from kamailio_salt.server import connect

if TYPE_CHECKING:
    from collections.abc import Callable

    from kamailio_binrpc.desired import Outcome


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
    return _applied(name, connection, lambda: HashTableItem(table, str(key or name), value, expire))


def htable_item_absent(
    name: str, table: str, key: str | None = None, **connection: Any
) -> dict[str, Any]:
    """An item of a hash table is not there."""
    return _applied(name, connection, lambda: HashTableItem(table, str(key or name)))


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

    def build() -> Resource:
        if status not in LETTERS:
            known = ", ".join(LETTERS)
            raise StateError("status is one of %s, not %s" % (known, status))
        return DispatcherState(set_id, status, uri or name, probing=probing)

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
    return _applied(name, connection, lambda: DispatcherDestinations(set_id, [wanted]))


def dispatcher_destination_absent(
    name: str, set_id: int, uri: str | None = None, **connection: Any
) -> dict[str, Any]:
    """A destination is not in a set."""
    return _applied(name, connection, lambda: DispatcherDestinations(set_id, absent=[uri or name]))


def cfg_set(name: str, value: Any, **connection: Any) -> dict[str, Any]:
    """A variable of the configuration framework has this value.

    :param name: group and variable, with a dot between them.
    """

    def build() -> Resource:
        group, dot, variable = name.partition(".")
        if not dot:
            raise StateError("name is group.variable, such as core.debug, not %s" % name)
        return CfgVariables({group: {variable: value}})

    return _applied(name, connection, build)


def shv_set(name: str, value: Any, **connection: Any) -> dict[str, Any]:
    """A shared variable has this value; types count."""
    return _applied(name, connection, lambda: SharedVariable(name, value))


def debug_level(name: str, level: int, **connection: Any) -> dict[str, Any]:
    """The log level of the server is this."""
    return _applied(name, connection, lambda: CoreLogLevel(level))


def _applied(
    name: str, connection: dict[str, Any], build: Callable[[], Resource]
) -> dict[str, Any]:
    """Run the engine and put what it says into Salt's words."""
    settings = {key: value for key, value in connection.items() if not key.startswith("__")}
    busy_timeout = float(settings.pop("busy_timeout", 60))
    ret: dict[str, Any] = {"name": name, "changes": {}, "result": False, "comment": ""}
    test = bool(_given("__opts__")["test"])
    try:
        unknown = sorted(set(settings) - {"endpoint", "timeout"})
        if unknown:
            raise StateError("there is no option %s" % ", ".join(unknown))
        resource = build()
        with connect(_given("__salt__"), **settings) as server:
            outcome = ensure(server, resource, test, busy_timeout)
        ret["result"] = None if test and outcome.changed else True
        ret["comment"] = _comment(outcome, test)
    except NotEnsured as failure:
        outcome = failure.outcome
        ret["comment"] = str(failure)
    except (BinrpcError, ValueError) as error:
        ret["comment"] = message(error)
        outcome = None
    if outcome and outcome.changed:
        ret["changes"] = {"old": outcome.before, "new": outcome.after}
    if outcome and outcome.warnings:
        ret["warnings"] = outcome.warnings
    return visible(ret)  # type: ignore[no-any-return]


def _comment(outcome: Outcome, test: bool) -> str:
    if not outcome.changed:
        return "It is as wanted already."
    if test:
        return "It would be changed."
    text = "It was changed."
    if outcome.persisted_by:
        text += " This is lost at a restart, unless %s." % outcome.persisted_by
    return text


def _given(name: str) -> Any:
    """Return what Salt's loader puts into the module."""
    return globals()[name]
