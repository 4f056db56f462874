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
  - Waits until a running Kamailio has no dialogs any more, or none of a kind, as before
    maintenance. That is O(state=drained), which changes nothing.
  - Or ends dialogs, with O(state=absent). Only answered ones can be ended. Newer dialogs that
    begin meanwhile are left alone.
  - This needs the module C(dialog), whose dialogs are those that the configuration asks it to
    follow.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.changing
options:
  state:
    description:
      - V(drained) waits, V(absent) ends the dialogs of O(match).
    type: str
    choices: [drained, absent]
    required: true
    version_added: 0.1.0
  match:
    description:
      - The dialogs that are meant. Required with O(state=absent).
    type: dict
    version_added: 0.1.0
    suboptions:
      key:
        description:
          - What to look at, which is the request URI, the URI in From, that in To, the Call-ID,
            or the time of the start in seconds since 1970.
        type: str
        choices: [ruri, furi, turi, callid, start_ts]
        required: true
        version_added: 0.1.0
      operator:
        description:
          - V(eq) is equal, V(re) fits the regular expression, V(sw) starts with. V(gt) and V(lt)
            are greater and less, for V(start_ts) only.
        type: str
        choices: [eq, re, sw, gt, lt]
        default: eq
        version_added: 0.1.0
      value:
        description:
          - What to compare with.
        type: str
        required: true
        version_added: 0.1.0
  profile:
    description:
      - With O(state=drained), count the dialogs of this profile.
    type: str
    version_added: 0.1.0
  profile_value:
    description:
      - Count those of O(profile) with this value.
    type: str
    version_added: 0.1.0
  require_matches_max:
    description:
      - With O(state=absent), fail before anything is ended when more dialogs match. At least 0.
    type: int
    version_added: 0.1.0
  wait_timeout:
    description:
      - Seconds to wait. The task fails when dialogs are left then.
    type: float
    default: 300
    version_added: 0.1.0
  poll:
    description:
      - With O(state=drained), seconds between counts. More than 0.
    type: float
    default: 2
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_dispatcher_state
  - module: kamailio.ctl.kamailio_wait_for
  - module: kamailio.ctl.kamailio_rpc
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
  description: Number of dialogs that are left, or in check mode that there are.
  returned: with O(state=drained)
  type: int
  sample: 0
progress:
  description: Each number that was seen, and after how many seconds.
  returned: with O(state=drained)
  type: list
  elements: dict
  sample: [{"after": 0.002, "value": 2}, {"after": 4.011, "value": 0}]
unanswered:
  description: Number of matching dialogs that cannot be ended, since they are not answered.
  returned: with O(state=absent)
  type: int
  sample: 0
before:
  description: What there was, in the form of the diff. Null when it could not be read.
  returned: always
  type: dict
  sample:
    a84b4c76e66710:
      call_id: a84b4c76e66710
      from_uri: sip:alice@example.com
      to_uri: sip:bob@example.com
after:
  description: What there is now, or would be in check mode.
  returned: always
  type: dict
  sample: {}
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
