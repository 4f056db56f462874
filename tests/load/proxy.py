# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A real Kamailio that sends the calls of the generator to the gateways of dispatcher set 7."""

from __future__ import annotations

import re

from tests.load.media import MediaNodes
from tests.support.kamailio import Kamailio, free_port

SET = 7
MEDIA = ("127.0.0.1", "127.0.0.3")
"""Hosts of the media nodes of set 0; the first is the test server's."""
WORKERS = 4

# What the state modules of the collection change, and what a proxy needs. Others cost time for each
# request, as pv_headers does.
MODULES = (
    *("db_text", "ctl", "jsonrpcs", "kex", "corex", "counters", "tm", "tmx", "sl", "rr", "pv"),
    *("maxfwd", "textops", "siputils", "xlog", "cfg_rpc", "cfgutils", "htable", "dialog"),
    *("usrloc", "registrar", "dispatcher", "rtpengine", "uac", "permissions", "pipelimit"),
    *("debugger", "siptrace", "sipdump"),
)
CRASH = re.compile(r"(child process \d+ exited by a signal \d+)")


class Proxy(Kamailio):
    """The test server with gateways, and workers that read while data is rebuilt.

    :param gateways: how many there are; as many others may be put in their place.
    :param reload_delta: the parameter of the dispatcher module.
    """

    def __init__(self, gateways: int, reload_delta: int) -> None:
        super().__init__(
            extra_config=f"children={WORKERS}\n"
            f'modparam("dispatcher", "reload_delta", {reload_delta})\n'
            # The default, where the test server has one that is too short for a busy machine.
            'modparam("tm", "fr_timer", 30000)\n',
            # Each call keeps all gateways of the set, to try the next one.
            extra_args=["-m", "512"],
        )
        port = free_port()
        self.crashed = False
        self.gateways = [(f"127.0.7.{1 + number}", port) for number in range(gateways)]
        self.others = [(f"127.0.8.{1 + number}", port) for number in range(gateways)]
        self.media = ""
        self._nodes: MediaNodes | None = None

    def _modules(self) -> list[str]:
        known = super()._modules()
        return [name for name in MODULES if name in known]

    @staticmethod
    def uris(addresses: list[tuple[str, int]]) -> list[str]:
        return ["sip:{}:{}".format(*each) for each in addresses]

    @property
    def crash(self) -> str:
        """The line of the log about a process that was killed, or ""."""
        found = CRASH.search(self.log.read_text("utf-8", "replace"))
        self.crashed = self.crashed or found is not None
        return found.group(1) if found else ""

    def stop(self) -> None:
        try:
            super().stop()
        finally:
            if self._nodes is not None:
                self._nodes.close()
                self._nodes = None

    def _write_files(self, values: dict[str, str]) -> None:
        super()._write_files(values)
        port = values["MEDIA"]
        self.media = f"udp:{MEDIA[0]}:{port}"
        with (self.directory / "db" / "rtpengine").open("a") as file:
            file.write(f"9:0:udp\\:{MEDIA[1]}\\:{port}:1:0:0\n")
        # The server pings them as it starts.
        self._nodes = self._nodes or MediaNodes([(host, int(port)) for host in MEDIA])
        lines = [f"{SET} {uri} 0 0 duid=g{at}" for at, uri in enumerate(self.uris(self.gateways))]
        with (self.directory / "dispatcher.list").open("a") as file:
            file.write("\n".join(lines) + "\n")
