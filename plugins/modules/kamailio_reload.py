#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_reload
short_description: Reload what Kamailio keeps in memory
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Makes a running Kamailio reload data from its database or from a file, without a restart.
  - If the server can show the data, it is compared before and after the reload, and the task
    reports a change only if the data differs.
  - If the server refuses because the last reload is too recent (C(reload_delta), 5 seconds by
    default), the task waits and tries again. Some methods report a failure in a normal reply. The
    task fails in this case too.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state.no_warning
  - kamailio.ctl.attributes
attributes:
  check_mode:
    support: partial
    details: Changes cannot be predicted without a reload, so check mode assumes a change.
  diff_mode:
    support: partial
    details: Requires data that can be compared, see O(what).
  idempotent:
    support: partial
    details: >-
      Always reloads. Reports a change only if the data before and after can be compared and differ.
options:
  what:
    description:
      - Data to reload. V(permissions) means the addresses of the module C(permissions), and
        V(trusted) its table of trusted peers.
      - V(dispatcher), V(domain), V(htable), V(lcr), V(mtree), V(pdt), V(permissions), V(rtpengine),
        V(secfilter), V(trusted), V(uac) and V(userblocklist) can be compared, and V(dialplan) if
        O(dialplans) is given. All other reloads always count as a change.
    type: str
    choices:
      - app_jsdt
      - app_lua
      - app_python
      - carrierroute
      - dialplan
      - dispatcher
      - domain
      - drouting
      - geoip2
      - htable
      - lcr
      - matrix
      - mtree
      - pdt
      - permissions
      - prefix_route
      - regex
      - rtpengine
      - secfilter
      - tls
      - trusted
      - uac
      - userblocklist
    required: true
    version_added: 0.1.0
  table:
    description:
      - Name of the hash table. Required with O(what=htable).
    type: str
    version_added: 0.1.0
  tree:
    description:
      - Name of the tree to reload and compare with O(what=mtree). The default is all trees.
    type: str
    version_added: 0.1.0
  dialplans:
    description:
      - IDs of the dialplans to compare with O(what=dialplan). All dialplans are reloaded.
    type: list
    elements: int
    default: []
    version_added: 0.1.0
  keep_states:
    description:
      - With O(what=dispatcher), restore the states of destinations after the reload. A reload takes
        the states from the list file or the database, and so puts destinations back into service
        that were disabled by a command.
      - Without this option, a warning lists these destinations. For a few milliseconds between the
        reload and the restoration of their states, they may receive calls.
    type: bool
    default: false
    version_added: 0.1.0
  busy_timeout:
    description:
      - Seconds to keep trying while the server refuses because the last reload is too recent.
    type: float
    default: 60
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_dispatcher_destination
    description: Add, change and remove destinations of a set.
  - module: kamailio.ctl.kamailio_htable
    description: Manage several items of a hash table, or its whole content.
  - module: kamailio.ctl.kamailio_rpc
    description: Call any RPC method, for example one that no other module covers.
"""

EXAMPLES = r"""
- name: Reload the dispatcher list
  kamailio.ctl.kamailio_reload:
    what: dispatcher

- name: Read it again, and leave drained gateways drained
  kamailio.ctl.kamailio_reload:
    what: dispatcher
    keep_states: true

- name: Reload one hash table
  kamailio.ctl.kamailio_reload:
    what: htable
    table: routes

- name: Reload the dialplans, and see whether one of these changed
  kamailio.ctl.kamailio_reload:
    what: dialplan
    dialplans: [1, 2]
  register: reloaded

- name: Reload the TLS configuration, which takes long
  kamailio.ctl.kamailio_reload:
    what: tls
    timeout: 20
"""

RETURN = r"""
before:
  description:
    - The data before the reload, as far as a method shows it. Null if there is no such method.
  returned: always
  type: dict
after:
  description: The data after the reload.
  returned: always
  type: dict
compared:
  description:
    - Whether RV(before) and RV(after) could be compared. If not, the reload counts as a change.
  returned: always
  type: bool
rpc_calls:
  description: The call that reloads, and the calls that restore states.
  returned: always
  type: list
  elements: dict
  contains:
    # include: call
    method:
      description: Name of the RPC method.
      returned: always
      type: str
    params:
      description: Parameters of the call. Secrets are masked.
      returned: always
      type: list
      elements: raw
    # end: call
  sample: [{"method": dispatcher.reload, "params": []}]
# include: failed_with
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
# end: failed_with
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
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.drive import drive
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.reload import (
    OPTIONS,
    build,
    run,
)


def prepare(params):
    reloading = build(params)

    def job(endpoint, setting):
        talk = run(reloading, setting.check_mode, params["busy_timeout"])
        result = drive(talk, endpoint, pause=endpoint.pause)
        result["endpoint"] = endpoint.address
        if setting.diff and result["compared"]:
            result["diff"] = {"before": result["before"], "after": result["after"]}
        return result

    return job


TASK = Task(OPTIONS, prepare)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
