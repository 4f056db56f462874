# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: kamailio_rpc
short_description: Ask a running Kamailio from a template
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Calls an RPC method of a running Kamailio from the controller and returns the reply.
  - Only methods that are known to only read are called, because templates are also evaluated in
    check mode, and possibly several times. Use M(kamailio.ctl.kamailio_rpc) for other methods.
extends_documentation_fragment:
  - kamailio.ctl.controller
options:
  _terms:
    description:
      - Name of the method, followed by its parameters.
      - Types matter. Integers, floating-point numbers and strings are sent as such, and booleans as
        V(1) or V(0). To force a type, use a mapping with C(type), which is V(str), V(int),
        V(float), V(bool) or V(bytes), and C(value).
    type: list
    elements: raw
    required: true
  endpoint:
    description:
      - Address of the server's C(ctl) module, such as V(unix:/run/kamailio/kamailio_ctl),
        V(udp:192.0.2.1:2049) or V(tcp:[2001:db8::1]:2049), or the name of an endpoint in O(config).
      - The default is the endpoint in O(config), otherwise V(unix:/run/kamailio/kamailio_ctl).
    type: str
    vars:
      - name: kamailio_endpoint
    env:
      - name: KAMRPC_ENDPOINT
    version_added: 0.1.0
  path:
    description:
      - Path to a value in the reply, as steps separated by dots. A step is the name of a member, a
        position in a list, or V([NAME=text]), which selects the first item of a list whose member
        NAME has this text, as in M(kamailio.ctl.kamailio_rpc).
      - The path starts at the value of the reply, or at the list of values if the reply does not
        have exactly one.
    type: str
    version_added: 0.1.0
  view:
    description:
      - With V(json), values have the same form as in Kamailio's own JSON-RPC. Structs are mappings,
        but a struct with repeated names is a list of mappings with one member each.
      - With V(pairs), every struct is a list of pairs of name and value, so the structure is always
        the same. O(path) then accepts positions only.
    type: str
    choices: [json, pairs]
    default: json
    version_added: 0.1.0
  default:
    description:
      - Value to return if the server answers that something does not exist, or if O(path) does not
        exist in the reply. Without this option, both are errors.
      - Other errors remain errors, in contrast to C(errors='ignore').
    type: raw
    version_added: 0.1.0
  mutates:
    description:
      - Set this to V(never) for a method that only reads, but that the collection does not know.
    type: str
    choices: [auto, never]
    default: auto
    version_added: 0.1.0
  reveal:
    description:
      - Show secrets, such as the passwords in C(uac.reg_dump). By default, they are replaced with
        C((hidden\)).
    type: bool
    default: false
    version_added: 0.1.0
  retries:
    description:
      - How many times to repeat a call that was lost, or that the server refused because it was
        busy, with increasing pauses.
    type: int
    default: 0
    version_added: 0.1.0
notes:
  - Faults and unreachable servers are errors. With C(errors='warn') and C(errors='ignore') the
    lookup returns nothing instead, like any lookup.
  - C(lookup) returns a single value as it is, and joins several strings with commas. C(query)
    always returns the list of values.
seealso:
  - plugin: kamailio.ctl.kamailio_at
    plugin_type: filter
    description: Pick single values out of a reply.
"""

EXAMPLES = r"""
- name: Show how long the server has been running
  ansible.builtin.debug:
    msg: "{{ lookup('kamailio.ctl.kamailio_rpc', 'core.uptime').uptime }} seconds"

- name: Ask a server of the shared configuration file
  ansible.builtin.debug:
    msg: "{{ lookup('kamailio.ctl.kamailio_rpc', 'core.version', endpoint='edge1') }}"

- name: Read an entry of a hash table, which need not be there
  ansible.builtin.debug:
    msg: >-
      {{ lookup('kamailio.ctl.kamailio_rpc', 'htable.get', 'features', 'recording',
                path='item.value', default=0, endpoint='udp:192.0.2.1:2049') }}

- name: Send a number that came out of a template, and a text of digits
  ansible.builtin.debug:
    msg: >-
      {{ lookup('kamailio.ctl.kamailio_rpc', 'dispatcher.hash',
                {'type': 'int', 'value': slots}, '0049').slot }}

- name: Go through several values
  ansible.builtin.debug:
    msg: "{{ item.PID }} is {{ item.DSC }}"
  loop: "{{ query('kamailio.ctl.kamailio_rpc', 'core.psx') }}"
  loop_control:
    label: "{{ item.PID }}"

- name: Do not mind a server that is down
  ansible.builtin.debug:
    msg: "{{ query('kamailio.ctl.kamailio_rpc', 'core.version', errors='warn') or 'down' }}"
"""

RETURN = r"""
_raw:
  description:
    - The values of the reply, none for a method that answers with nothing but success.
    - With O(path), what is there, or O(default).
  type: list
  elements: raw
"""

from ansible.errors import AnsibleLookupError, AnsibleOptionsError
from ansible.plugins.lookup import LookupBase
from ansible_collections.kamailio.ctl.plugins.module_utils._endpoint import Endpoint
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.catalogue.reading import (
    is_read_only,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.escapes import visible
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.expect import (
    MISSING,
    at_path,
    parameter,
    steps,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.errors import (
    BinrpcError,
    EncodeError,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.faults import NotFound
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.masking import hide_reply
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.views import (
    reply_to_json,
    to_json,
    to_pairs,
)
from ansible_collections.kamailio.ctl.plugins.plugin_utils._controller import (
    Options,
    explained,
    refuse_unknown,
)


class LookupModule(LookupBase):
    def run(self, terms, variables=None, **kwargs):
        self.set_options(var_options=variables, direct=kwargs)
        try:
            refuse_unknown(kwargs, self.get_options())
        except ValueError as error:
            raise AnsibleOptionsError("kamailio_rpc: %s" % error) from error
        if "endpoint" in kwargs and kwargs["endpoint"] is None:
            raise AnsibleOptionsError(
                "kamailio_rpc: endpoint is null; leave it out, or give an address or a name"
            )
        if not terms or not isinstance(terms[0], str):
            raise AnsibleOptionsError("kamailio_rpc takes the name of a method, then parameters")
        method, params, path = self._described(terms)
        try:
            values = self._values(method, params)
        except NotFound as fault:
            if self.get_option("default") is None:
                raise AnsibleLookupError(explained(fault, method)) from fault
            return [self.get_option("default")]
        except (BinrpcError, ValueError) as error:
            raise AnsibleLookupError(explained(error, method)) from error
        return self._at(path, values, method) if path else values

    def _described(self, terms):
        """Return method, parameters and path, or refuse before anything is sent."""
        method, path = terms[0], self.get_option("path")
        try:
            params = [parameter(term) for term in terms[1:]]
            if path:
                steps(path)
        except EncodeError as error:
            raise AnsibleOptionsError("%s: %s" % (method, error)) from error
        if self.get_option("mutates") == "auto" and not is_read_only(method, params):
            raise AnsibleOptionsError(
                "%s is not known to change nothing, and a lookup runs in check mode as well. Use "
                "the module kamailio.ctl.kamailio_rpc, or say mutates='never' if you know that it "
                "changes nothing" % method
            )
        return method, params, path

    def _option(self, name):
        # Options that come out of variables arrive as they are written there.
        value = self.get_option(name)
        if isinstance(value, str) and self._templar is not None:
            return self._templar.template(value)
        return value

    def _values(self, method, params):
        options = Options(self._option)
        settings = {
            "endpoint": options.endpoint(),
            "timeout": options.timeout,
            "connect_wait": options.connect_wait,
            "retries": self.get_option("retries"),
        }
        with Endpoint(settings) as endpoint:
            reply = endpoint.call(method, *params)
        if not self.get_option("reveal"):
            reply = hide_reply(method, reply, params)
        json = self.get_option("view") == "json"
        return visible(
            reply_to_json(reply, method) if json else [_lists(to_pairs(value)) for value in reply]
        )

    def _at(self, path, values, method):
        found = at_path(values[0] if len(values) == 1 else values, path)
        if found is not MISSING:
            return [found]
        if self.get_option("default") is None:
            raise AnsibleLookupError("%s: %s is not in the reply" % (method, path))
        return [self.get_option("default")]


def _lists(value):
    """Make lists of the tuples, and text of bytes, which JSON has not."""
    if isinstance(value, (list, tuple)):
        return [_lists(item) for item in value]
    return to_json(value)
