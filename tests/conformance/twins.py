# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A real Kamailio and a lab server with the same data, and the same bytes to both."""

from __future__ import annotations

import contextlib
import os
import select
import tempfile
import time
import uuid
from typing import TYPE_CHECKING, Any

from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.faults import Fault
from kamailio_binrpc.core.lab.methods.cfg import Configuration
from kamailio_binrpc.core.lab.methods.dispatcher import Dispatcher
from kamailio_binrpc.core.lab.methods.htable import HashTables
from kamailio_binrpc.core.lab.methods.permissions import Permissions
from kamailio_binrpc.core.lab.methods.pipelimit import PipeLimit
from kamailio_binrpc.core.lab.methods.ratelimit import RateLimit
from kamailio_binrpc.core.lab.methods.routing import DialPlan, Trees, UserBlockList
from kamailio_binrpc.core.lab.methods.shv import SharedVariables
from kamailio_binrpc.core.lab.methods.toggles import CfgUtils, Queues
from kamailio_binrpc.core.lab.methods.usrloc import UserLocation
from kamailio_binrpc.core.lab.server import LabServer
from kamailio_binrpc.core.lab.state import LabState, Process
from tests.sdk.lab import duel
from tests.support import dbtext
from tests.support.kamailio import Kamailio

if TYPE_CHECKING:
    from collections.abc import Iterator

BINRPC = ("unix", "unixd", "udp", "tcp")
FIFO = ("fifo_udp", "fifo_tcp", "fifo")
LIMIT = 20.0
MANY = 120

FIFO_PROBE = b":no.such.method:\n\n"
FIFO_PROBE_REPLY = b"500 Command 'no.such.method' not found\n"
REPLY_NAME = b"@REPLY@"
REPLY_DIRECTORY = "/tmp"

CONFIG = """
modparam("dispatcher", "reload_delta", 0)
modparam("dispatcher", "ds_hash_size", 4)
modparam("permissions", "reload_delta", 0)
modparam("dialplan", "reload_delta", 0)
modparam("pv", "shvset", "big=s:x")
"""

Answer = Any


class Silent(RuntimeError):
    """A server did not answer: the bytes are in the message."""


class Side(duel.Duelist):
    """One server, asked over every transport."""

    def ask(self, transport: str, data: bytes) -> tuple[Answer, str]:
        """Return the answer and what became of the connection.

        :raises Silent: nothing came within 20 s.
        """
        try:
            if transport == "fifo":
                return self._ask_fifo(data), "kept"
            if transport == "fifo_tcp":
                return self._ask_text_stream(data)
            if transport == "fifo_udp":
                return self._ask_text_datagram(data), "kept"
            return super().ask(transport, data)
        except TimeoutError:
            name = self.addresses[transport]
            raise Silent(f"{name} did not answer {data.hex()}") from None

    def _ask_text_stream(self, data: bytes) -> tuple[bytes, str]:
        with self.connect("fifo_tcp") as sock:
            return duel.send_and_read(sock, data), "ended"

    def _ask_text_datagram(self, data: bytes) -> list[bytes]:
        sock = self._sockets.get("fifo_udp")
        if sock is None:
            sock = self._sockets["fifo_udp"] = self.connect("fifo_udp")
        sock.send(data)
        sock.send(FIFO_PROBE)
        answer = []
        while (part := sock.recv(1 << 17)) != FIFO_PROBE_REPLY:
            answer.append(part)
        return answer

    def _ask_fifo(self, data: bytes) -> bytes:
        name = "kamailio-conformance-" + uuid.uuid4().hex[:16]
        path = os.path.join(REPLY_DIRECTORY, name)
        os.mkfifo(path, 0o600)
        try:
            reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            try:
                with open(self.addresses["fifo"].name, "wb", buffering=0) as writer:
                    writer.write(data.replace(REPLY_NAME, name.encode()))
                return _read_to_end(reader)
            finally:
                os.close(reader)
        finally:
            os.unlink(path)


def _read_to_end(reader: int) -> bytes:
    poll = select.poll()
    poll.register(reader, select.POLLIN)
    received = b""
    while poll.poll(LIMIT * 1000):
        part = os.read(reader, 1 << 17)
        if not part:
            return received
        received += part
    raise TimeoutError


class Twins:
    """Both servers, started with the same data."""

    def __init__(self, real: Side, lab: Side, server: Kamailio) -> None:
        self.real = real
        self.lab = lab
        self.server = server


@contextlib.contextmanager
def running(**ctl_params: int) -> Iterator[Twins]:
    """Start both; the keywords are modparams of ctl and options of the lab server."""
    config = CONFIG + "".join(f'modparam("pv", "shvset", "v{i}=s:{i}")\n' for i in range(MANY))
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(Kamailio(ctl_params=ctl_params, extra_config=config))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="twin-"))
        with Client(server.endpoints["unix"]) as client:
            lab = _lab(server, client, folder, ctl_params)
        stack.enter_context(lab.running_in_thread())
        addresses = dict(zip(BINRPC, lab.addresses, strict=True))
        addresses |= dict(zip(("fifo", "fifo_udp", "fifo_tcp"), lab.fifo_addresses, strict=True))
        sides = [Side(server.endpoints | server.fifo), Side(addresses)]
        for side in sides:
            stack.enter_context(contextlib.closing(side))
        yield Twins(*sides, server)


def _lab(server: Kamailio, client: Client, folder: str, options: dict[str, int]) -> LabServer:
    variables: dict[str, int | str] = {"maintenance": 0, "banner": "hello", "big": "x"}
    variables |= {f"v{i}": str(i) for i in range(MANY)}
    sets: dict[str, list[dict[str, Any]]] = {}
    for line in (server.directory / "dispatcher.list").read_text().splitlines():
        number, uri, *rest = line.split()
        row = {"uri": uri, **dict(zip(("flags", "priority"), map(int, rest[:2]), strict=False))}
        sets.setdefault(number, []).append({**row, **({"attrs": rest[2]} if rest[2:] else {})})
    tables = dbtext.TABLES
    files = {"permissions": {"allow": [("ALL", "ALL")]}}
    pipes = {"p1": {"algorithm": "TAILDROP", "limit": 100}, "p2": {"algorithm": "RED", "limit": 50}}
    htables: dict[str, dict[str, Any]] = {
        "t": {},
        "a": {},
        "big": {"size": 10},
        "exp": {"autoexpire": 3600},
        "upd": {"autoexpire": 3600, "updateexpire": 0},
        "stored": {"dbtable": "htable"},
    }
    rows = {"htable": {"text": "abc", "number": 42}}
    modules = [
        SharedVariables(variables),
        HashTables({}, htables, rows),
        _configuration(client),
        Dispatcher(sets, latency_stats=True, hash_size=16, reload_delta=0),
        Permissions(tables["address"], tables["trusted"], files, reload_delta=0),
        PipeLimit(pipes),
        RateLimit({0: ("TAILDROP", 100), 1: ("RED", 50)}, [[0, "INVITE"]]),
        Trees({"pstn": {str(row["tprefix"]): row["tvalue"] for row in tables["mtree"]}}),
        DialPlan(tables["dialplan"], reload_delta=0),
        UserBlockList({"666": 0, "777": 1}, {"alice": {"900": 0}}),
        CfgUtils(4, 10, server.config.read_text()),
        Queues({"events": [], "other": []}),
        UserLocation({"location": {}}),
    ]
    binrpc = [f"unix:{folder}/s", f"unixd:{folder}/d", "udp:127.0.0.1:0", "tcp:127.0.0.1:0"]
    fifo = [f"fifo:{folder}/f", "udp:127.0.0.1:0", "tcp:127.0.0.1:0"]
    version = client.call("core.version").value.split()[1]
    lab = LabServer(binrpc, fifo, modules=modules, version=version, **options)
    _copy_state(lab.state, server, client)
    lab.modules["dispatcher"].added()  # again, now that it can know the sockets
    return lab


def _copy_state(state: LabState, server: Kamailio, client: Client) -> None:
    """Give the lab's process the real one's numbers and names."""
    info = client.call("core.info").value
    state.compiler, state.compiled, state.flags = info["compiler"], info["compiled"], info["flags"]
    state.directory = client.call("core.pwd").value
    state.arguments = list(client.call("core.arg"))
    state.processes = [
        Process(each["pid"], each["description"], each["rank"], each["status"])
        for each in client.call("core.psa")
    ]
    port = str(server.sip_port)
    state.sockets = [("udp", "127.0.0.1", port), ("tcp", "127.0.0.1", port)]
    state.aliases = [("*", "lab.example.com", 0), ("udp", "other.example.com", 5060)]
    up_since = client.call("core.uptime").value["up_since"]
    state.started = time.mktime(time.strptime(up_since, "%a %b %d %H:%M:%S %Y"))
    defined = [(each["name"], each["value"]) for each in client.call("core.ppdefines_full")]
    state.defines = [
        (name, "" if value == "none" else value)
        for name, value in defined
        if not name.startswith(("KAMAILIO_", "MOD_"))
    ]


def _configuration(client: Client) -> Configuration:
    groups: dict[str, dict[str, Any]] = {}
    for line in client.call("cfg.list"):
        group, _other, name = line.partition(": ")
        try:
            value = client.call("cfg.get", group, name).value
        except Fault:
            continue
        text = client.call("cfg.help", group, name)[0]
        groups.setdefault(group, {})[name] = [None if value == "<null string>" else value, text]
    # The first to be declared is the last in the list.
    own = {name: groups.pop(name) for name in ("lab", "drain")}
    return Configuration({**groups, **own})
