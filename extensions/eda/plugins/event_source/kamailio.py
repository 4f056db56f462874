# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

DOCUMENTATION = r"""
module: kamailio
short_description: Events when something changes in running Kamailio servers
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Calls RPC methods of one or many servers again and again, through their C(ctl) module, and emits
    an event for each row of a reply that was added, removed or changed since the call before.
  - The destinations of C(dispatcher.list) are reported in words, so that a rule can react when the
    state of one changes.
  - Emits an event as well when a server can no longer be reached, when it can be reached again or
    was restarted, and when a method starts to answer with a fault or with a reply that makes no
    sense.
options:
  endpoints:
    description:
      - The servers. Each is the name of an endpoint or group of O(config), or an address such as
        V(udp:192.0.2.1:2049). A mapping gives names to addresses.
      - Without it, the default endpoint of O(config) or V(unix:/run/kamailio/kamailio_ctl).
      - An empty list is an error.
    type: raw
  config:
    description:
      - The file that names endpoints and groups. Without it, the one in the environment variable
        E(KAMRPC_CONFIG), otherwise C(kamrpc/config.ini) in C(~/.config) or C(/etc).
    type: path
  methods:
    description:
      - What to call. Each is the name of a method, or a mapping with the members below.
      - A single one needs no list.
      - They must not change anything on the server.
    type: list
    elements: raw
    default: [dispatcher.list]
    suboptions:
      method:
        description: Name of the method.
        type: str
        required: true
      params:
        description: Its parameters. They are typed, so V(5) and V('5') differ.
        type: list
        elements: raw
        default: []
      keys:
        description:
          - Members that name a row of a list. The first counts that all rows have and that tells
            them apart. Each is a name, a path such as V(SET.ID), or several with commas between
            them.
          - For most methods of Kamailio nothing needs to be said.
        type: list
        elements: str
      ignore:
        description: Names of members that may change without an event, such as counters.
        type: list
        elements: str
        default: []
      mutates:
        description: Say V(never) for a method that is not known to change nothing.
        type: str
        choices: [auto, never]
        default: auto
  interval:
    description: Seconds from the start of one round of calls to the next.
    type: float
    default: 10
  timeout:
    description: Seconds for each call. Without it, the one in O(config) counts, otherwise 5.
    type: float
  initial:
    description: Whether everything that the first call finds is added, or only known from then on.
    type: bool
    default: false
notes:
  - Every event has the member C(kamailio) with C(type), which is V(added), V(removed), V(changed),
    V(fault), V(invalid), V(unreachable), V(reachable) or V(restarted), C(endpoint) with the name
    and C(address) with the address of the server.
  - For V(added), V(removed) and V(changed) it has C(method), C(params), C(place) with the path of
    the row, C(keys) with the members that name it, C(old) and C(new) with the row before and now,
    which are null where there is none, and C(members) with the paths of what changed inside the
    row.
  - For V(fault) it has C(method), C(params), and C(fault) with C(code), C(text) and C(remedy). For
    V(invalid), a reply that makes no sense, it has C(method), C(params) and C(error). Both are
    emitted once, until the method answers as expected again.
  - For V(unreachable) it has C(error), for V(restarted) C(up_since). V(restarted) is a restart
    between two rounds of calls; one that a round meets is V(unreachable) and then V(reachable).
  - C(meta.hosts) is the name of the server, so that a playbook which a rule starts runs on this
    host of the inventory.
  - Changes that are undone before the next call are not seen.
  - Secrets, such as the passwords of C(uac.reg_dump), are C((hidden\)). Their changes are events.
"""

EXAMPLES = r"""
- name: Watch the gateways
  hosts: all
  sources:
    - name: Destinations of all edge servers
      kamailio.ctl.kamailio:
        endpoints: [edge]
        interval: 5
  rules:
    - name: A gateway went away
      condition: >-
        event.kamailio.type == "changed" and event.kamailio.method == "dispatcher.list"
        and event.kamailio.old.state == "active" and event.kamailio.new.state != "active"
      action:
        debug:
          msg: "{{ event.kamailio.endpoint }} lost {{ event.kamailio.new.uri }}"
    - name: A server went away
      condition: event.kamailio.type == "unreachable"
      action:
        run_playbook:
          name: restart_kamailio.yml

- name: Watch registrations and a hash table of one server
  hosts: localhost
  sources:
    - name: Two methods
      kamailio.ctl.kamailio:
        endpoints: {media: "unix:/run/kamailio/kamailio_ctl"}
        methods:
          - method: uac.reg_dump
            ignore: [diff_expires, timer_expires]
          - method: htable.dump
            params: [features]
  rules:
    - name: Recording was switched
      condition: event.kamailio.method == "htable.dump" and event.kamailio.keys.name == "recording"
      action:
        debug:
          msg: "{{ event.kamailio.old }} is now {{ event.kamailio.new }}"
"""

_OPTIONS = ("endpoints", "config", "methods", "interval", "timeout", "initial")
_AT_ONCE = 256  # servers


def _find_core() -> str:
    """Make the core importable and return the name of its package.

    A rulebook runs this file by its path, so it is in no package. The core is beside it in the
    collection; a copy of this file elsewhere takes the installed SDK.
    """
    name = "kamailio_ctl_binrpc"
    folder = Path(__file__).resolve().parents[4] / "plugins" / "module_utils" / "binrpc"
    start = folder / "__init__.py"
    if name in sys.modules:
        return name
    if not start.is_file():
        return "kamailio_binrpc.core"
    spec = importlib.util.spec_from_file_location(
        name, start, submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError("cannot load %s" % folder)
    package = importlib.util.module_from_spec(spec)
    sys.modules[name] = package
    spec.loader.exec_module(package)
    return name


_CORE = _find_core()


def _core(module: str) -> Any:
    return importlib.import_module("%s.%s" % (_CORE, module))


class _Server:
    """One server, its client, and what is watched there."""

    def __init__(self, name: str, address: str, timeout: float, methods: list[Any]) -> None:
        self.name = name
        self._client = _core("async_client").AsyncClient(address, timeout)
        self._watched = _core("watching").WatchedServer(name, str(self._client.address), methods)

    async def round(self, initial: bool) -> list[dict[str, Any]]:
        """Call all methods once and return the events."""
        talk = self._watched.round(initial)
        try:
            events = await self._drive(talk)
        finally:
            await self._client.close()  # servers have few descriptors for idle connections
        return [{"kamailio": event, "meta": {"hosts": self.name}} for event in events]

    async def _drive(self, talk: Any) -> Any:
        try:
            need = next(talk)
            while True:
                try:
                    reply = await self._client.call(need.method, *need.params)
                except _core("errors").BinrpcError as error:
                    need = talk.throw(error)
                else:
                    need = talk.send(reply)
        except StopIteration as end:
            return end.value


async def _watch(
    queue: asyncio.Queue[Any],
    server: _Server,
    interval: float,
    initial: bool,
    start: float,
    gate: asyncio.Semaphore,
) -> None:
    """Watch one server until the source ends."""
    clock = asyncio.get_running_loop().time
    while True:
        await asyncio.sleep(max(0.0, start - clock()))
        async with gate:
            events = await server.round(initial)
        for event in events:
            await queue.put(event)
        # After a slow round the next is not made up for.
        start = max(start + interval, clock())


def _servers(args: dict[str, Any]) -> list[_Server]:
    """Return the servers that the source's arguments describe.

    :raises ValueError: they cannot be understood.
    """
    _core("watching").check_names(args, _OPTIONS, "the source kamailio")
    config = _core("config").load_config(args.get("config"))
    wanted = args.get("endpoints")
    if wanted is not None and not wanted:
        raise ValueError("endpoints is empty; leave it out to watch the default endpoint")
    if wanted is None:
        wanted = [config.defaults.get("endpoint", _core("wire").DEFAULT_ADDRESS)]
    if isinstance(wanted, dict):
        addresses = {str(name): config.address(address) for name, address in wanted.items()}
    else:
        addresses = config.select([wanted] if isinstance(wanted, str) else wanted)
    timeout = args.get("timeout")
    timeout = float(config.defaults.get("timeout", 5.0) if timeout is None else timeout)
    methods = args.get("methods")
    if methods is None:
        methods = ["dispatcher.list"]
    if isinstance(methods, (str, dict)):
        methods = [methods]
    if not methods or not isinstance(methods, list):
        raise ValueError("methods is a list of at least one method, not %r" % (methods,))
    return [_Server(name, address, timeout, methods) for name, address in addresses.items()]


async def main(queue: asyncio.Queue[Any], args: dict[str, Any]) -> None:
    """Put events on the queue until cancelled."""
    servers = _servers(args)
    interval = float(args.get("interval", 10))
    if not 0 < interval <= 86400:
        raise ValueError("interval is more than 0 and at most 86400 s, not %g" % interval)
    initial = _boolean(args.get("initial"), "initial")
    gate = asyncio.Semaphore(_AT_ONCE)
    now = asyncio.get_running_loop().time()
    # Spread over the interval, so that many servers do not make a burst.
    starts = [now + interval * index / len(servers) for index in range(len(servers))]
    await asyncio.gather(
        *(
            _watch(queue, server, interval, initial, start, gate)
            for server, start in zip(servers, starts)
        )
    )


def _boolean(value: Any, name: str) -> bool:
    """Understand what YAML and templates make of a boolean."""
    known = {"true": True, "yes": True, "false": False, "no": False, "none": False}
    word = str(value).lower()
    if word not in known:
        raise ValueError("%s is true or false, not %r" % (name, value))
    return known[word]
