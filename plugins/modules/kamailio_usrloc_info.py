#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_usrloc_info
short_description: Get registered contacts
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Returns the contacts of the module C(usrloc) in a running Kamailio, in the form of the options
    of M(kamailio.ctl.kamailio_usrloc_contact).
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state.unused
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.reading
options:
  table:
    description:
      - Name of the location table.
    type: str
    default: location
    version_added: 0.1.0
  aor:
    description:
      - Return only the contacts of this address of record. Without this option, all contacts must
        fit into one reply of the server.
    type: str
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_usrloc_contact
    description: Add and remove contacts of subscribers.
  - module: kamailio.ctl.kamailio_rpc
    description: Call any RPC method, for example one that no other module covers.
"""

EXAMPLES = r"""
- name: Get the contacts of a user
  kamailio.ctl.kamailio_usrloc_info:
    aor: alice
  register: found

- name: Another server has them as well
  kamailio.ctl.kamailio_usrloc_contact:
    endpoint: tcp:192.0.2.2:2049
    table: "{{ item.table }}"
    aor: "{{ item.aor }}"
    contact: "{{ item.contact }}"
    expires: "{{ item.expires | default(found.left[item.contact]) }}"
    q: "{{ item.q }}"
    path: "{{ item.path }}"
  loop: "{{ found.contacts }}"
  loop_control:
    label: "{{ item.contact }}"
"""

RETURN = r"""
contacts:
  description:
    - The contacts. C(expires) is 0 for a permanent contact and left out for any other, so that this
      does not renew it.
  returned: success
  type: list
  elements: dict
  sample:
    - table: location
      aor: alice
      contact: sip:alice@192.0.2.50:5060
      q: -1.0
      path: ""
      flags: 0
      cflags: 0
      methods: 4294967295
      received: ""
      socket: udp:192.0.2.1:5060
left:
  description: The seconds that are left to contacts that expire.
  returned: success
  type: dict
  sample: {"sip:alice@192.0.2.50:5060": 1800}
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
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.usrloc import (
    INFO,
    describe,
)

TASK = info_task(describe, INFO)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
