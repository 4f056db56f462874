#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_dialog
short_description: Wait for dialogs to end, or end them
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - With O(state=drained), waits until a running Kamailio has no dialogs left, or no matching ones,
    for example before maintenance. This changes nothing on the server.
  - With O(state=absent), ends dialogs. Only answered dialogs can be ended. Dialogs that begin while
    the task runs are not affected.
  - The server must have the module C(dialog) loaded. It knows only the dialogs that the routing
    script tells it to track.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.changing
options:
  state:
    description:
      - V(drained) waits for dialogs to end. V(absent) ends the dialogs that O(match) selects.
    type: str
    choices: [drained, absent]
    required: true
    version_added: 0.1.0
  match:
    description:
      - Selects dialogs. Required with O(state=absent).
    type: dict
    version_added: 0.1.0
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
  profile:
    description:
      - Count only the dialogs of this profile, with O(state=drained).
    type: str
    version_added: 0.1.0
  profile_value:
    description:
      - Count only the dialogs of O(profile) that have this value.
    type: str
    version_added: 0.1.0
  require_matches_max:
    description:
      - With O(state=absent), fail before any dialog is ended if more dialogs match than this. At
        least 0.
    type: int
    version_added: 0.1.0
  wait_timeout:
    description:
      - Seconds to wait. The task fails if dialogs are left after this time.
    type: float
    default: 300
    version_added: 0.1.0
  poll:
    description:
      - Seconds between two counts with O(state=drained). More than 0.
    type: float
    default: 2
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_dispatcher_state
    description: Take destinations out of service and put them back.
  - module: kamailio.ctl.kamailio_wait_for
    description: Wait until a reply of the server meets a condition.
  - module: kamailio.ctl.kamailio_dialog_info
    description: Read the calls in progress.
  - module: kamailio.ctl.kamailio_rpc
    description: Call any RPC method, for example one that no other module covers.
"""

EXAMPLES = r"""
- name: Wait until the last call is over
  kamailio.ctl.kamailio_dialog:
    state: drained
    wait_timeout: 3600
    poll: 10

- name: Wait for the calls through one trunk
  kamailio.ctl.kamailio_dialog:
    state: drained
    profile: trunk
    profile_value: carrier-7

- name: End the calls of one user
  kamailio.ctl.kamailio_dialog:
    state: absent
    match:
      key: furi
      value: sip:alice@example.com
    require_matches_max: 3
"""

RETURN = r"""
remaining:
  description: Number of dialogs that are left. In check mode, the current number.
  returned: with O(state=drained)
  type: int
  sample: 0
progress:
  description: Each number that was counted, with the elapsed time in seconds.
  returned: with O(state=drained)
  type: list
  elements: dict
  sample: [{"after": 0.002, "value": 2}, {"after": 4.011, "value": 0}]
unanswered:
  description: Number of matching dialogs that cannot be ended because they are not answered.
  returned: with O(state=absent)
  type: int
  sample: 0
before:
  # include: before
  description: The state before the change, in the form of the diff. Null if it could not be read.
  returned: always
  type: dict
  # end: before
  sample:
    a84b4c76e66710:
      call_id: a84b4c76e66710
      from_uri: sip:alice@example.com
      to_uri: sip:bob@example.com
after:
  # include: after
  description: The state after the change, or the state that check mode predicts.
  returned: always
  type: dict
  # end: after
  sample: {}
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

from ansible_collections.kamailio.ctl.plugins.module_utils._state_module import finished
from ansible_collections.kamailio.ctl.plugins.module_utils._task import Task
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.dialog import (
    DIALOGS,
    drained,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.drive import drive
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.engine import apply


def prepare(params):
    resource = DIALOGS.build(params) if params["state"] == "absent" else None

    def job(endpoint, setting):
        if resource is None:
            result = drive(drained(params, setting.check_mode), endpoint, pause=endpoint.pause)
        else:
            wait = params["busy_timeout"]
            result = apply(resource, endpoint, setting.check_mode, wait, pause=endpoint.pause)
        return finished(result, endpoint, params, setting)

    return job


TASK = Task(DIALOGS.options, prepare)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
