#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_state
short_description: Apply a whole state as one change
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Brings a running Kamailio to the state that a document describes, over hash tables, shared
    variables, variables of the configuration, media nodes, destinations, registrations, contacts,
    pipes and log levels. What the document does not name stays as it is.
  - It is one change. The server is read once, and if something cannot be, nothing is sent.
    Additions come before removals, over all sections. What was added is read back before anything
    is disabled or removed, and everything is read again at the end.
  - A change that fails is undone as a whole. A journal is written before each call, so that another
    process can undo it as well.
  - With O(confirm), the change is also undone unless a later task confirms it in time, even if the
    host has become unreachable.
  - One task is faster than one for each setting, and safer. The modules for single settings remain
    the right ones for loops and conditions.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.changing
options:
  document:
    description:
      - What the server should be. A list holds stages, which are applied one after another.
      - Its keys are those of a file for C(kamrpc plan), see
        U(https://github.com/kamailio-binrpc/kamailio-binrpc/blob/main/docs/desired-state-keys.md).
      - Types count. A value without quotes that is a number is a number. Keys are text, and keys
        that are not are refused, since YAML makes V(50674039) of the key V(0301234567).
      - C(auth_password) and C(auth_ha1) may be text from a vault here. References with C(env) and
        C(file) mean the machine where the calls are made, see O(run_on).
    type: raw
    version_added: 0.1.0
  state:
    description:
      - V(applied) makes the change, V(confirmed) keeps one that waits to be confirmed, and
        V(cancelled) undoes it at once.
      - Confirm from where the change was made, with the same O(endpoint) or O(endpoints) and
        O(run_on). The journal is on that machine.
      - So the calls never go through a relay, and V(auto) of O(run_on) is the host where other
        modules use one.
    type: str
    choices: [applied, confirmed, cancelled]
    default: applied
    version_added: 0.1.0
  id:
    description:
      - The changes to confirm or cancel, as earlier tasks returned them. Each endpoint of
        O(endpoints) has one of its own.
    type: list
    elements: str
    version_added: 0.1.0
  confirm:
    description:
      - Seconds in which the change has to be confirmed, at most 86400. If it is not, a process that
        was started before the first call undoes it.
      - That process runs where the calls are made. On the host itself it does not need the
        controller. Until the change is confirmed or undone, other changes of this module there are
        refused.
    type: float
    version_added: 0.1.0
  allow_irreversible:
    description:
      - Whether to make changes that could not be undone, such as one of a registration whose
        old password is not known.
    type: bool
    default: false
    version_added: 0.1.0
  undo_timeout:
    description:
      - Seconds that undoing may take, beside the pauses between rebuilds. More than 0.
    type: float
    default: 60
    version_added: 0.1.0
  journals:
    description:
      - Folder of the journals, which only its owner may use. By default
        C(/var/lib/kamailio-binrpc) for root, else C(~/.local/state/kamailio-binrpc).
    type: path
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_htable
    description: Manage several items of a hash table, or its whole content.
  - module: kamailio.ctl.kamailio_dispatcher_destination
    description: Add, change and remove destinations of a set.
  - module: kamailio.ctl.kamailio_cfg
    description: Set any variable of a configuration group.
"""

EXAMPLES = r"""
- name: The edge has this state
  kamailio.ctl.kamailio_state:
    document:
      version: 1
      name: edge-routing
      htable:
        features:
          items: {recording: 1, greeting: hello}
          absent: [old]
      dispatcher:
        "1":
          exact: true
          destinations:
            - {uri: "sip:192.0.2.11:5060", attrs: weight=50;duid=a, state: enabled}
            - {uri: "sip:192.0.2.12:5060", state: disabled}
      cfg:
        core: {debug: 2}
      uac:
        registrations:
          trunk1: {auth_password: "{{ trunk_password }}", state: enabled}
      checks:
        - {method: tm.stats, path: current, max: 1000, within: 10}

- name: Change the gateways, and go back unless calls work
  kamailio.ctl.kamailio_state:
    document: "{{ lookup('file', 'gateways.yml') | from_yaml }}"
    confirm: 120
  register: change

- name: Make a call
  ansible.builtin.command: /usr/local/bin/test-call
  changed_when: false

- name: Keep the change
  kamailio.ctl.kamailio_state:
    state: confirmed
    id: "{{ change.id }}"
  when: change.id != ""
"""

RETURN = r"""
outcome:
  description:
    - V(unchanged), V(changed), or V(pending) until it is confirmed.
    - If the task failed, V(refused) and V(unreachable) where nothing was sent, V(undone) where all
      is as before, V(partly_undone) with what is not in RV(not_undone), and V(unknown) where the
      server could not be read at the end.
  returned: with O(state=applied)
  type: str
  sample: changed
reason:
  description: What refused, failed or undid the change, as one word such as V(check) or V(pending).
  returned: when the task failed
  type: str
id:
  description: Of the change, for O(id) and for C(kamrpc rollback). Empty if nothing was to be done.
  returned: with O(state=applied)
  type: str
changes:
  description: The settings that differ from the document.
  returned: with O(state=applied)
  type: list
  elements: dict
  contains:
    address:
      description: What it is.
      returned: always
      type: str
      sample: htable.features.recording
    action:
      description:
        - V(add), V(change), V(remove), V(unknown) where the server does not show it, or V(force)
          for a state that is given once.
      returned: always
      type: str
    before:
      description: What it was. Null for what was not there, V(?) for what is not shown.
      returned: always
      type: raw
    after:
      description: What it is now, or would be in check mode.
      returned: always
      type: raw
    secret:
      description: Whether it has a secret, which is hidden.
      returned: always
      type: bool
    reversible:
      description: V(exact), V(value) where something is lost on the way back, or V(none).
      returned: always
      type: str
    why:
      description: Why it is not V(exact).
      returned: always
      type: str
    lost_on:
      description: What loses the change, V(restart), or V(reload) of the module already.
      returned: always
      type: str
effects:
  description: What the change does beside, as sentences.
  returned: with O(state=applied)
  type: list
  elements: str
rpc_calls:
  description: The calls that changed something, those of the way back included, or the plan.
  returned: with O(state=applied)
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
undone:
  description: What was put back.
  returned: with O(state=applied) and O(state=cancelled)
  type: list
  elements: str
not_undone:
  description: Changes that could not be undone.
  returned: with O(state=applied) and O(state=cancelled)
  type: list
  elements: dict
  contains:
    # include: not_undone
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
    # end: not_undone
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

from ansible_collections.kamailio.ctl.plugins.module_utils._wish import wish_task

TASK = wish_task()


def main():
    TASK.main()


if __name__ == "__main__":
    main()
