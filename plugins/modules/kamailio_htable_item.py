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
  - Sets and deletes single items of the module C(htable) in a running Kamailio.
  - Types count. An item that holds the text V('5') differs from one that holds the integer V(5),
    and routing scripts can tell them apart.
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
      - Key of the item. An element of an array has a key such as V(hosts[0]). The empty text is a
        key as well.
    type: str
    required: true
    version_added: 0.1.0
  value:
    description:
      - An integer of 32 bits, or a text. A boolean is V(1) or V(0).
      - To force a type, write a mapping with C(type), which is V(str), V(int) or V(escaped), and
        C(value). Do so for what comes out of a template, since ansible-core 2.18 turns all of
        that into text.
      - Required with O(state=present), and refused with O(state=absent). Null is not a value, so it
        never deletes an item.
    type: raw
    version_added: 0.1.0
  expire:
    description:
      - Seconds after which the item expires, or V(0) for never. It has no effect in a table
        without C(autoexpire).
      - An item that is set gets its whole time. An item that has the right value is left alone
        while at least half of the time is left, unless O(expire_tolerance) is given.
      - Without this option the expiry is left to the server and not compared.
      - From V(0) to V(2147483647).
    type: int
    version_added: 0.1.0
  expire_tolerance:
    description:
      - Renew O(expire) when the time that is left differs from it by more than these seconds.
        That is best effort, since the server shows local time without a zone, in seconds.
      - It needs O(expire).
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
  - module: kamailio.ctl.kamailio_rpc
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
  description: What there was, in the form of the diff. Null when it could not be read.
  returned: always
  type: dict
  sample: {"value": 0}
after:
  description: What there is now, or would be in check mode.
  returned: always
  type: dict
  sample: {"value": 1}
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
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.htable import ITEM

TASK = state_task(ITEM)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
