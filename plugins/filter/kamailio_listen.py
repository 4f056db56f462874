# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: kamailio_listen
short_description: Take listen addresses of Kamailio's ctl module apart
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Reads values of the module parameters C(binrpc) and C(fifo) as Kamailio does, and says where
    they are and who can reach them.
  - An address that is wrong is an error that says what to write instead.
positional: _input
options:
  _input:
    description:
      - The addresses.
    type: list
    elements: str
    required: true
  fifo:
    description:
      - Whether they are values of the parameter C(fifo). Without a protocol, those mean something
        else.
    type: bool
    default: false
  label:
    description:
      - Where the addresses come from, for messages.
    type: str
    default: binrpc
"""

EXAMPLES = r"""
- name: Fail if others could reach the control socket
  ansible.builtin.assert:
    that: addresses | kamailio.ctl.kamailio_listen | rejectattr('local') | list == []
  vars:
    addresses: ["unix:/run/kamailio/kamailio_ctl", "tcp:127.0.0.1:2049"]
"""

RETURN = r"""
_value:
  description: One element for each address, in the same order.
  type: list
  elements: dict
  contains:
    text:
      description: The address as it was given.
      type: str
    protocol:
      description: V(unixs), V(unixd), V(udp), V(tcp) or V(fifo).
      type: str
    transport:
      description: The same in the words of the facts' C(listeners).
      type: str
    address:
      description: The path or host, as these have it.
      type: str
    port:
      description: The port, as these have it. Null for a path.
      type: int
    path:
      description: The path of a unix socket or fifo, otherwise null.
      type: str
    local:
      description:
        - Whether it is a path, or an address of the loopback interface. A host name is not, except
          V(localhost).
      type: bool
    endpoint:
      description: What a client on the same host connects to.
      type: str
"""

import ipaddress

from ansible.errors import AnsibleFilterError
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.address import (
    LISTED,
    Address,
    parse_listen,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.errors import AddressError


def is_loopback(host):
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def describe(text, fifo):
    address = parse_listen(text, fifo=fifo)
    client = address
    if not address.is_path and address.name in ("", "*"):
        client = Address(address.protocol, "127.0.0.1", address.port)
    bracketed = ":" in address.name and not address.is_path
    return {
        "text": str(text),
        "protocol": address.protocol,
        "transport": LISTED[address.protocol],
        "address": "[%s]" % address.name if bracketed else address.name,
        "port": address.port,
        "path": address.name if address.is_path else None,
        "local": address.is_path or is_loopback(address.name),
        "endpoint": str(client),
    }


def listen(addresses, fifo=False, label="binrpc"):
    described = []
    for number, text in enumerate(addresses):
        try:
            described.append(describe(text, fifo))
        except AddressError as error:
            raise AnsibleFilterError("%s[%d]: %s" % (label, number, error)) from error
    return described


class FilterModule:
    def filters(self):
        return {"kamailio_listen": listen}
