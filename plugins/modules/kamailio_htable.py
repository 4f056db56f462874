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
  - Sets and deletes items of a hash table of the module C(htable) in a running Kamailio, until its
    content is as desired. Items that are already right are not touched.
  - Types matter, see M(kamailio.ctl.kamailio_htable_item). This module does not manage the expiry
    of items.
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
      - Keys and values. Each value is a 32-bit integer, a string, or a mapping that forces a type,
        as in O(kamailio.ctl.kamailio_htable_item#module:value).
    type: dict
    default: {}
    version_added: 0.1.0
  absent:
    description:
      - Keys that must not be in the table. Not allowed with O(mode=replaced), which removes all
        keys that are not in O(items).
    type: list
    elements: str
    default: []
    version_added: 0.1.0
  mode:
    description:
      - How to treat items that are neither in O(items) nor in O(absent).
      - V(merged) keeps them, and V(replaced) deletes them.
    type: str
    choices: [merged, replaced]
    default: merged
    version_added: 0.1.0
  allow_empty:
    description:
      - Whether O(mode=replaced) with no O(items) may delete all items of the table.
    type: bool
    default: false
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_htable_item
    description: Manage a single item of a hash table, with its expiry.
  - module: kamailio.ctl.kamailio_htable_info
    description: Read the content of a hash table.
  - module: kamailio.ctl.kamailio_rpc
    description: Call any RPC method, for example one that no other module covers.
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
  # include: before
  description: The state before the change, in the form of the diff. Null if it could not be read.
  returned: always
  type: dict
  # end: before
  sample: {"recording": 0, "obsolete": "x"}
after:
  # include: after
  description: The state after the change, or the state that check mode predicts.
  returned: always
  type: dict
  # end: after
  sample: {"recording": 1}
# include: change
rpc_calls:
  description: The calls that changed the server, or that would have changed it in check mode.
  returned: always
  type: list
  elements: dict
  contains:
    method:
      description: Name of the RPC method.
      returned: always
      type: str
    params:
      description: Parameters of the call. Secrets are masked.
      returned: always
      type: list
      elements: raw
fault:
  description: The fault that caused the task to fail. Null if it did not fail with a fault.
  returned: always
  type: dict
  contains:
    code:
      description: Fault code. Modules of Kamailio use codes inconsistently, so prefer C(kind).
      returned: always
      type: int
    text:
      description: Fault text, as the server sent it.
      returned: always
      type: str
    kind:
      description:
        - Meaning of the fault, derived from its code, its text and the method. One of
          V(method_not_found), V(too_fast), V(busy), V(invalid_params), V(not_found),
          V(already_exists), V(reply_too_large), V(struct_too_large), or V(fault) for any other.
      returned: always
      type: str
    remedy:
      description: Advice on how to fix the problem, or an empty string.
      returned: always
      type: str
not_undone:
  description:
    - Changes that the failed task made and could not undo.
    - A task that fails undoes its changes, so everything that is not listed here is as it was
      before.
  returned: when the task failed and some changes remain
  type: list
  elements: dict
  contains:
    address:
      description: What was changed, such as V(dispatcher.1["sip:192.0.2.11:5060 duid=gw1"].state).
      returned: always
      type: str
    before:
      description: The value before the task.
      returned: always
      type: raw
    found:
      description: The value now. V(absent) if it does not exist, V(unknown) if it cannot be read.
      returned: always
      type: raw
    why:
      description: Why the old value was not restored.
      returned: always
      type: str
endpoint:
  description: Full address of the endpoint.
  returned: always
  type: str
  sample: unixs:/run/kamailio/kamailio_ctl
# end: change
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

from ansible_collections.kamailio.ctl.plugins.module_utils._state_module import state_task
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.htable import TABLE

TASK = state_task(TABLE)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
