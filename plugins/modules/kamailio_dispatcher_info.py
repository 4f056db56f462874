#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_dispatcher_info
short_description: Get the destinations of the dispatcher module
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Returns the destinations of the module C(dispatcher) in a running Kamailio with their states, in
    the form of the options of M(kamailio.ctl.kamailio_dispatcher_destination) and
    M(kamailio.ctl.kamailio_dispatcher_state). So the result of one server can be applied to
    another.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state.unused
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.reading
options:
  set_id:
    description:
      - Return only this destination set. The default is all sets.
    type: int
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_dispatcher_destination
    description: Add, change and remove destinations of a set.
  - module: kamailio.ctl.kamailio_dispatcher_state
    description: Take destinations out of service and put them back.
  - module: kamailio.ctl.kamailio_rpc
    description: Call any RPC method, for example one that no other module covers.
"""

EXAMPLES = r"""
- name: Get the gateways of a server
  kamailio.ctl.kamailio_dispatcher_info:
  register: gateways

- name: Another server has the same gateways
  kamailio.ctl.kamailio_dispatcher_destination:
    endpoint: tcp:192.0.2.2:2049
    set_id: "{{ item.set_id }}"
    mode: replaced
    destinations: "{{ item.destinations }}"
  loop: "{{ gateways.sets }}"
  loop_control:
    label: "{{ item.set_id }}"

- name: And they are in the same states
  kamailio.ctl.kamailio_dispatcher_state:
    endpoint: tcp:192.0.2.2:2049
    set_id: "{{ item.set_id }}"
    uri: "{{ item.uri | default(omit) }}"
    duid: "{{ item.duid | default(omit) }}"
    state: "{{ item.state }}"
    probing: "{{ item.probing }}"
  loop: "{{ gateways.states }}"
"""

RETURN = r"""
sets:
  description:
    - The destination sets, ordered by number. C(flags) do not include 16 and 32, because the server
      does not report them.
  returned: success
  type: list
  elements: dict
  sample:
    - set_id: 1
      destinations:
        - uri: sip:192.0.2.11:5060
          flags: 8
          priority: 10
          attrs: duid=gw1;weight=50
states:
  description:
    - The state of each destination. If a URI is in the set twice, its destinations have C(duid)
      instead of C(uri), if available.
  returned: success
  type: list
  elements: dict
  sample: [{"set_id": 1, "uri": "sip:192.0.2.11:5060", "state": active, "probing": true}]
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
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.dispatcher import (
    INFO,
    describe,
)

TASK = info_task(describe, INFO)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
