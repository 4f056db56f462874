#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_stats_info
short_description: Get counters
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Returns statistics counters of a running Kamailio and its modules, as integers by group.
  - The server must have the module C(kex) loaded.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state.unused
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.reading
options:
  names:
    description:
      - Counters to return. V(all) means all counters, a name that ends in a colon, such as
        V(core:), means a group, and V(group.name) means a single counter.
      - The task fails if the server does not have a counter with one of these names.
    type: list
    elements: str
    default: [all]
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_ctl_info
    description: Read the version, the modules, the methods and more without setting facts.
  - module: kamailio.ctl.kamailio_rpc
    description: Call any RPC method, for example one that no other module covers.
"""

EXAMPLES = r"""
- name: Look at registered contacts and shared memory
  kamailio.ctl.kamailio_stats_info:
    names: ["usrloc:", shmem.free_size]
  register: server

- name: Show one
  ansible.builtin.debug:
    var: server.stats.shmem.free_size
"""

RETURN = r"""
stats:
  description: The counters, by group and name.
  returned: success
  type: dict
  sample:
    shmem:
      free_size: 61234567
# include: endpoint
endpoint:
  description: Full address of the endpoint.
  returned: always
  type: str
  sample: unixs:/run/kamailio/kamailio_ctl
# end: endpoint
# include: endpoints
results:
  description:
    - One result per endpoint, in the order of O(endpoints).
    - Each result also contains the other return values of this module.
  returned: when O(endpoints) is given
  type: list
  elements: dict
  contains:
    name:
      description: Name of the endpoint, or its address as given in the task.
      returned: always
      type: str
      sample: edge1
    endpoint:
      description: Full address of the endpoint.
      returned: always
      type: str
      sample: udp:192.0.2.10:2049
    changed:
      description: Whether anything changed at this endpoint, or would change in check mode.
      returned: always
      type: bool
    failed:
      description: Whether the task failed at this endpoint.
      returned: always
      type: bool
    skipped:
      description: Whether this endpoint was skipped because too many others had failed.
      returned: when the endpoint was skipped
      type: bool
    msg:
      description: Why the endpoint failed or was skipped.
      returned: when the endpoint failed or was skipped
      type: str
    diff:
      description: Differences at this endpoint.
      returned: in diff mode
      type: raw
changed_count:
  description: Number of endpoints at which something changed, or would change in check mode.
  returned: when O(endpoints) is given
  type: int
failed_count:
  description: Number of endpoints at which the task failed.
  returned: when O(endpoints) is given
  type: int
skipped_count:
  description: Number of endpoints that were skipped because too many others had failed.
  returned: when O(endpoints) is given
  type: int
# end: endpoints
"""

from ansible_collections.kamailio.ctl.plugins.module_utils._info_module import info_task
from ansible_collections.kamailio.ctl.plugins.module_utils._statistics import statistics
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.options import (
    Option,
    Options,
)

OPTIONS = Options({"names": Option("list", elements="str", default=["all"])})


def gather(params):
    return {"stats": (yield from statistics(params["names"]))}


TASK = info_task(gather, OPTIONS)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
