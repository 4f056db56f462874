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
  - Makes a running Kamailio reload a table of its database, or a file, without a restart.
  - Where the server can show what it has loaded, that is compared before and after, and the task
    reports a change only when there is one.
  - When the server refuses because the last reload is too recent (C(reload_delta), 5 seconds
    unless set), the task waits. Failures that the server reports like successes fail the task.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state.no_warning
  - kamailio.ctl.attributes
attributes:
  check_mode:
    support: partial
    details: Only a reload shows what it changes. In check mode a change is assumed.
  diff_mode:
    support: partial
    details: Needs something to compare, see O(what).
  idempotent:
    support: partial
    details: >-
      Always reloads. Reports a change only if the data before and after can be compared and differ.
options:
  what:
    description:
      - What to reload. V(permissions) are the addresses, V(trusted) is the table of trusted peers
        of the same module.
      - V(dispatcher), V(domain), V(htable), V(lcr), V(mtree), V(pdt), V(permissions),
        V(rtpengine), V(secfilter), V(trusted), V(uac) and V(userblocklist) can be compared,
        V(dialplan) if O(dialplans) is given. Any other reload counts as a change.
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
      - Name of the hash table, required with O(what=htable).
    type: str
    version_added: 0.1.0
  tree:
    description:
      - Name of a tree, to reload and compare but this one with O(what=mtree).
    type: str
    version_added: 0.1.0
  dialplans:
    description:
      - Numbers of the dialplans to compare with O(what=dialplan). All are reloaded.
    type: list
    elements: int
    default: []
    version_added: 0.1.0
  keep_states:
    description:
      - With O(what=dispatcher), put destinations back out of service that the reload brings into
        service, and probing as it was. A reload reads the states of the list file or the database,
        and forgets what was disabled by command.
      - Without this option a warning names them. Until their states are put back, some
        milliseconds after the reload, they may get calls.
    type: bool
    default: false
    version_added: 0.1.0
  busy_timeout:
    description:
      - Seconds to go on trying while the server refuses because the last reload is too recent.
    type: float
    default: 60
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_dispatcher_destination
  - module: kamailio.ctl.kamailio_htable
  - module: kamailio.ctl.kamailio_rpc
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
  description: What was loaded, by the method that shows it. Null when there is no such method.
  returned: always
  type: dict
after:
  description: What is loaded now.
  returned: always
  type: dict
compared:
  description:
    - Whether RV(before) and RV(after) could be compared. When not, a reload counts as a change.
  returned: always
  type: bool
rpc_calls:
  description: The call that reloads, and those that put states back.
  returned: always
  type: list
  elements: dict
  sample: [{"method": dispatcher.reload, "params": []}]
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
      description: What code, text and method mean together, such as V(busy).
      returned: always
      type: str
    remedy:
      description: A sentence of advice, or an empty text.
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
