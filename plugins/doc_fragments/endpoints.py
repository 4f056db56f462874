# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # The options with which a module does its work at many endpoints in one task: _task.py in
    # module_utils has the matching table, and _endpoints.py does it.
    DOCUMENTATION = r"""
options:
  endpoints:
    description:
      - Do the work at all of these endpoints in one task, at the same time, and return the
        result of each in RV(results). O(endpoint) is then ignored.
      - A list, whose items are addresses as in O(endpoint), or names of endpoints and groups in the
        file that C(kamrpc) uses as well, see O(config_file).
      - Or a mapping of names to addresses. The names are those of your choice, such as those of
        hosts of the inventory.
      - An empty list or mapping skips the task. Null is refused, since without this option
        O(endpoint) counts.
      - One such task takes as long for 1,000 endpoints as tasks for a few hosts do. Combine it with
        C(run_once) where the play has many hosts.
    type: raw
    version_added: 0.1.0
  config_file:
    description:
      - The file in which names of O(endpoints) are looked up. Without it that is the one in the
        environment variable E(KAMRPC_CONFIG), else C(~/.config/kamrpc/config.ini), else
        C(/etc/kamrpc/config.ini).
      - It is read on the controller, and with O(run_on=host) on the host.
    type: path
    version_added: 0.1.0
  forks:
    description:
      - How many of O(endpoints) are under way at once.
    type: int
    default: 128
    version_added: 0.1.0
  serial:
    description:
      - Work through O(endpoints) in batches of this size, which is a number or a percentage of all.
        With several sizes each is that of the next batch, and the last repeats.
      - The next batch starts when the one before is done, and only if O(max_fail_percentage)
        permits.
    type: list
    elements: str
    version_added: 0.1.0
  max_fail_percentage:
    description:
      - When more than this percentage of a batch has failed, further batches are not called and the
        task fails. Without O(serial) all of O(endpoints) are one batch.
      - Failures within this limit are reported as a warning and in RV(failed_count).
    type: float
    default: 0
    version_added: 0.1.0
  deadline:
    description:
      - Seconds for all of O(endpoints) together. No call starts after that, and none lasts longer.
        What is not done by then has failed.
    type: float
    version_added: 0.1.0
"""
