# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Looking again and again until something holds. Private to this collection.

from __future__ import annotations

from time import monotonic, sleep

from ._ctl import message, visible
from .binrpc.errors import TransportError


class Wait:
    """The result of a wait.

    :ivar met: what was waited for came.
    :ivar seen: ``{"after": seconds, "value": ...}`` for each time that another value was seen.
    :ivar tries: so often it was looked.
    :ivar elapsed: seconds.
    """

    def __init__(self):
        self.met = False
        self.seen = []
        self.tries = 0
        self.elapsed = 0.0


def wait_until(look, timeout, interval, clock=monotonic, pause=sleep, on_change=None):
    """Look until the condition holds or the time is up.

    A server that does not answer, since it is starting for instance, is looked at again.

    :param look: returns whether the condition holds, and what it saw.
    :param on_change: gets each entry of ``seen`` as it comes.
    :raises TransportError: the server did not answer until the end.
    """
    result = Wait()
    start = clock()
    while True:
        problem = None
        result.tries += 1
        try:
            result.met, value = look()
        except TransportError as error:
            problem = error
            value = message(error)
        result.elapsed = clock() - start
        if not result.seen or result.seen[-1]["value"] != value:
            result.seen.append({"after": round(result.elapsed, 3), "value": visible(value)})
            if on_change:
                on_change(result.seen[-1])
        if result.met:
            return result
        if result.elapsed >= timeout:
            if problem:
                raise problem
            return result
        pause(max(0.0, min(interval, timeout - result.elapsed)))
