# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # The last two of the options that all modules share: module_utils/_task.py has the matching
    # table. State modules use both, some others none or one of them.
    DOCUMENTATION = r"""
options:
  busy_timeout:
    description:
      - Seconds to go on trying while the server refuses a call because a reload is under way, the
        last one is too recent, or another change is in progress.
      - The state is read again after each wait, so that a change which another client has made
        meanwhile is not repeated.
    type: float
    default: 60
    version_added: 0.1.0
  warn_lost:
    description:
      - Whether to warn, when something was changed, that it is lost at the next restart.
      - Set it to V(false) where Kamailio's configuration or database says the same.
    type: bool
    default: true
    version_added: 0.1.0
notes:
  - Changes are made in the memory of the running server. They are lost when it is restarted, unless
    its configuration or database says the same.
  - O(retries) applies to calls that only read. A call that changes something is repeated only
    while the server refuses it, see O(busy_timeout).
  - The state is read before and after. When another client has changed the same meanwhile, it is
    written again with a warning, and the task fails when that does not help.
  - Nothing is removed before its replacement is seen on the server. A task that fails puts back
    what it has changed, also when the connection breaks, and lists in C(not_undone) what
    it could not put back.
"""

    UNUSED = r"""
options:
  busy_timeout:
    description:
      - Has no effect on this module. It is here so that C(module_defaults) can set it for all
        modules with C(group/kamailio.ctl.kamailio).
    type: float
    default: 60
    version_added: 0.1.0
  warn_lost:
    description:
      - Has no effect on this module, see O(busy_timeout).
    type: bool
    default: true
    version_added: 0.1.0
"""

    NO_WARNING = r"""
options:
  warn_lost:
    description:
      - Has no effect on this module. It is here so that C(module_defaults) can set it for all
        modules with C(group/kamailio.ctl.kamailio).
    type: bool
    default: true
    version_added: 0.1.0
"""
