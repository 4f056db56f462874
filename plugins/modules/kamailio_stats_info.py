#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_stats_info
short_description: Get counters
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Gets counters of a running Kamailio and its modules, as whole numbers by group.
  - This needs the module C(kex).
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.reading
options:
  names:
    description:
      - Which counters to get. V(all) are all of them, a name that ends in a colon, such as
        V(core:), is a group, and V(group.name) is a single one.
    type: list
    elements: str
    default: [all]
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_ctl_info
  - module: kamailio.ctl.kamailio_rpc
"""

EXAMPLES = r"""
- name: Look at registered contacts and shared memory
  kamailio.ctl.kamailio_stats_info:
    names: ["usrloc:", shmem.free_size]
  register: server

- name: Show one
  ansible.builtin.debug:
    var: server.stats.shmem.free_size
"""

RETURN = r"""
stats:
  description: The counters, by group and name. Those that do not exist are missing.
  returned: success
  type: dict
  sample:
    shmem:
      free_size: 61234567
endpoint:
  description: The endpoint, in full.
  returned: always
  type: str
  sample: unixs:/run/kamailio/kamailio_ctl
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.kamailio.ctl.plugins.module_utils._ctl import argument_spec
from ansible_collections.kamailio.ctl.plugins.module_utils._look import statistics
from ansible_collections.kamailio.ctl.plugins.module_utils._looking import look


def main():
    module = AnsibleModule(
        argument_spec=argument_spec(
            names={"type": "list", "elements": "str", "default": ["all"]},
        ),
        supports_check_mode=True,
    )
    look(module, lambda server: {"stats": statistics(server, module.params["names"])})


if __name__ == "__main__":
    main()
