#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_htable
short_description: Manage the content of hash tables
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Brings the items of a table of the module C(htable) in a running Kamailio to a wanted content,
    with as few changes as possible.
  - Types count, see M(kamailio.ctl.kamailio_htable_item). Expiry is not managed here.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.changing
options:
  table:
    description:
      - Name of the hash table.
    type: str
    required: true
    version_added: 0.1.0
  items:
    description:
      - Keys and values. Each value is an integer of 32 bits, a text, or a mapping that forces a
        type, as in O(kamailio.ctl.kamailio_htable_item#module:value).
    type: dict
    default: {}
    version_added: 0.1.0
  absent:
    description:
      - Keys that must not be in the table. With O(mode=replaced) they cannot be named, since only
        those of O(items) stay.
    type: list
    elements: str
    default: []
    version_added: 0.1.0
  mode:
    description:
      - What happens to items that are neither in O(items) nor in O(absent).
      - V(merged) leaves them alone, V(replaced) deletes them.
    type: str
    choices: [merged, replaced]
    default: merged
    version_added: 0.1.0
  allow_empty:
    description:
      - Whether O(mode=replaced) without O(items) may delete everything in the table.
    type: bool
    default: false
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_htable_item
  - module: kamailio.ctl.kamailio_rpc
"""

EXAMPLES = r"""
- name: Some items have these values
  kamailio.ctl.kamailio_htable:
    table: features
    items:
      recording: 1
      greeting: "0049"
    absent: [obsolete]

- name: A table has exactly this content
  kamailio.ctl.kamailio_htable:
    table: routes
    mode: replaced
    items: "{{ routes }}"

- name: A table is empty
  kamailio.ctl.kamailio_htable:
    table: blocked
    mode: replaced
    allow_empty: true
"""

RETURN = r"""
before:
  description: What there was, in the form of the diff. Null when it could not be read.
  returned: always
  type: dict
  sample: {"recording": 0, "obsolete": "x"}
after:
  description: What there is now, or would be in check mode.
  returned: always
  type: dict
  sample: {"recording": 1}
rpc_calls:
  description: The calls that changed something, or would have in check mode.
  returned: always
  type: list
  elements: dict
  contains:
    method:
      description: The method.
      returned: always
      type: str
    params:
      description: Its parameters, without secrets.
      returned: always
      type: list
      elements: raw
fault:
  description: The fault that failed the task, if it was one.
  returned: always
  type: dict
  contains:
    code:
      description: The number. Kamailio's modules do not agree on numbers.
      returned: always
      type: int
    text:
      description: The text.
      returned: always
      type: str
    kind:
      description: What code, text and method mean together, such as V(not_found) or V(busy).
      returned: always
      type: str
    remedy:
      description: A sentence of advice, or an empty text.
      returned: always
      type: str
not_undone:
  description:
    - What the task changed before it failed, and could not put back.
    - A task that fails puts back what it has changed. What is not listed here is as before.
  returned: when the task failed and something is left
  type: list
  elements: dict
  contains:
    address:
      description: What it is, such as V(dispatcher.1["sip:192.0.2.11:5060 duid=gw1"].state).
      returned: always
      type: str
    before:
      description: What it was.
      returned: always
      type: raw
    found:
      description: What it is now. V(absent) and V(unknown) are what they say.
      returned: always
      type: raw
    why:
      description: Why it was not put back.
      returned: always
      type: str
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

from ansible_collections.kamailio.ctl.plugins.module_utils._state_module import state_task
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.htable import TABLE

TASK = state_task(TABLE)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
