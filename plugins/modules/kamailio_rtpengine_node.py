#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_rtpengine_node
short_description: Take rtpengine nodes out of service and back
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Enables and disables nodes of the module C(rtpengine) in a running Kamailio.
  - A node that does not answer is not the same as a disabled node. An enabled node that does not
    answer is used as soon as it answers.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.changing
options:
  url:
    description:
      - URL of the node, as C(rtpengine.show) displays it, in upper or lower case, or V(all) for
        every node.
    type: str
    required: true
    version_added: 0.1.0
  state:
    description:
      - Whether the node may be used.
    type: str
    choices: [enabled, disabled]
    required: true
    version_added: 0.1.0
  must_answer:
    description:
      - Fail if a node that this task enables does not answer the ping that the server then sends.
        The node is disabled again.
    type: bool
    default: true
    version_added: 0.1.0
  at_least_active:
    description:
      - Minimum number of nodes that must be left in service in each set when O(state=disabled)
        takes nodes out of service. A node is in service if it is enabled and answers. If fewer
        would be left, the task fails before it changes anything, in check mode as well.
      - The default is 1, or 0 with O(url=all).
    type: int
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_reload
    description: Reload data of a module from its file or database.
  - module: kamailio.ctl.kamailio_rpc
    description: Call any RPC method, for example one that no other module covers.
"""

EXAMPLES = r"""
- name: No new calls for a media node
  kamailio.ctl.kamailio_rtpengine_node:
    url: udp:192.0.2.40:2223
    state: disabled

- name: Bring it back
  kamailio.ctl.kamailio_rtpengine_node:
    url: udp:192.0.2.40:2223
    state: enabled
"""

RETURN = r"""
silent:
  description: URLs of nodes that are enabled and did not answer when they were last asked.
  returned: when the nodes could be read
  type: list
  elements: str
  sample: []
before:
  # include: before
  description: The state before the change, in the form of the diff. Null if it could not be read.
  returned: always
  type: dict
  # end: before
  sample: {"udp:192.0.2.40:2223": enabled}
after:
  # include: after
  description: The state after the change, or the state that check mode predicts.
  returned: always
  type: dict
  # end: after
  sample: {"udp:192.0.2.40:2223": disabled}
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
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.rtpengine import NODES

TASK = state_task(NODES)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
