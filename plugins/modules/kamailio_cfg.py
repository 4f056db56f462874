#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_cfg
short_description: Set variables of the configuration framework
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Sets variables of the core, of modules, and of the configuration file itself in a running
    Kamailio, through its module C(cfg_rpc).
  - Several variables are set one by one, and put back when one of them is refused. Kamailio's own
    transactions are shared by all its clients, so this module does not use them, and warns when
    another client has prepared one.
  - A variable that the server does not show, such as C(fr_timer) of C(tm), is set each time, and
    counts as a change each time.
  - An instance of a group that does not exist is created.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.changing
options:
  group:
    description:
      - Group of the variable, such as V(core), or V(group[id]) for an instance of a group.
      - Exactly one of O(group) and O(variables) is required.
    type: str
    version_added: 0.1.0
  name:
    description:
      - Name of the variable.
    type: str
    version_added: 0.1.0
  value:
    description:
      - A number or a text. The variable has a type of its own, and a number in a text is sent as
        a number if that is its type.
    type: raw
    version_added: 0.1.0
  variables:
    description:
      - Variables to set, as groups with names and values.
    type: dict
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_debug_level
  - module: kamailio.ctl.kamailio_rpc
"""

EXAMPLES = r"""
- name: Set a variable
  kamailio.ctl.kamailio_cfg:
    group: core
    name: debug
    value: 3

- name: Set some, or none of them
  kamailio.ctl.kamailio_cfg:
    variables:
      drain:
        level: 1
      limits:
        max_calls: 100
        message: Call again later
"""

RETURN = r"""
before:
  description: What there was, in the form of the diff. Null when it could not be read.
  returned: always
  type: dict
  sample: {"core": {"debug": 2}}
after:
  description: What there is now, or would be in check mode.
  returned: always
  type: dict
  sample: {"core": {"debug": 3}}
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
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.cfg import VARIABLES

TASK = state_task(VARIABLES)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
