# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc import uri
from ansible_collections.kamailio.ctl.plugins.plugin_utils._replies import (
    has_fault,
    state_of,
    uri_of,
)


def is_active(destination):
    return state_of(destination)[0] == "active"


def is_probed(destination):
    return state_of(destination)[1]


def same_uri(value, other):
    return uri.same_uri(uri_of(value), uri_of(other))


class TestModule:
    def tests(self):
        return {
            "kamailio_dispatcher_active": is_active,
            "kamailio_dispatcher_probed": is_probed,
            "kamailio_fault": has_fault,
            "same_uri": same_uri,
        }
