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
  - Gets the items of tables of the module C(htable) in a running Kamailio, in the words of the
    options of M(kamailio.ctl.kamailio_htable).
  - When items expire is not among it. Items that have expired may still be listed by the server,
    until it removes them.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state.unused
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.reading
options:
  table:
    description:
      - Only this table. All tables unless given.
    type: str
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_htable
  - module: kamailio.ctl.kamailio_htable_item
  - module: kamailio.ctl.kamailio_rpc
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
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.htable import (
    INFO,
    describe,
)

TASK = info_task(describe, INFO)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
