# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events on Salt's bus when something changes in a running Kamailio.

:depends: kamailio-binrpc

The events are those of the collection's event source. The last part of the tag is the event's
``type``: ``salt/beacon/edge1/kamailio/changed``.

.. code-block:: yaml

    beacons:
      kamailio:
        - methods:
            - dispatcher.list
            - method: htable.dump
              params: [features]
        - interval: 10

Besides ``methods`` (``dispatcher.list`` unless given) and ``initial`` (whether all that the first
call finds is new), it takes the options that say which server: those of the states.
"""

from __future__ import annotations

from typing import Any

from kamailio_binrpc.core.desired.calls import Calls
from kamailio_binrpc.core.desired.drive import drive
from kamailio_binrpc.core.desired.escapes import visible
from kamailio_binrpc.core.errors import BinrpcError
from kamailio_binrpc.core.watching import WatchedServer, check_names
from kamailio_salt.server import CONNECTION, Server

OPTIONS = ("methods", "initial", *CONNECTION.fields)
# Salt looks at these itself.
OF_SALT = ("interval", "disable_during_state_run", "beacon_module", "_beacon_name", "enabled")

METHODS = ["dispatcher.list"]


def __virtual__() -> str:
    return "kamailio"


def validate(config: list[dict[str, Any]]) -> tuple[bool, str]:
    """Say whether a beacon's configuration can be understood, and why not."""
    try:
        options = _options(config)
        _watched(options)
        Server(_given("__salt__"), _connection(options)).connect().close()  # no call, no contact
    except (BinrpcError, ValueError) as error:
        return False, str(error)
    return True, "Valid beacon configuration"


def beacon(config: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what has changed since the call before."""
    options = _options(config)
    server, watched = _remembered(options)
    with server.connect() as client:
        watched.address = str(client.address)
        events = drive(watched.round(options.get("initial") is True), Calls(client))
    return [{"tag": event["type"], **event} for event in visible(events)]


def _remembered(options: dict[str, Any]) -> tuple[Server, WatchedServer]:
    """Return what is watched, the same from call to call while the options are the same."""
    context = _given("__context__").setdefault("kamailio_beacon", {})
    key = repr(sorted(options.items()))
    if key not in context:
        server = Server(_given("__salt__"), _connection(options))
        context[key] = server, _watched(options, server.name)
    return context[key]  # type: ignore[no-any-return]


def _watched(options: dict[str, Any], name: str = "") -> WatchedServer:
    methods = options.get("methods")
    if methods is None:
        methods = METHODS
    if isinstance(methods, (str, dict)):
        methods = [methods]
    if not methods or not isinstance(methods, list):
        raise ValueError(f"methods is a list of at least one method, not {methods!r}")
    return WatchedServer(name, "", methods)


def _options(config: Any) -> dict[str, Any]:
    """Join the list of mappings, as which Salt hands over a beacon's options."""
    if not isinstance(config, list) or not all(isinstance(each, dict) for each in config):
        raise ValueError(f"the beacon's options are a list of mappings, not {config!r}")
    found = {name: value for each in config for name, value in each.items()}
    options = {name: value for name, value in found.items() if name not in OF_SALT}
    check_names(options, OPTIONS, "the beacon kamailio")
    if not isinstance(options.get("initial", False), bool):
        raise ValueError(f"initial is true or false, not {options['initial']!r}")
    return options


def _connection(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name in CONNECTION.fields}


def _given(name: str) -> Any:
    """Return what Salt's loader puts into the module."""
    return globals()[name]
