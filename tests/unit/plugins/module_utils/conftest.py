# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.reply import Reply


class ScriptedEndpoint:
    """Answers each call with the next line of a script, which has to name the same call.

    Lines are ``(method, *params, answer)``; an answer is a list of values, or an error to raise.
    """

    address = "udp:192.0.2.1:2049"
    lost = False

    def __init__(self, *lines):
        self.lines = list(lines)
        self.pauses = []

    def call(self, method, *params, read_only=True):
        assert self.lines, "no further call is expected, but %r came" % ((method, *params),)
        expected = self.lines.pop(0)
        assert (method, *params) == expected[:-1]
        if isinstance(expected[-1], Exception):
            raise expected[-1]
        return Reply(expected[-1], method)

    once = call

    def pause(self, seconds):
        self.pauses.append(seconds)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        assert not self.lines, "calls that were expected did not come"


@pytest.fixture
def scripted():
    return ScriptedEndpoint
