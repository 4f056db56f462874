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
      - Run the task at all of these endpoints at the same time, and return the result of each one
        in RV(results). O(endpoint) is then ignored.
      - Either a list of addresses as in O(endpoint), or of names of endpoints and groups in the
        file that C(kamrpc) also uses, see O(config_file).
      - Or a mapping of names to addresses. You can choose the names, for example those of the hosts
        in the inventory.
      - An empty list or mapping skips the task. Null is not allowed, because without this option
        the task would use O(endpoint).
      - One such task for 1,000 endpoints takes as long as tasks for a few hosts. Combine it with
        C(run_once) if the play has many hosts.
    type: raw
    version_added: 0.1.0
  config_file:
    description:
      - File in which names of O(endpoints) are looked up. The default is the file in the
        environment variable E(KAMRPC_CONFIG), otherwise C(~/.config/kamrpc/config.ini), otherwise
        C(/etc/kamrpc/config.ini).
      - The file is read on the controller, or on the host with O(run_on=host).
    type: path
    version_added: 0.1.0
  forks:
    description:
      - Maximum number of O(endpoints) that are called at the same time.
    type: int
    default: 128
    version_added: 0.1.0
  serial:
    description:
      - Process O(endpoints) in batches of this size, which is a number or a percentage of all
        endpoints. With several sizes, each one applies to the next batch, and the last size is
        repeated.
      - A batch starts when the previous one has finished, and only if O(max_fail_percentage) is not
        exceeded.
    type: list
    elements: str
    version_added: 0.1.0
  max_fail_percentage:
    description:
      - If more than this percentage of a batch fails, the remaining batches are skipped and the
        task fails. Without O(serial), all O(endpoints) form one batch.
      - Failures within this limit are reported as a warning and in RV(failed_count).
    type: float
    default: 0
    version_added: 0.1.0
  deadline:
    description:
      - Time limit in seconds for all O(endpoints) together. After this time, no call starts, and
        unfinished endpoints count as failed.
    type: float
    version_added: 0.1.0
"""
