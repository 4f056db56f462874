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
      - Address of the server's C(ctl) module, in the same form as for C(kamcmd) and for ctl's
        parameter C(binrpc).
      - V(unix:/path) or V(unixs:/path) is a unix stream socket, V(unixd:/path) is a unix datagram
        socket, and V(tcp:host:port) and V(udp:host:port) are internet addresses. Put IPv6 addresses
        in brackets, as in V(tcp:[::1]:2049). The default port is 2049.
      - Without a protocol, V(host:port) means udp, and anything else is the path of a unix stream
        socket.
      - Write a colon in a path as C(\:), and a backslash as C(\\).
      - The host of the task connects to a unix socket, as the user that the task runs as. That user
        needs access to the socket, see ctl's parameters C(mode), C(user) and C(group). O(run_on)
        determines which machine connects to an internet address.
    type: str
    default: unix:/run/kamailio/kamailio_ctl
    version_added: 0.1.0
  timeout:
    description:
      - Time limit for one call in seconds, including name resolution, connecting, sending and
        receiving.
    type: float
    default: 5
    version_added: 0.1.0
  connect_wait:
    description:
      - Additional seconds to keep trying while no server listens at O(endpoint), for servers that
        are still starting.
    type: float
    default: 0
    version_added: 0.1.0
  retries:
    description:
      - How many times to repeat a failed call, with increasing pauses.
      - A call is repeated only if it cannot take effect twice. This applies to calls that did not
        reach the server, to calls that the server refused because it was busy, and to calls of
        reading methods whose answer was lost.
    type: int
    default: 0
    version_added: 0.1.0
  run_on:
    description:
      - The machine that makes the calls.
      - V(host) copies a module to the host and runs it there with Python, as Ansible does for most
        modules.
      - V(relay) runs the module on the controller and sends only its calls through the connection
        of the task, with C(become) if set. A program of 3 kB on the host passes the calls on. It
        needs one of Python (any version), Perl, C(socat), OpenBSD's C(nc), or Bash (for C(tcp)
        only). The first one found is used for the rest of the run. This takes a fraction of the
        time of V(host). The connection plugin must be able to pass input to commands. V(ssh),
        V(local) and the plugins for containers can do so, but C(paramiko_ssh) and the become method
        C(su) cannot. No files are written to the host, except for a socket in C(/tmp) during calls
        to unix datagram sockets.
      - V(controller) makes the calls directly from the controller, without a connection to the
        host, and takes a tenth of the time of V(host). The controller is the machine on which
        Ansible runs, or the container of an execution environment. Unix sockets and loopback
        addresses are then those of the controller.
      - V(auto) selects the controller if O(endpoint) refers to the same server from there, and
        otherwise the relay. The controller is selected for a tcp or udp address that is neither a
        loopback nor a link-local address, nor an address of the controller itself. A host name is
        looked up on the controller, and all its addresses must meet this condition. Instead of the
        relay, V(auto) selects the host if no relay is possible, for several O(endpoints), and for
        changes of more than eight calls if the relay uses Python. C(-v) shows the reason.
      - V(auto) always selects the controller if the connection of the task is V(local), except for
        unix sockets with C(become). It always selects the host for a task with C(async), and the
        relay for a task that is delegated to a host with any other connection.
      - Set V(host) if the controller cannot reach the address, or if it reaches a different server
        there, for example because two networks use the same private addresses.
      - With a relay, the time that the connection takes does not count towards O(timeout). Pauses
        between calls that need them, such as C(dispatcher.add), are kept among the tasks of one
        controller. The task keyword C(environment) and variables for the Python interpreter have no
        effect.
      - On the controller, the task keywords C(become), C(remote_user), C(port) and C(environment)
        have no effect, and neither do variables for the connection or the interpreter. C(timeout),
        C(retries), C(until), C(throttle), C(run_once), C(loop) and C(no_log) work as usual.
    type: str
    choices: [auto, controller, host, relay]
    default: auto
    version_added: 0.1.0
requirements:
  - Python 3.8 or later on the machine that makes the calls. A relay only needs one of the programs
    that O(run_on) lists.
notes:
  - Kamailio must have its C(ctl) module loaded. Nothing else is needed on the server.
  - An option set to null counts as not set. Null is not allowed for options that are required or
    have a default. Empty strings, lists and mappings are allowed only where the description of the
    option says what they mean. All options are checked before the first call.
  - Bytes that are not UTF-8 are shown as C(\x80) to C(\xff), because Ansible cannot transport them.
    If a text already contains such a sequence, its backslash is shown as C(\x5c), so that the
    escapes can be reversed unambiguously.
"""
