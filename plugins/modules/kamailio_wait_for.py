#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_wait_for
short_description: Wait until a method's result meets a condition
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Calls a method of a running Kamailio repeatedly until its result meets a condition.
  - If the server does not answer, for example during a restart, the module keeps trying until the
    time limit.
  - With C(-v), the result contains each value that was seen. With C(-vvv), the values are also
    written to the log of the host as they arrive.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state.unused
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.reading
options:
  method:
    description:
      - Method to call. It must not change anything.
    type: str
    required: true
    version_added: 0.1.0
  params:
    description:
      - Parameters of the method, as in O(kamailio.ctl.kamailio_rpc#module:params).
    type: list
    elements: raw
    version_added: 0.1.0
  mutates:
    description:
      - Set this to V(never) for a method that only reads, but that the collection does not know.
    type: str
    choices: [auto, never]
    default: auto
    version_added: 0.1.0
  path:
    description:
      - Path to the value in the reply, as in O(kamailio.ctl.kamailio_rpc#module:probe.path). An
        empty string means the whole value.
    type: str
    version_added: 0.1.0
  expect:
    description:
      - Value to wait for, as in O(kamailio.ctl.kamailio_rpc#module:probe.expect).
      - Without O(expect), O(min), O(max) and O(fault), any answer except a fault meets the
        condition.
    type: raw
    version_added: 0.1.0
  min:
    description:
      - Smallest number that meets the condition.
    type: float
    version_added: 0.1.0
  max:
    description:
      - Largest number that meets the condition.
    type: float
    version_added: 0.1.0
  fault:
    description:
      - Fault to wait for, as in O(kamailio.ctl.kamailio_rpc#module:probe.fault).
    type: raw
    version_added: 0.1.0
  wait_timeout:
    description:
      - Seconds to wait. The task fails if the condition is not met within this time.
    type: float
    default: 300
    version_added: 0.1.0
  poll:
    description:
      - Seconds between two calls. More than 0.
    type: float
    default: 1
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_dialog
    description: Wait until calls have ended, or end them.
  - module: kamailio.ctl.kamailio_rpc
    description: Call any RPC method, for example one that no other module covers.
"""

EXAMPLES = r"""
- name: Wait until the server answers
  kamailio.ctl.kamailio_wait_for:
    method: core.uptime
    wait_timeout: 30

- name: Wait until few calls are left
  kamailio.ctl.kamailio_wait_for:
    method: dlg.stats_active
    path: all
    max: 10
    wait_timeout: 3600
    poll: 10

- name: Wait until a gateway answers again
  kamailio.ctl.kamailio_wait_for:
    method: dispatcher.list
    path: RECORDS.[SET.ID=1].SET.TARGETS.[DEST.URI=sip:192.0.2.10:5060].DEST.FLAGS
    expect: AP
"""

RETURN = r"""
value:
  description: Last value that was read.
  returned: always
  type: raw
tries:
  description: Number of calls.
  returned: always
  type: int
elapsed:
  description: Elapsed time in seconds.
  returned: always
  type: float
progress:
  description: Each value that was read, with the elapsed time in seconds.
  returned: when the task fails, or with C(-v)
  type: list
  elements: dict
  sample: [{"after": 0.002, "value": 20}, {"after": 10.013, "value": 8}]
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

from ansible_collections.kamailio.ctl.plugins.module_utils._task import Task
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.call import (
    remember_secrets,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.condition import (
    OPTIONS,
    Condition,
    wait,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.drive import drive


def prepare(params):
    condition = Condition(params)

    def job(endpoint, setting):
        def show(seen):
            setting.tell("%s after %g s: %s" % (params["method"], seen["after"], seen["value"]))

        on_change = show if setting.verbosity >= 3 else None
        talk = wait(condition, params["wait_timeout"], params["poll"], on_change)
        result = drive(talk, endpoint, pause=endpoint.pause)
        if not result["failed"] and not setting.verbosity:
            del result["progress"]
        return dict(result, endpoint=endpoint.address)

    return job


TASK = Task(OPTIONS, prepare, remember_secrets=remember_secrets)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
