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
  - Sets the states of destinations of the module C(dispatcher) in a running Kamailio, to drain
    gateways and to bring them back.
  - Both parts of a state are compared, which are whether the destination is used and whether it
    is probed. Nothing is sent when they are as wanted.
  - Where the module C(dispatcher) probes a destination, an answer may soon change the states
    V(inactive) and V(trying) again. Only V(disabled) stays.
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
      - URI of the destination, in any spelling that means the same, see
        P(kamailio.ctl.kamailio_uri#filter).
      - Exactly one of O(uri), O(duid) and O(all) is required.
    type: str
    version_added: 0.1.0
  duid:
    description:
      - The attribute C(duid) of the destination.
    type: str
    version_added: 0.1.0
  all:
    description:
      - All destinations of the set.
    type: bool
    default: false
    version_added: 0.1.0
  state:
    description:
      - Whether the destination is used.
      - V(active) and V(trying) get calls. V(trying) is what Kamailio makes of a destination that
        failed a little, and no way to drain one.
      - V(inactive) gets none, until probing finds that it answers. V(disabled) gets none and is not
        probed.
    type: str
    choices: [active, inactive, disabled, trying]
    required: true
    version_added: 0.1.0
  probing:
    description:
      - Whether it is probed. A destination that is disabled cannot be.
      - Without this option it stays as it is. Disabling ends it, and the server does not remember
        it; so say V(true) to bring it back.
    type: bool
    version_added: 0.1.0
  require_matches_min:
    description:
      - The task fails, before it changes anything, when fewer destinations match.
      - At least 0, and not above O(require_matches_max).
    type: int
    default: 1
    version_added: 0.1.0
  require_matches_max:
    description:
      - The task fails, before it changes anything, when more destinations match.
    type: int
    version_added: 0.1.0
  at_least_active:
    description:
      - Minimum number of active destinations that the set must keep when O(state=inactive) or
        O(state=disabled) takes active ones out of service. With fewer, the task fails before it
        changes anything, in check mode as well.
      - The default is 1, and 0 for the whole set.
    type: int
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_dispatcher_destination
  - module: kamailio.ctl.kamailio_reload
  - module: kamailio.ctl.kamailio_rpc
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
  description: URIs of the destinations that are meant.
  returned: when the set could be read
  type: list
  elements: str
  sample: ["sip:192.0.2.10:5060"]
before:
  description: What there was, in the form of the diff. Null when it could not be read.
  returned: always
  type: dict
  sample: {"sip:192.0.2.10:5060": {"state": active, "probing": true}}
after:
  description: What there is now, or would be in check mode.
  returned: always
  type: dict
  sample: {"sip:192.0.2.10:5060": {"state": disabled, "probing": false}}
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
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.dispatcher import STATE

TASK = state_task(STATE)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
