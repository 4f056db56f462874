#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_dispatcher_destination
short_description: Add and remove destinations of the dispatcher module
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Adds, changes and removes destinations in a set of the module C(dispatcher) in a running
    Kamailio, one at a time or a whole set at once.
  - The server itself adds a destination a second time if it already exists, and reports success
    when it removes one that does not exist. This module reads the set first, and removes
    duplicates.
  - A set can contain a URI several times. Two destinations are the same only if they have the same
    URI and the same C(duid), or the same C(socket) if they have no C(duid).
  - To change a priority or attributes, the destination is removed and added again in its previous
    state. Up to Kamailio 6.1, the server requires C(reload_delta) seconds between two such calls, 5
    by default, and the task waits for that time. Meanwhile, the destination is missing from the
    set. If no other destination of the set is in use, a temporary copy takes its place, with
    C(;bridge) appended to its URI.
  - With each addition and removal, the server rebuilds all sets, which reverses the order of
    destinations with equal priorities in every set. The task warns about this, and compares the
    other destinations of all sets afterwards.
  - If C(reload_delta) is 0, two such calls in quick succession can crash a busy server. Therefore
    this module leaves half a second between them, also across tasks and processes. To make many
    changes, write the list file or the database, and run M(kamailio.ctl.kamailio_reload) with
    O(kamailio.ctl.kamailio_reload#module:keep_states=true), which rebuilds the sets once.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.changing
options:
  set_id:
    description:
      - Number of the destination set.
    type: int
    required: true
    version_added: 0.1.0
  uri:
    description:
      - URI of the destination. Exactly one of O(uri) and O(destinations) is required.
      - C(sip:) is added to an address without a scheme. An existing destination is found in any
        equivalent spelling, see P(kamailio.ctl.kamailio_uri#filter).
    type: str
    version_added: 0.1.0
  flags:
    description:
      - Flags of a new destination, as in the list file. The value is the sum of 1 (inactive), 2
        (trying), 4 (disabled), 8 (probing), 16 (no DNS) and 32 (no pings, since 6.0), from 0 to 63.
      - The state of an existing destination is not changed, see
        M(kamailio.ctl.kamailio_dispatcher_state).
    type: int
    version_added: 0.1.0
  priority:
    description:
      - Priority. The default for a new destination is 0.
      - Without this option, the priority of an existing destination is not changed.
    type: int
    version_added: 0.1.0
  attrs:
    description:
      - Attributes, such as V(duid=gw1;weight=50). Their order does not matter. An empty string
        means no attributes.
      - Without this option, the attributes of an existing destination are not changed.
    type: str
    version_added: 0.1.0
  state:
    description:
      - Whether the destination O(uri) is in the set. V(absent) accepts no other options than
        O(set_id) and O(uri).
    type: str
    choices: [present, absent]
    default: present
    version_added: 0.1.0
  destinations:
    description:
      - Destinations that should be in the set. See O(allow_empty) for an empty list.
    type: list
    elements: dict
    version_added: 0.1.0
    suboptions:
      uri:
        description:
          - URI of the destination.
        type: str
        required: true
        version_added: 0.1.0
      flags:
        description:
          - See O(flags).
        type: int
        version_added: 0.1.0
      priority:
        description:
          - See O(priority).
        type: int
        version_added: 0.1.0
      attrs:
        description:
          - See O(attrs).
        type: str
        version_added: 0.1.0
  mode:
    description:
      - How to treat destinations of the set that are not in O(destinations).
      - V(merged) keeps them, and V(replaced) removes them. Requires O(destinations).
    type: str
    choices: [merged, replaced]
    default: merged
    version_added: 0.1.0
  allow_empty:
    description:
      - Whether O(mode=replaced) may remove all destinations of the set if O(destinations) is an
        empty list.
    type: bool
    default: false
    version_added: 0.1.0
  at_least_active:
    description:
      - Minimum number of active destinations that must be left in the set when active ones are
        removed. If fewer would be left, the task fails before it changes anything, in check mode as
        well.
      - The default is 1.
    type: int
    version_added: 0.1.0
  allow_unresolved:
    description:
      - Whether to continue if the server cannot resolve the host name of a destination, in this or
        any other set. With each change, the server rebuilds all sets, and drops the destinations
        that it cannot resolve.
    type: bool
    default: false
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_dispatcher_state
    description: Take destinations out of service and put them back.
  - module: kamailio.ctl.kamailio_reload
    description: Reload data of a module from its file or database.
  - module: kamailio.ctl.kamailio_dispatcher_info
    description: Read the destination sets with their states.
  - module: kamailio.ctl.kamailio_rpc
    description: Call any RPC method, for example one that no other module covers.
"""

EXAMPLES = r"""
- name: Add a gateway
  kamailio.ctl.kamailio_dispatcher_destination:
    set_id: 1
    uri: sip:192.0.2.13:5060
    priority: 10
    attrs: duid=gw3;weight=50

- name: Remove a gateway
  kamailio.ctl.kamailio_dispatcher_destination:
    set_id: 1
    uri: sip:192.0.2.13:5060
    state: absent

- name: A set has these gateways and no others
  kamailio.ctl.kamailio_dispatcher_destination:
    set_id: 1
    mode: replaced
    destinations:
      - uri: sip:192.0.2.11:5060
        priority: 10
      - uri: sip:192.0.2.12:5060
        flags: 8
"""

RETURN = r"""
before:
  # include: before
  description: The state before the change, in the form of the diff. Null if it could not be read.
  returned: always
  type: dict
  # end: before
  sample: {}
after:
  # include: after
  description: The state after the change, or the state that check mode predicts.
  returned: always
  type: dict
  # end: after
  sample: {"sip:192.0.2.13:5060": {"priority": 10, "attrs": duid=gw3;weight=50}}
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
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.dispatcher import (
    DESTINATIONS,
)

TASK = state_task(DESTINATIONS)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
