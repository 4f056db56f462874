#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_dispatcher_state
short_description: Take destinations of the dispatcher module out of service and back
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Sets the states of destinations of the module C(dispatcher) in a running Kamailio, for example
    to drain gateways and to put them back into service.
  - A state has two parts, whether the destination is used and whether it is probed. If both already
    have the desired values, nothing is sent.
  - If the server probes a destination, the next answer may change the states V(inactive) and
    V(trying). Only V(disabled) is permanent.
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
      - URI of the destination, in any equivalent spelling, see P(kamailio.ctl.kamailio_uri#filter).
      - Exactly one of O(uri), O(duid) and O(all) is required.
    type: str
    version_added: 0.1.0
  duid:
    description:
      - Value of the attribute C(duid) of the destination.
    type: str
    version_added: 0.1.0
  all:
    description:
      - Change all destinations of the set.
    type: bool
    default: false
    version_added: 0.1.0
  state:
    description:
      - Whether the destination is used.
      - V(active) and V(trying) destinations receive calls. Kamailio sets V(trying) after a few
        failures, so it is not suitable for draining.
      - An V(inactive) destination receives no calls until probing finds that it answers. A
        V(disabled) destination receives no calls and is not probed.
    type: str
    choices: [active, inactive, disabled, trying]
    required: true
    version_added: 0.1.0
  probing:
    description:
      - Whether the destination is probed. Disabled destinations cannot be probed.
      - Without this option, probing stays as it is. Disabling a destination ends probing, and the
        server does not remember it, so set this to V(true) when you put the destination back into
        service.
    type: bool
    version_added: 0.1.0
  require_matches_min:
    description:
      - Minimum number of matching destinations. If fewer match, the task fails before it changes
        anything.
      - At least 0, and at most O(require_matches_max).
    type: int
    default: 1
    version_added: 0.1.0
  require_matches_max:
    description:
      - Maximum number of matching destinations. If more match, the task fails before it changes
        anything.
    type: int
    version_added: 0.1.0
  at_least_active:
    description:
      - Minimum number of active destinations that must be left in the set when O(state=inactive) or
        O(state=disabled) takes active ones out of service. If fewer would be left, the task fails
        before it changes anything, in check mode as well.
      - The default is 1, or 0 with O(all).
    type: int
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_dispatcher_destination
    description: Add, change and remove destinations of a set.
  - module: kamailio.ctl.kamailio_reload
    description: Reload data of a module from its file or database.
  - module: kamailio.ctl.kamailio_dispatcher_info
    description: Read the destination sets with their states.
  - module: kamailio.ctl.kamailio_rpc
    description: Call any RPC method, for example one that no other module covers.
"""

EXAMPLES = r"""
- name: Take a gateway out of service
  kamailio.ctl.kamailio_dispatcher_state:
    set_id: 1
    uri: sip:192.0.2.10:5060
    state: disabled

- name: Bring it back, and have it probed
  kamailio.ctl.kamailio_dispatcher_state:
    set_id: 1
    uri: sip:192.0.2.10:5060
    state: active
    probing: true

- name: Take a gateway out of service by its unique id, and fail if there are two
  kamailio.ctl.kamailio_dispatcher_state:
    set_id: 1
    duid: gw1
    state: inactive
    require_matches_max: 1

- name: Disable a whole set
  kamailio.ctl.kamailio_dispatcher_state:
    set_id: 2
    all: true
    state: disabled
"""

RETURN = r"""
matched:
  description: URIs of the matching destinations.
  returned: when the set could be read
  type: list
  elements: str
  sample: ["sip:192.0.2.10:5060"]
before:
  # include: before
  description: The state before the change, in the form of the diff. Null if it could not be read.
  returned: always
  type: dict
  # end: before
  sample: {"sip:192.0.2.10:5060": {"state": active, "probing": true}}
after:
  # include: after
  description: The state after the change, or the state that check mode predicts.
  returned: always
  type: dict
  # end: after
  sample: {"sip:192.0.2.10:5060": {"state": disabled, "probing": false}}
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
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.dispatcher import STATE

TASK = state_task(STATE)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
