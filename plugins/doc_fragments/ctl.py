# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # The options of every module that talks to a ctl endpoint: module_utils/_task.py has the
    # matching table.
    DOCUMENTATION = r"""
options:
  endpoint:
    description:
      - Address of the server's C(ctl) module, written as for C(kamcmd) and in ctl's parameter
        C(binrpc).
      - V(unix:/path) or V(unixs:/path) is a unix stream socket, V(unixd:/path) a unix datagram
        socket, V(tcp:host:port) and V(udp:host:port) are internet addresses. An IPv6 address goes
        in brackets, as in V(tcp:[::1]:2049). The default port is 2049.
      - Without a protocol, V(host:port) is udp and anything else the path of a unix stream socket.
      - A colon in a path is written C(\:), and a backslash C(\\).
      - A unix socket is reached from the host that the task runs on, by the user that it runs as.
        See ctl's parameters C(mode), C(user) and C(group). An internet address is called from
        where O(run_on) says.
    type: str
    default: unix:/run/kamailio/kamailio_ctl
    version_added: 0.1.0
  timeout:
    description:
      - Seconds for one call as a whole, which is to resolve, connect, send and receive.
    type: float
    default: 5
    version_added: 0.1.0
  connect_wait:
    description:
      - Further seconds to go on trying while no server listens at O(endpoint), for a server that is
        starting.
    type: float
    default: 0
    version_added: 0.1.0
  retries:
    description:
      - How many times to repeat a call that failed, with growing pauses.
      - Only what cannot act twice is repeated. That is a call that certainly did not reach the
        server or that the server refused because it was busy, and a lost call of a method that
        changes nothing.
    type: int
    default: 0
    version_added: 0.1.0
  run_on:
    description:
      - Where the calls are made from.
      - V(host) ships a module to the host and runs it there with Python, as Ansible does for any
        other module.
      - V(relay) decides on the controller and sends only the calls through the connection of the
        task, with its C(become). A program of 3 kB passes them on. It needs Python of any version,
        Perl, C(socat), C(nc) of OpenBSD, or, for C(tcp) only, Bash. The first that is found is used
        for the rest of the run. That takes a fraction of the time of V(host). The connection has to
        be able to pass input to commands, as V(ssh), V(local) and those to containers are, and
        C(paramiko_ssh) and the become method C(su) are not. No file is written to the host, except
        that unix datagrams need a socket in C(/tmp) during a call.
      - V(controller) makes no connection to the host at all, and takes a tenth of the time of
        V(host). It is the machine that Ansible itself runs on, or the container of an execution
        environment. Unix sockets and loopback addresses are then those of that machine.
      - V(auto) is the controller where O(endpoint) is an address that means the same server from
        there, and the relay in any other case. That holds for a tcp or udp address that is neither
        loopback, link-local nor one of the controller's own. A host name is looked up on the
        controller, and has to have such addresses only. The host takes the place of the relay where
        none is possible, for several O(endpoints), and for changes of more than eight calls if the
        relay uses Python; C(-v) says why.
      - V(auto) is always the controller when the connection of the task is V(local), except for
        unix sockets with C(become). It is always the host for a task with C(async), and the relay
        for one that is delegated to a host with any other connection.
      - Say V(host) where the controller cannot reach the address, or reaches another server there,
        as with networks that use the same private addresses twice.
      - Through a relay the time that the connection takes does not count for O(timeout). Calls
        that have to be spaced, such as C(dispatcher.add), are spaced among the tasks of one
        controller. The task keyword C(environment) and variables about the Python interpreter have
        no effect.
      - On the controller the task keywords C(become), C(remote_user), C(port) and C(environment)
        have no effect, nor has any variable about the connection or the interpreter. C(timeout),
        C(retries), C(until), C(throttle), C(run_once), C(loop) and C(no_log) work as ever.
    type: str
    choices: [auto, controller, host, relay]
    default: auto
    version_added: 0.1.0
requirements:
  - Python 3.8 or later where the task runs; through a relay one of the programs that O(run_on)
    names, on the host
notes:
  - Kamailio has to load its C(ctl) module. Nothing else is needed on the server.
  - An option given as null counts as not given. Null is refused for an option that is required or
    has a default. An empty text, list or mapping is refused unless the option says what it means.
    Everything that is refused is refused before the first call.
  - Bytes that are not UTF-8 are shown as C(\x80) to C(\xff), since Ansible refuses to transport
    them. In text that would read like such an escape by itself, the backslash is shown as C(\x5c),
    so that the escapes can be undone without doubt.
"""
