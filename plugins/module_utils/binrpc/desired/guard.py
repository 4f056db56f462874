# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The guard of what is taken out of service: enough others have to be left to take the calls."""

from __future__ import annotations

from .resource import StateError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional


def check_left(left: int, taken: int, least: Optional[int], whole: bool, what: str) -> None:
    """Refuse a change after which too few are left in service.

    A change that takes none of those in service is never refused, so that what is out already can
    be said to be out.

    :param left: how many stay in service.
    :param taken: how many go out of service.
    :param least: how many have to stay; None for 1, and for 0 with ``whole``.
    :param whole: all of them are meant to go.
    :param what: words such as "active destinations would be left in set 1".
    :raises StateError: too few are left.
    """
    if least is None:
        least = 0 if whole else 1
    if taken and left < least:
        raise StateError(
            "only %d %s, and at least %d must stay. Bring others back first, or set "
            "at_least_active (in a file: min_enabled)" % (left, what, least)
        )
