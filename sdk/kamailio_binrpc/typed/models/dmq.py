# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``dmq.*``: the distributed message queue."""

from typing import Annotated

from .base import Count, Model, OnOff, Port, Text


class DmqNode(Model):
    """``dmq.list_nodes``: one node.

    :ivar status: active, not_active, disabled, ...
    :ivar last_notification: seconds since 1970.
    :ivar local: it is this server.
    :ivar fail_count: from 6.1 on.
    """

    host: str
    port: Annotated[int | None, Port()] = None
    proto: Text = None
    resolved_ip: Text = None
    status: Text = None
    last_notification: Count = 0
    local: OnOff = False
    fail_count: Count | None = None
