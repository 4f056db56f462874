# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which server a function talks to, and how long it waits for it."""

from __future__ import annotations

from typing import Any

from kamailio_binrpc import Client, load_config
from kamailio_binrpc.core.desired.options import Option, Options

CONNECTION = Options(
    {
        "endpoint": Option(),
        "timeout": Option("float", above=0),
        "connect_wait": Option("float", low=0),
        "busy_timeout": Option("float", low=0),
        "config_file": Option(),
    }
)
"""Options that all functions take, and that Salt's configuration can set."""

DEFAULTS: dict[str, Any] = {
    "endpoint": "unix:/run/kamailio/kamailio_ctl",
    "timeout": 5.0,
    "connect_wait": 0.0,
    "busy_timeout": 60.0,
}


class Server:
    """The server that options mean.

    An option of a function comes first, then ``kamailio`` in the minion's configuration or
    pillar, then ``[defaults]`` of the file that names endpoints.

    :param salt: Salt's ``__salt__``.
    :param given: values of CONNECTION.
    :ivar name: of the endpoint; its address if it has no other.
    :ivar busy_timeout: seconds.
    :raises BinrpcError, ValueError: the options are wrong.
    """

    def __init__(self, salt: Any, given: dict[str, Any]) -> None:
        chosen = _set(CONNECTION.check(_configured(salt))) | _set(CONNECTION.check(given))
        config = load_config(chosen.get("config_file"))
        chosen = DEFAULTS | config.defaults | chosen
        selected = list(config.select([chosen["endpoint"]]).items())
        if len(selected) != 1:
            raise ValueError(
                "%s is a group of %d endpoints; give one endpoint"
                % (chosen["endpoint"], len(selected))
            )
        self.name, self._address = selected[0]
        self._timeout = chosen["timeout"]
        self._connect_wait = chosen["connect_wait"]
        self.busy_timeout: float = chosen["busy_timeout"]

    def connect(self) -> Client:
        """Return a client; it connects with its first call."""
        return Client(self._address, self._timeout, connect_wait=self._connect_wait)


def _configured(salt: Any) -> dict[str, Any]:
    found = salt["config.get"]("kamailio", {})
    if not hasattr(found, "items"):
        raise ValueError("kamailio in Salt's configuration is %r; write a mapping" % (found,))
    # Formulas may keep values of their own there.
    return {name: value for name, value in found.items() if name in CONNECTION.fields}


def _set(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
