#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_uac_info
short_description: Get registrations at other servers
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Returns the registrations of the module C(uac) in a running Kamailio, in the form of the options
    of M(kamailio.ctl.kamailio_uac_registration).
  - Passwords and their hashes are never returned.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state.unused
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.reading
options:
  l_uuid:
    description:
      - Return only this registration. The default is all registrations.
    type: str
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_uac_registration
    description: Add, change and remove remote registrations.
  - module: kamailio.ctl.kamailio_rpc
    description: Call any RPC method, for example one that no other module covers.
"""

EXAMPLES = r"""
- name: Get a registration
  kamailio.ctl.kamailio_uac_info:
    l_uuid: trunk1
  register: found

- name: It is enabled
  ansible.builtin.assert:
    that: found.registrations[0].enabled
"""

RETURN = r"""
registrations:
  description:
    - The registrations, without C(auth_password) and C(auth_ha1). An empty text is a value that is
      not set.
  returned: success
  type: list
  elements: dict
  sample:
    - l_uuid: trunk1
      l_username: alice
      l_domain: example.com
      r_username: "1001"
      r_domain: carrier.example.net
      realm: ""
      auth_username: "1001"
      auth_proxy: sip:192.0.2.30:5060
      expires: 360
      reg_delay: 0
      socket: ""
      contact_addr: 192.0.2.1:5060
      enabled: true
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
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.uac import (
    INFO,
    describe,
)

TASK = info_task(describe, INFO)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
