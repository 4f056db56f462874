# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``rtpengine.*``: media relays."""

from typing import Annotated

from .base import Count, Model, NumberOr, Switch


class RtpengineNode(Model):
    """``rtpengine.show``: one node.

    :ivar disabled: not in use, by command or (up to 5.8) because it does not answer.
    :ivar active: it answers; None where the release does not tell.
    :ivar recheck_ticks: seconds until it is tried again; -1 never, None where the server says N/A.
    """

    url: str
    set: Count = 0
    index: Count = 0
    weight: Count = 0
    disabled: Annotated[bool, Switch(0, 1)] = False
    active: Annotated[bool | None, Switch(0, 1)] = None
    recheck_ticks: Annotated[Count | None, NumberOr("N/A")] = None


class RtpengineStatus(Model):
    """``rtpengine.ping`` and ``rtpengine.enable``.

    :ivar url: of the node, or "all".
    :ivar status: success or fail; enable, disable or fail.
    """

    url: str
    status: str

    @property
    def ok(self) -> bool:
        """Did it work?"""
        return self.status != "fail"
