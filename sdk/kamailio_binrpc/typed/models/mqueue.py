# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``mqueue.*``: queues of the configuration."""

from .base import Count, Model


class QueueSize(Model):
    """``mqueue.get_sizes``: one queue.

    :ivar size: number of entries.
    """

    name: str
    size: Count
