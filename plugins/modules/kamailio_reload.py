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
  - Makes a running Kamailio read a table of its database, or a file, anew, without a restart.
  - Where the server can show what it has loaded, that is compared before and after, and the task
    reports a change only when there is one.
  - When the server refuses because the last reload is too recent (C(reload_delta), 5 seconds
    unless set), the task waits. Failures that the server reports like successes fail the task.
extends_documentation_fragment:
  - kamailio.ctl.ctl
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
    details: It reloads each time. Whether that was a change is told where it can be compared.
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
- name: Read the dispatcher list anew
  kamailio.ctl.kamailio_reload:
    what: dispatcher

- name: Read one hash table anew
  kamailio.ctl.kamailio_reload:
    what: htable
    table: routes

- name: Read the dialplans anew, and see whether one of these changed
  kamailio.ctl.kamailio_reload:
    what: dialplan
    dialplans: [1, 2]
  register: reloaded

- name: Read the TLS configuration anew, which takes long
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
  description: The call that reloads.
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
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.kamailio.ctl.plugins.module_utils._ctl import (
    argument_spec,
    open_endpoint,
    visible,
)
from ansible_collections.kamailio.ctl.plugins.module_utils._reload import RELOADS, Reloading, run


def main():
    module = AnsibleModule(
        argument_spec=argument_spec(
            what={"type": "str", "choices": sorted(RELOADS), "required": True},
            table={"type": "str"},
            tree={"type": "str"},
            dialplans={"type": "list", "elements": "int", "default": []},
            busy_timeout={"type": "float", "default": 60},
        ),
        required_if=[("what", "htable", ["table"])],
        supports_check_mode=True,
    )
    options = module.params
    names = {"table": "htable", "tree": "mtree", "dialplans": "dialplan"}
    for name, what in names.items():
        if options[name] and options["what"] != what:
            module.fail_json(msg="%s is for what: %s" % (name, what))
    reloading = Reloading(options["what"], options["table"], options["tree"], options["dialplans"])
    with open_endpoint(module) as endpoint:
        result = run(reloading, endpoint, module.check_mode, options["busy_timeout"])
        result["endpoint"] = visible(endpoint.address)
    for warning in result.pop("warnings"):
        module.warn(warning)
    if module._diff and result["compared"]:
        result["diff"] = {"before": result["before"], "after": result["after"]}
    if result["failed"]:
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
