#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_usrloc_contact
short_description: Manage contacts of the location service
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Adds, changes and removes single contacts of the module C(usrloc) in a running Kamailio, such
    as those of devices that do not register.
  - What matters about a contact that expires changes by itself. So it is only compared whether it
    is permanent, and O(expires) is used when the contact is added or changed for another reason.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.changing
options:
  table:
    description:
      - Name of the location table.
    type: str
    default: location
    version_added: 0.1.0
  aor:
    description:
      - Address of record. Where the server does not use domains, that is the user name.
    type: str
    required: true
    version_added: 0.1.0
  contact:
    description:
      - SIP URI of the contact, exactly as it is stored.
    type: str
    required: true
    version_added: 0.1.0
  state:
    description:
      - Whether the contact exists. V(absent) takes no other option than O(table), O(aor) and
        O(contact).
    type: str
    choices: [present, absent]
    default: present
    version_added: 0.1.0
  expires:
    description:
      - Seconds until it expires, V(0) for never. A new contact never does unless told otherwise.
    type: int
    version_added: 0.1.0
  q:
    description:
      - Priority from 0 to 1, or V(-1) for none. What is not given is left alone.
    type: float
    version_added: 0.1.0
  path:
    description:
      - Path to the contact. An empty text means none.
    type: str
    version_added: 0.1.0
  flags:
    description:
      - Flags, as a number of 32 bits.
    type: int
    version_added: 0.1.0
  cflags:
    description:
      - Flags of the branch, as a number of 32 bits.
    type: int
    version_added: 0.1.0
  methods:
    description:
      - Methods that it supports, as a number of 32 bits.
    type: int
    version_added: 0.1.0
  received:
    description:
      - Address that the registration came from. An empty text means none.
    type: str
    version_added: 0.1.0
  socket:
    description:
      - Local socket to reach it through. It has to be one of the server's own. An empty text
        means none.
    type: str
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_rpc
"""

EXAMPLES = r"""
- name: A gateway that does not register
  kamailio.ctl.kamailio_usrloc_contact:
    aor: door
    contact: sip:192.0.2.70:5060

- name: Remove it
  kamailio.ctl.kamailio_usrloc_contact:
    aor: door
    contact: sip:192.0.2.70:5060
    state: absent
"""

RETURN = r"""
before:
  description: What there was, in the form of the diff. Null when it could not be read.
  returned: always
  type: dict
  sample: {}
after:
  description: What there is now, or would be in check mode.
  returned: always
  type: dict
  sample: {"permanent": true, "q": -1.0, "path": "", "flags": 0}
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
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.usrloc import CONTACT

TASK = state_task(CONTACT)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
