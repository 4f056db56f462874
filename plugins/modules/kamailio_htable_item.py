#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_htable_item
short_description: Set and delete items of hash tables
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Sets and deletes single items of hash tables of the module C(htable) in a running Kamailio.
  - Types matter. An item with the string V('5') differs from an item with the integer V(5), and
    routing scripts can distinguish them.
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
  key:
    description:
      - Key of the item. An element of an array has a key such as V(hosts[0]). An empty string is a
        valid key.
    type: str
    required: true
    version_added: 0.1.0
  value:
    description:
      - A 32-bit integer or a string. Booleans become V(1) or V(0).
      - To force a type, use a mapping with C(type), which is V(str), V(int) or V(escaped), and
        C(value). This is necessary for values from templates, because ansible-core 2.18 converts
        them to strings.
      - Required with O(state=present), and not allowed with O(state=absent). Null is not a value,
        so it never deletes an item.
    type: raw
    version_added: 0.1.0
  expire:
    description:
      - Seconds until the item expires, or V(0) for never. This has no effect in a table without
        C(autoexpire).
      - An item that is set gets the full time. An item that already has the right value is not
        changed as long as at least half of the time is left, unless O(expire_tolerance) is given.
      - Without this option, the server chooses the expiry, and it is not compared.
      - From V(0) to V(2147483647).
    type: int
    version_added: 0.1.0
  expire_tolerance:
    description:
      - Renew the expiry if the time left differs from O(expire) by more than this number of
        seconds. This is best effort, because the server reports local time without a time zone, in
        seconds.
      - Requires O(expire).
    type: int
    version_added: 0.1.0
  state:
    description:
      - Whether the item exists.
    type: str
    choices: [present, absent]
    default: present
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_htable
    description: Manage several items of a hash table, or its whole content.
  - module: kamailio.ctl.kamailio_htable_info
    description: Read the content of a hash table.
  - module: kamailio.ctl.kamailio_rpc
    description: Call any RPC method, for example one that no other module covers.
"""

EXAMPLES = r"""
- name: Switch a feature on
  kamailio.ctl.kamailio_htable_item:
    table: features
    key: recording
    value: 1

- name: A number that came out of a template
  kamailio.ctl.kamailio_htable_item:
    table: limits
    key: "{{ customer }}"
    value:
      type: int
      value: "{{ max_calls }}"

- name: Block an address for an hour
  kamailio.ctl.kamailio_htable_item:
    table: blocked
    key: 192.0.2.66
    value: 1
    expire: 3600

- name: Unblock it
  kamailio.ctl.kamailio_htable_item:
    table: blocked
    key: 192.0.2.66
    state: absent

- name: The same on every server of the shared configuration, a tenth of them at a time
  kamailio.ctl.kamailio_htable_item:
    endpoints: everyone
    table: features
    key: recording
    value: 1
    serial: 10%
    max_fail_percentage: 5
  run_once: true
  register: switched

- name: Show where it failed
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.msg }}"
  loop: "{{ switched.results | selectattr('failed') }}"
  loop_control:
    label: "{{ item.name }}"
  run_once: true
"""

RETURN = r"""
before:
  # include: before
  description: The state before the change, in the form of the diff. Null if it could not be read.
  returned: always
  type: dict
  # end: before
  sample: {"value": 0}
after:
  # include: after
  description: The state after the change, or the state that check mode predicts.
  returned: always
  type: dict
  # end: after
  sample: {"value": 1}
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
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.htable import ITEM

TASK = state_task(ITEM)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
