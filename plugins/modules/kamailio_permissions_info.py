#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_permissions_info
short_description: Get the addresses that the permissions module has loaded
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Returns the addresses, subnets, domain names and trusted peers that the module C(permissions) of
    a running Kamailio has loaded.
  - The structure of the result does not depend on the version of Kamailio.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state.unused
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.reading
options:
  gather_subset:
    description:
      - Parts to return.
    type: list
    elements: str
    choices: [addresses, subnets, domains, trusted]
    default: [addresses, subnets, domains, trusted]
    version_added: 0.1.0
  group_id:
    description:
      - Return only entries of this group. Trusted peers do not belong to a group.
    type: int
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_reload
    description: Reload data of a module from its file or database.
  - module: kamailio.ctl.kamailio_rpc
    description: Call any RPC method, for example one that no other module covers.
"""

EXAMPLES = r"""
- name: Look at the addresses of group 1
  kamailio.ctl.kamailio_permissions_info:
    gather_subset: [addresses, subnets]
    group_id: 1
  register: loaded

- name: The new carrier is in force
  ansible.builtin.assert:
    that: "'192.0.2.10' in (loaded.permissions.addresses | map(attribute='ip'))"
"""

RETURN = r"""
permissions:
  description: What is loaded.
  returned: success
  type: dict
  contains:
    addresses:
      description: Single addresses.
      returned: when asked for
      type: list
      elements: dict
      sample: [{"group": 1, "ip": 192.0.2.10, "port": 5060, "tag": carrier}]
    subnets:
      description: Subnets.
      returned: when asked for
      type: list
      elements: dict
      sample: [{"group": 1, "ip": 198.51.100.0, "mask": 24, "port": 0, "tag": ""}]
    domains:
      description: Domain names.
      returned: when asked for
      type: list
      elements: dict
      sample: [{"group": 2, "name": gw.example.com, "port": 0, "tag": named}]
    trusted:
      description: Trusted peers.
      returned: when asked for
      type: list
      elements: dict
      sample:
        - ip: 192.0.2.20
          protocol: any
          from_pattern: ""
          ruri_pattern: ""
          tag: carrier
          priority: 1
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
from ansible_collections.kamailio.ctl.plugins.module_utils._permissions import (
    PERMISSIONS,
    permissions,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.options import (
    Option,
    Options,
)

FIELDS = {
    "gather_subset": Option(
        "list", elements="str", choices=list(PERMISSIONS), default=list(PERMISSIONS)
    ),
    "group_id": Option("int", low=0),
}


def gather(params):
    found = yield from permissions(params["gather_subset"], params["group_id"])
    return {"permissions": found}


TASK = info_task(gather, Options(FIELDS))


def main():
    TASK.main()


if __name__ == "__main__":
    main()
