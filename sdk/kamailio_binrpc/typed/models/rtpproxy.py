# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``rtpproxy.*``: media relays."""

from typing import Annotated

from .base import Count, Model, OnOff, wire


class RtpproxyNode(Model):
    """``rtpproxy.list``: one node.

    :ivar recheck: the tick of the server's clock at which it is tried again.
    """

    set: Annotated[Count, wire("setid")]
    url: str
    index: Count = 0
    disabled: OnOff = False
    weight: Count = 0
    recheck: Count = 0
