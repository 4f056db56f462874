# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return a prediction of what would change.
  diff_mode:
    description:
      - Returns details on what has changed, or would change in C(check_mode), in diff mode.
  idempotent:
    description: Changes nothing and reports no change when run again with the same options.
  platform:
    description: The hosts that the task can run on.
    platforms: posix
    support: full
  action:
    description: Has a plugin on the controller, which decides which machine makes the calls.
    support: full
  async:
    description: Can be used with the C(async) keyword.
    support: full
    details: The host then makes the calls.
  connection:
    description: Uses the connection to the host.
    support: partial
    details: The connection is not used if the controller makes the calls, see O(run_on).
  delegation:
    description: Can be used with the C(delegate_to) keyword.
    support: full
    details: The host that the task is delegated to then makes the calls.
  action_group:
    description:
      - Use C(group/kamailio.ctl.kamailio) in C(module_defaults) to set options for all modules.
    support: full
    membership:
      - kamailio.ctl.kamailio
"""

    FACTS = r"""
options: {}
attributes:
  facts:
    description: Returns an C(ansible_facts) dictionary that updates the facts of the host.
    support: full
"""

    READING = r"""
options: {}
attributes:
  check_mode:
    support: full
    details: This module changes nothing.
  diff_mode:
    support: N/A
    details: This module changes nothing.
  idempotent:
    support: full
    details: This module changes nothing.
"""

    CHANGING = r"""
options: {}
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
"""
