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
  - Brings a running Kamailio to the state that a document describes. The document can contain hash
    tables, shared variables, configuration variables, media nodes, destinations, registrations,
    contacts, pipes and log levels. Everything that the document does not mention remains as it is.
  - The whole document is applied as one change. The server is read once, and if a part of the state
    is impossible, nothing is sent. Additions are made before removals, across all sections. They
    are verified before anything is disabled or removed, and everything is verified again at the
    end.
  - If the change fails, all of it is undone. A journal is written before each call, so that another
    process can undo the change as well.
  - With O(confirm), the change is undone unless a later task confirms it in time, even if the host
    has become unreachable.
  - One such task is faster and safer than one task per setting. For loops and conditions, use the
    modules for single settings.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.changing
options:
  document:
    description:
      - Desired state of the server. A list contains stages, which are applied one after another.
      - The keys are the same as in a file for C(kamrpc plan), see
        U(https://github.com/kamailio-binrpc/kamailio-binrpc/blob/main/docs/desired-state-keys.md).
      - Types matter. A number without quotes is a number. Keys must be strings and other keys are
        refused, because YAML turns the key V(0301234567) into V(50674039).
      - C(auth_password) and C(auth_ha1) can be strings from a vault. References with C(env) and
        C(file) are resolved on the machine that makes the calls, see O(run_on).
    type: raw
    version_added: 0.1.0
  state:
    description:
      - V(applied) makes the change, V(confirmed) keeps a change that waits for confirmation, and
        V(cancelled) undoes it immediately.
      - Confirm a change from the machine that made it, with the same O(endpoint) or O(endpoints)
        and O(run_on), because the journal is on that machine.
      - For this reason, calls never go through a relay. Where other modules use a relay,
        O(run_on=auto) means the host here.
    type: str
    choices: [applied, confirmed, cancelled]
    default: applied
    version_added: 0.1.0
  id:
    description:
      - IDs of the changes to confirm or cancel, as returned by earlier tasks. Each endpoint in
        O(endpoints) has its own ID.
    type: list
    elements: str
    version_added: 0.1.0
  confirm:
    description:
      - Seconds within which the change must be confirmed, at most 86400. Otherwise a process that
        was started before the first call undoes it.
      - This process runs on the machine that makes the calls. If that is the host itself, the
        process works without the controller. Until the change is confirmed or undone, this module
        refuses other changes from the same machine.
    type: float
    version_added: 0.1.0
  allow_irreversible:
    description:
      - Whether to make changes that cannot be undone, for example to a registration whose old
        password is unknown.
    type: bool
    default: false
    version_added: 0.1.0
  undo_timeout:
    description:
      - Maximum number of seconds for undoing, in addition to the pauses between rebuilds. More than
        0.
    type: float
    default: 60
    version_added: 0.1.0
  journals:
    description:
      - Folder of the journals, accessible to its owner only. The default is
        C(/var/lib/kamailio-binrpc) for root, and C(~/.local/state/kamailio-binrpc) for other users.
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
    - If the task failed, V(refused) or V(unreachable) if nothing was sent, V(undone) if everything
      is as before, V(partly_undone) if RV(not_undone) lists remaining changes, and V(unknown) if
      the server could not be read at the end.
  returned: with O(state=applied)
  type: str
  sample: changed
reason:
  description: Reason why the change failed or was undone, as one word such as V(check).
  returned: when the task failed
  type: str
id:
  description: ID of the change, for O(id) and C(kamrpc rollback). Empty if nothing had to be done.
  returned: with O(state=applied)
  type: str
changes:
  description: The settings that differ from the document.
  returned: with O(state=applied)
  type: list
  elements: dict
  contains:
    address:
      description: Name of the setting.
      returned: always
      type: str
      sample: htable.features.recording
    action:
      description:
        - V(add), V(change), V(remove), V(unknown) if the server does not report the value, or
          V(force) for a state that is set only once.
      returned: always
      type: str
    before:
      description: The old value. Null if it did not exist, V(?) if the server does not report it.
      returned: always
      type: raw
    after:
      description: The new value, or the value that check mode predicts.
      returned: always
      type: raw
    secret:
      description: Whether the value is a secret. Secrets are masked.
      returned: always
      type: bool
    reversible:
      description: V(exact), V(value) if undoing the change loses something, or V(none).
      returned: always
      type: str
    why:
      description: Why the change cannot be undone exactly.
      returned: always
      type: str
    lost_on:
      description: When the change is lost. V(restart), or V(reload) if a reload is enough.
      returned: always
      type: str
effects:
  description: Side effects of the change, as sentences.
  returned: with O(state=applied)
  type: list
  elements: str
rpc_calls:
  description: The calls that changed the server, including those that undid changes, or the plan.
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
  description: Changes that were undone.
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
