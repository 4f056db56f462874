#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_htable_info
short_description: Get the content of hash tables
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Returns the items of hash tables of the module C(htable) in a running Kamailio, in the form of
    the options of M(kamailio.ctl.kamailio_htable).
  - The result does not include expiry times. The server may still list expired items until it
    removes them.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state.unused
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.reading
options:
  table:
    description:
      - Return only this table. The default is all tables.
    type: str
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_htable
    description: Manage several items of a hash table, or its whole content.
  - module: kamailio.ctl.kamailio_htable_item
    description: Manage a single item of a hash table, with its expiry.
  - module: kamailio.ctl.kamailio_rpc
    description: Call any RPC method, for example one that no other module covers.
"""

EXAMPLES = r"""
- name: Get a table of a server
  kamailio.ctl.kamailio_htable_info:
    table: routes
  register: found

- name: Another server has the same content
  kamailio.ctl.kamailio_htable:
    endpoint: tcp:192.0.2.2:2049
    table: "{{ item.table }}"
    mode: replaced
    items: "{{ item['items'] }}"
    allow_empty: true
  loop: "{{ found.tables }}"
  loop_control:
    label: "{{ item.table }}"
"""

RETURN = r"""
tables:
  description:
    - The tables, by name. In templates write C(table['items']), since C(table.items) is a method of
      dictionaries in Jinja.
    - A text with bytes that are not UTF-8 is a mapping with the C(type) V(escaped) and its
      C(value).
  returned: success
  type: list
  elements: dict
  sample: [{"table": features, "items": {"recording": 1, "greeting": "0049"}}]
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
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.htable import (
    INFO,
    describe,
)

TASK = info_task(describe, INFO)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
