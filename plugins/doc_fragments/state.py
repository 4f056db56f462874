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
      - Seconds to keep trying while the server refuses a call because a reload is in progress, the
        last reload is too recent, or another change is in progress.
      - The state is read again after each pause, so that a change is not repeated if another client
        has made it meanwhile.
    type: float
    default: 60
    version_added: 0.1.0
  warn_lost:
    description:
      - Whether to warn after a change that it will be lost at the next restart.
      - Set this to V(false) if Kamailio's configuration or database contains the same change.
    type: bool
    default: true
    version_added: 0.1.0
notes:
  - Changes are made in the memory of the running server. They are lost when the server restarts,
    unless its configuration or database contains the same change.
  - O(retries) applies only to calls that read. A call that changes something is repeated only while
    the server refuses it, see O(busy_timeout).
  - The state is read before and after the change. If another client changes the same settings
    meanwhile, the change is repeated with a warning. If this does not help, the task fails.
  - Nothing is removed before its replacement has been verified on the server. A task that fails
    undoes its changes, even if the connection was lost, and lists in C(not_undone) what it could
    not undo.
"""

    UNUSED = r"""
options:
  busy_timeout:
    description:
      - Has no effect on this module. It exists so that C(module_defaults) can set it for all
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
      - Has no effect on this module. It exists so that C(module_defaults) can set it for all
        modules with C(group/kamailio.ctl.kamailio).
    type: bool
    default: true
    version_added: 0.1.0
"""
