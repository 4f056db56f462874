# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Print every port of a host that accepts a connection, or that does not refuse a datagram.

scan.py ADDRESS [tcp|udp]

The host has to refuse datagrams as fast as they come; usually a system limits that.
"""

from __future__ import annotations

import asyncio
import socket
import sys


async def is_open(host: str, port: int, turn: asyncio.Semaphore) -> bool:
    async with turn:
        try:
            _reader, writer = await asyncio.wait_for(asyncio.open_connection(host, port), 5)
        except (OSError, asyncio.TimeoutError):
            return False
        writer.close()
        return True


async def scan_tcp(host: str) -> list[int]:
    turn = asyncio.Semaphore(200)
    ports = range(1, 65536)
    found = await asyncio.gather(*(is_open(host, port, turn) for port in ports))
    return [port for port, answer in zip(ports, found) if answer]


def scan_udp(host: str) -> list[int]:
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(5)
        for port in range(1, 65536):
            probe.connect((host, port))
            try:
                probe.send(b"probe")
                probe.recv(1)
            except ConnectionRefusedError:
                continue
            except OSError:
                pass
            found.append(port)
    return found


def main(host: str, protocol: str = "tcp") -> None:
    found = scan_udp(host) if protocol == "udp" else asyncio.run(scan_tcp(host))
    sys.stdout.write(" ".join(map(str, found)))


main(*sys.argv[1:])
