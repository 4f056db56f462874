#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_pipelimit
short_description: Manage pipes of the pipelimit module
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Sets the algorithm and the limit of pipes of the module C(pipelimit) in a running Kamailio, and
    removes pipes.
  - There is no RPC method to create a pipe. Pipes come from the database or the routing script.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.changing
options:
  name:
    description:
      - Name of the pipe.
    type: str
    required: true
    version_added: 0.1.0
  algorithm:
    description:
      - Algorithm of the pipe. Options that are not given are not changed. Neither this option nor
        O(limit) is allowed with O(state=absent).
    type: str
    choices: [NOP, RED, TAILDROP, FEEDBACK, NETWORK]
    version_added: 0.1.0
  limit:
    description:
      - Limit of the pipe, at least 0. The server does not report the limit while the algorithm is
        V(NOP). Therefore O(limit) is required to change the algorithm from V(NOP), and a limit set
        with V(NOP) counts as a change on each run.
    type: int
    version_added: 0.1.0
  state:
    description:
      - Whether the pipe exists. V(absent) requires Kamailio 5.7 or later.
    type: str
    choices: [present, absent]
    default: present
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_pipelimit_info
    description: Read the pipes with their limits.
  - module: kamailio.ctl.kamailio_rpc
    description: Call any RPC method, for example one that no other module covers.
"""

EXAMPLES = r"""
- name: Limit a tenant
  kamailio.ctl.kamailio_pipelimit:
    name: tenant-7
    algorithm: TAILDROP
    limit: 20
"""

RETURN = r"""
before:
  # include: before
  description: The state before the change, in the form of the diff. Null if it could not be read.
  returned: always
  type: dict
  # end: before
  sample: {"algorithm": RED, "limit": 50}
after:
  # include: after
  description: The state after the change, or the state that check mode predicts.
  returned: always
  type: dict
  # end: after
  sample: {"algorithm": TAILDROP, "limit": 20}
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
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.pipelimit import PIPE

TASK = state_task(PIPE)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
