#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_cfg_info
short_description: Get variables of the configuration framework
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Returns the runtime variables of a running Kamailio, in the form of the options of
    M(kamailio.ctl.kamailio_cfg). The server must have the module C(cfg_rpc) loaded.
  - Variables that cannot be read, such as C(tm.fr_timer), are omitted. Each variable takes one
    call, so give O(group) if you need only one group.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state.unused
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.reading
options:
  group:
    description:
      - Return only this group. The default is all groups.
    type: str
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_cfg
    description: Set any variable of a configuration group.
  - module: kamailio.ctl.kamailio_rpc
    description: Call any RPC method, for example one that no other module covers.
"""

EXAMPLES = r"""
- name: Get the variables of a group
  kamailio.ctl.kamailio_cfg_info:
    group: core
  register: found

- name: Another server has the same log levels
  kamailio.ctl.kamailio_cfg:
    endpoint: tcp:192.0.2.2:2049
    variables:
      core:
        debug: "{{ found.variables.core.debug }}"
        memlog: "{{ found.variables.core.memlog }}"
"""

RETURN = r"""
variables:
  description: Groups, and in each the variables with their values.
  returned: success
  type: dict
  sample: {"core": {"debug": 2, "memlog": 3}}
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

from ansible_collections.kamailio.ctl.plugins.module_utils._info_module import info_task
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.cfg import (
    INFO,
    describe,
)

TASK = info_task(describe, INFO)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
