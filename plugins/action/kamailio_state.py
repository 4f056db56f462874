# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.kamailio.ctl.plugins.modules.kamailio_state import TASK
from ansible_collections.kamailio.ctl.plugins.plugin_utils._action import Action


class ActionModule(Action):
    module_task = TASK
