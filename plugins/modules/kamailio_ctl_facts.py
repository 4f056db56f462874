#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_ctl_facts
short_description: Gather facts about a running Kamailio
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Gathers facts about a running Kamailio through its C(ctl) module, as
    C(ansible_facts.kamailio_ctl).
  - Their shape does not depend on the version of Kamailio. What a server does not tell is null or
    empty.
  - Use M(kamailio.ctl.kamailio_ctl_info) for the same in a registered result.
  - With O(endpoints), the facts of all of them are one fact of the host that the task runs for.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state.unused
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.facts
  - kamailio.ctl.attributes.reading
options:
  gather_subset:
    description:
      - Which parts to gather, by the rules of M(ansible.builtin.setup). V(all) are all of them,
        V(min) are V(version) and V(uptime).
      - The others are V(modules), V(methods), V(processes), V(sockets), V(listeners),
        V(connections), V(shared_memory) and V(tcp).
      - V(!) before a name leaves it out. V(min) is gathered unless left out, so V(!all) alone gives
        V(min), and V(!all,!min,modules) gives V(modules) alone.
    type: list
    elements: str
    default: [all]
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_ctl_info
  - module: kamailio.ctl.kamailio_rpc
"""

EXAMPLES = r"""
- name: Gather all facts
  kamailio.ctl.kamailio_ctl_facts:

- name: Do something where the dispatcher module is loaded
  ansible.builtin.debug:
    msg: "{{ ansible_facts.kamailio_ctl.version.full }} has a dispatcher"
  when: "'dispatcher' in ansible_facts.kamailio_ctl.modules"

- name: Gather the version only, and wait up to a minute for a server that is starting
  kamailio.ctl.kamailio_ctl_facts:
    gather_subset: ["!all", "!min", version]
    connect_wait: 60
"""

RETURN = r"""
ansible_facts:
  description: The facts.
  returned: always
  type: dict
  contains:
    kamailio_ctl_endpoints:
      description:
        - The names of O(endpoints), as in RV(results), and what RV(ansible_facts.kamailio_ctl)
          would be for each. Those that failed are not in it.
      returned: when O(endpoints) is given
      type: dict
    kamailio_ctl:
      description: All facts of this module.
      returned: unless O(endpoints) is given
      type: dict
      contains:
        version:
          description: The version.
          returned: when the subset V(version) is gathered
          type: dict
          contains:
            full:
              description: The whole text of C(core.version).
              type: str
              returned: always
              sample: kamailio 5.6.3 (x86_64/linux)
            name:
              description: Name of the server.
              type: str
              returned: always
              sample: kamailio
            number:
              description:
                - The number with its suffix, fit for the test P(ansible.builtin.version#test).
              type: str
              returned: always
              sample: 5.6.3
            major:
              description: First part of the number.
              type: int
              returned: always
            minor:
              description: Second part of the number.
              type: int
              returned: always
            patch:
              description: Third part of the number.
              type: int
              returned: always
            suffix:
              description: What follows the number, such as V(-dev2), or an empty text.
              type: str
              returned: always
            platform:
              description: Architecture and operating system it was built for.
              type: str
              returned: always
              sample: x86_64/linux
            source_id:
              description: The commit it was built from, or null.
              type: str
              returned: always
            compiler:
              description: The compiler it was built with.
              type: str
              returned: always
              sample: gcc 12.2.0
            compiled:
              description: When it was built, or null.
              type: str
              returned: always
            flags:
              description: Compile-time flags.
              type: list
              elements: str
              returned: always
        uptime:
          description: Since when it has been running.
          returned: when the subset V(uptime) is gathered
          type: dict
          contains:
            seconds:
              description: Seconds since the start.
              type: int
              returned: always
            started:
              description: The time of the start, in the server's own words and time zone.
              type: str
              returned: always
              sample: Mon Nov 23 00:42:49 2026
            now:
              description: The time on the server.
              type: str
              returned: always
        modules:
          description: Loaded modules, sorted.
          returned: when the subset V(modules) is gathered
          type: list
          elements: str
          sample: [ctl, htable, kex]
        methods:
          description: RPC methods.
          returned: when the subset V(methods) is gathered
          type: list
          elements: str
          sample: [core.echo, core.version]
        processes:
          description: Processes of the server.
          returned: when the subset V(processes) is gathered
          type: list
          elements: dict
          contains:
            index:
              description: Number of the process within the server.
              type: int
              returned: always
            pid:
              description: Process ID.
              type: int
              returned: always
            description:
              description: What the process does.
              type: str
              returned: always
              sample: ctl handler
        sockets:
          description: Sockets that the server listens on for SIP.
          returned: when the subset V(sockets) is gathered
          type: list
          elements: dict
          contains:
            proto:
              description: Protocol.
              type: str
              returned: always
              sample: udp
            addresses:
              description: Addresses, as configured.
              type: list
              elements: str
              returned: always
              sample: [192.0.2.1]
            ip_address:
              description: The address in numbers, or null.
              type: str
              returned: always
            port:
              description: Port.
              type: int
              returned: always
              sample: 5060
            name:
              description: Name given to the socket, or null. Servers before 6.0 do not tell.
              type: str
              returned: always
            multicast:
              description: Whether it is a multicast socket.
              type: bool
              returned: always
            multihomed:
              description: Whether it is multihomed.
              type: bool
              returned: always
            virtual:
              description: Whether its address may be missing on this host.
              type: bool
              returned: always
        listeners:
          description: Where the C(ctl) module listens.
          returned: when the subset V(listeners) is gathered
          type: list
          elements: dict
          contains:
            protocol:
              description: V(binrpc), or V(fifo) for the text protocol.
              type: str
              returned: always
            transport:
              description: V(unix_stream), V(unix_dgram), V(udp), V(tcp) or V(fifo).
              type: str
              returned: always
            address:
              description: The path or host, as configured.
              type: str
              returned: always
            port:
              description: Port, or null for a path.
              type: int
              returned: always
            endpoint:
              description:
                - The same in the form that O(endpoint) takes, or null if it is not V(binrpc).
              type: str
              returned: always
              sample: unixs:/run/kamailio/kamailio_ctl
        connections:
          description: Stream connections to the C(ctl) module.
          returned: when the subset V(connections) is gathered
          type: dict
          contains:
            count:
              description: How many there are, that of this module included.
              type: int
              returned: always
            clients:
              description: Each of them.
              type: list
              elements: dict
              returned: always
              contains:
                protocol:
                  description: V(binrpc), or V(fifo) for the text protocol.
                  type: str
                  returned: always
                transport:
                  description: V(unix_stream) or V(tcp).
                  type: str
                  returned: always
                peer:
                  description: Address of the client.
                  type: str
                  returned: always
                peer_port:
                  description: Port of the client, or null.
                  type: int
                  returned: always
                address:
                  description: The server's own address or path.
                  type: str
                  returned: always
                port:
                  description: The server's own port, or null.
                  type: int
                  returned: always
        shared_memory:
          description: Shared memory in bytes. Servers before 5.7 count to 4 GiB and start again.
          returned: when the subset V(shared_memory) is gathered
          type: dict
          contains:
            total:
              description: All of it.
              type: int
              returned: always
            free:
              description: What is free.
              type: int
              returned: always
            used:
              description: What is in use.
              type: int
              returned: always
            real_used:
              description: What is in use, bookkeeping included.
              type: int
              returned: always
            max_used:
              description: The most that was ever in use.
              type: int
              returned: always
            fragments:
              description: Number of fragments.
              type: int
              returned: always
        tcp:
          description:
            - State of the server's TCP connections for SIP. All null where TCP is switched off.
          returned: when the subset V(tcp) is gathered
          type: dict
          contains:
            readers:
              description: Number of processes that read.
              type: int
              returned: always
            max_connections:
              description: Most connections allowed.
              type: int
              returned: always
            max_tls_connections:
              description: Most TLS connections allowed.
              type: int
              returned: always
            opened_connections:
              description: Connections open now.
              type: int
              returned: always
            opened_tls_connections:
              description: TLS connections open now.
              type: int
              returned: always
            write_queued_bytes:
              description: Bytes waiting to be sent.
              type: int
              returned: always
        missing:
          description:
            - Methods that the server does not have or that ended in a fault, with that fault.
          returned: always
          type: dict
          sample:
            core.tcp_info: "fault 500: tcp support disabled"
results:
  description:
    - One result per endpoint, in the order of O(endpoints).
    - The facts of all of them are in C(ansible_facts).
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

from ansible_collections.kamailio.ctl.plugins.module_utils._facts import facts_task


def place(facts):
    return {"ansible_facts": {"kamailio_ctl": facts}}


def together(results):
    """Return the facts of all endpoints as one fact: kamailio_ctl is that of one server."""
    found = {
        each["name"]: each.pop("ansible_facts")["kamailio_ctl"]
        for each in results
        if "ansible_facts" in each
    }
    return {"ansible_facts": {"kamailio_ctl_endpoints": found}}


TASK = facts_task(place, together)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
