# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: kamailio
short_description: Kamailio servers in a configuration file, and the hosts that they know
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Creates hosts from the endpoints in the configuration file of C(kamrpc), and groups from its
    groups.
  - Can also query running servers for the destinations of their dispatcher sets and for the nodes
    of their dmq bus, and create hosts from these.
  - The name of the inventory file must end in C(kamailio.yml) or C(kamailio.yaml).
extends_documentation_fragment:
  - kamailio.ctl.controller
  - constructed
  - inventory_cache
options:
  plugin:
    description: Marks a file as one for this plugin.
    type: str
    required: true
    choices: [kamailio.ctl.kamailio]
  endpoints:
    description:
      - Endpoints and groups of O(config), and addresses, that become hosts. An address is also the
        name of its host. The default is all endpoints of O(config).
      - Groups of O(config) become groups, with those of their members that are hosts.
    type: list
    elements: str
    version_added: 0.1.0
  servers:
    description:
      - Servers to query for more hosts, as endpoints and groups of O(config), and addresses. All
        servers are queried at the same time.
    type: list
    elements: str
    default: []
    version_added: 0.1.0
  gather:
    description:
      - Data to query from O(servers).
      - V(dispatcher) returns the hosts of dispatcher destinations. They are in groups such as
        C(kamailio_dispatcher_1), named after the number of the set, below C(kamailio_dispatcher).
      - V(dmq) returns the nodes of the dmq bus, in the group C(kamailio_dmq).
    type: list
    elements: str
    choices: [dispatcher, dmq]
    default: [dispatcher]
    version_added: 0.1.0
  prefix:
    description: Start of the names of groups that are not in O(config).
    type: str
    default: kamailio_
    version_added: 0.1.0
  unreachable:
    description:
      - How to treat one of O(servers) that cannot be reached, or that answers with a fault.
      - With V(warn) and V(ignore), hosts that only this server knows are missing. In this case,
        nothing is written to the cache.
    type: str
    choices: [fail, warn, ignore]
    default: fail
    version_added: 0.1.0
notes:
  - Hosts created from endpoints have the variables C(kamailio_endpoint), which the plugins of this
    collection use as their default, C(kamailio_protocol), and, unless it is a unix socket,
    C(kamailio_host) and C(kamailio_port). They are in the group C(kamailio_endpoints).
  - Hosts of destinations have the variable C(kamailio_destinations). It is a list, because a host
    can be in several sets. Each item contains what P(kamailio.ctl.kamailio_destinations#filter)
    returns, and C(server), the name of the server that knows the destination. Destinations without
    a host in their URI are omitted.
  - Only IP addresses and host names become hosts. Anything else that a server lists (such as an
    option of ssh, a template, V(localhost), V(all) or the name of a group) is omitted with a
    warning, because Ansible would pass it to the connection or misinterpret it.
  - Hosts of dmq nodes have the variable C(kamailio_dmq), a list of the nodes on that host as
    C(dmq.list_nodes) shows them, each with C(server).
  - Only the answers of O(servers) are cached. If O(servers) or O(gather) changes, the servers are
    queried again.
"""

EXAMPLES = r"""
# kamailio.yml: all endpoints of the configuration file, in its groups
plugin: kamailio.ctl.kamailio

---
# edge.kamailio.yml: endpoints of one group, managed through ssh at the address of their ctl socket
plugin: kamailio.ctl.kamailio
config: /etc/kamrpc/config.ini
endpoints: [edge]
compose:
  ansible_host: kamailio_host

---
# gateways.kamailio.yml: only what two running servers know
plugin: kamailio.ctl.kamailio
endpoints: []
servers: [edge1, "tcp:192.0.2.2:2049"]
gather: [dispatcher, dmq]
unreachable: warn
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: /var/cache/ansible/kamailio
groups:
  drained: kamailio_destinations | default([]) | selectattr('state', 'eq', 'disabled')
keyed_groups:
  - key: kamailio_destinations | default([]) | map(attribute='state') | unique | list
    prefix: state
"""

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.address import parse_address
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.escapes import (
    for_people,
    visible,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.dispatcher import (
    destinations,
    parse_uri,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.errors import BinrpcError
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.faults import NotFound
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.fleet import Fleet
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.hosts import is_host
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.views import reply_to_json
from ansible_collections.kamailio.ctl.plugins.plugin_utils._controller import (
    Options,
    explained,
    refuse_unknown,
)
from ansible_collections.kamailio.ctl.plugins.plugin_utils._unsafe import unsafe

SUFFIXES = ("kamailio.yml", "kamailio.yaml")

# Names that mean something else to Ansible than a host that is reached by its name.
RESERVED = ("all", "ungrouped", "localhost")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    NAME = "kamailio.ctl.kamailio"

    def verify_file(self, path):
        return super().verify_file(path) and path.endswith(SUFFIXES)

    def parse(self, inventory, loader, path, cache=True):
        super().parse(inventory, loader, path, cache)
        config = self._read_config_data(path)
        self._mine = set()
        try:
            refuse_unknown(config, self.get_options())
        except ValueError as error:
            # Ansible takes such a file, and other plugins say nothing.
            self.display.warning("%s: %s" % (path, error))
        try:
            options = Options(self.get_option)
            self._add_endpoints(options)
            self._add_known(self._known(options, path, cache))
        except (BinrpcError, ValueError) as error:
            raise AnsibleParserError(explained(error)) from error
        self._construct()

    # The configuration file

    def _add_endpoints(self, options):
        config = options.config
        wanted = self.get_option("endpoints")
        names = [*config.endpoints, *config.groups] if wanted is None else wanted
        chosen = options.select(names)
        group = self._group("endpoints") if chosen else None
        for name, address in chosen.items():
            self._add_host(name, group)
            for variable, value in _address_variables(address).items():
                self._set(name, variable, value)
        for name in config.groups:
            self._add_config_group(config, name, chosen)

    def _add_config_group(self, config, name, chosen):
        if not set(chosen).intersection(config.select([name])):
            return
        group = self.inventory.add_group(self._sanitize_group_name(name))
        for member in config.groups[name]:
            if member in config.groups:
                if set(chosen).intersection(config.select([member])):
                    child = self.inventory.add_group(self._sanitize_group_name(member))
                    self.inventory.add_child(group, child)
            elif member in chosen:
                self.inventory.add_child(group, member)

    # Running servers

    def _known(self, options, path, cache):
        """Return what servers know, out of the cache if that has it."""
        if not self.get_option("servers"):
            return {}
        addresses = options.select(self.get_option("servers"))
        cached = self.get_option("cache")
        # Replies of other servers, or to other calls, do not count.
        asked = [
            path,
            *map("=".join, sorted(addresses.items())),
            *sorted(self.get_option("gather")),
        ]
        key = self.get_cache_key("\n".join(asked))
        if cached and cache:
            try:
                return self._cache[key]
            except KeyError:
                pass
        known, complete = self._ask(options, addresses)
        if cached and complete:
            self._cache[key] = known
        return known

    def _ask(self, options, addresses):
        """Ask all servers at once; return what they know, and whether all have answered."""
        gather = self.get_option("gather")

        def work(client):
            try:
                return {part: PARTS[part](client) for part in PARTS if part in gather}
            except ValueError as error:
                # The reply has another shape: that concerns this server alone.
                raise BinrpcError(str(error)) from error

        fleet = Fleet(addresses, options.timeout, connect_wait=options.connect_wait)
        report = fleet.run(work)
        for name, error in report.errors.items():
            self._complain(explained(error, name))
        return visible(report.replies), report.ok

    def _complain(self, text):
        how = self.get_option("unreachable")
        if how == "fail":
            end = "" if text.endswith("?") else "."
            raise AnsibleParserError(
                "%s%s With unreachable: warn, the inventory does without this server" % (text, end)
            )
        if how == "warn":
            self.display.warning(text)

    def _add_known(self, known):
        found = [
            (group, *entry)
            for server, parts in known.items()
            for group, *entry in (
                *_destination_hosts(server, parts.get("dispatcher", ())),
                *_dmq_hosts(server, parts.get("dmq", ())),
            )
            if self._is_host(server, entry[0])
        ]
        # All groups before any host, so that no host can take the name of a later one.
        groups = {name: self._group(name) for name, *_entry in found}
        for name, group in groups.items():
            if name != "dmq":
                self.inventory.add_child(self._group("dispatcher"), group)
        for name, host, variable, row in found:
            if host in self.inventory.groups:
                self._left_out(row["server"], host, "a group has this name")
                continue
            self._add_host(host, groups[name])
            self._append(host, variable, row)

    def _is_host(self, server, host):
        """Can this be a host? Without a word if there is none, with a warning if it is wrong."""
        if host == "":
            return False
        if not is_host(host):
            self._left_out(server, host, "not an IP address or a host name")
        elif host.rstrip(".").lower() in RESERVED:
            self._left_out(server, host, "Ansible gives this name another meaning")
        else:
            return True
        return False

    def _left_out(self, server, host, why):
        text = "%s: %.80r does not become a host: %s" % (server, host, why)
        self.display.warning(for_people(text))

    # What both have in common

    def _group(self, name):
        return self.inventory.add_group(self._sanitize_group_name(self.get_option("prefix") + name))

    def _add_host(self, name, group):
        self.inventory.add_host(name)
        self.inventory.add_child(group, name)
        self._mine.add(name)

    def _set(self, host, variable, value):
        # A server's text must not be taken for a template.
        self.inventory.set_variable(host, variable, unsafe(value))

    def _append(self, host, variable, row):
        rows = self.inventory.get_host(host).get_vars().get(variable, [])
        self._set(host, variable, [*rows, row])

    def _construct(self):
        strict = self.get_option("strict")
        for name in sorted(self._mine):
            variables = self.inventory.get_host(name).get_vars()
            self._set_composite_vars(self.get_option("compose"), variables, name, strict=strict)
            self._add_host_to_composed_groups(
                self.get_option("groups"), variables, name, strict=strict
            )
            self._add_host_to_keyed_groups(
                self.get_option("keyed_groups"), variables, name, strict=strict
            )


def _address_variables(text):
    address = parse_address(text)
    found = {"kamailio_endpoint": str(address), "kamailio_protocol": address.protocol}
    if not address.is_path:
        found["kamailio_host"] = address.name
        found["kamailio_port"] = address.port
    return found


def _destination_hosts(server, rows):
    """Yield (group, host, variable, value) for each destination."""
    for row in rows:
        host = parse_uri(row["uri"])[0]
        yield "dispatcher_%d" % row["set_id"], host, "kamailio_destinations", _with(server, row)


def _dmq_hosts(server, nodes):
    """Do as _destination_hosts() for the nodes of the dmq bus."""
    for node in nodes:
        yield "dmq", node["host"], "kamailio_dmq", _with(server, node)


def _with(server, row):
    return dict(row, server=server)


def _values(client, method):
    try:
        return reply_to_json(client.call(method), method)
    except NotFound as fault:
        if fault.meaning != "empty":
            raise
        return []


def _dispatcher(client):
    rows = destinations(_values(client, "dispatcher.list"))
    if not all(isinstance(row["uri"], str) and isinstance(row["set_id"], int) for row in rows):
        raise ValueError("the reply to dispatcher.list has a URI or a set of another type")
    return rows


def _dmq(client):
    nodes = _values(client, "dmq.list_nodes")
    if not all(isinstance(node, dict) and isinstance(node.get("host"), str) for node in nodes):
        raise ValueError("the reply to dmq.list_nodes has a node without a host")
    return nodes


PARTS = {"dispatcher": _dispatcher, "dmq": _dmq}
