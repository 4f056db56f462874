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
  - Gets the addresses, subnets, domain names and trusted peers that the module C(permissions) of
    a running Kamailio has loaded.
  - The shape does not depend on the version of Kamailio, nor on how its methods arrange their
    replies.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state.unused
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.reading
options:
  gather_subset:
    description:
      - Which parts to get.
    type: list
    elements: str
    choices: [addresses, subnets, domains, trusted]
    default: [addresses, subnets, domains, trusted]
    version_added: 0.1.0
  group_id:
    description:
      - Only entries of this group. Trusted peers have none.
    type: int
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_reload
  - module: kamailio.ctl.kamailio_rpc
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
endpoint:
  description: The endpoint, in full.
  returned: always
  type: str
  sample: unixs:/run/kamailio/kamailio_ctl
results:
  description:
    - One result per endpoint, in the order of O(endpoints).
    - Each has the return values of this module as well.
  returned: when O(endpoints) is given
  type: list
  elements: dict
  contains:
    name:
      description: The name of the endpoint, or its address as it was given.
      returned: always
      type: str
      sample: edge1
    endpoint:
      description: Its address, in full.
      returned: always
      type: str
      sample: udp:192.0.2.10:2049
    changed:
      description: Whether something was changed there, or would be in check mode.
      returned: always
      type: bool
    failed:
      description: Whether it failed there.
      returned: always
      type: bool
    skipped:
      description: Whether it was not called, since too many before it had failed.
      returned: when that is so
      type: bool
    msg:
      description: Why it failed or was not called.
      returned: when it failed or was not called
      type: str
    diff:
      description: The diff.
      returned: in diff mode
      type: raw
changed_count:
  description: At how many endpoints something was changed, or would be in check mode.
  returned: when O(endpoints) is given
  type: int
failed_count:
  description: How many endpoints failed.
  returned: when O(endpoints) is given
  type: int
skipped_count:
  description: How many endpoints were not called, since too many before them had failed.
  returned: when O(endpoints) is given
  type: int
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
