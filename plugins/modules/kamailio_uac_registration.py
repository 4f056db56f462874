#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_uac_registration
short_description: Manage registrations at other servers
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Adds, changes, switches and removes the registrations that the module C(uac) of a running
    Kamailio keeps at other servers.
  - The server cannot change a record, so the record is removed and added, which registers
    again. It can switch one on and off.
  - The server returns passwords in clear text. They are compared, and never shown.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.changing
options:
  l_uuid:
    description:
      - Unique name of the registration.
    type: str
    required: true
    version_added: 0.1.0
  state:
    description:
      - Whether the registration exists. V(absent) takes no other option than O(l_uuid).
    type: str
    choices: [present, absent]
    default: present
    version_added: 0.1.0
  enabled:
    description:
      - Whether it registers. A new one does unless told otherwise.
    type: bool
    version_added: 0.1.0
  l_username:
    description:
      - Local user name. What is not given is left alone. A new registration needs all of
        O(l_username), O(l_domain), O(r_username), O(r_domain), O(auth_username) and
        O(auth_proxy), and one of O(auth_password) and O(auth_ha1).
    type: str
    version_added: 0.1.0
  l_domain:
    description:
      - Local domain.
    type: str
    version_added: 0.1.0
  r_username:
    description:
      - User name at the other server.
    type: str
    version_added: 0.1.0
  r_domain:
    description:
      - Domain of the other server.
    type: str
    version_added: 0.1.0
  realm:
    description:
      - Realm of the authentication. An empty text accepts any.
    type: str
    version_added: 0.1.0
  auth_username:
    description:
      - User name for the authentication.
    type: str
    version_added: 0.1.0
  auth_password:
    description:
      - Password for the authentication.
    type: str
    version_added: 0.1.0
  auth_ha1:
    description:
      - Instead of the password, which is removed from the record, its hash together with user name
        and realm, 32 hexadecimal digits.
    type: str
    version_added: 0.1.0
  auth_proxy:
    description:
      - SIP URI to send to.
    type: str
    version_added: 0.1.0
  expires:
    description:
      - Seconds for which to register, at least 0.
    type: int
    version_added: 0.1.0
  reg_delay:
    description:
      - Seconds to wait before the first attempt, at least 0.
    type: int
    version_added: 0.1.0
  socket:
    description:
      - Local socket to send from, such as V(udp:192.0.2.1:5060). An empty text leaves it to the
        server.
    type: str
    version_added: 0.1.0
  contact_addr:
    description:
      - Address for the contact, as host and port. Without it a new registration has that of the
        modparam C(reg_contact_addr). An empty text unsets it.
    type: str
    version_added: 0.1.0
  contact_user:
    description:
      - User name for the contact. Needs Kamailio 6.2. An empty text unsets it.
    type: str
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_toggle
  - module: kamailio.ctl.kamailio_reload
  - module: kamailio.ctl.kamailio_rpc
"""

EXAMPLES = r"""
- name: Register a trunk
  kamailio.ctl.kamailio_uac_registration:
    l_uuid: trunk-7
    l_username: "4930123"
    l_domain: sip.example.com
    r_username: "4930123"
    r_domain: carrier.example.net
    auth_username: "4930123"
    auth_password: "{{ trunk_password }}"
    auth_proxy: sip:carrier.example.net
    expires: 600

- name: Stop registering it for now
  kamailio.ctl.kamailio_uac_registration:
    l_uuid: trunk-7
    enabled: false

- name: Forget it
  kamailio.ctl.kamailio_uac_registration:
    l_uuid: trunk-7
    state: absent
"""

RETURN = r"""
before:
  description: What there was, in the form of the diff. Null when it could not be read.
  returned: always
  type: dict
  sample: {"trunk-7": {"expires": 360, "enabled": true, "auth_password": (hidden)}}
after:
  description: What there is now, or would be in check mode.
  returned: always
  type: dict
  sample: {"trunk-7": {"expires": 600, "enabled": true, "auth_password": (hidden)}}
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
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.uac import REGISTRATION

TASK = state_task(REGISTRATION)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
