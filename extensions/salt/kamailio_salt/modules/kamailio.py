# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask and change a running Kamailio through its ctl module.

:depends: kamailio-binrpc

Every function takes ``endpoint``, ``timeout``, ``connect_wait`` and ``config_file``, as the states
do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salt.exceptions import CommandExecutionError

from kamailio_binrpc.core import facts as core_facts
from kamailio_binrpc.core.desired.call import remember_secrets
from kamailio_binrpc.core.desired.escapes import for_people, visible
from kamailio_binrpc.core.desired.outcome import message
from kamailio_binrpc.core.dispatcher import destinations as in_words
from kamailio_binrpc.core.errors import BinrpcError
from kamailio_binrpc.core.masking import Secrets, hide_reply
from kamailio_binrpc.core.params import from_mapping
from kamailio_binrpc.core.views import reply_to_json
from kamailio_salt.server import Server

if TYPE_CHECKING:
    from kamailio_binrpc import Client

__load__ = ["destinations", "facts_", "rpc"]
__func_alias__ = {"facts_": "facts"}


def __virtual__() -> str:
    return "kamailio"


def rpc(method: str, *params: Any, reveal: bool = False, **connection: Any) -> Any:
    """Call a method and return its value, or the list of its values if it is not one.

    Secrets in the reply, such as the passwords of ``uac.reg_dump``, are returned as ``(hidden)``
    unless ``reveal`` is true. Minion and master keep what is returned.

    Numbers are sent as such, booleans as 1 or 0. A mapping with ``type`` and ``value`` forces a
    type. Whether the method changes something is not looked at.

    CLI Example:

    .. code-block:: bash

        salt '*' kamailio.rpc core.version
        salt '*' kamailio.rpc htable.get features recording endpoint=tcp:127.0.0.1:2049
    """
    try:
        sent = [from_mapping(param) for param in params]
        with _connect(connection) as server:
            reply = server.call(method, *sent)
    except (BinrpcError, ValueError) as error:
        secrets = Secrets()
        remember_secrets({"method": method, "params": params}, secrets)
        raise CommandExecutionError(for_people(secrets.hide(message(error)))) from None
    values = reply_to_json(reply if reveal else hide_reply(method, reply, sent), method)
    return visible(values[0] if len(values) == 1 else values)


def facts_(*subset: str, **connection: Any) -> dict[str, Any]:
    """Return facts about the server: version, uptime, modules, listeners and others.

    Names of facts choose from them, as ``gather_subset`` does with Ansible.

    CLI Example:

    .. code-block:: bash

        salt '*' kamailio.facts version uptime
    """
    try:
        parts = core_facts.select(subset or ("all",))
        with _connect(connection) as server:
            found = core_facts.gather(server.call, parts)
    except (BinrpcError, ValueError) as error:
        raise CommandExecutionError(for_people(message(error))) from error
    return visible(found)  # type: ignore[no-any-return]


def destinations(**connection: Any) -> list[dict[str, Any]]:
    """Return the destinations of all dispatcher sets, their states in words.

    CLI Example:

    .. code-block:: bash

        salt '*' kamailio.destinations
    """
    values = rpc("dispatcher.list", **connection)
    return in_words([values])


def _connect(connection: dict[str, Any]) -> Client:
    given = {name: value for name, value in connection.items() if not name.startswith("__")}
    return Server(_given("__salt__"), given).connect()


def _given(name: str) -> Any:
    """Return what Salt's loader puts into the module."""
    return globals()[name]
