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
    description: Switch features such as SIP tracing and keepalives on and off.
  - module: kamailio.ctl.kamailio_reload
    description: Reload data of a module from its file or database.
  - module: kamailio.ctl.kamailio_uac_info
    description: Read the remote registrations.
  - module: kamailio.ctl.kamailio_rpc
    description: Call any RPC method, for example one that no other module covers.
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
  # include: before
  description: The state before the change, in the form of the diff. Null if it could not be read.
  returned: always
  type: dict
  # end: before
  sample: {"trunk-7": {"expires": 360, "enabled": true, "auth_password": (hidden)}}
after:
  # include: after
  description: The state after the change, or the state that check mode predicts.
  returned: always
  type: dict
  # end: after
  sample: {"trunk-7": {"expires": 600, "enabled": true, "auth_password": (hidden)}}
# include: change
rpc_calls:
  description: The calls that changed the server, or that would have changed it in check mode.
  returned: always
  type: list
  elements: dict
  contains:
    method:
      description: Name of the RPC method.
      returned: always
      type: str
    params:
      description: Parameters of the call. Secrets are masked.
      returned: always
      type: list
      elements: raw
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
not_undone:
  description:
    - Changes that the failed task made and could not undo.
    - A task that fails undoes its changes, so everything that is not listed here is as it was
      before.
  returned: when the task failed and some changes remain
  type: list
  elements: dict
  contains:
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
endpoint:
  description: Full address of the endpoint.
  returned: always
  type: str
  sample: unixs:/run/kamailio/kamailio_ctl
# end: change
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

from ansible_collections.kamailio.ctl.plugins.module_utils._state_module import state_task
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.uac import REGISTRATION

TASK = state_task(REGISTRATION)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
