#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_dialog_info
short_description: Get dialogs
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Returns the dialogs in progress that the module C(dialog) of a running Kamailio tracks. Each
    result contains a value for O(kamailio.ctl.kamailio_dialog#module:match) that selects exactly
    this dialog.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state.unused
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.reading
options:
  match:
    description:
      - Return only matching dialogs. The default is all dialogs.
    type: dict
    suboptions:
      key:
        description:
          - Property to compare, which is the request URI, the URI in From, the URI in To, the
            Call-ID, or the start time in seconds since 1970.
        type: str
        choices: [ruri, furi, turi, callid, start_ts]
        required: true
        version_added: 0.1.0
      operator:
        description:
          - V(eq) means equal, V(re) means that the regular expression matches, and V(sw) means
            starts with. V(gt) and V(lt) mean greater and less, and are allowed for V(start_ts)
            only.
        type: str
        choices: [eq, re, sw, gt, lt]
        default: eq
        version_added: 0.1.0
      value:
        description:
          - Value to compare with.
        type: str
        required: true
        version_added: 0.1.0
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_dialog
    description: Wait until calls have ended, or end them.
  - module: kamailio.ctl.kamailio_rpc
    description: Call any RPC method, for example one that no other module covers.
"""

EXAMPLES = r"""
- name: Get the calls of a customer
  kamailio.ctl.kamailio_dialog_info:
    match:
      key: furi
      operator: sw
      value: sip:+49301234
  register: calls

- name: End those that are older than a day
  kamailio.ctl.kamailio_dialog:
    state: absent
    match: "{{ item.match }}"
  loop: "{{ calls.dialogs | selectattr('duration', 'gt', 86400) }}"
  loop_control:
    label: "{{ item.call_id }}"
"""

RETURN = r"""
dialogs:
  description:
    - The dialogs. C(state) is V(unconfirmed), V(early), V(confirmed_without_ack) or V(confirmed).
      C(started) is in seconds since 1970, and 0 for one that was not answered. C(duration) is in
      seconds.
  returned: success
  type: list
  elements: dict
  sample:
    - match: {key: callid, operator: eq, value: 3c26@192.0.2.50}
      call_id: 3c26@192.0.2.50
      from_uri: sip:alice@example.com
      to_uri: sip:bob@example.com
      state: confirmed
      started: 1767225600
      duration: 60
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
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.dialog import (
    INFO,
    describe,
)

TASK = info_task(describe, INFO)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
