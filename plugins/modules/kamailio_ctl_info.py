#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_ctl_info
short_description: Get information about a running Kamailio
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Returns information about a running Kamailio.
  - The structure of the result does not depend on the version of Kamailio. Values that a server
    does not report are null or empty.
  - Use M(kamailio.ctl.kamailio_ctl_facts) to get the same data as facts of the host.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state.unused
  - kamailio.ctl.attributes
  - kamailio.ctl.attributes.reading
options:
  gather_subset:
    description:
      - Subsets to gather, with the same rules as in M(ansible.builtin.setup). V(all) means all
        subsets, and V(min) means V(version) and V(uptime).
      - The other subsets are V(modules), V(methods), V(processes), V(sockets), V(listeners),
        V(connections), V(shared_memory) and V(tcp).
      - V(!) before a name excludes that subset. V(min) is always gathered unless it is excluded, so
        V(!all) gathers V(min) only, and V(!all,!min,modules) gathers V(modules) only.
    type: list
    elements: str
    default: [all]
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_ctl_facts
    description: Gather the version, the modules, the methods and more as Ansible facts.
  - module: kamailio.ctl.kamailio_rpc
    description: Call any RPC method, for example one that no other module covers.
"""

EXAMPLES = r"""
- name: Look at the shared memory
  kamailio.ctl.kamailio_ctl_info:
    gather_subset: ["!all", shared_memory]
  register: server

- name: Stop here when it runs out
  ansible.builtin.assert:
    that: memory.free > memory.total * 0.1
  vars:
    memory: "{{ server.kamailio_ctl.shared_memory }}"
"""

RETURN = r"""
kamailio_ctl:
  description: Information about the server.
  returned: always
  type: dict
  contains:
    # include: facts
    version:
      description: Version of the server.
      returned: when the subset V(version) is gathered
      type: dict
      contains:
        full:
          description: Complete reply of C(core.version).
          returned: always
          type: str
          sample: kamailio 5.6.3 (x86_64/linux)
        name:
          description: Name of the server.
          returned: always
          type: str
          sample: kamailio
        number:
          description: Version with suffix, suitable for P(ansible.builtin.version#test).
          returned: always
          type: str
          sample: 5.6.3
        major:
          description: First part of the version number.
          returned: always
          type: int
        minor:
          description: Second part of the version number.
          returned: always
          type: int
        patch:
          description: Third part of the version number.
          returned: always
          type: int
        suffix:
          description: Suffix of the version number, such as V(-dev2), or an empty string.
          returned: always
          type: str
        platform:
          description: Architecture and operating system that the server was built for.
          returned: always
          type: str
          sample: x86_64/linux
        source_id:
          description: Commit that the server was built from, or null.
          returned: always
          type: str
        compiler:
          description: Compiler that built the server.
          returned: always
          type: str
          sample: gcc 12.2.0
        compiled:
          description: Build time, or null.
          returned: always
          type: str
        flags:
          description: Compile-time flags.
          returned: always
          type: list
          elements: str
    uptime:
      description: How long the server has been running.
      returned: when the subset V(uptime) is gathered
      type: dict
      contains:
        seconds:
          description: Seconds since the start.
          returned: always
          type: int
        started:
          description: Start time, in the format and time zone of the server.
          returned: always
          type: str
          sample: Mon Nov 23 00:42:49 2026
        now:
          description: Current time on the server, in the same format.
          returned: always
          type: str
    modules:
      description: Loaded modules, sorted by name.
      returned: when the subset V(modules) is gathered
      type: list
      elements: str
      sample: [ctl, htable, kex]
    methods:
      description: RPC methods that the server offers.
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
          returned: always
          type: int
        pid:
          description: Process ID.
          returned: always
          type: int
        description:
          description: Purpose of the process.
          returned: always
          type: str
          sample: ctl handler
    sockets:
      description: Sockets on which the server listens for SIP.
      returned: when the subset V(sockets) is gathered
      type: list
      elements: dict
      contains:
        proto:
          description: Transport protocol.
          returned: always
          type: str
          sample: udp
        addresses:
          description: Addresses, as configured.
          returned: always
          type: list
          elements: str
          sample: [192.0.2.1]
        ip_address:
          description: Numeric address, or null.
          returned: always
          type: str
        port:
          description: Port.
          returned: always
          type: int
          sample: 5060
        name:
          description: Name of the socket, or null. Servers before 6.0 do not report it.
          returned: always
          type: str
        multicast:
          description: Whether this is a multicast socket.
          returned: always
          type: bool
        multihomed:
          description: Whether the socket is multihomed.
          returned: always
          type: bool
        virtual:
          description: Whether the address may be missing on the host, as on a standby server.
          returned: always
          type: bool
    listeners:
      description: Addresses on which the C(ctl) module listens.
      returned: when the subset V(listeners) is gathered
      type: list
      elements: dict
      contains:
        protocol:
          description: V(binrpc), or V(fifo) for the text protocol.
          returned: always
          type: str
        transport:
          description: V(unix_stream), V(unix_dgram), V(udp), V(tcp) or V(fifo).
          returned: always
          type: str
        address:
          description: Path or host, as configured.
          returned: always
          type: str
        port:
          description: Port, or null for a path.
          returned: always
          type: int
        endpoint:
          description: The same address as a value for O(endpoint). Null for the text protocol.
          returned: always
          type: str
          sample: unixs:/run/kamailio/kamailio_ctl
    connections:
      description: Open stream connections to the C(ctl) module.
      returned: when the subset V(connections) is gathered
      type: dict
      contains:
        count:
          description: Number of connections, including that of this task.
          returned: always
          type: int
        clients:
          description: The connections.
          returned: always
          type: list
          elements: dict
          contains:
            protocol:
              description: V(binrpc), or V(fifo) for the text protocol.
              returned: always
              type: str
            transport:
              description: V(unix_stream) or V(tcp).
              returned: always
              type: str
            peer:
              description: Address of the client.
              returned: always
              type: str
            peer_port:
              description: Port of the client, or null.
              returned: always
              type: int
            address:
              description: Address or path of the server.
              returned: always
              type: str
            port:
              description: Port of the server, or null.
              returned: always
              type: int
    shared_memory:
      description: Shared memory in bytes. Before Kamailio 5.7, values wrap around at 4 GiB.
      returned: when the subset V(shared_memory) is gathered
      type: dict
      contains:
        total:
          description: Total size.
          returned: always
          type: int
        free:
          description: Free memory.
          returned: always
          type: int
        used:
          description: Memory in use, without overhead.
          returned: always
          type: int
        real_used:
          description: Memory in use, including overhead.
          returned: always
          type: int
        max_used:
          description: Highest use since the start.
          returned: always
          type: int
        fragments:
          description: Number of fragments.
          returned: always
          type: int
    tcp:
      description: TCP connections for SIP. All values are null if TCP is disabled.
      returned: when the subset V(tcp) is gathered
      type: dict
      contains:
        readers:
          description: Number of reader processes.
          returned: always
          type: int
        max_connections:
          description: Maximum number of connections.
          returned: always
          type: int
        max_tls_connections:
          description: Maximum number of TLS connections.
          returned: always
          type: int
        opened_connections:
          description: Number of open connections.
          returned: always
          type: int
        opened_tls_connections:
          description: Number of open TLS connections.
          returned: always
          type: int
        write_queued_bytes:
          description: Number of bytes waiting to be sent.
          returned: always
          type: int
    missing:
      description: Methods that the server lacks or that returned a fault, with that fault.
      returned: always
      type: dict
      sample:
        core.tcp_info: "fault 500: tcp support disabled"
    # end: facts
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

from ansible_collections.kamailio.ctl.plugins.module_utils._facts import facts_task

TASK = facts_task(lambda facts: {"kamailio_ctl": facts})


def main():
    TASK.main()


if __name__ == "__main__":
    main()
