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
  - Manages the registrations with other servers that the module C(uac) of a running Kamailio
    maintains. It can add, change, enable, disable and remove them.
  - The server can enable and disable a registration, but not change it. To change one, this module
    removes it and adds it again, which triggers a new registration.
  - The server returns passwords in clear text. This module compares them, but never shows them.
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
      - Whether the registration exists. V(absent) accepts no other options than O(l_uuid).
    type: str
    choices: [present, absent]
    default: present
    version_added: 0.1.0
  enabled:
    description:
      - Whether the registration is enabled. New registrations are enabled by default.
    type: bool
    version_added: 0.1.0
  l_username:
    description:
      - Local user name. Options that are not given are not changed. A new registration requires
        O(l_username), O(l_domain), O(r_username), O(r_domain), O(auth_username) and O(auth_proxy),
        and one of O(auth_password) and O(auth_ha1).
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
      - Realm for the authentication. An empty string accepts any realm.
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
      - Hash of user name, realm and password, as 32 hexadecimal digits. It replaces the password,
        which is removed from the registration.
    type: str
    version_added: 0.1.0
  auth_proxy:
    description:
      - SIP URI of the server to send requests to.
    type: str
    version_added: 0.1.0
  expires:
    description:
      - Lifetime of the registration in seconds, at least 0.
    type: int
    version_added: 0.1.0
  reg_delay:
    description:
      - Seconds to wait before the first attempt, at least 0.
    type: int
    version_added: 0.1.0
  socket:
    description:
      - Local socket to send from, such as V(udp:192.0.2.1:5060). An empty string lets the server
        choose.
    type: str
    version_added: 0.1.0
  contact_addr:
    description:
      - Address for the contact, as host and port. The default for a new registration is the module
        parameter C(reg_contact_addr). An empty string unsets it.
    type: str
    version_added: 0.1.0
  contact_user:
    description:
      - User name for the contact. Requires Kamailio 6.2. An empty string unsets it.
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
