# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``cnxcc.*``: calls that are charged."""

from .base import Model, Size, Text


class CnxccStats(Model):
    """``cnxcc.stats``: numbers of calls.

    :ivar dropped: those that ended because the credit was used up.
    """

    info: Text = None
    active: Size
    dropped: Size = 0
    total: Size = 0
